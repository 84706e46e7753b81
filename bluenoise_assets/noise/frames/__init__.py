"""The threshold objective over space and time (`frames.md`): each frame a permutation of ranks. Integers throughout.

`optimize.py` runs the descent of `descent.py`, whose forces come from pairs of texels (`pairs.py`) and from the cosine
features of the ranks (`features.py`), with the tables of `tables.py`. May import `noise.threshold`, `noise.runtime`,
`quality` and `spec`.
"""
