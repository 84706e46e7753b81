"""The spectrum objective: values whose power spectrum is blue (Wronski 2020, the Fourier loss).

`optimize.py` runs it: `descent.py` follows the gradient of `losses.py`, `fine_tuning.py` repairs what exact ranking
costs; `spectrum.md` has the figures of every choice. May import `noise.runtime`, `quality` and `spec`.
"""
