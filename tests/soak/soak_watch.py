"""2,000 saves under one watch. Run: python -m pytest tests/soak/soak_watch.py -s"""

from support.saves import assert_flat, soak


def test_2000_saves(tmp_path):
    assert_flat(soak(tmp_path, 2000))
