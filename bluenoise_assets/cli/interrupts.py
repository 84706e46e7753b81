"""Being told to end: Ctrl-C, SIGTERM, a closed terminal. Each leaves whole files and ends within a moment."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

SIGNALS = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""Those that some systems lack are passed over. SIGINT is Python's own."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C by another way; `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """Let the signals of `SIGNALS` raise `Interrupted` in the main thread; in another thread this does nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {}
    for name in SIGNALS:
        number = getattr(signal, name, None)
        # a signal that is ignored on purpose (nohup) stays ignored
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            before[number] = signal.signal(number, _raise)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_code(interrupt: KeyboardInterrupt) -> int:
    """128 + the signal's number, as shells count: 130 for Ctrl-C, 143 for SIGTERM, 129 for a closed terminal."""
    return 128 + (interrupt.number if isinstance(interrupt, Interrupted) else signal.SIGINT)


def _raise(number: int, _frame: FrameType | None) -> NoReturn:
    raise Interrupted(number)
