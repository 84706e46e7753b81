"""three.js in a real browser: it loads what we write, binds it as our module says, and shows what numpy computes."""

import json
import re
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import shader_reference as reference
from support.browser import THREE, shown
from support.threejs import (
    ENGINE,
    LEVELS,
    PICTURE,
    array_of,
    asset_of,
    base64_of,
    dithered,
    gradient_for,
    picture_for,
    picture_of,
    values_of,
    write,
)

from bluenoise_assets.formats import exr, ktx2
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.registry import problem
from bluenoise_assets.formats.storage import convert
from bluenoise_assets.spec import GaussianDistribution, TextureSpec, TriangularDistribution
from bluenoise_assets.spec.names import identifier, name_problem

FORMATS = {1: "RedFormat", 2: "RGFormat", 4: "RGBAFormat"}
TYPES = {"uint8": "UnsignedByteType", "float16": "HalfFloatType", "float32": "FloatType"}
HEIGHT, WIDTH = 5, 7
FRAME = -1

PICTURES = [
    (dtype, channels, kind)
    for dtype in ("uint8", "uint16", "float16", "float32")
    for channels in (1, 2, 4)
    for kind in ("2d", "array", "volume")
]
EXRS = [(dtype, channels) for dtype in ("float16", "float32") for channels in (1, 2, 3, 4)]
SPECS = {
    "8 bits": TextureSpec("ui/dither", (7, 5)),
    "8 bits, RGB": TextureSpec("rgb", (6, 4), channels=3),
    "8 bits, volume": TextureSpec("fog/näh #1 (100%)", (5, 3, 4), channels=2),
    "8 bits, a volume of one slice": TextureSpec("thin", (5, 3, 1)),
    "16 bits, array": TextureSpec("frames", (8, 8), bits=16, layers=3),
    "16 bits, RGBA": TextureSpec("deep", (3, 9), bits=16, channels=4),
    "half": TextureSpec("half", (4, 6), encoding="float", bits=16),
    "float, array": TextureSpec("float", (4, 6), encoding="float", bits=32, layers=2, channels=3),
    "triangular": TextureSpec("triangular", (9, 7), distribution=TriangularDistribution(), channels=3),
    "triangular, 16 bits, volume": TextureSpec(
        "triangular_3", (9, 7, 2), distribution=TriangularDistribution(), bits=16
    ),
    "another law": TextureSpec("grain", (5, 5), distribution=GaussianDistribution()),
    "frames": TextureSpec("loop", (5, 3), frames=4),
    "points": TextureSpec("square", (5, 3), sample_space="vec2"),
    "directions, frames": TextureSpec("ball", (5, 3), sample_space="sphere", frames=3),
    "directions, 16 bits, frames": TextureSpec("dome", (5, 3), sample_space="cosine_hemisphere", frames=3, bits=16),
    "directions, half, frames": TextureSpec("ring", (5, 3), sample_space="circle", frames=2, bits=16, encoding="float"),
}
every_spec = pytest.mark.parametrize("name", SPECS)


def sample_of(spec):
    """What a shader of one's own writes for a texture of vectors, as a colour; None for scalars."""
    name, components = identifier(spec.name), spec.channels
    load = f"{name}_load_frame( tex, at, {FRAME} )" if spec.frames else f"{name}_load( tex, at )"
    return f"vec4( {name}_sample( {load} ){', 0.0' * (4 - components)} )" if spec.is_vector else None


def write_cases(folder):
    """Every file for the page, and what it should do with them."""
    cases = []

    def add(name, how, file, **more):
        cases.append({"name": name, "how": how, "file": quote(file), **more})

    for case in PICTURES:
        name = "-".join(map(str, case))
        (folder / f"{name}.ktx2").write_bytes(ktx2.encode(picture_of(*case, HEIGHT, WIDTH)))
        # Whether a GPU draws 16-bit integers is its own affair: EXT_texture_norm16.
        add(name, "ktx2", f"{name}.ktx2", drawn=case[0] != "uint16")
    add("undetected", "undetected", "uint8-1-2d.ktx2")
    for dtype, channels in EXRS:
        name = f"exr-{dtype}-{channels}"
        (folder / f"{name}.exr").write_bytes(exr.encode(picture_of(dtype, channels, "2d", HEIGHT, WIDTH)))
        add(name, "exr", f"{name}.exr", type=TYPES[dtype])
    for name, spec in SPECS.items():
        picture = picture_for(spec)
        add(
            name,
            "module",
            write(folder, spec, picture),
            picture=PICTURE,
            colors=base64_of(gradient_for(spec, picture)),
            levels=LEVELS,
            slices=list(range(spec.slices)),
            sample=sample_of(spec),
        )
    (folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """What the page finds in one run of the browser, and what the browser's console says."""
    work = tmp_path_factory.mktemp("threejs")
    files = work / "files"
    files.mkdir()
    write_cases(files)
    (answer,) = shown(work, files, "page.html")
    return answer


@pytest.fixture(scope="module")
def found(browser):
    return browser["found"]


def fetched(texels, picture):
    """That the GPU's texels are the picture's; the channels that it has not are 0, and 1 in alpha."""
    slices, height, width, channels = picture.texels.shape
    read = array_of(texels, "float32", (slices, height, width, 4))
    stored = picture.texels
    if stored.dtype.kind == "u":
        top = np.iinfo(stored.dtype).max
        assert (np.abs(read[..., :channels] * top - stored) < 0.01).all()
    else:
        assert (read[..., :channels] == stored.astype(np.float32)).all()
    assert (read[..., channels:] == np.array([0, 0, 0, 1], np.float32)[channels:]).all()


def test_the_browser_runs_the_version_that_is_named(found):
    assert found["revision"] == THREE.rpartition("@")[2].split(".")[1] == "187"


@pytest.mark.parametrize(("dtype", "channels", "kind"), PICTURES)
def test_ktx2_loader(dtype, channels, kind, found):
    read = found[f"{dtype}-{channels}-{kind}"]
    picture = picture_of(dtype, channels, kind, HEIGHT, WIDTH)
    if dtype == "uint16" and channels < 4:  # why 16-bit integers are held as float32
        assert read == {"error": f"Error: THREE.KTX2Loader: Unsupported vkFormat: {ktx2.VK_FORMATS[dtype, channels]}"}
        return
    assert read["volume"] == (kind == "volume")
    assert read["size"] == [WIDTH, HEIGHT, 3 if kind == "volume" else None]
    assert (read["format"], read["type"]) == (FORMATS[channels], TYPES.get(dtype))
    assert read["levels"] == 1
    if dtype != "uint16":
        # An array is its first layer: why it is held as a volume.
        fetched(read["texels"], picture if kind != "array" else TexelImage(picture.texels[:1], "2d"))


def test_the_loader_wants_a_renderer_even_for_what_needs_no_transcoder(found):
    """If this changes, the module needs no argument."""
    assert "Missing initialization with `.detectSupport( renderer )`" in found["undetected"]["error"]


@pytest.mark.parametrize(("dtype", "channels"), EXRS)
def test_exr_loader(dtype, channels, found):
    """Rows come from the bottom to the top, so a strip's slices would come from the last to the first."""
    read = found[f"exr-{dtype}-{channels}"]
    texels = picture_of(dtype, channels, "2d", HEIGHT, WIDTH).texels[0, ::-1]
    wanted = np.zeros((HEIGHT, WIDTH, 4), dtype)
    wanted[..., 3] = 1
    wanted[..., :channels] = texels
    if channels == 1:  # luminance
        wanted[..., 1:3] = texels
    assert (read["format"], read["type"]) == ("RGBAFormat", TYPES[dtype])
    assert array_of(read["data"], dtype, wanted.shape).tobytes() == wanted.tobytes()
    fetched(read["texels"], TexelImage(wanted[None], "2d"))


@every_spec
def test_our_module_binds_data_without_filtering(name, found):
    spec, read = SPECS[name], found[name]
    assert "error" not in read, read
    storage_layout = ENGINE.storage_layout(spec)
    volume = ENGINE.layout(spec) == "volume"
    wraps = ["wrapS", "wrapT", "wrapR"] if volume else ["wrapS", "wrapT"]
    assert {key: read[key] for key in wraps} == dict.fromkeys(wraps, "RepeatWrapping")
    assert (read["minFilter"], read["magFilter"]) == ("NearestFilter", "NearestFilter")
    assert (read["colorSpace"], read["generateMipmaps"], read["flipY"], read["levels"]) == ("", False, False, 1)
    assert (read["format"], read["type"]) == (FORMATS[storage_layout.channels], TYPES[storage_layout.storage])
    assert (read["volume"], read["size"]) == (volume, [*spec.size[:2], spec.slices if volume else None])
    assert f"vec4 {identifier(spec.name)}_load(" in read["glsl"]


@every_spec
def test_our_module_loads_the_texels(name, found):
    fetched(found[name]["texels"], convert(picture_for(SPECS[name]), ENGINE.storage_layout(SPECS[name])))


@every_spec
def test_our_module_shows_a_gradient_as_numpy_dithers_it(name, found):
    spec, picture = SPECS[name], picture_for(SPECS[name])
    shown = found[name]["shown"]
    if isinstance(spec.distribution, GaussianDistribution) or spec.is_vector:
        assert shown == {}
        return
    colors = gradient_for(spec, picture)
    width, height = PICTURE
    several = set()
    for levels in LEVELS:
        for number in range(spec.slices):
            wanted = dithered(colors, spec, picture, levels, number)
            pixels = array_of(shown[f"{levels} {number}"], "uint8", (height, width, 4))
            assert (pixels[..., :3] == wanted).all(), (levels, number)
            several.add(pixels.tobytes())
    assert len(several) == len(LEVELS) * spec.slices  # no slice is another's, nor does a program keep old levels


@pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if spec.is_vector])
def test_our_module_decodes_samples(name, found):
    """Also where 16-bit integers are held as the floats that they stand for, which are no components yet."""
    spec, picture = SPECS[name], picture_for(SPECS[name])
    width, height = PICTURE
    values = reference.covering(values_of(picture), PICTURE, (0, 0), FRAME)
    wanted = reference.sample(values, spec.sample_space, signed=spec.encoding == "float")
    read = array_of(found[name]["sample"], "float32", (height, width, 4))[..., : spec.channels]
    np.testing.assert_allclose(read, wanted, atol=1e-6)


def test_the_console_is_silent(browser):
    """No warning of a shader, of a missing file or of the loader."""
    assert browser["complaints"] == []


@every_spec
def test_holding_and_layout(name):
    spec = SPECS[name]
    storage_layout = ENGINE.storage_layout(spec)
    assert problem("ktx2", convert(picture_for(spec), storage_layout).layout) is None
    assert storage_layout.kind == ("2d" if ENGINE.layout(spec) == "strip" else "volume")
    assert storage_layout.storage != "uint16"


@st.composite
def names(draw):
    letters = st.characters(codec="utf-8", exclude_categories=("Cs",))
    return draw(st.text(letters, min_size=1, max_size=12).filter(lambda name: name_problem(name) is None))


@given(names(), st.sampled_from(list(SPECS.values())))
def test_a_module_of_any_name(name, like):
    """It is ASCII, says nothing twice, and no name ends a comment or a string."""
    spec = TextureSpec(name, like.size, channels=like.channels, layers=like.layers, distribution=like.distribution)
    module = ENGINE.snippet(asset_of(spec))
    assert module.isascii()
    assert "\r" not in module
    body = module[module.index("import {") :]
    stem = quote(name.rpartition("/")[2], safe="")
    common = f"./{'../' * name.count('/')}bluenoise_common"
    assert re.findall(r"new URL\( '([^']*)'", body) == [f"./{stem}.ktx2", f"{common}.glsl", f"./{stem}.glsl"]
    assert set(re.findall(r"from '([^']*)'", body)) == {f"{common}.js"}
    assert "`" not in body
