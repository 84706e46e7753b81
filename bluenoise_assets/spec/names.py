"""The names of textures: which make good file names on every system, and which identifiers they become."""

import re
import unicodedata
from typing import get_args

from bluenoise_assets.formats.layout import FormatName

MAX_NAME_BYTES = 200
"""Leaves room under the usual 255 for a suffix and for a temporary file's name."""

HIDDEN = r"\.[^./][^/]*"
"""The names of entries that are never built, as a regular expression, also for the JSON Schema."""

_FORBIDDEN = r'[\\:*?"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]'
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[/\\]")
_SUFFIXES = {*get_args(FormatName), "jpg", "jpeg", "tga", "tif", "tiff", "bmp", "webp", "hdr"}
"""Of pictures and of our formats: a file of such a name would have two."""
_OWN = {"bluenoise.lock.json"}
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789\u00b9\u00b2\u00b3"
}


def is_hidden(name: str) -> bool:
    """Whether an entry of this name is never built, only extended: `.grain`, but not `../grain` or `.git/grain`."""
    return re.fullmatch(HIDDEN, name) is not None


def name_problem(name: str) -> tuple[str, str] | None:
    """What is wrong with a texture's name, and a hint; None if it is a file name on every system."""
    if not name:
        return "the name is empty", ""
    if _ABSOLUTE.match(name):
        return f"the name '{name}' is absolute", "names are relative to the output folder"
    # the pattern takes longer to compile than all else takes
    found = None if name.replace("_", "").isalnum() else re.search(_FORBIDDEN, name)
    if found:
        what = f"'{found[0]}'" if found[0].isprintable() else f"U+{ord(found[0]):04X}"
        hint = "use / for a folder" if found[0] == "\\" else "choose another"
        return f"the name '{name}' has the character {what}, which not every disk can store", hint
    for part in name.split("/"):
        if part == "..":
            return f"the name '{name}' leaves the output folder", "set `output` instead"
        if not part:
            return f"the name '{name}' has an empty folder name", "use single slashes, none at the end"
        if part != part.strip(". "):
            return f"the name '{name}' has a dot or a space at the start or end of '{part}'", "remove it"
        if part.split(".")[0].rstrip().lower() in _RESERVED:
            return f"the name '{name}' is reserved on Windows", "choose another"
        if folded(part) in _OWN:
            return f"the name '{name}' is that of a file of bluenoise-assets", "choose another"
        if len(part.encode()) > MAX_NAME_BYTES:
            return f"the name is longer than {MAX_NAME_BYTES} bytes", "choose a shorter one"
    stem, dot, suffix = name.rpartition(".")
    if dot and suffix.lower() in _SUFFIXES:
        formats = f"`formats: [{suffix.lower()}]`" if suffix.lower() in get_args(FormatName) else "`formats`"
        return f"the name '{name}' ends with a file's suffix", f"write {stem}; {formats} says which files it gets"
    if len(name.encode()) > 4 * MAX_NAME_BYTES:
        return f"the name is longer than {4 * MAX_NAME_BYTES} bytes", "choose a shorter one"
    return None


def folded(file: str) -> str:
    """A file name as disks compare it that ignore case and Unicode's ways of writing a letter."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", file).casefold())


def identifier(name: str) -> str:
    """The prefix of a texture's functions: `ui/Dither-64` becomes `ui_dither_64`.

    ASCII lower case letters, digits and single underscores, beginning with a letter, valid in GLSL and HLSL.
    Several names can share one identifier; macros take it in upper case, hence no case here.
    """
    plain = "".join(map(_ascii, unicodedata.normalize("NFC", name)))
    result = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    # GLSL reserves gl_, and functions are called <identifier>_load; bluenoise_to_uniform is there for all.
    if not result or result[0].isdigit() or f"{result}_".startswith("gl_") or result == "bluenoise_to":
        result = f"noise_{result}".strip("_")
    return result


def _ascii(character: str) -> str:
    """`é` as `e`, a letter without such a likeness by its code point: `霧` as `u9727`."""
    likeness = unicodedata.normalize("NFKD", character.casefold()).encode("ascii", "ignore").decode("ascii")
    return likeness or f"u{ord(character):04x}"
