"""Unity's `.meta` files of textures: new ones, and ours within what Unity and its users wrote.

A `.meta` is YAML, one setting a line. It is edited line by line, so that whatever a user or another version of Unity
put there stays as it is, to the byte.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from bluenoise_assets.engines.engine import Asset
from bluenoise_assets.engines.template import Words, read, render
from bluenoise_assets.engines.unity.blocks import Block, check_end, indent_of, read_block
from bluenoise_assets.formats.layout import Storage

_IMPORTER, _PLATFORMS, _DEFAULT_PLATFORM = "TextureImporter", "platformSettings", "DefaultTexturePlatform"

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

# The settings that keep noise what it is, in our template's order. A texture's other settings are its users' business.
_OURS_IN_SECTIONS = {
    "mipmaps": ("enableMipMap", "sRGBTexture"),
    "textureSettings": ("filterMode", "wrapU", "wrapV", "wrapW"),
}
_OURS = (
    *("nPOTScale", "alphaUsage", "alphaIsTransparency", "textureType", "textureShape", "singleChannelComponent"),
    *("flipbookRows", "flipbookColumns"),
)
_OURS_IF_PRESENT = ("swizzle",)  # Unity 2022 has it first
_OURS_FOR_PLATFORMS = ("maxTextureSize", "textureFormat", "textureCompression", "crunchedCompression", "overridden")


@dataclass(frozen=True)
class _Repair:
    """What is wrong, and the lines that mend it: they take the place of those from `start` to `end`."""

    text: str
    start: int
    end: int
    lines: tuple[str, ...]


def patch(asset: Asset, old: str | None) -> str:
    """The `.meta` with our settings, and everything else, the guid above all, as it was."""
    if old is None:
        return render(read(Path(__file__).with_name("texture.meta")), _words(asset))
    lines = old.split("\n")
    carriage_return = "\r" if lines[0].endswith("\r") else ""
    if lines[-1]:  # a last line that does not end; it gets back what it is given here
        lines = [*lines[:-1], lines[-1] + carriage_return, ""]
    repairs = sorted(_repairs(asset, lines), key=lambda repair: (repair.start, repair.end))
    for repair in reversed(repairs):
        lines[repair.start : repair.end] = [line.rstrip("\r") + carriage_return for line in repair.lines]
    text = "\n".join(lines)
    return text if old.endswith("\n") else text.removesuffix(f"{carriage_return}\n")


def differences(asset: Asset, text: str) -> list[str]:
    """The settings that are not as they should be: `filterMode: 1, not 0`."""
    return [repair.text for repair in _repairs(asset, text.split("\n"))]


def _words(asset: Asset) -> Words:
    """What our own `.meta` says. The guid depends on the file's name in the output folder alone, for every machine.

    Where two output folders of one project have the same names, Unity gives one of the two another guid; it is kept.
    """
    spec, storage_layout = asset.spec, asset.storage_layout
    side = max(spec.size[0], spec.size[1] * spec.slices, 32)
    lone = storage_layout.channels == 1
    return {
        "guid": sha256(f"bluenoise-assets:{asset.file}".encode()).hexdigest()[:32],
        "size": 1 << (side - 1).bit_length(),  # holds the strip: a power of two, as in Unity's list
        "format": _FORMATS[storage_layout.storage][min(storage_layout.channels, 3) - 1],
        "type": 10 if lone else 0,  # SingleChannel, Default
        "component": 1 if lone else 0,  # red, where shaders look; 0 would be alpha
        "shape": _SHAPES[spec.kind],
        "rows": spec.slices,
    }


def _repairs(asset: Asset, lines: Sequence[str]) -> Iterator[_Repair]:
    """What is wrong, by our template's order in each block; no two repairs are about the same lines."""
    model, importer = _importer(patch(asset, None).split("\n")), _importer(lines)
    for name, keys in _OURS_IN_SECTIONS.items():
        section, right = importer.inner(name), model.inner(name)
        if section is None or right is None:
            yield _missing(importer, model, name, keys)
        else:
            yield from _wrong(section, right, keys)
    present = (key for key in _OURS_IF_PRESENT if key in importer.settings)
    yield from _wrong(importer, model, (*_OURS, *present))
    yield from _wrong_platforms(asset, importer, model)


def _wrong(found: Block, model: Block, keys: Sequence[str]) -> Iterator[_Repair]:
    for key in keys:
        setting, right = found.settings.get(key), model.value(key)
        if setting is None:
            yield _missing(found, model, key)
        elif setting.value != right:
            line, (start, end) = found.lines[setting.line], setting.columns
            gap = "" if line[:start].endswith(" ") else " "
            mended = f"{line[:start]}{gap}{right}{line[end:]}"
            # What belonged to the old value goes with it.
            text = f"{key}: {setting.value or 'nothing'}, not {right}"
            yield _Repair(text, setting.line, setting.end, (mended,))


def _wrong_platforms(asset: Asset, importer: Block, model: Block) -> Iterator[_Repair]:
    """The default platform has all that is ours; so has each platform that overrides it.

    A platform's override may have another uncompressed format of enough channels: not every GPU has 16-bit integers.
    """
    items, (right, *_) = importer.items(_PLATFORMS), model.items(_PLATFORMS) or []
    if items is None:
        yield _missing(importer, model, _PLATFORMS)
        return
    if _DEFAULT_PLATFORM not in {item.value("buildTarget") for item in items}:
        place, ours = importer.settings[_PLATFORMS].line + 1, model.settings[_PLATFORMS]
        block = _indented(model.lines[ours.line + 1 : ours.end], items[0].dash or 0)
        yield _Repair(f"{_DEFAULT_PLATFORM} is missing", place, place, block)
    enough = [numbers for channels, numbers in _UNCOMPRESSED.items() if channels >= asset.storage_layout.channels]
    for item in items:
        name = item.value("buildTarget")
        keys = list(_OURS_FOR_PLATFORMS)
        size = item.value("maxTextureSize")
        if size.isdecimal() and int(size) >= int(right.value("maxTextureSize")):
            keys.remove("maxTextureSize")
        if name != _DEFAULT_PLATFORM and item.value("textureFormat") in map(str, set().union(*enough)):
            keys.remove("textureFormat")
        if name == _DEFAULT_PLATFORM or item.value("overridden") == "1":
            for repair in _wrong(item, right, keys):
                yield replace(repair, text=f"{name} {repair.text}")


def _missing(found: Block, model: Block, key: str, only: Sequence[str] | None = None) -> _Repair:
    """A setting as in our own file, where our own file has it: behind the nearest one before it that is there.

    Of a block it is the keys in `only`. An empty one, as `platformSettings: []`, is replaced.
    """
    right = model.settings[key]
    below = model.lines[right.line + 1 : right.end]
    kept = [line for line in below if only is None or line.strip().partition(":")[0] in only]
    block = _indented([model.lines[right.line], *kept], found.level)
    if key in found.settings:
        return _Repair(f"{key} is missing", found.settings[key].line, found.settings[key].end, block)
    order = list(model.settings)
    before = [found.settings[name].end for name in order[: order.index(key)] if name in found.settings]
    first = next(iter(found.settings.values()))
    # At the top, unless the first line holds an item's dash.
    place = before[-1] if before else first.line if found.dash is None else first.end
    return _Repair(f"{key} is missing", place, place, block)


def _indented(block: Sequence[str], indent: int) -> tuple[str, ...]:
    shift = indent - indent_of(block[0])
    return tuple(" " * (indent_of(line) + shift) + line.lstrip(" ") for line in block)


def _importer(lines: Sequence[str]) -> Block:
    """The importer's settings; `ValueError` for what is no `.meta` of a texture."""
    for number, line in enumerate(lines, 1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ", "|||||||")) or line.rstrip("\r") == "=======":
            raise ValueError(f"line {number} is a merge conflict's marker")
    check_end(lines)
    top = read_block([lines[0].removeprefix("\ufeff"), *lines[1:]], 0, len(lines))
    if re.fullmatch(r"[0-9a-fA-F]{32}", top.value("guid")) is None:
        raise ValueError("it has no guid")
    if _IMPORTER not in top.settings:
        other = next((key for key in top.settings if key.endswith("Importer")), None)
        raise ValueError(f"it is for {other}, not {_IMPORTER}" if other else f"it has no {_IMPORTER}")
    importer = top.inner(_IMPORTER)
    if importer is None:
        raise ValueError(f"{_IMPORTER} has no settings")
    return importer
