"""The command `bluenoise-assets`, which is also `python -m bluenoise_assets`."""

import gc
import os
import sys


def main() -> int:
    """Run the command line; return its exit code, or end the process with it where nothing is left to be ended."""
    gc.set_threshold(50_000)  # starting up leaves no garbage, and looking for it took a tenth of a no-op
    try:
        from bluenoise_assets.cli import main as run

        code = run()
        if sys.modules.keys().isdisjoint({"numpy", "watchdog", "coverage"}):
            # no threads, no locks, all is written: Python would spend a tenth of the run on taking itself apart
            os._exit(code)
    except KeyboardInterrupt:  # while importing; afterwards the command line sees to it
        sys.stderr.write("bluenoise-assets: error: interrupted\n")
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
