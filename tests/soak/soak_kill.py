"""200 killed builds. Run: python -m pytest tests/soak/soak_kill.py -s"""

from support.faults import killed_builds


def test_200_killed_builds(tmp_path):
    inside = killed_builds(tmp_path, 200, seed=1)
    print(f"{inside} of 200 kills fell between the first temporary file and the lock's replacement")
    assert inside >= 100
