"""The user's command that runs after a build, given the files that changed."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

LONGEST_COMMAND = 30_000
"""In characters. Windows takes 32,767; other systems take more."""

END_SECONDS = 0.5
UNSAFE_IN_BATCH = '%!&|<>^"\r\n'


def split_command(text: str) -> list[str]:
    """A command line's words, by the rules of the system: those of a POSIX shell, or those of Windows.

    No shell runs: no variables, no wildcards, no pipes; what would need one is refused. Raises `ValueError` with a
    text for the user.
    """
    try:
        words = _words(text)
    except ValueError as error:
        raise ValueError(f"{text!r} cannot be split into words: {str(error).lower()}") from error
    if not words or not words[0]:
        raise ValueError("the command is empty")
    operator = _shell_operator(text)
    if operator is not None:
        example = f'cmd /c "... {operator} ..."' if sys.platform == "win32" else f"sh -c '... {operator} ...' sh"
        rest = "" if sys.platform == "win32" else ' (its "$@" are the files)'
        raise ValueError(f"{operator} is for a shell, and none runs the command; write {example}{rest}, or a script")
    return words


def _shell_operator(text: str) -> str | None:
    """The first word without quotes that only a shell would understand: `&&`, `|`, `;`, `> log`."""
    whole = r'(?:[^\s"]|"[^"]*")+' if sys.platform == "win32" else r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:\\.|[^"\\])*")+"""
    for word in re.findall(whole, text, re.DOTALL):
        found = re.fullmatch(r"(&&?|\|\|?|;.*|[0-9&]?(?:>>?|<<?).*)|[^'\"\\]*(;)", word, re.DOTALL)
        if found:
            return found[1] or found[2]
    return None


def _words(text: str) -> list[str]:
    if sys.platform != "win32":
        return shlex.split(text)
    import ctypes

    if not text.strip():
        return []  # for an empty line Windows gives this program's own path
    split = ctypes.windll.shell32.CommandLineToArgvW
    split.argtypes = [ctypes.c_wchar_p, ctypes.POINTER(ctypes.c_int)]
    split.restype = ctypes.POINTER(ctypes.c_wchar_p)
    free = ctypes.windll.kernel32.LocalFree
    free.argtypes = [ctypes.c_void_p]
    count = ctypes.c_int()
    found = split(text.strip(), ctypes.byref(count))
    if not found:
        raise ValueError("Windows cannot read it")
    try:
        return [str(found[index]) for index in range(count.value)]
    finally:
        free(found)


def batches(words: Sequence[str], files: Sequence[str], longest: int = LONGEST_COMMAND) -> Iterator[list[str]]:
    """The files in order, in groups that make no command line longer than `longest`; each holds one file at least."""
    own = _length(words)
    batch: list[str] = []
    length = own
    for file in files:
        more = _length([file]) + 1
        if batch and length + more > longest:
            yield batch
            batch, length = [], own
        batch.append(file)
        length += more
    if batch:
        yield batch


def _length(words: Sequence[str]) -> int:
    return len(subprocess.list2cmdline(words))


def run_command(
    words: Sequence[str], *, stdout: int | None = None, stop: Callable[[], bool] = lambda: False
) -> tuple[int | None, str]:
    """Run a command to its end; return its exit code (None if it could not start) and what went wrong, or "".

    `stdout` is a file descriptor for its output. An exception, such as Ctrl-C, and `stop()` end it and what it started.
    """
    program = words[0]
    if sys.platform == "win32":
        program = shutil.which(program) or program  # finds also what is no .exe
        unsafe = {letter for word in words[1:] for letter in word if letter in UNSAFE_IN_BATCH}
        if unsafe and program.lower().endswith((".bat", ".cmd")):
            return None, f"a batch file cannot be given an argument with {' '.join(sorted(unsafe))}"
    # a group of its own, so that it ends with all that it started; hence also no keyboard
    group = {} if sys.platform == "win32" else {"process_group": 0}
    try:
        process = subprocess.Popen([program, *words[1:]], stdin=subprocess.DEVNULL, stdout=stdout, **group)  # type: ignore[call-overload]  # noqa: S603
    except (OSError, ValueError) as error:
        return None, getattr(error, "strerror", None) or str(error)
    try:
        while not stop():
            with contextlib.suppress(subprocess.TimeoutExpired):
                code: int = process.wait(0.05)  # a time limit, so that Ctrl-C reaches us on every system
                return code, _why(code)
        return None, "stopped"
    finally:
        if process.returncode is None:
            _end(process)


def _why(code: int) -> str:
    if code >= 0:
        return f"exit code {code}" if code else ""
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask a command to end, and make it."""
    if sys.platform == "win32":
        process.terminate()
        return
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGTERM)
        limit = time.monotonic() + END_SECONDS
        while process.poll() is None and time.monotonic() < limit:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(END_SECONDS)
