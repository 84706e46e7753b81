"""The command `bluenoise-assets`, which is also `python -m bluenoise_assets`."""

import sys


def main() -> int:
    """Run the command line; return its exit code."""
    try:
        from bluenoise_assets.cli import main as run

        return run()
    except KeyboardInterrupt:  # while importing; afterwards the command line sees to it
        sys.stderr.write("bluenoise-assets: error: interrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
