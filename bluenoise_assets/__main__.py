"""The command `bluenoise-assets`, which is also `python -m bluenoise_assets`."""

import os
import sys


def main() -> int:
    """Run the command line; return its exit code."""
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # a build must not take the whole GPU
    try:
        from bluenoise_assets.cli import main as run

        return run()
    except KeyboardInterrupt:  # while importing; afterwards the command line sees to it
        sys.stderr.write("bluenoise-assets: error: interrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
