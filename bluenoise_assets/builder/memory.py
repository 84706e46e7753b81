"""How much memory a texture needs, and how much there is: known before anything starts."""

import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bluenoise_assets.errors import BuildError, Cancelled
from bluenoise_assets.noise import item_slices, method_of
from bluenoise_assets.spec import TextureSpec

BYTES_PER_KEPT_TEXEL = 24
"""What a channel's texel of a finished layer takes until the array is written: its rank, its value, the file."""

PROCESS_BYTES = 300 * 2**20
"""Python, JAX and compiled programs."""

CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def needed_bytes(spec: TextureSpec) -> int:
    """The most memory that optimising and writing a texture takes beside the process itself."""
    layer = spec.texel_count * spec.masks * (spec.frames or 1)
    kept = ((spec.layers or 1) - 1) * spec.texel_count * spec.channels * BYTES_PER_KEPT_TEXEL
    return layer * method_of(spec).bytes_per_texel(spec) + kept


def work_item_bytes(spec: TextureSpec) -> int:
    """The most memory that one of a texture's work items takes while it is optimised."""
    return spec.texel_count * item_slices(spec) * method_of(spec).bytes_per_texel(spec)


def available_bytes() -> int:
    """The memory this process may use: the machine's, or its container's limit; a large number if nobody says."""
    limits = [_physical_bytes()]
    for path in CGROUP_LIMITS:
        try:
            limits.append(int(path.read_text(encoding="ascii")))
        except (OSError, ValueError):  # no such limit, or "max"
            continue
    return min(limits)


def _physical_bytes() -> int:
    if sys.platform == "win32":

        class Status(ctypes.Structure):
            _fields_ = [
                ("length", ctypes.c_ulong),
                ("load", ctypes.c_ulong),
                *((name, ctypes.c_ulonglong) for name in ("total", "free", "a", "b", "c", "d", "e")),
            ]

        status = Status(length=ctypes.sizeof(Status))
        if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            return int(status.total)
        return 2**62
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 2**62


def check_memory(spec: TextureSpec) -> None:
    """Raise `BuildError`, with the numbers, if a texture cannot be made on this machine."""
    check_bytes(needed_bytes(spec) + PROCESS_BYTES, available_bytes(), "this machine")


def check_bytes(needed: float, there: float, whose: str) -> None:
    """Raise `BuildError`, with the numbers, if somebody has less memory than a texture needs."""
    if needed > there:
        raise BuildError(f"it needs about {needed / 2**30:.1f} GiB of memory, and {whose} has {there / 2**30:.1f} GiB")


class Budget:
    """Memory shared by worker threads: who needs more than is left waits for the others to finish."""

    def __init__(self, total: int) -> None:
        self.total, self.used = total, 0
        self._freed = threading.Condition()

    @contextmanager
    def reserved(self, wanted: int, cancelled: Callable[[], bool]) -> Iterator[None]:
        """Hold so many bytes; one who needs more than all gets all. Raises `Cancelled` while waiting."""
        wanted = min(wanted, self.total)
        with self._freed:
            while self.used + wanted > self.total:
                if cancelled():
                    raise Cancelled
                self._freed.wait(timeout=0.1)
            self.used += wanted
        try:
            yield
        finally:
            with self._freed:
                self.used -= wanted
                self._freed.notify_all()
