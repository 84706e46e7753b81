"""What all objectives need: compiled programs, the loop that runs them in short pieces, random numbers by hashing.

A large texture is spread over devices (`slabs.py`), which may be those of several processes (`processes.py`).

May import the package's `errors` alone; the modules import jax and numpy, this file does not.
"""

from collections.abc import Callable

Progress = Callable[[float, float | None], None]
"""Called with the share that is done, 0 to 1, and the objective's figure in dB (None if there is none)."""
