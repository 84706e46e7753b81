"""`python -m bluenoise_assets` is the command `bluenoise-assets`."""

import sys

from bluenoise_assets.cli import main

if __name__ == "__main__":
    sys.exit(main())
