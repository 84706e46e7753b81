"""Bevy: its `.meta` files by RON's grammar and its own declarations; its formats and our page's shader in wgpu.

Bevy itself does not run here. wgpu is what it draws with; the declarations are transcribed from its sources.
"""

import re
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tools import missing, require_module

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
    holding = ENGINE.holding(spec)
    return Asset(spec, holding, f"bevy/{spec.name}.{holding.format}")


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


# As Bevy's own assets and `write_default_loader_meta_file_for_path` have them.
DEFAULT = """\
(
    meta_format_version: "1.0",
    asset: Load(
        loader: "bevy_image::image_loader::ImageLoader",
        settings: (
            format: FromExtension,
            texture_format: None,
            is_srgb: true,
            sampler: Default,
            asset_usage: ("MAIN_WORLD | RENDER_WORLD"),
            array_layout: None,
        ),
    ),
)"""
SAMPLED = """\
(
    meta_format_version: "1.0",
    asset: Load(
        loader: "bevy_render::texture::image_loader::ImageLoader",
        settings: (
            format: FromExtension,
            is_srgb: false,
            sampler: Descriptor (ImageSamplerDescriptor(
                address_mode_u: ClampToEdge,
                address_mode_v: Repeat,
                address_mode_w: ClampToEdge,
                mag_filter: Nearest,
                min_filter: Linear,
                mipmap_filter: Nearest,
                lod_min_clamp: 0,
                lod_max_clamp: 32.0,
                compare: None,
                anisotropy_clamp: 16,
                border_color: None,
                label: Some("my noise"),
            )),
            asset_usage: RenderAssetUsages("RENDER_WORLD"), // ours
        ),
    ),
)"""
PROCESSED = """\
(
    meta_format_version: "1.0",
    asset: Process(
        processor: "LoadTransformAndSave<ImageLoader, IdentityAssetTransformer<Image>, CompressedImageSaver>",
        settings: (
            loader_settings: (format: FromExtension, is_srgb: false, sampler: Default, asset_usage: ("RENDER_WORLD")),
            transformer_settings: (),
            saver_settings: (is_normal_map: true),
        ),
    ),
)
"""


def test_bevy_s_default_settings():
    assert differences(DEFAULT) == [
        "asset.settings.is_srgb: true, not false",
        "asset.settings.sampler: Default, not Descriptor",
    ]
    patched = patch(DEFAULT)
    right(patched)
    assert [line for line in DEFAULT.splitlines() if line not in patched.splitlines()] == [
        "            is_srgb: true,",
        "            sampler: Default,",
    ]
    sampler = NEW[NEW.index("sampler:") : NEW.index("            asset_usage")]
    assert sampler in patched  # indented as in a new file


def test_a_sampler_of_the_user_s():
    assert differences(SAMPLED) == [
        'asset.loader: "bevy_render::texture::image_loader::ImageLoader", not "bevy_image::image_loader::ImageLoader"',
        "asset.settings.sampler.address_mode_u: ClampToEdge, not Repeat",
        "asset.settings.sampler.address_mode_w: ClampToEdge, not Repeat",
        "asset.settings.sampler.min_filter: Linear, not Nearest",
        "asset.settings.sampler.anisotropy_clamp: 16, not 1",
    ]
    patched = patch(SAMPLED)
    right(patched)
    before, after = SAMPLED.splitlines(), patched.splitlines()
    assert [place for place, line in enumerate(before) if after[place] != line] == [3, 8, 10, 12, 17]
    assert len(before) == len(after)


def test_an_asset_that_is_compressed_or_left_out():
    """Block compression would average the noise away."""
    (text,) = differences(PROCESSED)
    assert text.startswith("asset: Process(processor:")
    assert text.endswith("..., not Load")
    assert patch(PROCESSED) == NEW
    ignored = '(meta_format_version: "1.0", asset: Ignore)'
    assert differences(ignored) == ["asset: Ignore, not Load"]
    right(patch(ignored))


WRONG = [
    ("is_srgb: false", "is_srgb: true", "is_srgb: true, not false"),
    ("address_mode_v: Repeat", "address_mode_v: MirrorRepeat", "sampler.address_mode_v: MirrorRepeat, not Repeat"),
    ("address_mode_w: Repeat,", "", "sampler.address_mode_w: missing, not Repeat"),
    ("mipmap_filter: Nearest", "mipmap_filter: Linear", "sampler.mipmap_filter: Linear, not Nearest"),
    ("mag_filter: Nearest,", "", "sampler.mag_filter: missing, not Nearest"),
    ("lod_max_clamp: 32.0,", "", "sampler.lod_max_clamp: missing, not 32.0"),
    ("compare: None", "compare: Some(Less)", "sampler.compare: Some(Less), not None"),
    ("format: FromExtension,", "", "format: missing, not FromExtension"),
    ("format: FromExtension", "format: Format(Png)", "format: Format(Png), not FromExtension"),
    ("format: FromExtension", "format: Guess", "format: Guess, not FromExtension"),  # by `image`, which knows no KTX2
    ('asset_usage: ("MAIN_WORLD | RENDER_WORLD"),', "", 'asset_usage: missing, not ("MAIN_WORLD | RENDER_WORLD")'),
    ("is_srgb", "array_layout: Some(RowCount(rows: 4)), is_srgb", "array_layout: Some(RowCount(rows:4)), not None"),
    ("is_srgb", "texture_format: Some(R8Uint), is_srgb", "texture_format: Some(R8Uint), not None"),
]


@pytest.mark.parametrize(("old", "new", "text"), WRONG, ids=[text.partition(",")[0] for _, _, text in WRONG])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_each_setting_counts(old, new, text, newline):
    changed = NEW.replace(old, new, 1).replace("\n", newline)
    assert NEW.count(old) == 1 or old == "is_srgb"
    assert differences(changed) == [f"asset.settings.{text}"]
    patched = patch(changed)
    right(patched)
    assert patched.count("\n") == patched.count(newline)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("label: None", 'label: Some("x, y: (")'),
        ("label: None,", ""),
        ("border_color: None,", ""),
        ("compare: None,", ""),
        ("lod_max_clamp: 32.0", "lod_max_clamp: 4"),
        ("format: FromExtension", "format: Format(Ktx2)"),
        ('("MAIN_WORLD | RENDER_WORLD")', 'RenderAssetUsages("RENDER_WORLD")'),
        ("Descriptor((", "Descriptor ( ImageSamplerDescriptor /* of mine */ ("),
        ("is_srgb: false", "is_srgb: /* data */ false /* , true */"),
        ("is_srgb: false", "is_srgb: false, array_layout: None"),
        ("(\n    meta", "// mine\n#![enable(implicit_some)]\nAssetMeta(\n    meta"),
    ],
)
def test_what_is_the_user_s_own_makes_nothing_stale(old, new):
    changed = NEW.replace(old, new, 1)
    assert changed != NEW
    assert differences(changed) == []
    assert patch(changed) == changed


def test_a_remark_stays_beside_its_setting():
    text = """(
    meta_format_version: "1.0",
    asset: Load(
        loader: "bevy_image::image_loader::ImageLoader",
        settings: (
            format: FromExtension,
            is_srgb: false,
            sampler: Descriptor((
                SAMPLER // the last
            )),
            asset_usage: ("RENDER_WORLD")COMMA // as little as can be
            // nothing else
        ),
    ),
)
"""
    sampler = NEW[NEW.index("address_mode_u") : NEW.index("border_color")].rstrip(" \n,")
    for comma in ("", ","):
        whole = text.replace("SAMPLER", sampler).replace("COMMA", comma)
        assert differences(whole) == []
        assert patch(whole.replace("            is_srgb: false,\n", "")) == whole.replace(
            "            is_srgb: false,\n", ""
        ).replace(f"{comma} // as little as can be\n", ", // as little as can be\n            is_srgb: false,\n")
        last = "                anisotropy_clamp: 1 // the last\n"
        assert patch(whole.replace(last, "                // the last\n")).count("anisotropy_clamp: 1,\n") == 1
        assert last in whole


@pytest.mark.parametrize(
    "text",
    [
        "",
        "()",
        "nonsense",
        "fileFormatVersion: 2\nguid: 0123\n",
        '(meta_format_version: "2.0", asset: Ignore)',
        '(meta_format_version: "1.0", asset: Ignore',
        '(meta_format_version: "1.0", asset: Ignore))',
        '(meta_format_version: "1.0" asset: Ignore)',
        '(asset: Ignore, asset: Ignore, meta_format_version: "1.0")',
        '("1.0", Ignore)',
        '(meta_format_version: "1.0, asset: Ignore)',
        '(meta_format_version: "1.0", asset: Ignore /* )',
        "[" * 5000,
        '(asset: Ignore, meta_format_version: "1.0", x: ' + "(" * 5000,
    ],
)
def test_what_is_no_such_file(text):
    for use in (patch, differences):
        with pytest.raises(ValueError, match=r"^[^\n]{5,120}$"):
            use(text)


SPACES = st.sampled_from(["", " ", "\n", "\r\n    ", "\t", " // a remark, (\n", "/* so: ) */", "\n\n"])
WORDS = st.sampled_from(
    ["None", "true", "Repeat", "Some(Less)", '"a, (b"', "1.5", "[1, 2]", '{"k": (x: 1)}', "()", "(1, 2)"]
)


@st.composite
def structs(draw, fields):
    """Some of these fields, and others, in any order and any layout."""
    chosen = draw(st.lists(st.sampled_from(sorted(fields)), unique=True)) if fields else []
    others = draw(st.lists(st.sampled_from(["mine", "guid", "zoom"]), unique=True, max_size=2))
    pieces = []
    for name in draw(st.permutations([*chosen, *others])):
        value = draw(fields.get(name, WORDS))
        pieces.append(f"{draw(SPACES)}{name}{draw(SPACES)}:{draw(SPACES)}{value}{draw(SPACES)}")
    comma = "," if pieces and draw(st.booleans()) else ""
    return f"({','.join(pieces)}{comma}{draw(SPACES)})"


def samplers():
    fields = dict.fromkeys(("label", "address_mode_u", "mag_filter", "lod_min_clamp", "compare"), WORDS)
    whole = st.sampled_from(["", "ImageSamplerDescriptor"])
    described = st.builds("Descriptor({}{})".format, whole, structs(fields))
    return st.one_of(st.just("Default"), described, structs(fields).map("Descriptor{}".format))


def metas():
    settings = structs(
        {
            "format": st.sampled_from(["FromExtension", "Guess", "Format(Ktx2)"]),
            "is_srgb": WORDS,
            "sampler": samplers(),
            "asset_usage": st.just('("RENDER_WORLD")'),
            "array_layout": WORDS,
        }
    )
    load = structs({"loader": WORDS, "settings": st.one_of(settings, st.just("()"))}).map("Load{}".format)
    action = st.one_of(st.just("Ignore"), load, structs({"processor": WORDS}).map("Process{}".format))
    return st.builds(
        lambda head, version, asset, mine: f"{head}({version}asset: {asset}{mine})",
        SPACES,
        st.sampled_from(["", 'meta_format_version: "1.0", ', 'meta_format_version:"1.0",\n    ']),
        action,
        st.sampled_from(["", ",", ",\n    guid: 7", ", guid: 7,\n"]),
    )


def fields_of(value, path=()):
    """Every field that is no struct, by its path."""
    name, parts = value if isinstance(value, tuple) else (None, None)
    if isinstance(parts, dict):
        return {key: one for field, part in parts.items() for key, one in fields_of(part, (*path, field)).items()}
    if name == "Descriptor" and len(parts) == 1:
        return fields_of(parts[0], path)
    return {path: value}


OURS = {
    "meta_format_version", "loader", "format", "is_srgb", "sampler", "array_layout", "texture_format", "asset",
    "address_mode_u", "address_mode_v", "address_mode_w", "mag_filter", "min_filter", "mipmap_filter", "compare",
    "anisotropy_clamp", "lod_min_clamp", "lod_max_clamp", "asset_usage", "settings", "label", "border_color",
}  # fmt: skip


@given(metas())
def test_any_meta_is_patched_once_and_keeps_what_is_not_ours(text):
    before = ron(text)  # what we make up is RON
    patched = patch(text)
    after = ron(patched)
    assert patch(patched) == patched
    assert differences(patched) == []
    assert (differences(text) == []) == (patched == text)
    sampler = after[1]["asset"][1]["settings"][1]["sampler"]
    if isinstance(sampler[1], list) and isinstance(sampler[1][0][1], dict):
        settings = after[1]["asset"][1]["settings"][1]
        assert settings["is_srgb"] == "false"
        assert sampler[1][0][1]["mag_filter"] == "Nearest"
    old, new = fields_of(before), fields_of(after)
    load_before, load_after = before[1]["asset"], after[1]["asset"]
    for path, value in old.items():
        if path[-1] not in OURS and path in new:
            assert new[path] == value
        if path[:1] != ("asset",) and path[-1] not in OURS:
            assert new[path] == value
    if load_before[0] == "Load" and isinstance(load_before[1], dict):
        kept = {path for path in old if path[-1] not in OURS and path[0] == "asset" and "sampler" not in path}
        assert kept <= set(new)
        assert load_after[0] == "Load"


@given(st.text(alphabet="(){}[]:,\"/*# \nabcNone1.!r\\'", max_size=60))
def test_any_text_gives_a_value_error_at_worst(text):
    for candidate in (text, NEW[: len(text) * 10] + text, text + NEW):
        try:
            patched = patch(candidate)
        except ValueError as error:
            assert "\n" not in str(error)
            with pytest.raises(ValueError, match=re.escape(str(error))):
                differences(candidate)
        else:
            assert differences(patched) == []


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
    data = ktx2.encode(convert(picture_for(spec), ENGINE.holding(spec)))
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
    stored = convert(picture_for(spec), ENGINE.holding(spec)).texels
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
    "of one slice": TextureSpec("thin", (4, 6, 1), encoding="float", bits=32),
    "another law": TextureSpec("grain", (4, 6), distribution=GaussianDistribution()),
}
FRAME = 6
AROUND = f"""
struct VertexOutput {{ @builtin(position) position: vec4<f32>, @location(0) uv: vec2<f32> }}
struct Globals {{ frame_count: u32 }}
var<private> globals: Globals = Globals({FRAME}u);
@vertex fn vertex(@builtin(vertex_index) index: u32) -> VertexOutput {{
    let at = vec2<f32>(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0);
    return VertexOutput(vec4<f32>(at, 0.0, 1.0), vec2<f32>(at.x * 0.5 + 0.5, 0.5 - at.y * 0.5));
}}
"""
WIDTH, HEIGHT = 64, 40  # rows of 256 bytes, which a copy to a buffer wants


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_s_shader_dithers_as_numpy_does(name, device):
    """Bevy's `#import` and `#{...}` are filled in by hand; the rest is the page's text, drawn to an sRGB target."""
    spec = SHOWN[name]
    (code,) = re.findall(r"(?ms)^```wgsl\n(.*?)^```$", ENGINE.snippet(asset_of(spec)))
    storage = ENGINE.holding(spec).storage
    wgsl = shaders.render(
        "wgsl", spec, shaders.Binding(ENGINE.layout(spec), "uint8" if storage == "uint8" else "float")
    )
    imports = re.findall(r"(?m)^#import (.+?)::(\w+)$", code)
    own = [item for source, item in imports if source == f'"bluenoise/bevy/{spec.name}.wgsl"']
    assert all(f"fn {item}(" in wgsl for item in own)
    assert {item for _, item in imports} - set(own) <= {"VertexOutput", "globals"}
    assert set(re.findall(rf"\b{identifier(spec.name)}_\w+", code)) == set(own)
    body = re.sub(r"(?m)^#import .*\n", "", code).replace("#{MATERIAL_BIND_GROUP}", "0")
    module = device.create_shader_module(code=wgsl + AROUND + body)
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
        vertex={"module": module, "entry_point": "vertex"},
        fragment={"module": module, "entry_point": "fragment", "targets": [{"format": "rgba8unorm-srgb"}]},
    )
    encoder = device.create_command_encoder()
    attachment = {"view": target.create_view(), "load_op": "clear", "store_op": "store", "clear_value": (0, 0, 0, 0)}
    drawn = encoder.begin_render_pass(color_attachments=[attachment])
    drawn.set_pipeline(pipeline)
    drawn.set_bind_group(0, bound)
    drawn.draw(3)
    drawn.end()
    device.queue.submit([encoder.finish()])
    data = device.queue.read_texture({"texture": target}, {"bytes_per_row": WIDTH * 4}, (WIDTH, HEIGHT, 1))
    pixels = np.frombuffer(data, np.uint8).reshape(HEIGHT, WIDTH, 4)[..., :3]

    picture = picture_for(spec)
    texels = picture.texels[FRAME % spec.slices].astype(np.float64)
    values = texels if spec.encoding == "float" else (texels + 0.5) / 2**spec.bits
    tiled = values[np.arange(HEIGHT)[:, None] % spec.size[1], np.arange(WIDTH) % spec.size[0]]
    noise = tiled[..., :3] if spec.channels >= 3 else np.repeat(tiled[..., :1], 3, axis=-1)
    if name == "another law":
        stored = 255 * to_srgb(noise)
        assert (np.abs(pixels - stored) <= 0.51).all()
        return
    level = 255 * to_srgb(np.repeat(((np.arange(WIDTH) + 0.5) / WIDTH)[None, :, None], 3, axis=-1))
    moved = level + (2 * noise - 0.5 if name == "triangular" else noise)
    clear = np.abs(moved - np.round(moved)) > 1e-2  # a GPU's pow is not so exact
    assert clear.mean() > 0.9
    assert (pixels == np.floor(moved).clip(0, 255))[clear].all()


def to_srgb(linear):
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


# --- which file, and the page ---


@every_spec
def test_holding_and_layout(spec):
    holding = ENGINE.holding(spec)
    stored = convert(picture_for(spec), holding)
    assert problem("ktx2", stored.layout) is None
    assert holding.format == "ktx2"
    assert holding.storage != "uint16"
    where = {"2d": "strip", "array": "array", "volume": "volume"}[spec.kind]
    if spec.size[1:] == (1,):  # an array of lines
        where = "strip"
    assert ENGINE.layout(spec) == where
    assert holding.kind == {"strip": "2d", "array": "array", "volume": "volume"}[where]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_line(channels):
    """A KTX2 of one row would be a 1D texture: a PNG for bytes, and a remark for the others."""
    line = TextureSpec("line", (16, 1), channels)
    assert (ENGINE.holding(line).format, ENGINE.holding(line).kind, ENGINE.layout(line)) == ("png", "2d", "strip")
    assert (ENGINE.holding(line).storage, ENGINE.holding(line).channels) == ("uint8", channels)
    assert "TextureDimension::D2" not in ENGINE.snippet(asset_of(line))
    assert ENGINE.sidecar.differences(asset_of(line), NEW.replace("FromExtension", "Format(Png)")) == []
    for deep in (TextureSpec("line", (16, 1), channels, 16), TextureSpec("line", (16, 1, 1), channels, 16)):
        assert ENGINE.holding(deep).format == "ktx2"
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
