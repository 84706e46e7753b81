"""2,000 saves under one watch with its page open three times. Run: python -m pytest tests/soak/soak_live.py -s"""

from support.readers import Readers
from support.saves import soak

WARM_UP = 800
"""By then the heap has the size that drawing and optimising at the same time take: some 60 MB more than at first."""
MOST_GROWTH_KIB = 8 * 1024


def test_2000_saves(tmp_path):
    # one heap for all threads: of several, as the C library has them, each reaches that size at a time of its own
    one_heap = {"MALLOC_ARENA_MAX": "1"}
    with Readers(3) as readers:
        rows = soak(tmp_path, 2000, 100, "--serve", "0", begin=readers.begin, **one_heap)
    print("\nsaves  RSS KiB  files  threads")
    for saves, memory, files, threads in rows:
        print(f"{saves:5}  {memory:7}  {files:5}  {threads:7}")
    warm = [row for row in rows if row[0] >= WARM_UP]
    assert len({row[2:] for row in warm}) == 1
    assert warm[-1][1] - warm[0][1] < MOST_GROWTH_KIB
