"""500 edits of manifest, outputs and lock during builds. Run: python -m pytest tests/soak/soak_edits.py -s"""

from support.faults import random_edits


def test_500_random_edits(tmp_path):
    total = random_edits(tmp_path, 500, seed=1)
    print(f"500 of {total} edits fell into a running build")
