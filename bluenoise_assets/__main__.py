"""The command `bluenoise-assets`, which is also `python -m bluenoise_assets`."""

import contextlib
import gc
import os
import sys


def main() -> int:
    """Run the command line; return its exit code, or end the process with it where nothing is left to be ended."""
    gc.set_threshold(50_000)  # starting up leaves no garbage, and looking for it took a tenth of a no-op
    try:
        from bluenoise_assets.cli import main as run

        code = run()
        if sys.modules.keys().isdisjoint({"watchdog", "coverage"}):
            _settle()
            # all is written: Python and XLA would spend a tenth of the run on taking themselves apart
            os._exit(code)
    except KeyboardInterrupt:  # while importing; afterwards the command line sees to it
        sys.stderr.write("bluenoise-assets: error: interrupted\n")
        return 130
    return code


def _settle() -> None:
    """Wait for threads that may not be cut off, as they keep a program they compiled; write out what is buffered.

    Dask's threads would never end; where they are it is other processes that compile.
    """
    if (threading := sys.modules.get("threading")) is not None and "distributed" not in sys.modules:
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # it is closed, or there is none
            stream.flush()


if __name__ == "__main__":
    sys.exit(main())
