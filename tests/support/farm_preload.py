"""For `dask worker --preload`: writes down what a worker makes and stores; some names make trouble, or none of it.

BLUENOISE_TEST_LOG is the file, a line an event; BLUENOISE_TEST_SECONDS how much longer making anything takes;
BLUENOISE_TEST_WORKER is `old` for a worker of another version, `bare` for one without the package.
"""

import os
import sys
import time


def note(what: str, key: str) -> None:
    line = f"{time.monotonic()} {os.getpid()} {what} {key}\n"
    descriptor = os.open(os.environ["BLUENOISE_TEST_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, line.encode())
    os.close(descriptor)


def watch_making() -> None:
    from bluenoise_assets import noise
    from bluenoise_assets.builder.cache.cache import Cache
    from bluenoise_assets.errors import BuildError, Cancelled

    errors = {"broken": BuildError("the device\nis on fire"), "full": MemoryError(), "bug": ZeroDivisionError("ours")}
    optimize, store = noise.optimize_work_item, Cache.store

    def noted(spec, item, progress, cancelled):
        note("makes", f"{spec.key()} {item}")
        if spec.name in errors:
            raise errors[spec.name]
        seconds = 600.0 if spec.name.startswith("endless") else float(os.environ["BLUENOISE_TEST_SECONDS"])
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            progress(0.0, None)
            time.sleep(0.02)
            if cancelled():
                note("cancelled", spec.key())
                raise Cancelled
        return optimize(spec, item, progress, cancelled)

    def noted_store(cache, spec, made, **options):
        store(cache, spec, made, **options)
        note("stored", spec.key())

    if hasattr(optimize, "noted"):  # dask runs a preload more than once
        return
    noted.noted = True
    noise.optimize_work_item = noted
    Cache.store = noted_store


kind = os.environ.get("BLUENOISE_TEST_WORKER", "")
if kind == "bare":
    for name in [name for name in sys.modules if name.partition(".")[0] == "bluenoise_assets"]:
        del sys.modules[name]
    sys.modules["bluenoise_assets"] = None
else:
    watch_making()
    if kind == "old":
        from bluenoise_assets.builder.executors import dask_worker

        dask_worker.version = lambda: (1, 0, "0.0.9")
