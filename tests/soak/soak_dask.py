"""24 textures on three dask workers, with a kill and a restart. Run: python -m pytest tests/soak/soak_dask.py -s"""

from support.farm import Farm, build_with_faults


def test_24_textures_lose_a_worker_and_the_scheduler(tmp_path):
    farm = Farm(tmp_path / "farm", workers=3, seconds=0.3, options=())
    try:
        print(build_with_faults(tmp_path, farm, 24, size=64, how="effort: good"))
    finally:
        farm.close()
