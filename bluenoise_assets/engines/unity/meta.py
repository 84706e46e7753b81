"""Unity's `.meta` files of textures: new ones, and ours within what Unity and its users wrote.

A `.meta` is YAML as Unity writes it: blocks of settings, one a line. It is edited line by line, so that whatever a user
or another version of Unity put there stays as it is, to the byte.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from bluenoise_assets.engines.engine import Asset
from bluenoise_assets.engines.template import beside, render
from bluenoise_assets.spec import Storage, TextureSpec

_IMPORTER = "TextureImporter"

_DEFAULT_PLATFORM = "DefaultTexturePlatform"

# TextureImporterFormat by storage, for 1, 2, and 3 or 4 channels.
_FORMATS: dict[Storage, tuple[int, int, int]] = {
    "uint8": (63, 62, 4),  # R8, RG16 (two times 8 bits), RGBA32
    "uint16": (9, 72, 74),  # R16, RG32, RGBA64
    "float16": (15, 16, 17),  # RHalf, RGHalf, RGBAHalf
    "float32": (18, 19, 20),  # RFloat, RGFloat, RGBAFloat
}

# Formats without compression, by how many channels they hold, for platforms that lack the one above.
_UNCOMPRESSED = {1: {63, 9, 15, 18}, 2: {62, 72, 16, 19}, 3: {3, 73}, 4: {4, 5, 74, 17, 20}}

_SHAPES = {"2d": 1, "array": 4, "volume": 8}  # TextureImporterShape

# The settings that keep noise what it is. A texture's other settings are its users' business.
_OURS_IN_SECTIONS = {
    "mipmaps": ("enableMipMap", "sRGBTexture"),
    "textureSettings": ("filterMode", "wrapU", "wrapV", "wrapW"),
}
_OURS = (
    "nPOTScale",
    "alphaUsage",
    "alphaIsTransparency",
    "textureType",
    "textureShape",
    "singleChannelComponent",
    "flipbookRows",
    "flipbookColumns",
)
_OURS_IF_PRESENT = ("swizzle",)  # Unity 2022 has it first
_OURS_FOR_PLATFORMS = ("maxTextureSize", "textureFormat", "textureCompression", "crunchedCompression", "overridden")


def _fresh(asset: Asset) -> str:
    """A whole `.meta`. The guid depends on the file's name in the output folder alone: it is the same on every machine.

    Where two output folders of one project have the same names, Unity gives one of the two another guid; it is kept.
    """
    spec, holding = asset.spec, asset.holding
    guid = sha256(f"bluenoise-assets:{asset.file}".encode()).hexdigest()[:32]
    lone = holding.channels == 1
    words: dict[str, str | int] = {
        "guid": guid,
        "size": _size(spec),
        "format": _FORMATS[holding.storage][min(holding.channels, 3) - 1],
        "type": 10 if lone else 0,  # SingleChannel, Default
        "component": 1 if lone else 0,  # red, where shaders look; 0 would be alpha
        "shape": _SHAPES[spec.kind],
        "rows": spec.slices,
    }
    return render(beside(__file__, "texture.meta"), words)


def _size(spec: TextureSpec) -> int:
    """The `maxTextureSize` that holds the strip: a power of two, as in Unity's list."""
    side = max(spec.size[0], spec.size[1] * spec.slices, 32)
    return 1 << (side - 1).bit_length()


@dataclass(frozen=True)
class _Setting:
    """A key of a block: its line, the columns of its value there, and the end of the lines that belong to it."""

    key: str
    value: str
    line: int
    columns: tuple[int, int]
    end: int


@dataclass(frozen=True)
class _Repair:
    """What is wrong, and the lines that mend it: they take the place of those from `start` to `end`."""

    text: str
    start: int
    end: int
    lines: tuple[str, ...]


_KEY = re.compile(
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>[^\s"'#:&*!|>%@`\[\]{},-][^"'#:]*?))"""
    r"""\s*:(?:\s+(?P<value>.*?))?\s*"""
)
_CLOSING = {"{": "}", "[": "]", '"': '"', "'": "'"}
_DASH = re.compile(r"-(\s|$)")
_COMMENT = re.compile(r"(^|\s)#.*$")


def patch(asset: Asset, old: str | None) -> str:
    """The `.meta` with our settings, and everything else, the guid above all, as it was."""
    if old is None:
        return _fresh(asset)
    lines = old.split("\n")
    while repairs := list(_repairs(asset, lines)):  # each round leaves fewer
        # Those that move no lines at once, else one alone.
        for repair in [r for r in repairs if len(r.lines) == r.end - r.start] or repairs[:1]:
            _apply(repair, lines)
    return "\n".join(lines)


def differences(asset: Asset, text: str) -> list[str]:
    """The settings that are not as they should be: `filterMode: 1, not 0`."""
    return [repair.text for repair in _repairs(asset, text.split("\n"))]


def _apply(repair: _Repair, lines: list[str]) -> None:
    """Put a repair's lines in, with the line ends of the file."""
    end_of_line = "\r" if lines[0].endswith("\r") else ""
    if repair.start == len(lines):  # below a last line that does not end
        lines[-1] += end_of_line
        lines.append("")
    mended = [line.rstrip("\r") + end_of_line for line in repair.lines]
    if repair.end == len(lines):  # a last line that does not end
        mended[-1] = mended[-1].rstrip("\r")
    lines[repair.start : repair.end] = mended


def _repairs(asset: Asset, lines: Sequence[str]) -> Iterator[_Repair]:
    """What is wrong, in the order of the file that we would write.

    Each repair is right by itself; after one the lines of the others have moved.
    """
    fresh = _fresh(asset).split("\n")
    model, importer = _importer(fresh), _importer(lines)
    for name, keys in _OURS_IN_SECTIONS.items():
        section = _find(importer, name)
        if section is None or not _has_block(lines, section):
            yield _insertion(lines, importer, section, fresh, model, name, keys)
        else:
            yield from _wrong_settings(lines, _block(lines, section), fresh, _block(fresh, _find(model, name)), keys)
    present = tuple(key for key in _OURS_IF_PRESENT if _find(importer, key) is not None)
    yield from _wrong_settings(lines, importer, fresh, model, (*_OURS, *present))
    yield from _wrong_platforms(asset, lines, importer, fresh, model)


def _wrong_settings(
    lines: Sequence[str],
    found: list[_Setting],
    fresh: Sequence[str],
    wanted: list[_Setting],
    keys: Sequence[str],
) -> Iterator[_Repair]:
    for key in keys:
        right, setting = _find(wanted, key), _find(found, key)
        assert right is not None
        if setting is None:
            yield _insertion(lines, found, None, fresh, wanted, key, ())
        elif setting.value != right.value:
            yield _replacement(lines, setting, right.value)


def _wrong_platforms(
    asset: Asset,
    lines: Sequence[str],
    importer: list[_Setting],
    fresh: Sequence[str],
    model: list[_Setting],
) -> Iterator[_Repair]:
    """The default platform has all that is ours; so has each platform that overrides it.

    A platform's override may have another uncompressed format of enough channels: not every GPU has 16-bit integers.
    """
    section = _find(importer, "platformSettings")
    if section is None or not _has_block(lines, section):
        yield _insertion(lines, importer, section, fresh, model, "platformSettings", None)
        return
    wanted = _items(fresh, _find(model, "platformSettings"))[0]
    items = _items(lines, section)
    names = [_value(item, "buildTarget") for item in items]
    if _DEFAULT_PLATFORM not in names:
        model_section = _find(model, "platformSettings")
        assert model_section is not None
        indent = _indent(lines[_first_line(lines, section)])
        block = _indented(fresh[model_section.line + 1 : model_section.end], indent)
        yield _Repair(f"{_DEFAULT_PLATFORM} is missing", section.line + 1, section.line + 1, tuple(block))
    size = _size(asset.spec)
    allowed = {
        str(number)
        for channels, numbers in _UNCOMPRESSED.items()
        if channels >= asset.holding.channels
        for number in numbers
    }
    for name, item in zip(names, items, strict=True):
        if name != _DEFAULT_PLATFORM and _value(item, "overridden") != "1":
            continue
        for key in _OURS_FOR_PLATFORMS:
            value = _value(item, key)
            larger = key == "maxTextureSize" and value.isdecimal() and int(value) >= size
            other = key == "textureFormat" and name != _DEFAULT_PLATFORM and value in allowed
            if not larger and not other:
                for repair in _wrong_settings(lines, item, fresh, wanted, (key,)):
                    yield _Repair(f"{name} {repair.text}", repair.start, repair.end, repair.lines)


def _replacement(lines: Sequence[str], setting: _Setting, value: str) -> _Repair:
    line, (start, end) = lines[setting.line], setting.columns
    gap = "" if line[:start].endswith(" ") else " "
    text = f"{setting.key}: {setting.value or 'nothing'}, not {value}"
    # What belonged to the old value goes with it.
    return _Repair(text, setting.line, setting.end, (f"{line[:start]}{gap}{value}{line[end:]}",))


def _insertion(
    lines: Sequence[str],
    found: list[_Setting],
    old: _Setting | None,
    fresh: Sequence[str],
    wanted: list[_Setting],
    key: str,
    only: Sequence[str] | None,
) -> _Repair:
    """A setting as in our own file, where our own file has it: behind the nearest one before it that is there.

    Of a block it is the keys in `only`. `old` is an empty one, as `platformSettings: []`, which it replaces.
    """
    right = _find(wanted, key)
    assert right is not None
    below = fresh[right.line + 1 : right.end]
    block = [fresh[right.line], *(line for line in below if only is None or line.strip().partition(":")[0] in only)]
    indent = _indent(lines[found[0].line].replace("- ", "  ", 1)) if found else 0
    block = _indented(block, indent)
    text = f"{key} is missing"
    if old is not None:
        return _Repair(text, old.line, old.end, tuple(block))
    before = [setting.key for setting in wanted[: wanted.index(right)]]
    place = next((s.end for name in reversed(before) if (s := _find(found, name)) is not None), None)
    if place is None:  # at the top; but the first line of a list's item holds its dash
        dash = lines[found[0].line].lstrip().startswith("- ")
        place = found[0].end if dash else found[0].line
    return _Repair(text, place, place, tuple(block))


def _indented(block: Sequence[str], indent: int) -> list[str]:
    shift = indent - _indent(block[0])
    return [" " * (_indent(line) + shift) + line.lstrip(" ") for line in block]


# ---- reading ----


def _importer(lines: Sequence[str]) -> list[_Setting]:
    """The importer's settings; `ValueError` for what is no `.meta` of a texture."""
    for number, line in enumerate(lines, 1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ", "|||||||")) or line.rstrip("\r") == "=======":
            raise ValueError(f"line {number} is a merge conflict's marker")
    _check_end(lines)
    top = _settings([lines[0].removeprefix("\ufeff"), *lines[1:]], 0, len(lines))
    guid = _find(top, "guid")
    if guid is None or re.fullmatch(r"[0-9a-fA-F]{32}", guid.value) is None:
        raise ValueError("it has no guid")
    section = _find(top, _IMPORTER)
    if section is None:
        other = next((setting.key for setting in top if setting.key.endswith("Importer")), None)
        raise ValueError(f"it is for {other}, not {_IMPORTER}" if other else f"it has no {_IMPORTER}")
    if not _has_block(lines, section):
        raise ValueError(f"{_IMPORTER} has no settings")
    return _block(lines, section)


def _check_end(lines: Sequence[str]) -> None:
    """A file that was cut off ends within a line, or within brackets or quotes."""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    inner = re.sub(r"^(- +)+", "", last)
    value = inner.partition(": ")[2] if ": " in inner else inner
    if not _closes(value) or last.endswith(": -") or (":" not in last and _DASH.match(last) is None):
        raise ValueError("its last line is cut off")


def _closes(value: str) -> bool:
    closing = _CLOSING.get(value[:1])
    return closing is None or (len(value) > 1 and value.endswith(closing))


def _settings(lines: Sequence[str], start: int, end: int) -> list[_Setting]:
    """The settings of a block, whatever belongs to them passed over; the first one's indentation is the block's."""
    heads: list[tuple[int, str, re.Match[str], str]] = []
    level = -1
    for number in range(start, end):
        text = _COMMENT.sub("", lines[number]).rstrip()
        if not text.strip() or text in {"---", "..."} or text.startswith("%"):
            continue
        indent = _indent(text)
        level = indent if level < 0 else level
        if heads and (indent > level or (indent == level and _DASH.match(text, indent))):
            continue  # it belongs to the last one
        match = _KEY.fullmatch(text, indent)
        if indent < level or match is None:
            raise ValueError(f"line {number + 1} is no setting")
        key = match["double"] or match["single"] or match["plain"] or ""
        if any(key == other for _, other, _, _ in heads):
            raise ValueError(f"line {number + 1}: {key} is there twice")
        heads.append((number, key, match, text))
    ends = [number for number, *_ in heads[1:]] + [end]
    found = []
    for (number, key, match, text), bound in zip(heads, ends, strict=True):
        columns = match.span("value") if match["value"] is not None else (len(text), len(text))
        value = (match["value"] or "").strip()
        whole = [value, *(_COMMENT.sub("", line).strip() for line in lines[number + 1 : bound])]
        if value and not _closes(" ".join(part for part in whole if part)):
            raise ValueError(f"line {number + 1}: {key} is cut off")
        if value[:1] in {'"', "'"} and _closes(value):
            value = value[1:-1]
        # Blank lines and comments behind it belong to what follows.
        last = max(at for at in range(number, bound) if at == number or _COMMENT.sub("", lines[at]).strip())
        found.append(_Setting(key, value, number, columns, last + 1))
    return found


def _block(lines: Sequence[str], section: _Setting | None) -> list[_Setting]:
    assert section is not None
    return _settings(lines, section.line + 1, section.end)


def _has_block(lines: Sequence[str], section: _Setting) -> bool:
    """Whether settings or items follow; not for `[]`, `{}` and nothing. Settings within one line are refused."""
    if section.value not in {"", "[]", "{}"}:
        raise ValueError(f"{section.key} is written in one line; write a line for each of its settings")
    return section.value == "" and any(line.strip() for line in lines[section.line + 1 : section.end])


def _first_line(lines: Sequence[str], section: _Setting) -> int:
    return next(at for at in range(section.line + 1, section.end) if _COMMENT.sub("", lines[at]).strip())


def _items(lines: Sequence[str], section: _Setting | None) -> list[list[_Setting]]:
    """The items of a list, each a block of settings whose first one stands behind the dash."""
    assert section is not None
    first = _first_line(lines, section)
    indent = _indent(lines[first])
    dashes = [
        at for at in range(first, section.end) if _indent(lines[at]) == indent and lines[at][indent : indent + 1] == "-"
    ]
    if not dashes or dashes[0] != first:
        raise ValueError(f"line {first + 1} is no item of {section.key}")
    plain = list(lines)
    for at in dashes:
        plain[at] = f"{lines[at][:indent]} {lines[at][indent + 1 :]}"
    bounds = [*dashes, section.end]
    return [_settings(plain, start, end) for start, end in pairwise(bounds)]


def _find(settings: Sequence[_Setting], key: str) -> _Setting | None:
    return next((setting for setting in settings if setting.key == key), None)


def _value(settings: Sequence[_Setting], key: str) -> str:
    setting = _find(settings, key)
    return "" if setting is None else setting.value


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
