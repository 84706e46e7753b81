"""Code of one's own: plain texels with a description in JSON, and what each graphics API calls their format."""

from dataclasses import dataclass
from pathlib import Path

from bluenoise_assets.engines.engine import Asset, Engine, load_function, without_3_channels
from bluenoise_assets.engines.shaders import Layout, own_layout
from bluenoise_assets.engines.template import Words
from bluenoise_assets.formats.layout import Storage, StorageLayout
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.sample_space import DIRECTIONS

SIZES: dict[Storage, int] = {"uint8": 1, "uint16": 2, "float16": 2, "float32": 4}
PITCH_ALIGNMENT = 256
"""Of rows in a buffer that Direct3D 12 (D3D12_TEXTURE_DATA_PITCH_ALIGNMENT) or WebGPU copies to a texture."""


@dataclass(frozen=True)
class Names:
    """A format, in the words of each API."""

    vulkan: str
    dxgi: str
    metal: str
    webgpu: str
    gl_internal: str
    gl_format: str
    gl_type: str


_VULKAN = {1: "R{0}", 2: "R{0}G{0}", 4: "R{0}G{0}B{0}A{0}"}
_SHORT = {1: "R", 2: "RG", 4: "RGBA"}
_GL_FORMATS = {1: "GL_RED", 2: "GL_RG", 4: "GL_RGBA"}
_GL_TYPES: dict[Storage, str] = {
    "uint8": "GL_UNSIGNED_BYTE",
    "uint16": "GL_UNSIGNED_SHORT",
    "float16": "GL_HALF_FLOAT",
    "float32": "GL_FLOAT",
}


def names_of(storage: Storage, channels: int) -> Names:
    """What a format of 1, 2 or 4 channels is called."""
    bits = 8 * SIZES[storage]
    floats = storage.startswith("float")
    long, short = _VULKAN[channels].format(bits), f"{_SHORT[channels]}{bits}"
    return Names(
        vulkan=f"VK_FORMAT_{long}_{'SFLOAT' if floats else 'UNORM'}",
        dxgi=f"DXGI_FORMAT_{long}_{'FLOAT' if floats else 'UNORM'}",
        metal=f"MTLPixelFormat{short}{'Float' if floats else 'Unorm'}",
        webgpu=f"{short.lower()}{'float' if floats else 'unorm'}",
        gl_internal=f"GL_{short}{'F' if floats else ''}",
        gl_format=_GL_FORMATS[channels],
        gl_type=_GL_TYPES[storage],
    )


_TYPES: dict[Layout, dict[str, str]] = {
    "strip": {
        "vk_type": "VK_IMAGE_VIEW_TYPE_2D",
        "d3d_type": "Texture2D",
        "mtl_type": "MTLTextureType2D",
        "wgpu_type": "2d",
        "wgpu_view": "2d",
        "gl_target": "GL_TEXTURE_2D",
        "gl_call": "glTexImage2D",
        "glsl_type": "sampler2D",
    },
    "array": {
        "vk_type": "VK_IMAGE_VIEW_TYPE_2D_ARRAY",
        "d3d_type": "Texture2DArray",
        "mtl_type": "MTLTextureType2DArray",
        "wgpu_type": "2d",
        "wgpu_view": "2d-array",
        "gl_target": "GL_TEXTURE_2D_ARRAY",
        "gl_call": "glTexImage3D",
        "glsl_type": "sampler2DArray",
    },
    "volume": {
        "vk_type": "VK_IMAGE_VIEW_TYPE_3D",
        "d3d_type": "Texture3D",
        "mtl_type": "MTLTextureType3D",
        "wgpu_type": "3d",
        "wgpu_view": "3d",
        "gl_target": "GL_TEXTURE_3D",
        "gl_call": "glTexImage3D",
        "glsl_type": "sampler3D",
    },
}
DIRECTION_VALUES = "A texel is a direction of length 1, its components from -1 to 1."
MAPPED_DIRECTIONS = "Twice that, less 1, is a component of a direction, which is normalised last."

_CHANNELS = {1: "red", 2: "red, green", 4: "red, green, blue, alpha"}


def storage_layout(spec: TextureSpec) -> StorageLayout:
    """As the texture is, but 3 channels as 4: Direct3D, Metal, WebGPU and most Vulkan drivers have no format of 3."""
    return StorageLayout("raw", spec.storage, without_3_channels(spec), spec.kind)


def _words(asset: Asset) -> Words:
    spec, storage_layout = asset.spec, asset.storage_layout
    bits = 8 * SIZES[storage_layout.storage]
    width, height = spec.size[:2]
    texel = storage_layout.channels * SIZES[storage_layout.storage]
    row = width * texel
    where = own_layout(spec)
    floats = storage_layout.storage.startswith("float")
    channels = _CHANNELS[storage_layout.channels]
    if spec.channels == 3:
        channels += " (1 everywhere, to fill up)"
    values = f"A stored integer s stands for (s + 1/2) / {2**bits}, which is what the shaders make of it."
    if floats:
        values = "The values are as they are, in (0, 1)."
    if spec.sample_space in DIRECTIONS:
        values = DIRECTION_VALUES if floats else f"{values} {MAPPED_DIRECTIONS}"
    if bits > 8:
        values += " The low byte is first, as nearly every machine has it."
    numbers = f"{bits}-bit floats" if floats else f"unsigned integers of {bits} bits"
    array = "frames" if spec.frames else "layers"
    sides = " x ".join(map(str, spec.size)) + (f", {spec.slices} {array}" if where == "array" else "")
    slices = {"strip": "", "array": f", {array} follow each other", "volume": ", slices follow each other"}[where]
    padded = -(-row // PITCH_ALIGNMENT) * PITCH_ALIGNMENT
    rows = f"{padded} bytes apart: copy them one by one" if padded != row else "as they are: copy the file whole"
    return {
        "holds": f"{sides}, {storage_layout.channels} x {numbers}",
        "values": values,
        "slices": slices,
        "size": sides,
        "texel": texel,
        "channels": channels,
        "row": row,
        "slice": row * height,
        "bytes": row * height * spec.slices,
        "wgpu_note": ", with the feature `texture-formats-tier1`" if storage_layout.storage == "uint16" else "",
        "gl_size": f"{width}, {height}" + (f", {spec.slices}" if where != "strip" else ""),
        "mtl_image": f", bytesPerImage: {row * height}" if where == "volume" else "",
        "pitch": rows,
        "es": "OpenGL ES 3.0 with `EXT_texture_norm16`" if storage_layout.storage == "uint16" else "OpenGL ES 3.0",
        "volume": where == "volume",
        "load": load_function(spec, where != "strip"),
        "frame": "" if where == "strip" else ", frame",
        **vars(names_of(storage_layout.storage, storage_layout.channels)),
        **_TYPES[where],
    }


ENGINE = Engine(
    storage_layout=storage_layout,
    layout=own_layout,
    shaders=("hlsl", "glsl", "wgsl"),
    template=Path(__file__).with_name("snippet.md"),
    words=_words,
)
