"""The last answer, remembered: a build or a check with nothing to do, told without loading the rest of the package.

When a full run has found everything fresh, `remember.py` hands over what was said and every fact it rests on, and
`record` writes them into the user's cache folder. The next run of the same command line asks `answer` first, which
looks at the facts again. What users can edit is compared by the hash of its bytes, never by its time. Whatever is in
doubt, damaged or not there makes the run a full one.

This module imports next to nothing: importing is most of what a no-op costs.
"""

import hashlib
import os
import sys

TYPE_CHECKING = False  # what type checkers take for typing's, without the milliseconds of importing that
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Fact = tuple[str, str, str]
    """A kind, the path it is about, and the value: `KINDS[kind](path) == value`."""

FORMAT = "bluenoise-assets no-op 1"
FOLDER = "noop"
"""Where the records lie in the user's cache folder."""

MAX_RECORDS = 1000
MAX_BYTES = 64 * 2**20
"""The newest records are kept, up to so many of them and so many bytes."""

SUFFIXES = (".yaml", ".yml")

_COMMANDS = {"build", "check"}
_FLAGS = {"--quiet"}
_VALUES = ("--output", "--jobs", "--cache")
_OTHER_OUTPUT = ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY")
"""Where these are set, a run writes more than its answer."""

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_CHUNK = 2**16


class _State:
    """`path` is where this run's answer may be recorded; None where it must not be."""

    path: str | None = None


def user_cache_folder() -> str | None:
    """The platform's folder for this user's caches, for this program; None where there is no home."""
    home = os.path.expanduser("~")  # noqa: PTH111 - pathlib takes 4 ms to import
    if home.startswith("~"):
        return None
    base = os.environ.get("XDG_CACHE_HOME")
    if base:
        pass
    elif sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")  # noqa: PTH118
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")  # noqa: PTH118
    else:
        base = os.path.join(home, ".cache")  # noqa: PTH118
    return os.path.join(base, "bluenoise-assets")  # noqa: PTH118


def answer(arguments: "Sequence[str]") -> int | None:
    """Say what this command line said last time, if all that it rests on is as it was, and return the exit code.

    None: it takes a full run, which may then `record` its answer.
    """
    try:
        path = _State.path = _record_path(arguments)
        text = None if path is None else _recall(path)
        if text is None:
            return None
        if text:
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()
    except Exception:  # noqa: BLE001 - the full run knows what to say about it
        return None
    return 0


def is_waiting() -> bool:
    """Whether this run may record its answer."""
    return _State.path is not None


def record(text: str, facts: "Iterable[Fact]") -> None:
    """Write down what this run said (nothing, if empty; ASCII), and what that rests on. A failure is no error."""
    if _State.path is None or not text.isascii():
        return
    fields = [text]
    for fact in facts:
        fields += fact
    body = "\0".join(fields).encode("utf-8", "surrogateescape")
    data = hashlib.sha256(body).hexdigest().encode("ascii") + body
    try:
        if _bytes_of(_State.path) != data:
            _write(_State.path, data)
    except OSError:
        return


def _plain(arguments: "Sequence[str]") -> bool:
    """Whether a command line only asks for what a remembered answer can give.

    It need not be a right one: the full run sees to that, and records nothing where it is wrong.
    """
    if not arguments or arguments[0] not in _COMMANDS:
        return False
    rest = iter(arguments[1:])
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name in _VALUES:
            if not equals:
                value = next(rest, "")
            if name == "--cache" and value == "off":  # neither read nor written then
                return False
        elif argument.startswith("-") and argument not in _FLAGS:
            return False
    return True


def _record_path(arguments: "Sequence[str]") -> str | None:
    """The record of this command line here, by this program as it is now; None if there must be none."""
    if not _plain(arguments) or any(os.environ.get(name) for name in _OTHER_OUTPUT):
        return None
    cache = user_cache_folder()
    if cache is None or not os.path.isabs(cache):  # noqa: PTH117
        return None
    settings = sorted(item for item in os.environ.items() if item[0].startswith("BLUENOISE_"))
    # Taken before anything else of the package is imported: code that changes from here on makes another name.
    whole = (FORMAT, sys.version, sys.path, os.getcwd(), list(arguments), settings, _stamps_of_program())  # noqa: PTH109
    name = hashlib.sha256(ascii(whole).encode("ascii")).hexdigest()
    return os.path.join(cache, FOLDER, name)  # noqa: PTH118


def _stamps_of_program() -> list[tuple[str, int, int, int, int]]:
    """Path, size, times and file number of all that the package consists of; 0.3 ms, a tenth of hashing it.

    These are not files that users edit, and an installer cannot set the time of a file's last change of state.
    """
    package = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    # In a clone the shader sources lie beside the package.
    folders = [package, os.path.join(os.path.dirname(package), "shaders")]  # noqa: PTH118, PTH120
    found = []
    for folder in folders:
        try:
            entries = list(os.scandir(folder))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    folders.append(entry.path)
            else:
                status = entry.stat()
                times = status.st_mtime_ns, status.st_ctime_ns
                found.append((entry.path, status.st_size, *times, status.st_ino))
    return sorted(found)


def _recall(path: str) -> str | None:
    """The text of a record whose facts all hold; None if one does not, or there is no whole record."""
    data = _bytes_of(path)
    if data is None or data[:64] != hashlib.sha256(data[64:]).hexdigest().encode("ascii"):
        return None
    text, *fields = data[64:].decode("utf-8", "surrogateescape").split("\0")
    values = iter(fields)
    for kind, about, value in zip(values, values, values, strict=True):
        if KINDS[kind](about) != value:
            return None
    return text


def _bytes_of(path: str) -> bytes | None:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            return file.read()
    except FileNotFoundError:
        return None


def _write(path: str, data: bytes) -> None:
    folder = os.path.dirname(path)  # noqa: PTH120
    os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
    temporary = f"{path}.{os.getpid()}"
    try:
        with open(temporary, "wb") as file:  # noqa: PTH123
            file.write(data)  # not waiting for the disk: a torn record does not have its hash
        os.replace(temporary, path)  # noqa: PTH105
    except OSError:
        if os.path.exists(temporary):  # noqa: PTH110
            os.unlink(temporary)  # noqa: PTH108
        raise
    _prune(folder)


def _prune(folder: str) -> None:
    """Remove the oldest records, and what killed runs left, beyond the bounds."""
    statuses = [(entry.stat(), entry.path) for entry in os.scandir(folder)]
    total = 0
    newest = sorted(statuses, key=lambda found: found[0].st_mtime_ns, reverse=True)
    for position, (status, path) in enumerate(newest):
        total += status.st_size
        if position >= MAX_RECORDS or total > MAX_BYTES:
            os.unlink(path)  # noqa: PTH108


def content(path: str) -> str:
    """The SHA-256, in hex, of a file's bytes; empty if there is no such file. Raises `OSError` if unreadable."""
    try:
        descriptor = os.open(path, _READ)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    try:
        hasher = hashlib.sha256()
        while data := os.read(descriptor, _CHUNK):
            hasher.update(data)
    finally:
        os.close(descriptor)
    return hasher.hexdigest()


def exists(path: str) -> str:
    return str(os.path.exists(path))  # noqa: PTH110


def is_folder(path: str) -> str:
    return str(os.path.isdir(path))  # noqa: PTH112


def manifests_in(folder: str) -> str:
    """The names of the manifests in a folder, sorted, with slashes between. Raises `OSError` if it cannot be read."""
    names = os.listdir(folder)  # noqa: PTH208
    return "/".join(sorted(name for name in names if name.lower().endswith(SUFFIXES) and not name.startswith(".")))


def place(path: str) -> str:
    """Where a path leads when all links are followed."""
    return os.path.realpath(path)


def stamp(path: str) -> str:
    """Size and times of a file that belongs to the program. Raises `OSError` if it is gone."""
    status = os.stat(path)  # noqa: PTH116
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


KINDS: "dict[str, Callable[[str], str]]" = {
    kind.__name__: kind for kind in (content, exists, is_folder, manifests_in, place, stamp)
}
"""The kinds of facts: functions from a path to a value."""
