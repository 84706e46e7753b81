"""Bevy: its `.meta` file by RON's grammar and its own declarations; its formats and our page's shader in wgpu.

Bevy itself does not run here. wgpu is what it draws with; the declarations are transcribed from its sources.
"""

import re
import struct

import numpy as np
import pytest
from support import shader_reference as reference
from support.tools import missing, require_module
from support.wesl import LINKERS, Job

from bluenoise_assets.engines import Asset, engine_of, shaders
from bluenoise_assets.formats import ktx2
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.registry import problem
from bluenoise_assets.formats.storage import convert
from bluenoise_assets.spec import GaussianDistribution, TextureSpec, TriangularDistribution
from bluenoise_assets.spec.names import identifier

ENGINE = engine_of("bevy")
ENCODINGS = [("unorm", 8), ("unorm", 16), ("float", 16), ("float", 32)]
SHAPES = {"2d": ((7, 5), None), "array": ((5, 3), 3), "volume": ((3, 5, 4), None), "lines": ((6, 1), 3)}
SPECS = [
    TextureSpec(f"{encoding}{bits}x{channels}/{kind}", size, channels, bits, encoding=encoding, layers=layers)
    for encoding, bits in ENCODINGS
    for channels in (1, 2, 3, 4)
    for kind, (size, layers) in SHAPES.items()
]
every_spec = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)

# --- RON, by the grammar in ron 0.12's docs/grammar.md: tokens first, then values ---

TOKENS = re.compile(
    r"""(?P<space>[ \t\r\n]+|//[^\n]*|/\*[^*]*\*/)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<number>[+-]?(?:0x[0-9A-Fa-f_]+|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+))
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<mark>[()\[\]{}:,])""",
    re.VERBOSE,
)


def tokens_of(text):
    place, found = 0, []
    while place < len(text):
        match = TOKENS.match(text, place)
        assert match, f"no token at {text[place : place + 20]!r}"
        place = match.end()
        if match.lastgroup != "space":
            found.append((match.lastgroup, match[0]))
    return [*found, ("end", "")]


def ron(text):
    """A struct as `(name, {field: value})`, a tuple as `(name, [member])`, a list as a list, the rest as its text."""
    tokens = tokens_of(text)
    tokens.reverse()

    def take(wanted=None):
        kind, word = tokens.pop()
        assert wanted is None or word == wanted, f"{word!r} where {wanted!r} belongs"
        return kind, word

    def inside(close, one):
        members = []
        while tokens[-1][1] != close:
            members.append(one())
            if tokens[-1][1] != close:
                take(",")
        take(close)
        return members

    def member():
        if tokens[-1][0] == "word" and tokens[-2][1] == ":":
            name = take()[1]
            take(":")
            return name, value()
        return None, value()

    def entry():
        key = value()
        take(":")
        return key, value()

    def value():
        kind, word = take()
        if word == "[":
            return inside("]", value)
        if word == "{":
            return dict(inside("}", entry))
        if word == "(" or (kind == "word" and tokens[-1][1] == "("):
            if kind == "word":
                take("(")
            members = inside(")", member)
            names = [name for name, _ in members]
            assert all(name is None for name in names) or None not in names
            assert len(set(names)) == len(names) or None in names
            parts = dict(members) if names and names[0] is not None else [one for _, one in members]
            return (word if kind == "word" else "", parts)
        assert kind in {"string", "number", "word"}, word
        return word

    found = value()
    assert tokens == [("end", "")]
    return found


# --- what Bevy reads, transcribed from crates/bevy_asset/src/meta.rs and crates/bevy_image/src/{image_loader,image}.rs ---

ADDRESS_MODES = {"ClampToEdge", "Repeat", "MirrorRepeat", "ClampToBorder"}
FILTER_MODES = {"Nearest", "Linear"}


def load_settings(text):
    """The settings of the image loader, checked as serde does: each field there, and of its type."""
    name, meta = ron(text)
    assert name in {"", "AssetMeta"}
    assert meta["meta_format_version"] == '"1.0"'
    action, load = meta["asset"]
    assert action == "Load"
    assert load["loader"] == '"bevy_image::image_loader::ImageLoader"'
    _, settings = load["settings"]
    assert settings["format"] in ("FromExtension", "Guess") or settings["format"][0] == "Format"
    assert settings["is_srgb"] in ("true", "false")
    assert re.fullmatch(r'"(MAIN_WORLD|RENDER_WORLD)( \| (MAIN_WORLD|RENDER_WORLD))?"', settings["asset_usage"][1][0])
    assert settings.get("array_layout", "None") == "None"
    assert settings.get("texture_format", "None") == "None"
    kind, (sampler,) = settings["sampler"]
    assert kind == "Descriptor"
    assert sampler[0] in {"", "ImageSamplerDescriptor"}
    for axis in "uvw":
        assert sampler[1][f"address_mode_{axis}"] in ADDRESS_MODES
    for use in ("mag", "min", "mipmap"):
        assert sampler[1][f"{use}_filter"] in FILTER_MODES
    assert float(sampler[1]["lod_min_clamp"]) <= float(sampler[1]["lod_max_clamp"])
    assert int(sampler[1]["anisotropy_clamp"]) >= 1
    return settings


def right(text):
    """That a texture loaded so is noise: data, point filtering, repeating."""
    settings = load_settings(text)
    sampler = settings["sampler"][1][0][1]
    assert settings["is_srgb"] == "false"
    assert {sampler[f"address_mode_{axis}"] for axis in "uvw"} == {"Repeat"}
    assert {sampler[f"{use}_filter"] for use in ("mag", "min", "mipmap")} == {"Nearest"}
    assert sampler.get("compare", "None") == "None"
    assert sampler["anisotropy_clamp"] == "1"  # wgpu refuses more with point filtering


def asset_of(spec):
    storage_layout = ENGINE.storage_layout(spec)
    return Asset(spec, storage_layout, f"bevy/{spec.name}.{storage_layout.format}")


ASSET = asset_of(TextureSpec("ui/dither", (8, 8)))


def patch(text):
    return ENGINE.sidecar.patch(ASSET, text)


def differences(text):
    return ENGINE.sidecar.differences(ASSET, text)


NEW = patch(None)


def test_a_new_file():
    right(NEW)
    assert differences(NEW) == []
    assert patch(NEW) == NEW
    assert NEW.endswith(")\n")
    assert NEW.isascii()


def test_it_is_the_same_for_every_texture():
    for spec in SPECS:
        assert ENGINE.sidecar.patch(asset_of(spec), None) == NEW


@pytest.mark.parametrize(
    "text",
    [
        NEW.replace("is_srgb: false", "is_srgb: true"),
        NEW.replace("label: None", 'label: Some("mine")'),  # Bevy never writes here: nothing is anybody else's
        NEW.replace("\n", "\r\n"),
        NEW[:100],
        "<<<<<<< HEAD\n" + NEW,
        '(meta_format_version: "1.0", asset: Ignore)',
        "",
    ],
)
def test_any_other_text_is_stale_and_written_anew(text):
    (reason,) = differences(text)
    assert reason == "the settings are not those that were written"
    assert patch(text) == NEW


# --- wgpu ---

FORMATS = {  # of vulkan_core.h, in wgpu's words
    9: "r8unorm",
    16: "rg8unorm",
    37: "rgba8unorm",
    76: "r16float",
    83: "rg16float",
    97: "rgba16float",
    100: "r32float",
    103: "rg32float",
    109: "rgba32float",
}
TYPES = {"strip": "texture_2d<f32>", "array": "texture_2d_array<f32>", "volume": "texture_3d<f32>"}
VIEWS = {"strip": "2d", "array": "2d-array", "volume": "3d"}
READ = """
@group(0) @binding(0) var noise: TYPE;
@group(0) @binding(1) var<storage, read_write> found: array<vec4<f32>>;
@compute @workgroup_size(1)
fn main(@builtin(global_invocation_id) at: vec3<u32>, @builtin(num_workgroups) size: vec3<u32>) {
    found[(at.z * size.y + at.y) * size.x + at.x] = LOAD;
}
"""
LOADS = {
    "strip": "textureLoad(noise, at.xy, 0)",
    "array": "textureLoad(noise, at.xy, at.z, 0)",
    "volume": "textureLoad(noise, at, 0)",
}


@pytest.fixture(scope="module")
def device():
    """With no features: what every device has."""
    wgpu = require_module("wgpu", "pip install wgpu")
    try:
        adapter = wgpu.gpu.request_adapter_sync(power_preference="low-power")
    except Exception as error:  # noqa: BLE001 - whatever a driver's absence looks like
        missing(f"a WebGPU adapter ({error})", "apt-get install mesa-vulkan-drivers")
    return adapter.request_device_sync(required_features=[])


def picture_for(spec):
    random = np.random.default_rng(len(spec.name))
    shape = (spec.slices, spec.size[1], spec.size[0], spec.channels)
    if spec.encoding == "float":
        return TexelImage((0.001 + 0.998 * random.random(shape)).astype(f"float{spec.bits}"), spec.kind)
    return TexelImage(random.integers(0, 2**spec.bits, shape, f"uint{spec.bits}"), spec.kind)


def upload(device, spec):
    """A texture of what stands in the KTX2 file, as Bevy makes it: by the file's own header."""
    data = ktx2.encode(convert(picture_for(spec), ENGINE.storage_layout(spec)))
    vk_format, _, width, height, depth, layers = struct.unpack_from("<6I", data, 12)
    start, length = struct.unpack_from("<2Q", data, 80)
    assert height > 1  # of one row Bevy makes a 1D texture
    assert depth != 1
    assert layers != 1
    count = max(depth, layers, 1)
    texture = device.create_texture(
        size=(width, height, count),
        dimension="3d" if depth else "2d",
        format=FORMATS[vk_format],
        usage="TEXTURE_BINDING|COPY_DST",
    )
    layout = {"bytes_per_row": length // (height * count), "rows_per_image": height}
    device.queue.write_texture({"texture": texture}, data[start : start + length], layout, (width, height, count))
    return texture, (count, height, width)


@every_spec
def test_wgpu_has_the_format_without_any_feature(spec, device):
    texture, shape = upload(device, spec)
    where = ENGINE.layout(spec)
    group = device.create_bind_group_layout(
        entries=[
            {
                "binding": 0,
                "visibility": "COMPUTE",
                # As `sample_type = "float", filterable = false` has it.
                "texture": {"sample_type": "unfilterable-float", "view_dimension": VIEWS[where]},
            },
            {"binding": 1, "visibility": "COMPUTE", "buffer": {"type": "storage"}},
        ]
    )
    found = device.create_buffer(size=16 * int(np.prod(shape)), usage="STORAGE|COPY_SRC")
    module = device.create_shader_module(code=READ.replace("TYPE", TYPES[where]).replace("LOAD", LOADS[where]))
    pipeline = device.create_compute_pipeline(
        layout=device.create_pipeline_layout(bind_group_layouts=[group]),
        compute={"module": module, "entry_point": "main"},
    )
    bound = device.create_bind_group(
        layout=group,
        entries=[
            {"binding": 0, "resource": texture.create_view(dimension=VIEWS[where])},
            {"binding": 1, "resource": {"buffer": found}},
        ],
    )
    encoder = device.create_command_encoder()
    compute = encoder.begin_compute_pass()
    compute.set_pipeline(pipeline)
    compute.set_bind_group(0, bound)
    compute.dispatch_workgroups(*shape[::-1])
    compute.end()
    device.queue.submit([encoder.finish()])
    read = np.frombuffer(device.queue.read_buffer(found), np.float32).reshape(*shape, 4)
    stored = convert(picture_for(spec), ENGINE.storage_layout(spec)).texels
    channels = stored.shape[3]
    if stored.dtype == np.uint8:
        assert (np.abs(read[..., :channels] * 255 - stored) < 0.01).all()
    else:
        assert (read[..., :channels] == stored.astype(np.float32)).all()
    assert (read[..., channels:] == np.array([0, 0, 0, 1], np.float32)[channels:]).all()


SHOWN = {
    "strip": TextureSpec("ui/dither", (7, 5)),
    "array": TextureSpec("frames_2", (5, 3), layers=4, channels=3),
    "16-bit volume": TextureSpec("fog", (4, 6, 3), bits=16),
    "triangular": TextureSpec("triangular", (9, 7), distribution=TriangularDistribution()),
    "in one file": TextureSpec("one", (9, 7), distribution=TriangularDistribution(), shader_files="single"),
    "of one slice": TextureSpec("thin", (4, 6, 1), encoding="float", bits=32),
    "another law": TextureSpec("grain", (4, 6), distribution=GaussianDistribution()),
    "frames": TextureSpec("loop", (5, 3), frames=4),
    "directions": TextureSpec("dome", (5, 3), frames=4, sample_space="hemisphere", bits=16),
    "points": TextureSpec("square", (5, 3), sample_space="vec2"),
    "no identifier": TextureSpec("ui/my-dither #1", (7, 5)),
    "a word of WESL's": TextureSpec("super", (7, 5)),
}
FRAME = 6
VERTEX_OUTPUT = "struct VertexOutput { @builtin(position) position: vec4<f32>, @location(0) uv: vec2<f32> }\n"
GLOBALS = f"struct Globals {{ frame_count: u32 }}\nvar<private> globals: Globals = Globals({FRAME}u);\n"
VERTEX = (
    VERTEX_OUTPUT
    + """
@vertex fn vertex(@builtin(vertex_index) index: u32) -> VertexOutput {
    let at = vec2<f32>(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0);
    return VertexOutput(vec4<f32>(at, 0.0, 1.0), vec2<f32>(at.x * 0.5 + 0.5, 0.5 - at.y * 0.5));
}
"""
)
WIDTH, HEIGHT = 64, 40  # rows of 256 bytes, which a copy to a buffer wants


def codes_of(spec):
    """The page's shader for WESL, and how it begins for naga_oil."""
    return re.findall(r"(?ms)^```wgsl\n(.*?)^```$", ENGINE.snippet(asset_of(spec)))


def shader_files(spec, language):
    """What `assets` has of a texture and of all, by path."""
    storage = shaders.storage_of(ENGINE.storage_layout(spec).storage)
    suffix = shaders.SUFFIXES[language]
    return {
        f"bluenoise/bevy/{spec.name}.{suffix}": shaders.render(
            language, spec, shaders.Binding(ENGINE.layout(spec), storage)
        ),
        f"bluenoise/bevy/bluenoise_common.{suffix}": shaders.common_text(language),
    }


# --- Bevy 0.20: WESL, which links our files as it does Bevy's own ---


def job_of(code, files, copied=False):
    """A shader in `assets/shaders`, and beside it nothing but what Bevy registers: `.wesl` files, by their paths."""
    assert all(file.endswith(".wesl") for file in files)
    paths = {f"package::{file.removesuffix('.wesl').replace('/', '::')}": text for file, text in files.items()}
    root = "package::shaders::dithered"
    modules = {"render/forward_io.wesl": VERTEX_OUTPUT, "render/mesh_view_bindings.wesl": GLOBALS}
    return Job(root, {root: code} | ({} if copied else paths), {"bevy_pbr": modules}, {"MATERIAL_BIND_GROUP": 0})


def page_job(spec):
    code, _ = codes_of(spec)
    files = shader_files(spec, "wesl")
    copied = re.search(r"(?m)^// Copy the texts? of .*\n", code)
    if copied:
        text = "".join(files.values())
        code = code.replace(copied[0], text)
    return job_of(code, files, bool(copied))


def every_function(spec):
    """A shader that imports all functions of the texture's file and of the common one, and calls them."""
    files = shader_files(spec, "wesl")
    imports, calls = [], []
    arguments = {"vec4<f32>": "vec4<f32>(0.5)", "vec3<f32>": "vec3<f32>(0.5)", "vec2<i32>": "vec2<i32>(1)"}
    arguments |= {"f32": "0.5", "i32": "2", TYPES[ENGINE.layout(spec)]: "noise"}
    for file, text in files.items():
        module = file.removesuffix(".wesl").replace("/", "::")
        for name, parameters in re.findall(r"(?m)^fn (\w+)\((.*)\) ->", text):
            imports.append(f"import package::{module}::{name};")
            values = [arguments[one.partition(": ")[2]] for one in parameters.split(", ")]
            calls.append(f"    _ = {name}({', '.join(values)});")
    assert len(calls) > 15
    binding = f"@group(constants::MATERIAL_BIND_GROUP) @binding(0) var noise: {TYPES[ENGINE.layout(spec)]};"
    body = ["@fragment", "fn fragment() -> @location(0) vec4<f32> {", *calls, "    return vec4<f32>(1.0);", "}"]
    return job_of("\n".join([*imports, binding, *body]), files)


@pytest.fixture(scope="module", params=LINKERS)
def linked(request, tmp_path_factory):
    jobs = {name: page_job(spec) for name, spec in SHOWN.items()}
    jobs |= {f"every function: {name}": every_function(SHOWN[name]) for name in ("frames", "triangular", "points")}
    return LINKERS[request.param](jobs, tmp_path_factory.mktemp("wesl"))


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_s_shader_dithers_in_wesl(name, linked, device):
    code, _ = codes_of(SHOWN[name])
    assert "#" not in code.replace(SHOWN[name].name.rpartition("/")[2], "")
    check(name, drawn(device, SHOWN[name], linked[name]))


@pytest.mark.parametrize("name", ["frames", "triangular", "points"])
def test_wesl_imports_every_function(name, linked, device):
    device.create_shader_module(code=linked[f"every function: {name}"])


def test_the_two_suffixes_hold_the_same_text():
    for spec in SHOWN.values():
        assert [*shader_files(spec, "wesl").values()] == [*shader_files(spec, "wgsl").values()]


# --- Bevy 0.17 to 0.19: naga_oil, filled in by hand ---


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_s_shader_dithers_in_naga_oil(name, device):
    """Bevy's `#import` and `#{...}` are filled in by hand; the rest is the page's text, drawn to an sRGB target."""
    spec = SHOWN[name]
    code, begin = codes_of(spec)
    rest = code[re.search(r"(?m)^@group.* var noise: .*;\n", code).end() :]
    files = shader_files(spec, "wgsl")
    imports = re.findall(r"(?m)^#import (.+?)::(\w+)$", begin)
    own = [(source.strip('"'), item) for source, item in imports if source.startswith('"')]
    assert all(f"fn {item}(" in files[file] for file, item in own)
    assert {item for _, item in imports} - {item for _, item in own} <= {"VertexOutput", "globals"}
    called = set(re.findall(rf"\b(?:bluenoise|{identifier(spec.name)})_\w+(?=\()", re.sub("//.*", "", rest)))
    assert called == {item for _, item in own}
    text = "".join(files[file] for file in dict.fromkeys(file for file, _ in own))
    body = re.sub(r"(?m)^#import .*\n", "", begin).replace("#{MATERIAL_BIND_GROUP}", "0") + rest
    check(name, drawn(device, spec, text + VERTEX_OUTPUT + GLOBALS + body))


def drawn(device, spec, code):
    """The pixels that the page's `fragment` stores in an sRGB target."""
    vertex, fragment = (device.create_shader_module(code=text) for text in (VERTEX, code))
    group = device.create_bind_group_layout(
        entries=[
            {
                "binding": 0,
                "visibility": "FRAGMENT",
                "texture": {"sample_type": "unfilterable-float", "view_dimension": VIEWS[ENGINE.layout(spec)]},
            }
        ]
    )
    texture, _ = upload(device, spec)
    view = texture.create_view(dimension=VIEWS[ENGINE.layout(spec)])
    bound = device.create_bind_group(layout=group, entries=[{"binding": 0, "resource": view}])
    target = device.create_texture(
        size=(WIDTH, HEIGHT, 1), format="rgba8unorm-srgb", usage="RENDER_ATTACHMENT|COPY_SRC"
    )
    pipeline = device.create_render_pipeline(
        layout=device.create_pipeline_layout(bind_group_layouts=[group]),
        vertex={"module": vertex, "entry_point": "vertex"},
        fragment={"module": fragment, "entry_point": "fragment", "targets": [{"format": "rgba8unorm-srgb"}]},
    )
    encoder = device.create_command_encoder()
    attachment = {"view": target.create_view(), "load_op": "clear", "store_op": "store", "clear_value": (0, 0, 0, 0)}
    drawing = encoder.begin_render_pass(color_attachments=[attachment])
    drawing.set_pipeline(pipeline)
    drawing.set_bind_group(0, bound)
    drawing.draw(3)
    drawing.end()
    device.queue.submit([encoder.finish()])
    data = device.queue.read_texture({"texture": target}, {"bytes_per_row": WIDTH * 4}, (WIDTH, HEIGHT, 1))
    return np.frombuffer(data, np.uint8).reshape(HEIGHT, WIDTH, 4)[..., :3]


def check(name, pixels):
    """That the pixels are what numpy makes of the texels."""
    spec = SHOWN[name]
    picture = picture_for(spec)
    texels = picture.texels[FRAME % spec.slices].astype(np.float64)
    values = texels if spec.encoding == "float" else (texels + 0.5) / 2**spec.bits
    tiled = values[np.arange(HEIGHT)[:, None] % spec.size[1], np.arange(WIDTH) % spec.size[0]]
    if spec.is_vector:
        sample = reference.sample(tiled, spec.sample_space, signed=False)
        blue = np.zeros((HEIGHT, WIDTH, 3 - spec.channels))
        colors = np.concatenate([0.5 + 0.5 * sample if name == "directions" else sample, blue], axis=-1)
        assert (np.abs(pixels - 255 * to_srgb(colors)) <= 0.6).all()  # what Vulkan allows
        return
    noise = reference.rgb(tiled)
    if name == "another law":
        stored = 255 * to_srgb(noise)
        assert (np.abs(pixels - stored) <= 0.51).all()
        return
    level = 255 * to_srgb(np.repeat(((np.arange(WIDTH) + 0.5) / WIDTH)[None, :, None], 3, axis=-1))
    moved = level + noise
    if isinstance(spec.distribution, TriangularDistribution):
        u = reference.to_uniform(noise.astype(np.float32), spec.distribution)
        moved = level + reference.trapezoid(u, reference.amplitude(level, 256)) + 0.5
    clear = np.abs(moved - np.round(moved)) > 1e-2  # a GPU's pow is not so exact
    assert clear.mean() > 0.9
    assert (pixels == np.floor(moved).clip(0, 255))[clear].all()


def to_srgb(linear):
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


# --- which file, and the page ---


@every_spec
def test_holding_and_layout(spec):
    storage_layout = ENGINE.storage_layout(spec)
    stored = convert(picture_for(spec), storage_layout)
    assert problem("ktx2", stored.layout) is None
    assert storage_layout.format == "ktx2"
    assert storage_layout.storage != "uint16"
    where = {"2d": "strip", "array": "array", "volume": "volume"}[spec.kind]
    if spec.size[1:] == (1,):  # an array of lines
        where = "strip"
    assert ENGINE.layout(spec) == where
    assert storage_layout.kind == {"strip": "2d", "array": "array", "volume": "volume"}[where]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_line(channels):
    """A KTX2 of one row would be a 1D texture: a PNG for bytes, and a remark for the others."""
    line = TextureSpec("line", (16, 1), channels)
    assert (ENGINE.storage_layout(line).format, ENGINE.storage_layout(line).kind, ENGINE.layout(line)) == (
        "png",
        "2d",
        "strip",
    )
    assert (ENGINE.storage_layout(line).storage, ENGINE.storage_layout(line).channels) == ("uint8", channels)
    assert "TextureDimension::D2" not in ENGINE.snippet(asset_of(line))
    for deep in (TextureSpec("line", (16, 1), channels, 16), TextureSpec("line", (16, 1, 1), channels, 16)):
        assert ENGINE.storage_layout(deep).format == "ktx2"
        assert "TextureDimension::D2" in ENGINE.snippet(asset_of(deep))
    assert "TextureDimension::D2" not in ENGINE.snippet(asset_of(TextureSpec("lines", (16, 1, 2), channels, 16)))


@every_spec
def test_the_page_binds_what_the_file_is(spec):
    page = ENGINE.snippet(asset_of(spec))
    where = ENGINE.layout(spec)
    assert f'dimension = "{VIEWS[where].replace("-", "_")}")]' in page
    assert f"var noise: {TYPES[where]};" in page
    assert f'load("bluenoise/bevy/{spec.name}.ktx2")' in page
    assert "\r" not in page
