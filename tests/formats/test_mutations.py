"""Every byte before the texels counts. Changed, a reader that we did not write reads something else or refuses the file,
but for the few bytes that the specifications let readers ignore; our own never takes it for an image of another layout.
"""

import base64
import dataclasses
import functools
import hashlib
import itertools
import json
import math
import re
import shutil
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.paths import TESTS
from support.tools import require, require_module

from bluenoise_assets.formats import dds, exr, ktx2, npy, png, raw
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.registry import read


def picture(shape, dtype, kind="2d"):
    data = hashlib.shake_256(f"{shape}{dtype}".encode()).digest(math.prod(shape) * 2)
    bits = np.frombuffer(data, np.uint16).reshape(shape)
    return TexelImage((bits / 65536).astype(dtype) if dtype.startswith("f") else bits.astype(dtype), kind)


@dataclass(frozen=True)
class Case:
    """A file and who reads it."""

    form: str
    one: TexelImage
    data: bytes
    places: Iterable[int]
    """Of the bytes to change."""
    readers: list[str]
    """Independent ones, the quick ones first: each is asked about what the ones before did not see."""
    ignored: dict[int, str] = field(default_factory=dict)
    """Places at which these readers may miss a change, and why."""
    repair: Callable[[bytes], bytes] = bytes
    """Done to each changed file, so that a checksum does not hide what it protects."""

    def changes(self):
        """Each byte one more, all bits flipped, 0 and 255; with its place."""
        for place in self.places:
            old = self.data[place]
            for new in {(old + 1) % 256, old ^ 0xFF, 0, 255} - {old}:
                changed = bytearray(self.data)
                changed[place] = new
                yield place, self.repair(bytes(changed))


def ignore(why, *places):
    return dict.fromkeys(itertools.chain(*places), why)


def dds_case(one, readers, *, legacy=False):
    data = dds.encode(one, legacy=legacy)
    ignored = ignore("dwReserved1 and dwReserved2: Unused.", range(32, 76), range(124, 128))
    if not legacy:
        ignored |= ignore("miscFlags2: the alpha mode, a hint for blending", range(144, 148))
    return Case("dds", one, data, range(128 if legacy else 148), readers, ignored)


def ktx2_case(one):
    data = ktx2.encode(one)
    (start,) = struct.unpack_from("<Q", data, 80)
    pairs, size = struct.unpack_from("<2I", data, 56)
    # All of these must be what they are by the specification, which test_ktx2.py checks, but ktx-parse does not look.
    ignored = ignore("dfdByteLength and dfdTotalSize: known from what they bound", range(52, 56), range(104, 108))
    ignored |= ignore("sgdByteOffset: of global data of no length", range(64, 72))
    place = pairs
    while place < pairs + size:
        (length,) = struct.unpack_from("<I", data, place)
        end = place + 4 + -(-length // 4) * 4
        ignored |= ignore("valuePadding", range(place + 4 + length, end))
        place = end
    ignored |= ignore("mipPadding", range(place, start))
    return Case("ktx2", one, data, range(start), ["ktx-parse"], ignored)


def exr_case(one):
    data = exr.encode(one)
    rows = one.texels.shape[0] * one.texels.shape[1]
    start = data.index(b"screenWindowWidth") + 33 + 8 * rows
    line = (len(data) - start) // rows
    numbers_and_sizes = [start + line * row + place for row in range(rows) for place in range(8)]
    ignored = ignore("line offsets: where they are wrong, OpenEXR looks for the lines", range(start - 8 * rows, start))
    place = data.index(b"chlist\0") + 11
    while data[place]:
        place = data.index(b"\0", place) + 1
        ignored |= ignore("pLinear: for lossy compression alone; 3 reserved bytes", range(place + 4, place + 8))
        place += 16
    return Case("exr", one, data, [*range(start), *numbers_and_sizes], ["openexr", "exrinfo"], ignored)


def npy_case(one):
    data = npy.encode(one)
    order = data.index(b"descr") + 9
    ignored = ignore("'=', the order of this machine, for '<'", [order] if data[order] == ord("<") else [])
    return Case("npy", one, data, range(len(data) - one.texels.nbytes), ["numpy"], ignored)


def png_case(one):
    data = png.encode(one)
    return Case("png", one, data, range(len(data)), ["pypng", "pillow"])


def json_case(one):
    description = raw.describe(one, "x.raw")
    return Case("", one, description, range(len(description)), ["json"])


def with_checksums(data):
    """A PNG file whose chunks have the checksums of what is in them now."""
    place = 8
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        end = place + 8 + length
        data = data[:end] + struct.pack(">I", zlib.crc32(data[place + 4 : end])) + data[end + 4 :]
        place = end + 4
    return data


def png_inside_case(one):
    """IHDR, the heads of the stream and of its block, the filters of the rows, and the stream's checksum."""
    case = png_case(one)
    rows = one.texels.shape[0] * one.texels.shape[1]
    stream, end = 41, len(case.data) - 16
    step = (end - 4 - stream - 7) // rows
    filters = [stream + 7 + step * row for row in range(rows)]
    places = [*range(16, 29), *range(stream, stream + 7), *filters, *range(end - 4, end)]
    return dataclasses.replace(case, places=places, repair=with_checksums)


CASES = {
    "dds-2d": lambda: dds_case(picture((1, 2, 3, 4), "uint8"), ["nvddsinfo", "pillow"]),
    "dds-array": lambda: dds_case(picture((3, 2, 3, 2), "uint16", "array"), ["nvddsinfo"]),
    "dds-volume": lambda: dds_case(picture((2, 2, 3, 1), "float32", "volume"), ["nvddsinfo"]),
    "dds-legacy-2d": lambda: dds_case(picture((1, 2, 3, 1), "uint8"), ["nvddsinfo", "pillow"], legacy=True),
    "dds-legacy-volume": lambda: dds_case(picture((2, 2, 3, 4), "uint8", "volume"), ["nvddsinfo"], legacy=True),
    "ktx2-2d": lambda: ktx2_case(picture((1, 2, 3, 1), "uint8")),
    "ktx2-array": lambda: ktx2_case(picture((3, 2, 3, 2), "float16", "array")),
    "ktx2-volume": lambda: ktx2_case(picture((2, 2, 3, 4), "float32", "volume")),
    "exr-2d": lambda: exr_case(picture((1, 2, 3, 1), "float16")),
    "exr-array": lambda: exr_case(picture((2, 2, 3, 2), "float16", "array")),
    "exr-volume": lambda: exr_case(picture((2, 1, 3, 4), "float32", "volume")),
    "npy-2d": lambda: npy_case(picture((1, 2, 3, 1), "uint8")),
    "npy-volume": lambda: npy_case(picture((2, 2, 3, 2), "float16", "volume")),
    "png-8": lambda: png_case(picture((1, 2, 3, 1), "uint8")),
    "png-16-rgb": lambda: png_case(picture((1, 2, 3, 2), "uint16")),
    "png-8-rgba-volume": lambda: png_case(picture((2, 1, 3, 4), "uint8", "volume")),
    "png-8-inside": lambda: png_inside_case(picture((1, 2, 3, 1), "uint8")),
    "png-16-inside": lambda: png_inside_case(picture((1, 2, 3, 1), "uint16")),
    "png-16-rgba-inside": lambda: png_inside_case(picture((2, 1, 3, 4), "uint16", "volume")),
    "raw-json": lambda: json_case(picture((2, 2, 3, 2), "float16", "volume")),
}
every_case = pytest.mark.parametrize("name", CASES)
MAGIC_AND_SIZE = [*range(4), *range(12, 20)]
PANDA3D = {
    # four-character code; format and dimension; number of slices
    "dds-2d": [*MAGIC_AND_SIZE, *range(84, 88), *range(128, 136), *range(140, 144)],
    "dds-array": [*MAGIC_AND_SIZE, *range(84, 88), *range(128, 136), *range(140, 144)],
    # depth; DDSCAPS2_VOLUME
    "dds-volume": [*MAGIC_AND_SIZE, *range(24, 28), *range(84, 88), 114, *range(128, 132)],
    # flags, bits and mask of the pixel format
    "dds-legacy-2d": [*MAGIC_AND_SIZE, 80, *range(88, 93)],
    "dds-legacy-volume": [*MAGIC_AND_SIZE, *range(24, 28), 80, *range(88, 108), 114],
}
SCRIPT = TESTS / "support" / "read_files.py"
MODULES = {
    "openexr": ("OpenEXR", "pip install OpenEXR"),
    "pillow": ("PIL", "pip install pillow"),
    "pypng": ("png", "pip install pypng"),
    "numpy": ("numpy", "pip install numpy"),
    "panda3d": ("panda3d.core", "pip install panda3d"),
}
PROGRAMS = {
    "nvddsinfo": ("nvddsinfo", "apt-get install libnvtt-bin"),
    "exrinfo": ("exrinfo --strict --verbose", "apt-get install openexr"),
}


def answers(reader, files, folder, ktx_parse):
    """What a reader makes of each file; None where it refuses."""
    if reader == "json":
        found = []
        for data in files:
            try:
                found.append(json.loads(data))
            except ValueError:
                found.append(None)
        return found
    if reader == "ktx-parse":
        read = ktx_parse()({f"{number:05}": data for number, data in enumerate(files)})
        return [None if "error" in read[name] else read[name] for name in sorted(read)]
    if reader in PROGRAMS:
        command, install = PROGRAMS[reader]
        require(command.split()[0], install)
        shutil.rmtree(folder / reader, ignore_errors=True)
        (folder / reader).mkdir()
        for number, data in enumerate(files):
            (folder / reader / f"{number:05}").write_bytes(data)
        loop = f'for file in *; do {command} "$file" || echo refused; echo ======; done'  # quicker than from here
        done = subprocess.run(["sh", "-c", loop], cwd=folder / reader, capture_output=True, check=True)
        *shown, _ = re.sub(rb"'\d{5}'", b"", done.stdout).split(b"======\n")  # exrinfo shows the name of the file
        return [None if b"refused" in answer else answer for answer in shown]
    require_module(*MODULES[reader])
    given_files, told = folder / "files.json", folder / "answers.json"
    given_files.write_text(json.dumps([base64.b64encode(data).decode() for data in files]), encoding="ascii")
    done = subprocess.run(
        [sys.executable, SCRIPT, reader, given_files, told], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(told.read_text(encoding="ascii"))


def missed(case, readers, folder, ktx_parse=None):
    """The changes that none of the readers sees."""
    left = list(case.changes())
    assert {place for place, _ in left} == set(case.places)
    for reader in readers:
        whole, *found = answers(reader, [case.data, *(changed for _, changed in left)], folder, ktx_parse)
        assert whole is not None, reader
        left = [change for change, answer in zip(left, found, strict=True) if answer == whole]
    return left


@every_case
def test_each_change_is_seen_by_an_independent_reader(name, tmp_path, request):
    case = CASES[name]()
    left = missed(case, case.readers, tmp_path, lambda: request.getfixturevalue("ktx_parse"))
    unseen = {place for place, _ in left}
    assert {place: case.data[max(place - 20, 0) : place + 4] for place in unseen - set(case.ignored)} == {}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Panda3D is held back from all memory by Linux alone")
@pytest.mark.parametrize("name", PANDA3D)
def test_panda3d_sees_what_an_engine_depends_on(name, tmp_path):
    """At least one change of each of these bytes: nvddsinfo, above, sees all of them, but only shows a header."""
    case = dataclasses.replace(CASES[name](), places=PANDA3D[name])
    unseen = [place for place, _ in missed(case, ["panda3d"], tmp_path)]
    changes = [place for place, _ in case.changes()]
    assert [place for place in case.places if unseen.count(place) == changes.count(place)] == []


READ = [name for name in CASES if name != "raw-json"]


@pytest.mark.parametrize("name", READ)
def test_our_own_reader_takes_no_change_for_another_layout(name):
    """What it takes for the same image is at a place of which it needs to know nothing, and few are."""
    case = CASES[name]()
    assert read(case.form, case.data, case.one.layout).equals(case.one)
    same = set()
    for place, changed in case.changes():
        try:
            other = read(case.form, changed, case.one.layout)
        except ValueError:
            continue
        assert other.layout == case.one.layout
        if other.equals(case.one):
            same.add(place)
    # Of dds, exr and ktx2, their own tests say which: what is for others, or said twice.
    if case.form in {"npy", "png"}:
        assert same <= set(case.ignored)


@functools.cache
def cached(name):
    return CASES[name]()


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(READ), st.data())
def test_nothing_but_a_value_error_and_no_large_memory(name, data):
    case = cached(name)
    file = bytearray(case.data)
    for place in data.draw(st.lists(st.integers(0, len(file) - 1), max_size=4), "places"):
        file[place] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, file[place] ^ 1]), "byte")
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(file))] * 2), "cut"))
    kept = data.draw(st.sampled_from([file, file[:end], file[start:], file[:start] + file[end:], file + file]), "kept")
    damaged = case.repair(bytes(kept) + data.draw(st.binary(max_size=4), "tail"))
    tracemalloc.start()
    try:
        other = read(case.form, damaged, case.one.layout)
    except ValueError:
        other = None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**22
    assert other is None or other.layout == case.one.layout
