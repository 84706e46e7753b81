"""24 disturbed builds by two processes. Run: python -m pytest tests/soak/soak_distributed.py -s"""

from support.distributed_builds import disturbed_builds


def test_24_disturbed_builds(tmp_path):
    early = disturbed_builds(tmp_path, 24, seed=1)
    print(f"{early} of 24 were disturbed before anything was built")
    assert early
