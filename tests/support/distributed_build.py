"""`bluenoise-assets`, to which small textures are large ones and a few seconds of silence are long.

Run as a script. `OTHER_VERSION` is a version to say it has.
"""

import os
import sys


def main() -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from bluenoise_assets.__main__ import main as run
    from bluenoise_assets.cli import distributed
    from bluenoise_assets.noise.runtime import processes, slabs

    slabs.LEAST_TEXELS = 2000
    processes.LOST_SECONDS = 4
    processes.JOIN_SECONDS = 60
    distributed.__version__ = os.environ.get("OTHER_VERSION", distributed.__version__)
    return run()


if __name__ == "__main__":
    sys.exit(main())
