"""The threshold objective (`threshold.md`): masks whose thresholded patterns look even. Integers throughout.

`optimize.py` runs it: `greedy.py` makes a start, `rank_exchange.py` improves it, both on the tables of `tables.py`.
May import `noise.runtime`, `quality` and `spec`.
"""
