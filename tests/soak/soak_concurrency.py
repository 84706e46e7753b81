"""20 builds of one folder at once, three times; 8 that share a cache. Run: python -m pytest tests/soak/soak_concurrency.py -s"""

import pytest
from support.faults import builders_of_one_cache, concurrent_builders


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_20_builders_of_one_folder(tmp_path, seed):
    waited = concurrent_builders(tmp_path, 20, seed)
    print(f"{waited} of 20 builders had to wait for another one")


def test_8_builders_of_one_cache(tmp_path):
    made = builders_of_one_cache(tmp_path, 8)
    print(f"8 processes, one cache: textures optimised {made}")
    assert made == {f"n_{i}": 1 for i in range(1, 9)}
