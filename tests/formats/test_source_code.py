"""Texels as source code: compiled by gcc, g++ and mcs, without a warning, into programs that give them back."""

import hashlib
import itertools
import math
import re
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tools import require

from bluenoise_assets.formats import source_code
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import Layout
from bluenoise_assets.formats.registry import problem
from bluenoise_assets.spec.names import identifier

TYPES = [np.uint8, np.uint16, np.float16, np.float32]
LAYOUTS = [((1, 5, 7, 1), "2d"), ((1, 64, 64, 4), "2d"), ((3, 5, 7, 2), "array"), ((1, 5, 7, 3), "volume")]
LANGUAGES = {
    "c": source_code.encode_c,
    "csharp": source_code.encode_csharp,
}


def picture(shape, dtype=np.uint16, kind="2d", seed=0):
    """Any bits at all that make finite numbers."""
    data = hashlib.shake_256(bytes([seed])).digest(math.prod(shape) * np.dtype(dtype).itemsize)
    texels = np.frombuffer(data, dtype).reshape(shape)
    return TexelImage(np.where(np.isfinite(texels), texels, 0).astype(dtype) if dtype == np.float32 else texels, kind)


@st.composite
def pictures(draw):
    kind = draw(st.sampled_from(["2d", "array", "volume"]))
    slices = 1 if kind == "2d" else draw(st.integers(1, 4))
    shape = (slices, draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(1, 4)))
    return picture(shape, draw(st.sampled_from(TYPES)), kind, draw(st.integers(0, 99)))


def samples():
    """Every type and arrangement, the ends of the number ranges, names that are words of the languages."""
    found = {
        f"t{number}_{np.dtype(dtype).name}": picture(shape, dtype, kind, number)
        for number, ((shape, kind), dtype) in enumerate(itertools.product(LAYOUTS, TYPES))
    }
    single = [0.0, -0.0, 1.0, 0.1, 1 / 3, 1e-45, -1.1754944e-38, 3.4028235e38, -3.4028235e38, 123456792.0, 1e7, 1e10]
    found["ends_float"] = TexelImage(np.array(single, np.float32).reshape(1, 1, -1, 1))
    half = [0.0, -0.0, 6e-8, 65504.0, math.inf, -math.inf, math.nan]
    found["ends_half"] = TexelImage(np.array(half, np.float16).reshape(1, 1, -1, 1))
    for number, name in enumerate(["Int", "class", "width", "texels", "object", "a/1", "a1", "a-1-1", "a_11", "é霧"]):
        found[identifier(name) if name != "a/1" else "a_1"] = picture((1, 2, 3, 1), np.uint8, "2d", number)
    return found


SAMPLES = samples()
WANTED = b"".join(
    np.array([sample.texels.shape[axis] for axis in (2, 1, 0, 3)], "<i4").tobytes() + sample.texels.tobytes()
    for sample in SAMPLES.values()
)


def assert_same(found):
    """Byte for byte, and, if not, in which sample."""
    start = 0
    for name, sample in SAMPLES.items():
        end = start + 16 + sample.texels.nbytes
        assert found[start:end] == WANTED[start:end], name
        start = end
    assert len(found) == start


def compile_and_run(command, program, tmp_path):
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stdout + built.stderr) == (0, "")
    subprocess.run([*program, "out.bin"], cwd=tmp_path, check=True)
    return (tmp_path / "out.bin").read_bytes()


@pytest.mark.parametrize(
    ("compiler", "standard", "suffix"),
    [("gcc", "c99", "c"), ("gcc", "c89", "c"), ("gcc", "c11", "c"), ("g++", "c++98", "cpp"), ("g++", "c++11", "cpp")],
)
def test_the_headers_compile_and_hold_the_texels(compiler, standard, suffix, tmp_path):
    tool = require(compiler, f"apt-get install {compiler}")
    writes = []
    for name, sample in SAMPLES.items():
        (tmp_path / f"{name}.h").write_bytes(source_code.encode_c(sample, name))
        macro = name.upper()
        sizes = ", ".join(f"{macro}_{word}" for word in ("WIDTH", "HEIGHT", "SLICES", "CHANNELS"))
        writes.append(f"{{ const int sizes[4] = {{ {sizes} }}; fwrite(sizes, 1, sizeof sizes, out); }}")
        writes.append(f"fwrite({name}_texels, 1, sizeof {name}_texels, out);")
    includes = "".join(f'#include "{name}.h"\n' for name in SAMPLES)
    main = 'int main(int count, char **words)\n{\nFILE *out = fopen(words[count - 1], "wb");\n'
    body = "\n".join(writes)
    text = f"#include <stdio.h>\n{includes}{includes}{main}if (!out) return 1;\n{body}\nreturn fclose(out);\n}}\n"
    (tmp_path / f"main.{suffix}").write_text(text)
    other = f"{includes}int unused(void);\nint unused(void) {{ return 0; }}\n"  # a unit that includes and does not use
    (tmp_path / f"other.{suffix}").write_text(other)
    options = [f"-std={standard}", "-pedantic", "-Wall", "-Wextra", "-Werror"]
    command = [tool, *options, f"main.{suffix}", f"other.{suffix}", "-o", "program"]
    assert_same(compile_and_run(command, [tmp_path / "program"], tmp_path))


def test_the_classes_compile_and_hold_the_texels(tmp_path):
    install = "apt-get install mono-mcs mono-runtime"
    compiler, runtime = require("mcs", install), require("mono", install)
    writes, classes = [], set()
    for name, sample in SAMPLES.items():
        text = source_code.encode_csharp(sample, name)
        (tmp_path / f"{name}.cs").write_bytes(text)
        title = re.search(r"public static class (\w+)", text.decode("ascii"))[1]
        classes.add(title)
        full = f"global::BluenoiseAssets.{title}"
        sizes = ", ".join(f"{full}.{word}" for word in ("Width", "Height", "Slices", "Channels"))
        writes.append(f"Write(file, new int[] {{ {sizes} }}); Write(file, {full}.Texels);")
    assert len(classes) == len(SAMPLES)
    body = "\n".join(writes)
    (tmp_path / "Program.cs").write_text(f"""\
using System;
using System.IO;
static class Program
{{
    static void Write(Stream file, Array values)
    {{
        var bytes = new byte[Buffer.ByteLength(values)];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        file.Write(bytes, 0, bytes.Length);
    }}
    static void Main(string[] words)
    {{
        using (var file = File.Create(words[0])) {{ {body} }}
    }}
}}
""")
    command = [
        compiler,
        "-warn:4",
        "-warnaserror",
        "-out:program.exe",
        "Program.cs",
        *(f"{name}.cs" for name in SAMPLES),
    ]
    assert_same(compile_and_run(command, [runtime, "program.exe"], tmp_path))


def test_a_small_header_word_by_word():
    one = TexelImage(np.array([1, 515], np.uint16).reshape(2, 1, 1, 1), "volume")
    assert source_code.encode_c(one, "ui_dither").decode("ascii") == (
        "/* Made by bluenoise-assets; changes are lost when it is built again. The texels are yours (CC0). */\n"
        "#ifndef UI_DITHER_TEXELS_H\n"
        "#define UI_DITHER_TEXELS_H\n"
        "\n"
        "#include <stdint.h>\n"
        "\n"
        "#define UI_DITHER_WIDTH 1\n"
        "#define UI_DITHER_HEIGHT 1\n"
        "#define UI_DITHER_SLICES 2\n"
        "#define UI_DITHER_CHANNELS 1\n"
        "\n"
        "/* [slice][y][x][channel], rows from top to bottom; the value is (stored + 0.5) / 65536 */\n"
        "static const uint16_t ui_dither_texels[2] = {\n"
        "    1, 515\n"
        "};\n"
        "\n"
        "#endif /* UI_DITHER_TEXELS_H */\n"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dtype", TYPES)
def test_the_text_is_plain(language, dtype):
    data = LANGUAGES[language](picture((1, 64, 64, 4), dtype), "dither_64")
    assert data.isascii()
    assert data.endswith(b"\n")
    assert not re.search(rb"[\r\t]| \n", data)
    assert max(map(len, data.split(b"\n"))) <= 120


@pytest.mark.parametrize(
    ("language", "golden"),
    [
        ("c", "fbd453e2f467517c25eef3dfe79eeee4fe480bf319c05acb57f78d314580f33b"),
        ("csharp", "00d91f620eae271a354aefa890704212ec3c1a3c039872a3ea2b550696b0bc4f"),
    ],
)
def test_the_bytes_are_golden(language, golden):
    """If this fails, files of users change: that must be wanted."""
    digest = hashlib.sha256()
    for name, sample in SAMPLES.items():
        digest.update(LANGUAGES[language](sample, name))
    assert digest.hexdigest() == golden


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None, max_examples=100)
@given(one=pictures())
def test_what_is_read_back_is_what_was_written(language, one):
    assert source_code.read(LANGUAGES[language](one, "x_1"), one.layout).equals(one)


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_float_is_read_back(values):
    one = TexelImage(np.array(values, np.float32).reshape(1, 1, -1, 1))
    assert source_code.read(source_code.encode_c(one, "x"), one.layout).equals(one)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None, max_examples=200)
@given(one=pictures(), position=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_damaged_number_is_another_or_refused(language, one, position, flip):
    data = bytearray(LANGUAGES[language](one, "x"))
    first, last = (data.rindex(brace) for brace in (b"{", b"};" if language == "c" else b"        };"))
    place = first + 1 + position % (last - first - 1)
    is_space = data[place : place + 1].isspace()
    data[place] ^= flip
    try:
        same = source_code.read(bytes(data), one.layout).equals(one)
    except ValueError:
        return
    assert not same or is_space or NEGLIGIBLE.search(data[place - 1 : place + 2]), data[place - 9 : place + 9]


NEGLIGIBLE = re.compile(rb"[,\s][\s+]|[xX]|[0-9a-fA-FeE.]")
"""Space for space, hexadecimal digits in capitals, a last digit that single precision does not hold."""


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None, max_examples=100)
@given(one=pictures(), cut=st.integers(1, 10_000))
def test_a_file_that_was_cut_off_or_grew_is_refused(language, one, cut):
    data = LANGUAGES[language](one, "x")
    for wrong in (data[: data.rindex(b"}" if language == "c" else b"};")], data + data, b"", data.replace(b"{", b"(")):
        with pytest.raises(ValueError, match="source code"):
            source_code.read(wrong, one.layout)
    count = one.layout.value_count
    for shape in ((1, 1, count + 1, 1), (1, 1, max(count - 1, 1), 1)):
        if shape[2] != count:
            with pytest.raises(ValueError, match=f"has {count} values, not {shape[2]}"):
                source_code.read(data, Layout(shape, one.layout.dtype, "2d"))


@pytest.mark.parametrize(
    "text",
    [
        "const unsigned char noise[2][2]={0x01,2,\n3 , 0xFF};",
        "uint8_t[] noise = new uint8_t[] { 1, 2, 3, 255, };",
        "#pragma once\nnamespace noise {\n  // a b\n  constexpr std::uint8_t t[] = {1,2,3,255};\n}",
    ],
)
def test_other_peoples_source_is_read(text):
    found = source_code.read(text.encode(), Layout((1, 2, 2, 1), "uint8", "2d"))
    assert found.texels.ravel().tolist() == [1, 2, 3, 255]
    floats = source_code.read(b"float t[4] = { 0, .5f, -1e3, 1.f };", Layout((1, 2, 2, 1), "float32", "2d"))
    assert floats.texels.ravel().tolist() == [0, 0.5, -1000, 1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    "values",
    [b"", b"1", b"1,", b"1,2,3", b"1,-1", b"1,65536", b"1," + b"9" * 5000, b"1,1e999", b"1,nan", b"1,\xff", b"1,1_0",
     b"1,1e39f", b"01,2", b"1,0x1F", b"1,None", b"inf,1", b"1,0x" + b"f" * 9000, b"1,true"],
)  # fmt: skip
def test_hostile_values_are_refused(language, dtype, values):
    encode = LANGUAGES[language]
    one = picture((1, 1, 2, 1), dtype)
    data = re.sub(rb"\{\n[^{}]*\n( *\};)", lambda found: b"{\n" + values + b"\n" + found[1], encode(one, "x"))
    assert values in data
    if values in ({b"1,-1", b"1,65536", b"01,2"} if dtype == np.float32 else {b"1,0x1F"}):
        return  # good numbers of this type, as others write them
    with pytest.raises(ValueError, match=r"."):
        source_code.read(data, one.layout)


def test_numbers_alone_are_not_read():
    with pytest.raises(ValueError, match="give their layout"):
        source_code.read(source_code.encode_c(picture((1, 5, 7, 1)), "x"), None)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_floats_without_a_literal_are_refused(value):
    one = TexelImage(np.full((1, 2, 2, 1), value, np.float32))
    for encode in LANGUAGES.values():
        with pytest.raises(ValueError, match="finite values: write raw or npy"):
            encode(one, "x")


def test_what_compilers_cannot_bear_is_refused():
    for form, encode in zip(("h", "cs"), LANGUAGES.values(), strict=True):
        assert problem(form, Layout((1, 2048, 2048, 1), "uint8", "2d")) is None
        with pytest.raises(
            ValueError, match=r"holds 4194304 values, not 4196352: write png, dds, .*or make it smaller"
        ):
            encode(TexelImage(np.zeros((1, 2048, 2049, 1), np.uint8)), "x")


@pytest.mark.parametrize("name", ["", "A", "1a", "a__b", "_a", "a_", "a b", "é", "a;", "a\n"])
def test_what_is_no_identifier_is_refused(name):
    for encode in LANGUAGES.values():
        with pytest.raises(ValueError, match="no identifier"):
            encode(picture((1, 2, 2, 1)), name)


@given(st.text(), st.text())
def test_names_that_differ_give_classes_that_differ(first, second):
    one = picture((1, 1, 1, 1))
    names = [identifier(first), identifier(second)]
    texts = [source_code.encode_csharp(one, name) for name in names]
    assert (names[0] == names[1]) == (texts[0] == texts[1])
