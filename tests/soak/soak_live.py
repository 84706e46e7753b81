"""2,000 saves under one watch with its page open three times. Run: python -m pytest tests/soak/soak_live.py -s"""

from support.readers import Readers
from support.saves import assert_flat, soak


def test_2000_saves(tmp_path):
    with Readers(3) as readers:
        assert_flat(soak(tmp_path, 2000, 100, "--serve", "0", begin=readers.begin))
