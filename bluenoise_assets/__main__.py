"""The command `bluenoise-assets`, which is also `python -m bluenoise_assets`."""

import sys

from bluenoise_assets import noop


def main() -> int:
    """Answer at once if nothing changed since the last time, else run the command line; return its exit code."""
    try:
        code = noop.answer(sys.argv[1:])
        if code is None:
            from bluenoise_assets.cli import main as run

            code = run()
    except KeyboardInterrupt:
        sys.stderr.write("bluenoise-assets: error: interrupted\n")
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
