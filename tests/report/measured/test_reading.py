"""Files that others wrote are read as they are, or refused in a line that says why."""

import io
import re
import struct
import sys
import zlib

import numpy as np
import png as pypng
import pytest
from PIL import Image, ImageCms
from support.tools import require_module

from bluenoise_assets.formats import dds, exr, ktx2, npy
from bluenoise_assets.formats import png as own_png
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.report.measured import texture_file
from bluenoise_assets.report.measured.reading import Unreadable, decoded, read_textures
from bluenoise_assets.report.measured.slicing import Slicing
from bluenoise_assets.spec.input_file import UnreadableFileError

rng = np.random.default_rng(1)


def noise(*shape, dtype=np.uint8):
    return rng.random(shape).astype(dtype) if np.dtype(dtype).kind == "f" else rng.integers(0, 256, shape, dtype)


def saved(picture, form, **options):
    """A file that Pillow wrote."""
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def texels_of(data, suffix=""):
    return decoded(data, suffix).image.texels


def refusal(data, suffix=""):
    with pytest.raises(UnreadableFileError) as error:
        decoded(data, suffix)
    text = str(error.value)
    assert "\n" not in text
    return text


# PNG


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("bits", [8, 16])
def test_png_by_another_writer(channels, bits):
    texels = rng.integers(0, 2**bits, (6, 5, channels), np.uint16)
    file = io.BytesIO()
    writer = pypng.Writer(5, 6, greyscale=channels < 3, alpha=channels % 2 == 0, bitdepth=bits)
    writer.write(file, texels.reshape(6, -1).tolist())
    found = decoded(file.getvalue())
    assert np.array_equal(found.image.texels[0], texels)
    assert found.image.texels.dtype.itemsize == bits // 8
    assert found.facts == texture_file.FileFacts("png")


def png_with(*chunks):
    """A PNG with these chunks before the texels."""
    data = own_png.encode(TexelImage(noise(1, 4, 4, 1)))
    made = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return data[:33] + made + data[33:]


@pytest.mark.parametrize(
    ("chunks", "is_srgb"),
    [
        ([(b"sRGB", b"\0")], True),
        ([(b"gAMA", struct.pack(">I", 45455))], True),
        ([(b"gAMA", struct.pack(">I", 100000))], False),
        ([(b"gAMA", struct.pack(">I", 100000)), (b"sRGB", b"\0")], True),
        ([(b"cICP", bytes([1, 8, 0, 1])), (b"sRGB", b"\0")], False),
        ([(b"cICP", bytes([1, 13, 0, 1]))], True),
        ([], None),
    ],
)
def test_what_a_png_says_of_its_colours(chunks, is_srgb):
    assert decoded(png_with(*chunks)).facts.is_srgb is is_srgb


def test_a_png_with_a_profile():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert decoded(saved(Image.fromarray(noise(4, 4)), "PNG", icc_profile=profile)).facts.is_srgb is True


# other pictures


@pytest.mark.parametrize(
    ("form", "suffix", "shape", "options"),
    [
        ("BMP", "bmp", (6, 5, 3), {}),
        ("TGA", "tga", (6, 5, 4), {}),
        ("TGA", "tga", (6, 5), {"compression": "tga_rle"}),
        ("TIFF", "tif", (6, 5, 3), {"compression": "tiff_lzw"}),
        ("WEBP", "webp", (6, 5, 3), {"lossless": True}),
        ("GIF", "gif", (6, 5), {}),
    ],
)
def test_pictures_without_loss(form, suffix, shape, options):
    texels = noise(*shape)
    found = decoded(saved(Image.fromarray(texels), form, **options), suffix)
    assert (found.facts.format, found.facts.compression) == (form.lower(), None)
    assert np.array_equal(found.image.texels[0, ..., 0].reshape(6, 5), texels.reshape(6, 5, -1)[..., 0])


def test_lossy_pictures_are_called_so():
    picture = Image.fromarray(noise(8, 8, 3))
    assert decoded(saved(picture, "JPEG")).facts.compression == "JPEG"
    assert decoded(saved(picture, "WEBP", quality=50)).facts.compression == "WebP"
    assert decoded(saved(picture, "TIFF", compression="jpeg")).facts.compression == "JPEG"


def test_deep_tiffs():
    texels = rng.integers(0, 65536, (6, 5), np.uint16)
    assert np.array_equal(texels_of(saved(Image.fromarray(texels), "TIFF"))[0, ..., 0], texels)
    # 16-bit colour, which Pillow would cut to 8 bits: one strip, little-endian
    tags = [(256, 5), (257, 6), (262, 2), (259, 1), (277, 3), (278, 6), (279, 180)]
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags]
    end = 8 + 2 + 12 * (len(tags) + 2) + 4
    entries += [struct.pack("<HHII", 258, 3, 3, end), struct.pack("<HHII", 273, 4, 1, end + 6)]
    entries.sort(key=lambda entry: struct.unpack_from("<H", entry)[0])
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    tiff = b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<3H", 16, 16, 16) + bytes(180)
    assert "8 bits are not read; convert it to a PNG" in refusal(tiff)


def test_pictures_in_one_gif_are_frames(tmp_path):
    slices = [Image.fromarray(noise(4, 4)) for _ in range(3)]
    (tmp_path / "a.gif").write_bytes(saved(slices[0], "GIF", save_all=True, append_images=slices[1:]))
    (file,) = read_textures(tmp_path / "a.gif")
    assert (file.image.kind, len(file.image.texels), file.frames) == ("array", 3, True)


# EXR


@pytest.mark.parametrize("compression", ["ZIP_COMPRESSION", "PIZ_COMPRESSION", "NO_COMPRESSION"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_exr_by_its_own_library(compression, dtype, tmp_path):
    library = require_module("OpenEXR", "pip install OpenEXR")
    channels = {name: noise(6, 5, dtype=dtype) for name in "GR"}
    path = tmp_path / "a.exr"
    header = {"compression": getattr(library, compression), "type": library.scanlineimage}
    library.File(header, dict(channels)).write(str(path))
    found = decoded(path.read_bytes())
    assert found.facts == texture_file.FileFacts("exr")
    assert np.array_equal(found.image.texels[0], np.stack([channels["R"], channels["G"]], axis=-1))
    assert found.image.texels.dtype == dtype


def test_exr_without_the_extra(tmp_path, monkeypatch):
    library = require_module("OpenEXR", "pip install OpenEXR")
    path = tmp_path / "a.exr"
    header = {"compression": library.ZIP_COMPRESSION, "type": library.scanlineimage}
    library.File(header, {"R": noise(6, 5, dtype=np.float32)}).write(str(path))
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    assert "compressed (ZIP); python -m pip install 'bluenoise-assets[measure]'" in refusal(path.read_bytes())
    own = TexelImage(noise(1, 4, 4, 1, dtype=np.float16))
    assert np.array_equal(texels_of(exr.encode(own)), own.texels)


# DDS and KTX2


@pytest.mark.parametrize(("dtype", "channels"), [(np.uint8, 4), (np.uint16, 1), (np.float16, 2), (np.float32, 4)])
@pytest.mark.parametrize(("kind", "slices"), [("2d", 1), ("array", 3), ("volume", 3)])
@pytest.mark.parametrize("codec", [dds, ktx2])
def test_surfaces_of_ours(codec, dtype, channels, kind, slices):
    image = TexelImage(noise(slices, 6, 5, channels, dtype=dtype), kind)
    assert decoded(codec.encode(image)).image.equals(image)


def patched(data, *changes):
    """A file with other 32-bit numbers at some places."""
    changed = bytearray(data)
    for place, value in changes:
        struct.pack_into("<I", changed, place, value)
    return bytes(changed)


def test_dds_with_mip_levels_and_srgb():
    """An array whose slices are each followed by their smaller levels."""
    image = TexelImage(noise(3, 6, 4, 4), "array")
    data = dds.encode(image)
    smaller = noise(2 * 3 * 4 + 1 * 2 * 4 // 2)
    chains = b"".join(one.tobytes() + smaller.tobytes() for one in image.texels)
    found = decoded(patched(data[:148], (28, 3), (128, 29)) + chains)
    assert found.image.equals(image)
    assert (found.facts.is_srgb, found.facts.mip_levels) == (True, 3)
    bgra = decoded(patched(data, (128, 87)))
    assert np.array_equal(bgra.image.texels, image.texels[..., [2, 1, 0, 3]])
    assert bgra.facts.is_srgb is False


@pytest.mark.parametrize(
    ("pixel_format", "mode", "name", "channels"),
    [("DXT1", "RGBA", "BC1", 4), ("DXT5", "RGBA", "BC3", 4), ("BC5", "RGB", "BC5", 2)],
)
def test_dds_of_blocks(pixel_format, mode, name, channels):
    data = saved(Image.fromarray(noise(8, 8, 3)).convert(mode), "DDS", pixel_format=pixel_format)
    with Image.open(io.BytesIO(data)) as picture:
        wanted = np.asarray(picture)[..., :channels]
    found = decoded(data)
    assert found.facts.compression == name
    assert np.array_equal(found.image.texels[0], wanted)


def test_ktx2_of_blocks_and_in_an_array():
    """The blocks that Pillow wrote in a DDS file, twice."""
    data = saved(Image.fromarray(noise(8, 8, 4)), "DDS", pixel_format="DXT5")
    blocks = data[-64:]
    head = ktx2.encode(TexelImage(noise(2, 8, 8, 4), "array"))
    start, _, _ = struct.unpack_from("<3Q", head, 80)
    made = bytearray(patched(head[:start], (12, 137)) + 2 * blocks)
    struct.pack_into("<2Q", made, 88, 128, 128)
    found = decoded(bytes(made))
    assert (found.facts.compression, found.image.kind, len(found.image.texels)) == ("BC3", "array", 2)
    assert np.array_equal(found.image.texels[1], texels_of(data)[0])
    assert "compressed with ETC2, which is not read" in refusal(patched(bytes(made), (12, 147)))
    assert "compressed with ASTC" in refusal(patched(bytes(made), (12, 158)))


@pytest.mark.parametrize("scheme", [2, 3])
def test_ktx2_with_supercompression(scheme, monkeypatch):
    image = TexelImage(noise(2, 4, 4, 2), "array")
    plain = ktx2.encode(image)
    start, length, _ = struct.unpack_from("<3Q", plain, 80)
    if scheme == 3:
        squeeze = zlib.compress
    else:
        squeeze = require_module("zstandard", "pip install zstandard").ZstdCompressor().compress
    body = squeeze(plain[start : start + length])
    made = bytearray(patched(plain[:start], (44, scheme)) + body)
    struct.pack_into("<2Q", made, 88, len(body), length)
    assert decoded(bytes(made)).image.equals(image)
    if scheme == 2:
        monkeypatch.setitem(sys.modules, "zstandard", None)
        assert "compressed by Zstandard; python -m pip install 'bluenoise-assets[measure]'" in refusal(bytes(made))


def test_ktx2_of_three_channels_and_srgb():
    texels = noise(1, 4, 4, 3)
    head = ktx2.encode(TexelImage(noise(1, 4, 4, 4)))
    start, _, _ = struct.unpack_from("<3Q", head, 80)
    made = bytearray(patched(head[:start], (12, 29)) + texels.tobytes())
    struct.pack_into("<2Q", made, 88, 48, 48)
    found = decoded(bytes(made))
    assert np.array_equal(found.image.texels, texels)
    assert found.facts.is_srgb is True
    assert decoded(head).facts.is_srgb is False


# npy


def npy_of(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_npy_of_any_numbers():
    ranks = rng.permutation(30).reshape(6, 5)
    found = decoded(npy_of(ranks))
    assert np.array_equal(found.image.texels[0, ..., 0], ((ranks + 0.5) / 30).astype(np.float32))
    assert found.notes == ("integers from 0 to 29, taken for ranks",)
    values = rng.random((3, 6, 5))
    found = decoded(npy_of(np.asfortranarray(values)))
    assert (found.image.kind, found.notes) == ("array", ("64-bit floats, rounded to 32 bits",))
    assert np.array_equal(found.image.texels[..., 0], values.astype(np.float32))
    big_endian = noise(6, 5, 3).astype(">u2")
    assert np.array_equal(texels_of(npy_of(big_endian))[0], big_endian)
    own = TexelImage(noise(3, 6, 5, 2), "array")
    assert decoded(npy.encode(own)).image.equals(own)


@pytest.mark.parametrize("codec", [dds, ktx2, npy])
def test_values_that_are_not_finite_are_refused(codec):
    texels = noise(1, 4, 4, 1, dtype=np.float32)
    texels[0, 1, 2] = np.nan
    assert "1 of its 16 values are not finite" in refusal(codec.encode(TexelImage(texels)))


def test_npy_that_is_refused():
    assert "not real numbers" in refusal(npy_of(np.array([[{}]], object)))
    assert "not real numbers" in refusal(npy_of(np.zeros((4, 4), complex)))
    assert "1 axes" in refusal(npy_of(np.zeros(4)))
    assert "1 of its 16 values are not finite" in refusal(npy_of(np.where(np.eye(4) * [1, 0, 0, 0], np.nan, 0)))
    huge = npy_of(np.zeros((2, 2), np.uint8)).replace(b"(2, 2)", b"(9999999, 9999999)")
    assert "damaged" in refusal(huge) or "too many" in refusal(huge)


# what is no texture, and what lies


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "empty"),
        (b"hello, this is a text", "no texture of a format that is read"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "`git lfs pull`"),
    ],
)
def test_what_is_no_texture(data, text):
    assert text in refusal(data, "png")


def test_a_wrong_suffix_is_told(tmp_path):
    (tmp_path / "a.png").write_bytes(saved(Image.fromarray(noise(4, 4)), "JPEG"))
    (file,) = read_textures(tmp_path / "a.png")
    assert file.facts.format == "jpeg"
    assert file.notes == ("its name says png, its content is jpeg",)


def png_header(width, height):
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return own_png.SIGNATURE + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body)) + bytes(12)


def test_huge_sizes_are_refused_before_they_take_memory():
    bomb = bytearray(saved(Image.fromarray(noise(4, 4)), "BMP"))
    struct.pack_into("<ii", bomb, 18, 100000, 100000)
    surface = dds.encode(TexelImage(noise(1, 4, 4, 4)))
    khronos = ktx2.encode(TexelImage(noise(1, 4, 4, 4)))
    half = exr.encode(TexelImage(noise(1, 4, 4, 1, dtype=np.float16)))
    window = half.index(b"dataWindow\0box2i\0") + 17 + 4
    for data in (
        png_header(100000, 100000),
        bytes(bomb),
        patched(surface, (12, 2**31), (16, 2**31)),
        patched(khronos, (20, 2**31), (24, 2**31)),
        patched(half, (window + 8, 2**30), (window + 12, 2**30)),
    ):
        assert re.search("too many to measure|more texels than are measured", refusal(data))


def samples():
    picture = Image.fromarray(noise(8, 8, 3))
    yield "png", saved(picture, "PNG")
    for form in ("JPEG", "BMP", "TIFF", "WEBP", "GIF", "TGA"):
        yield form.lower(), saved(picture, form)
    yield "dds", dds.encode(TexelImage(noise(2, 4, 4, 4), "array"))
    yield "dds", saved(picture, "DDS", pixel_format="DXT1")
    yield "ktx2", ktx2.encode(TexelImage(noise(2, 4, 4, 4), "array"))
    yield "exr", exr.encode(TexelImage(noise(1, 4, 4, 3, dtype=np.float16)))
    yield "npy", npy_of(noise(4, 4))


@pytest.mark.parametrize(("suffix", "data"), [*samples()], ids=lambda one: one if isinstance(one, str) else "")
def test_damaged_files_are_read_or_refused(suffix, data):
    refused = 0
    for attempt in range(60):
        broken = bytearray(data if attempt % 2 else data[: int(rng.integers(1, len(data)))])
        for _ in range(attempt % 5):
            broken[int(rng.integers(0, min(len(broken), 256)))] = int(rng.integers(0, 256))
        try:
            decoded(bytes(broken), suffix)
        except UnreadableFileError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused > 10


# slices


def strip(tmp_path, height, width):
    path = tmp_path / "strip.png"
    texels = noise(height, width)
    path.write_bytes(saved(Image.fromarray(texels), "PNG"))
    return path, texels


def test_a_strip_is_frames_unless_somebody_says_otherwise(tmp_path):
    path, texels = strip(tmp_path, 24, 8)
    (file,) = read_textures(path)
    assert file.frames
    assert np.array_equal(file.image.texels[..., 0], texels.reshape(3, 8, 8))
    assert "taken for 3 frames" in file.notes[0]
    (file,) = read_textures(path, Slicing("one"))
    assert (file.image.kind, file.image.texels.shape, file.notes) == ("2d", (1, 24, 8, 1), ())
    (file,) = read_textures(path, Slicing("layers", 6))
    assert (file.image.kind, file.image.texels.shape, file.frames) == ("array", (6, 4, 8, 1), False)
    (file,) = read_textures(path, Slicing("volume", 3))
    assert file.image.kind == "volume"
    (file,) = read_textures(path, Slicing("frames", 5))
    assert isinstance(file, Unreadable)
    assert "24 texels cannot be cut into 5 slices" in file.text


def test_a_strip_from_left_to_right(tmp_path):
    path, texels = strip(tmp_path, 8, 24)
    (file,) = read_textures(path)
    assert np.array_equal(file.image.texels[1, ..., 0], texels[:, 8:16])


def test_slices_of_an_array_are_as_many_as_they_are(tmp_path):
    path = tmp_path / "a.dds"
    path.write_bytes(dds.encode(TexelImage(noise(3, 4, 4, 1), "array")))
    (file,) = read_textures(path)
    assert file.frames
    (file,) = read_textures(path, Slicing("layers", 3))
    assert not file.frames
    (file,) = read_textures(path, Slicing("layers", 4))
    assert "it has 3 slices" in file.text


def test_numbered_files_in_a_folder_are_frames(tmp_path):
    frames = noise(12, 4, 4)
    for number, frame in enumerate(frames):
        if number != 7:
            (tmp_path / f"noise2_{number}.png").write_bytes(saved(Image.fromarray(frame), "PNG"))
    (tmp_path / "noise2_0.png.import").write_text("[remap]\n", encoding="utf-8")
    (tmp_path / "mask.png").write_bytes(saved(Image.fromarray(noise(4, 4)), "PNG"))
    (tmp_path / "noise2_03.png").write_bytes(saved(Image.fromarray(frames[3]), "PNG"))
    mask, file, twice = read_textures(tmp_path)
    assert (mask.path.name, twice.path.name) == ("mask.png", "noise2_3.png")
    assert (file.path.name, file.frames, file.missing) == ("noise2_*.png", True, (7,))
    assert np.array_equal(file.image.texels[..., 0], np.delete(frames, 7, axis=0))  # 2 before 10


def test_sizes_in_a_folder_are_no_frames(tmp_path):
    for side in (4, 5, 6):
        (tmp_path / f"mask_{side}.png").write_bytes(saved(Image.fromarray(noise(side, side)), "PNG"))
    assert [file.image.texels.shape[1] for file in read_textures(tmp_path)] == [4, 5, 6]


def test_paths_without_textures(tmp_path):
    (file,) = read_textures(tmp_path)
    assert "no texture in this folder" in file.text
    (file,) = read_textures(tmp_path / "no.png")
    assert file.text == "there is no such file"
