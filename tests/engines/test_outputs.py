"""Whatever a texture is, its files are all different, hold it, and say of themselves what they are."""

import hashlib
import json
import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bluenoise_assets.builder.texts import text_content, text_of
from bluenoise_assets.engines import engine_of
from bluenoise_assets.engines.outputs import Output, languages_of, output_files, outputs
from bluenoise_assets.formats import decode, encode, layout_of, picture_of
from bluenoise_assets.spec import (
    STORAGES,
    EngineName,
    Format,
    Gaussian,
    Table,
    TextureSpec,
    Triangular,
    Uniform,
    key_problems,
)
from bluenoise_assets.spec.names import folded

LANGUAGES = ("glsl", "godot", "hlsl", "wgsl")


@st.composite
def specs(draw):
    encoding, bits = draw(st.sampled_from(sorted(STORAGES)))
    size = draw(st.one_of(st.tuples(*[st.integers(1, 9)] * 2), st.tuples(*[st.integers(1, 6)] * 3)))
    values = {
        "size": size,
        "layers": draw(st.none() | st.integers(2, 4)) if len(size) == 2 else None,
        "channels": draw(st.integers(1, 4)),
        "encoding": encoding,
        "bits": bits,
        "distribution": draw(st.sampled_from([Uniform(), Triangular(), Gaussian(), Table((0.0, 0.2, 1.0))])),
        "formats": tuple(draw(st.sets(st.sampled_from(get_args(Format))))),
        "engines": tuple(draw(st.sets(st.sampled_from(get_args(EngineName))))),
        "supercompression": draw(st.sampled_from(["none", "zstd"])),
        "dds_header": draw(st.sampled_from(["dx10", "legacy"])),
    }
    name = draw(st.sampled_from(["dither", "ui/Dither-64", "ui/霧", "a b/c.d", "unity/raw"]))
    assume(not list(key_problems(TextureSpec.unchecked(name, values))))
    return TextureSpec(name, **values)


def picture(spec):
    layout = layout_of(spec)
    count = math.prod(layout.shape)
    levels = np.frombuffer(hashlib.shake_256(spec.name.encode()).digest(2 * count), np.uint16)
    values = levels.astype(layout.dtype) if spec.encoding == "unorm" else ((levels + 0.5) / 65536).astype(layout.dtype)
    return picture_of(values, spec)


@settings(max_examples=150, deadline=None)
@given(specs())
def test_every_file_of_any_texture(spec):
    found = outputs(spec, LANGUAGES)
    assert len({folded(output.file) for output in found}) == len(found)
    assert output_files(spec, LANGUAGES) == tuple(output.file for output in found)
    made = picture(spec)
    for output in found:
        assert not output.file.startswith("/")
        if output.kind == "texture":
            data = encode(output, spec, made)
            assert decode(output, spec, data).equals(made), output.file
            assert Output.of_texture(spec, output.file, output.held) == Output(
                output.file, "texture", output.what, output.asset, variant=output.variant
            )
        elif output.kind == "description":
            assert json.loads(encode(output, spec, made))["file"] == output.described
        else:
            text = text_of(output, spec, None)
            assert text.endswith("\n")
            assert "\r" not in text
            assert text_content(output, spec) == text_content(output, spec)
        if output.kind == "sidecar":
            sidecar = engine_of(output.what).sidecar
            assert sidecar.differences(output.asset, text) == []
            assert text_of(output, spec, text) == text
        if output.kind == "shader":
            text.encode("ascii")


@given(specs())
def test_files_of_engines_lie_in_their_folders(spec):
    for output in outputs(spec, LANGUAGES):
        if output.asset is None:
            assert output.file.startswith(spec.name)
        else:
            assert output.file.partition("/")[0] in spec.engines
            assert output.asset.file.startswith(f"{output.file.partition('/')[0]}/{spec.name}.")


@pytest.mark.parametrize("name", get_args(EngineName))
def test_every_engine_has_its_module(name):
    spec = TextureSpec("t", (8, 8), engines=(name,))
    kinds = [output.kind for output in outputs(spec, ())]
    assert kinds.count("texture") == 1
    assert "shader" in kinds
    assert "snippet" in kinds
    assert languages_of([spec], ("glsl",)) == {"glsl", *engine_of(name).shaders}


def test_images_come_first():
    spec = TextureSpec("t", (8, 8), formats=("png", "raw"), engines=("unity", "raw"))
    images = [output.is_image for output in outputs(spec, ("glsl",))]
    assert images == sorted(images, reverse=True)
