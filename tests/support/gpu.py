"""Runs shader code on graphics drivers in software: GLSL and HLSL on llvmpipe, WGSL on lavapipe.

A `Job` is a texture's shader file, which finds the common one where its language has includes, its texels, and expressions in GLSL's words that are evaluated at every pixel of an
image; each runner translates them to its language and returns what came out. All expressions of a job are one draw: the
image is repeated from bottom to top, one stripe for each.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from support.tools import missing, require, require_module

from bluenoise_assets.engines import shaders

GLSLANG = "apt-get install glslang-tools"
SPIRV_CROSS = "apt-get install spirv-cross"
SPIRV_VAL = "apt-get install spirv-tools"
EGL = "apt-get install libegl1 libgl1 libgl1-mesa-dri"
LAVAPIPE = "apt-get install mesa-vulkan-drivers"

TYPES = {
    "hlsl": {"strip": "Texture2D<float4>", "array": "Texture2DArray<float4>", "volume": "Texture3D<float4>"},
    "glsl": {"strip": "sampler2D", "array": "sampler2DArray", "volume": "sampler3D"},
    "wgsl": {"strip": "texture_2d<f32>", "array": "texture_2d_array<f32>", "volume": "texture_3d<f32>"},
}

WORDS = {
    "glsl": {},
    "hlsl": {"vec2": "float2", "vec3": "float3", "vec4": "float4", "ivec2": "int2"},
    "wgsl": {"vec2": "vec2<f32>", "vec3": "vec3<f32>", "vec4": "vec4<f32>", "ivec2": "vec2<i32>", "float": "f32"},
}


@dataclass(frozen=True)
class Job:
    """`texels` are `[slices, height, width, channels]`, `colors` float32 `[height, width, 3]`.

    The expressions are vec4s and know `tex`, `pixel` (ivec2), `color` (vec3) and `value` (vec4), which has an expression
    of its own.
    """

    shader: str
    layout: str
    texels: np.ndarray
    colors: np.ndarray
    value: str
    expressions: tuple[str, ...]


def translated(expression: str, language: str) -> str:
    """An expression in GLSL's words, in another language's."""
    return re.sub(r"\b\w+\b", lambda match: WORDS[language].get(match[0], match[0]), expression)


def cases(job: Job, language: str, statement: str) -> str:
    """A chain of ifs over the stripes; `statement` has {} for the expression."""
    lines = [
        f"if (stripe == {number}) {{ {statement.format(translated(expression, language))} }}"
        for number, expression in enumerate(job.expressions)
    ]
    return "\n    else ".join(lines)


class Llvmpipe:
    """OpenGL 4.5 by Mesa, without a window."""

    def __init__(self) -> None:
        moderngl = require_module("moderngl", "pip install moderngl")
        os.environ["LIBGL_ALWAYS_SOFTWARE"] = "1"  # a graphics card need not round a root or a quotient as numpy does
        try:
            self.context = moderngl.create_context(standalone=True, backend="egl")
        except Exception as error:  # noqa: BLE001 - whatever a driver's absence looks like
            missing(f"an EGL device ({error})", EGL)
        renderer = self.context.info["GL_RENDERER"]
        if "llvmpipe" not in renderer:
            missing(f"Mesa's llvmpipe (found {renderer})", EGL)
        for language in ("glsl", "godot"):
            self.context.includes[shaders.common_name(language)] = shaders.common_text(language)

    def glsl(self, job: Job, version: str = "330") -> np.ndarray:
        """The results `[expressions, height, width, 4]` of a job in GLSL."""
        height = job.colors.shape[0]
        source = (
            f"#version {version}\n{job.shader}"
            f"uniform highp {TYPES['glsl'][job.layout]} tex;\nuniform highp sampler2D colors;\nout highp vec4 result;\n"
            "void main() {\n"
            f"    highp ivec2 pixel = ivec2(gl_FragCoord.xy);\n    highp int stripe = pixel.y / {height};\n"
            f"    pixel.y -= stripe * {height};\n    highp vec3 color = texelFetch(colors, pixel, 0).rgb;\n"
            f"    highp vec4 value = {job.value};\n"
            f"    {cases(job, 'glsl', 'result = {};')}\n}}\n"
        )
        return self.draw(source, job)

    def hlsl(self, job: Job, folder: Path) -> np.ndarray:
        """The same in HLSL, through SPIR-V and back to GLSL."""
        height = job.colors.shape[0]
        source = (
            f"{job.shader}{TYPES['hlsl'][job.layout]} tex : register(t0);\n"
            "Texture2D<float4> colors : register(t1);\n"
            "float4 main(float4 position : SV_Position) : SV_Target {\n"
            f"    int2 pixel = int2(position.xy);\n    int stripe = pixel.y / {height};\n"
            f"    pixel.y -= stripe * {height};\n    float3 color = colors.Load(int3(pixel, 0)).rgb;\n"
            f"    float4 value = {translated(job.value, 'hlsl')};\n"
            f"    {cases(job, 'hlsl', 'return {};')}\n    return float4(0.0, 0.0, 0.0, 0.0);\n}}\n"
        )
        return self.draw(spirv_to(hlsl_to_spirv(source, folder), "--version", "330"), job)

    def draw(self, fragment_shader: str, job: Job) -> np.ndarray:
        height, width, _ = job.colors.shape
        textures = {"tex": self.texture(job.texels, job.layout), "colors": self.texture(job.colors[None], "strip")}
        size = (width, height * len(job.expressions))
        image = self.triangle(FULL_SCREEN, fragment_shader, size, textures)
        for texture in textures.values():
            texture.release()
        return image.reshape(len(job.expressions), height, width, 4)

    def triangle(self, vertex_shader: str, fragment_shader: str, size: tuple[int, int], values: dict) -> np.ndarray:
        """What a triangle over the whole target draws, float32 `[height, width, 4]` from bottom to top.

        `values` are the uniforms, textures or numbers, by their names, which spirv-cross makes longer.
        """
        self.context.__enter__()
        program = self.context.program(vertex_shader=vertex_shader, fragment_shader=fragment_shader)
        target = self.context.texture(size, 4, dtype="f4")
        frame = self.context.framebuffer([target])
        array = self.context.vertex_array(program, [])
        for unit, member in enumerate(program):  # not the uniforms that have no effect
            kind = type(program[member]).__name__
            if kind == "Attribute":
                continue
            value = next(value for name, value in values.items() if re.search(rf"(^|Combined|type_){name}", member))
            if kind == "UniformBlock":
                self.context.buffer(value).bind_to_uniform_block(unit)
                program[member].binding = unit
            elif isinstance(value, (int, float)):
                program[member] = value
            else:
                value.use(unit)
                program[member] = unit
        frame.use()
        self.context.viewport = (0, 0, *size)
        array.render(vertices=3)
        image = np.frombuffer(frame.read(components=4, dtype="f4"), np.float32).reshape(size[1], size[0], 4)
        for thing in (array, frame, target, program):
            thing.release()
        return image

    def texture(self, texels: np.ndarray, layout: str):
        """A texture with these texels, `[slices, height, width, channels]`."""
        self.context.__enter__()  # wgpu may have taken the thread's context away
        slices, height, width, channels = texels.shape
        dtype = {"uint8": "f1", "uint16": "nu2", "float16": "f2", "float32": "f4"}[texels.dtype.name]
        data = texels.tobytes()
        if layout == "strip":
            return self.context.texture((width, height * slices), channels, data, alignment=1, dtype=dtype)
        make = self.context.texture_array if layout == "array" else self.context.texture3d
        return make((width, height, slices), channels, data, alignment=1, dtype=dtype)

    def close(self) -> None:
        self.context.release()


FULL_SCREEN = (
    "#version 330\nvoid main() {\n"
    "    gl_Position = vec4(vec2(ivec2(gl_VertexID & 1, gl_VertexID >> 1) * 4 - 1), 0.0, 1.0);\n}\n"
)


class Lavapipe:
    """WebGPU by wgpu and naga, on Mesa's Vulkan."""

    def __init__(self) -> None:
        self.wgpu = require_module("wgpu", "pip install wgpu")
        try:
            adapters = self.wgpu.gpu.enumerate_adapters_sync()
            kinds = [(adapter.info["backend_type"], adapter.info["adapter_type"]) for adapter in adapters]
            adapter = adapters[kinds.index(("Vulkan", "CPU"))]
            self.device = adapter.request_device_sync(required_features=["texture-format16bit-norm"])
        except Exception as error:  # noqa: BLE001 - whatever a driver's absence looks like
            missing(f"a Vulkan device in software for wgpu ({error})", LAVAPIPE)

    def compile(self, source: str):
        """The module; naga's message is the exception."""
        return self.device.create_shader_module(code=source)

    def wgsl(self, job: Job) -> np.ndarray:
        """The results `[expressions, height, width, 4]` of a job in WGSL."""
        height, width, _ = job.colors.shape
        rows = height * len(job.expressions)
        source = (
            f"{shaders.common_text('wgsl')}\n{job.shader}\n"
            f"@group(0) @binding(0) var tex: {TYPES['wgsl'][job.layout]};\n"
            "@group(0) @binding(1) var colors: texture_2d<f32>;\n"
            "@group(0) @binding(2) var<storage, read_write> results: array<vec4<f32>>;\n"
            "fn result_of(stripe: i32, pixel: vec2<i32>, color: vec3<f32>) -> vec4<f32> {\n"
            f"    let value = {translated(job.value, 'wgsl')};\n"
            f"    {cases(job, 'wgsl', 'return {};')}\n    return vec4<f32>(0.0);\n}}\n"
            "@compute @workgroup_size(64)\n"
            "fn main(@builtin(global_invocation_id) id: vec3<u32>) {\n"
            f"    if (id.x >= {width}u) {{ return; }}\n"
            f"    let stripe = i32(id.y) / {height};\n"
            f"    let pixel = vec2<i32>(i32(id.x), i32(id.y) - stripe * {height});\n"
            "    let color = textureLoad(colors, pixel, 0).rgb;\n"
            f"    results[id.y * {width}u + id.x] = result_of(stripe, pixel, color);\n}}\n"
        )
        usage = self.wgpu.BufferUsage.STORAGE | self.wgpu.BufferUsage.COPY_SRC
        results = self.device.create_buffer(size=rows * width * 16, usage=usage)
        stage = self.wgpu.ShaderStage.COMPUTE
        views = {"strip": "2d", "array": "2d-array", "volume": "3d"}

        def texture(dimension: str) -> dict[str, str]:
            return {"sample_type": "unfilterable-float", "view_dimension": dimension}

        layout = self.device.create_bind_group_layout(
            entries=[
                {"binding": 0, "visibility": stage, "texture": texture(views[job.layout])},
                {"binding": 1, "visibility": stage, "texture": texture("2d")},
                {"binding": 2, "visibility": stage, "buffer": {"type": "storage"}},
            ]
        )
        colors = np.dstack([job.colors, np.ones((height, width, 1), np.float32)])[None]
        group = self.device.create_bind_group(
            layout=layout,
            entries=[
                {"binding": 0, "resource": self.view(job.texels, job.layout)},
                {"binding": 1, "resource": self.view(colors, "strip")},
                {"binding": 2, "resource": {"buffer": results, "offset": 0, "size": results.size}},
            ],
        )
        pipeline = self.device.create_compute_pipeline(
            layout=self.device.create_pipeline_layout(bind_group_layouts=[layout]),
            compute={"module": self.compile(source), "entry_point": "main"},
        )
        encoder = self.device.create_command_encoder()
        compute = encoder.begin_compute_pass()
        compute.set_pipeline(pipeline)
        compute.set_bind_group(0, group)
        compute.dispatch_workgroups(-(-width // 64), rows)
        compute.end()
        self.device.queue.submit([encoder.finish()])
        flat = np.frombuffer(self.device.queue.read_buffer(results), np.float32)
        return flat.reshape(len(job.expressions), height, width, 4)

    def triangle(self, source: str, size: tuple[int, int], texels: np.ndarray, settings: bytes) -> np.ndarray:
        """What `vertex_main` and `fragment_main` draw with texture 0 and uniform 1, float32 `[height, width, 4]`."""
        module = self.compile(source)
        target = self.device.create_texture(
            size=(*size, 1),
            format="rgba32float",
            usage=self.wgpu.TextureUsage.RENDER_ATTACHMENT | self.wgpu.TextureUsage.COPY_SRC,
        )
        uniform = self.device.create_buffer_with_data(data=settings, usage=self.wgpu.BufferUsage.UNIFORM)
        pipeline = self.device.create_render_pipeline(
            layout="auto",
            vertex={"module": module, "entry_point": "vertex_main"},
            fragment={"module": module, "entry_point": "fragment_main", "targets": [{"format": "rgba32float"}]},
            primitive={"topology": "triangle-list"},
        )
        group = self.device.create_bind_group(
            layout=pipeline.get_bind_group_layout(0),
            entries=[
                {"binding": 0, "resource": self.view(texels, "strip")},
                {"binding": 1, "resource": {"buffer": uniform, "offset": 0, "size": len(settings)}},
            ],
        )
        encoder = self.device.create_command_encoder()
        attachment = {"view": target.create_view(), "load_op": "clear", "store_op": "store"}
        draw = encoder.begin_render_pass(color_attachments=[attachment])
        draw.set_pipeline(pipeline)
        draw.set_bind_group(0, group)
        draw.draw(3)
        draw.end()
        self.device.queue.submit([encoder.finish()])
        data = self.device.queue.read_texture({"texture": target}, {"bytes_per_row": size[0] * 16}, (*size, 1))
        return np.frombuffer(data, np.float32).reshape(size[1], size[0], 4)

    def view(self, texels: np.ndarray, layout: str):
        """A texture with these texels; three channels become four, WebGPU has no textures of three."""
        slices, height, width, channels = texels.shape
        if channels == 3:
            full = 1.0 if texels.dtype.kind == "f" else np.iinfo(texels.dtype).max
            last = np.full((slices, height, width, 1), full, texels.dtype)
            texels, channels = np.concatenate([texels, last], axis=-1), 4
        if layout == "strip":
            slices, height = 1, slices * height
        kind = {"uint8": "8unorm", "uint16": "16unorm", "float16": "16float", "float32": "32float"}[texels.dtype.name]
        size = (width, height, slices)
        texture = self.device.create_texture(
            size=size,
            dimension="3d" if layout == "volume" else "2d",
            format={1: "r", 2: "rg", 4: "rgba"}[channels] + kind,
            usage=self.wgpu.TextureUsage.TEXTURE_BINDING | self.wgpu.TextureUsage.COPY_DST,
        )
        row = width * channels * texels.itemsize
        self.device.queue.write_texture(
            {"texture": texture},
            np.ascontiguousarray(texels),
            {"bytes_per_row": row, "rows_per_image": height},
            size,
        )
        return texture.create_view(dimension={"strip": "2d", "array": "2d-array", "volume": "3d"}[layout])


def glslang(arguments: Iterable[str], folder: Path) -> None:
    """Compiles; any error or warning fails the test."""
    command = [require("glslangValidator", GLSLANG), *arguments]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert "ERROR" not in run.stdout
    assert "WARNING" not in run.stdout, run.stdout


def hlsl_to_spirv(source: str, folder: Path, stage: str = "frag", entry: str = "main") -> Path:
    """Compiled by glslang and found valid by the Khronos validator."""
    path = folder / f"shader.{stage}"
    binary = folder / f"shader.{stage}.spv"
    path.write_text(source, encoding="ascii", newline="\n")
    for language in ("hlsl", "ush"):
        write_common(language, folder)
    glslang(["-D", "-V", "-S", stage, "-e", entry, "-o", str(binary), str(path)], folder)
    subprocess.run([require("spirv-val", SPIRV_VAL), str(binary)], check=True, timeout=300)
    return binary


def write_common(language: str, folder: Path) -> None:
    """The file that all textures' files of a language include."""
    text = shaders.common_text(language)
    (folder / shaders.common_name(language)).write_text(text, encoding="ascii", newline="\n")


def spirv_to(binary: Path, *flags: str) -> str:
    """SPIR-V in a language that people read."""
    command = [require("spirv-cross", SPIRV_CROSS), str(binary), *flags]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout


def closing(make: Callable[[], Llvmpipe]) -> Iterable[Llvmpipe]:
    """For a fixture: the device, released in the end."""
    device = make()
    yield device
    with suppress(Exception):
        device.close()
