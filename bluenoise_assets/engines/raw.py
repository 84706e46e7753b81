"""Code of one's own: plain texels with a description in JSON, and what each graphics API calls their format."""

import re
from dataclasses import dataclass

from bluenoise_assets.engines.engine import Asset, Engine, Holding, without_3_channels
from bluenoise_assets.engines.shaders import Layout, own_layout
from bluenoise_assets.formats.layout import Storage
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.names import identifier

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


PAGE = """\
# @TITLE@

Written by bluenoise-assets: change the manifest, not this file.

`@FILE@` holds @WHAT@, and nothing else: no header. Rows go from top to bottom@SLICES@.
@VALUES@
`@FILE@.json` says the same to a program.

| | |
|---|---|
| size | @SIZE@ |
| a texel | @TEXEL@ bytes: @CHANNELS@ |
| a row | @ROW@ bytes, without padding |
| a slice | @SLICE@ bytes |
| the file | @BYTES@ bytes |

## The format

| API | texture | format |
|---|---|---|
| Vulkan | `@VK_TYPE@` | `@VK@` |
| Direct3D | `@D3D_TYPE@` | `@DXGI@` |
| Metal | `@MTL_TYPE@` | `@MTL@` |
| WebGPU | dimension `@WGPU_TYPE@`, view `@WGPU_VIEW@` | `@WGPU@`@WGPU_NOTE@ |
| OpenGL | `@GL_TARGET@` | `@GL_INTERNAL@`, `@GL_FORMAT@`, `@GL_TYPE@` |

Never an sRGB format, no mipmaps. The shaders fetch texels by integer positions and wrap them themselves, so they need
no sampler; for a sampler of your own: nearest filtering, and repeat in all directions.

Row pitch: Vulkan takes the rows as they are (`bufferRowLength = 0`), OpenGL with `GL_UNPACK_ALIGNMENT` 1, Metal with
`bytesPerRow: @ROW@@MTL_IMAGE@`, WebGPU's `writeTexture` with `bytesPerRow: @ROW@, rowsPerImage: @HEIGHT@`.
@PITCH@

## OpenGL

C99, for OpenGL 3.3 or @ES@, after the header of your loader (glad, GLEW, epoxy) and
with a context current:

```c
#include <stdio.h>
#include <stdlib.h>

/* The texture, bound to @GL_TARGET@; 0 if the file cannot be read or has another size. */
GLuint @ID@_create(const char *path)
{
    const size_t size = @BYTES@;
    unsigned char *texels = malloc(size + 1);
    FILE *file = fopen(path, "rb");
    const size_t found = texels && file ? fread(texels, 1, size + 1, file) : 0;
    GLuint texture = 0;

    if (found == size) {
        GLint alignment;
        glGetIntegerv(GL_UNPACK_ALIGNMENT, &alignment);
        glGenTextures(1, &texture);
        glBindTexture(@GL_TARGET@, texture);
        glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
        @GL_CALL@(@GL_TARGET@, 0, @GL_INTERNAL@, @GL_SIZE@, 0,
            @GL_FORMAT@, @GL_TYPE@, texels);
        glPixelStorei(GL_UNPACK_ALIGNMENT, alignment);
        glTexParameteri(@GL_TARGET@, GL_TEXTURE_BASE_LEVEL, 0);
        glTexParameteri(@GL_TARGET@, GL_TEXTURE_MAX_LEVEL, 0);
        glTexParameteri(@GL_TARGET@, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
        glTexParameteri(@GL_TARGET@, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
        glTexParameteri(@GL_TARGET@, GL_TEXTURE_WRAP_S, GL_REPEAT);
        glTexParameteri(@GL_TARGET@, GL_TEXTURE_WRAP_T, GL_REPEAT);
@WRAP_R@    }
    if (file) {
        fclose(file);
    }
    free(texels);
    return texture;
}
```

Then, with the functions of `@STEM@.glsl` in your shader (`.hlsl` and `.wgsl` have the same):

```glsl
uniform highp @GLSL_TYPE@ noise;
...
vec4 value = @ID@@LOAD@(noise, ivec2(gl_FragCoord.xy)@FRAME@);
```
"""

_TYPES: dict[Layout, dict[str, str]] = {
    "strip": {
        "VK_TYPE": "VK_IMAGE_VIEW_TYPE_2D",
        "D3D_TYPE": "Texture2D",
        "MTL_TYPE": "MTLTextureType2D",
        "WGPU_TYPE": "2d",
        "WGPU_VIEW": "2d",
        "GL_TARGET": "GL_TEXTURE_2D",
        "GL_CALL": "glTexImage2D",
        "GLSL_TYPE": "sampler2D",
    },
    "array": {
        "VK_TYPE": "VK_IMAGE_VIEW_TYPE_2D_ARRAY",
        "D3D_TYPE": "Texture2DArray",
        "MTL_TYPE": "MTLTextureType2DArray",
        "WGPU_TYPE": "2d",
        "WGPU_VIEW": "2d-array",
        "GL_TARGET": "GL_TEXTURE_2D_ARRAY",
        "GL_CALL": "glTexImage3D",
        "GLSL_TYPE": "sampler2DArray",
    },
    "volume": {
        "VK_TYPE": "VK_IMAGE_VIEW_TYPE_3D",
        "D3D_TYPE": "Texture3D",
        "MTL_TYPE": "MTLTextureType3D",
        "WGPU_TYPE": "3d",
        "WGPU_VIEW": "3d",
        "GL_TARGET": "GL_TEXTURE_3D",
        "GL_CALL": "glTexImage3D",
        "GLSL_TYPE": "sampler3D",
    },
}
_CHANNELS = {1: "red", 2: "red, green", 4: "red, green, blue, alpha"}


def holding(spec: TextureSpec) -> Holding:
    """As the texture is, but 3 channels as 4: Direct3D, Metal, WebGPU and most Vulkan drivers have no format of 3."""
    return Holding("raw", spec.storage, without_3_channels(spec), spec.kind)


def snippet(asset: Asset) -> str:
    """A page: the format's names and sizes, and code for OpenGL."""
    spec, holding = asset.spec, asset.holding
    names = names_of(holding.storage, holding.channels)
    bits = 8 * SIZES[holding.storage]
    width, height = spec.size[:2]
    texel = holding.channels * SIZES[holding.storage]
    row = width * texel
    where = own_layout(spec)
    floats = holding.storage.startswith("float")
    channels = _CHANNELS[holding.channels]
    if spec.channels == 3:
        channels += " (1 everywhere, to fill up)"
    values = f"A stored integer s stands for (s + 1/2) / {2**bits}, which is what the shaders make of it."
    if floats:
        values = "The values are as they are, in (0, 1)."
    if bits > 8:
        values += " The low byte is first, as nearly every machine has it."
    numbers = f"{bits}-bit floats" if floats else f"unsigned integers of {bits} bits"
    sides = " x ".join(map(str, spec.size)) + (f", {spec.layers} layers" if spec.layers else "")
    slices = {"strip": "", "array": ", layers follow each other", "volume": ", slices follow each other"}[where]
    padded = -(-row // PITCH_ALIGNMENT) * PITCH_ALIGNMENT
    rows = f"{padded} bytes apart: copy them one by one" if padded != row else "as they are: copy the file whole"
    words = {
        "TITLE": f"`{asset.stem}` in code of your own",
        "FILE": asset.file.rpartition("/")[2],
        "WHAT": f"{sides}, {holding.channels} x {numbers}",
        "VALUES": values,
        "SLICES": slices,
        "SIZE": sides,
        "TEXEL": str(texel),
        "CHANNELS": channels,
        "ROW": str(row),
        "SLICE": str(row * height),
        "BYTES": str(row * height * spec.slices),
        "HEIGHT": str(height),
        "VK": names.vulkan,
        "DXGI": names.dxgi,
        "MTL": names.metal,
        "WGPU": names.webgpu,
        "WGPU_NOTE": ", with the feature `texture-formats-tier1`" if holding.storage == "uint16" else "",
        "GL_INTERNAL": names.gl_internal,
        "GL_FORMAT": names.gl_format,
        "GL_TYPE": names.gl_type,
        "GL_SIZE": f"{width}, {height}" + (f", {spec.slices}" if where != "strip" else ""),
        "MTL_IMAGE": f", bytesPerImage: {row * height}" if where == "volume" else "",
        "PITCH": f"In a buffer for Direct3D 12, or for WebGPU's `copyBufferToTexture`, rows stand {rows}.",
        "ES": "OpenGL ES 3.0 with `EXT_texture_norm16`" if holding.storage == "uint16" else "OpenGL ES 3.0",
        "WRAP_R": "        glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_WRAP_R, GL_REPEAT);\n"
        if where == "volume"
        else "",
        "ID": identifier(spec.name),
        "STEM": asset.stem,
        "LOAD": "_load" if where == "strip" else "_load_slice",
        "FRAME": "" if where == "strip" else ", frame",
        **_TYPES[where],
    }
    return re.sub("@([A-Z0-9_]+)@", lambda match: words[match[1]], PAGE)


ENGINE = Engine(
    title="your own code",
    holding=holding,
    layout=own_layout,
    shaders=("hlsl", "glsl", "wgsl"),
    snippet_suffix=".md",
    snippet=snippet,
)
