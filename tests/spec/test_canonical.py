"""What a texture's key depends on."""

import dataclasses
import hashlib

import numpy as np
import pytest

from bluenoise_assets.formats import png
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.spec import (
    PRESETS,
    EyeFilter,
    GaussianDistribution,
    GaussianFilter,
    Importance,
    Optimizer,
    Spectrum,
    TableDistribution,
    TextureSpec,
    Threshold,
    TriangularDistribution,
    WeightedFilter,
    canonical_form,
)

SPEC = TextureSpec("a", (8, 4))

CHANGES = {
    "size": (4, 8),
    "channels": 2,
    "bits": 16,
    "seed": 1,
    "distribution": TriangularDistribution(),
    "objective": Threshold(channel_weight=0.5),
    "filter": PRESETS["smooth"],
    "effort": "best",
}

SPECTRUM = TextureSpec("a", (8, 4), objective=Spectrum())


def test_name_and_formats_are_no_content_and_every_other_field_is():
    assert dataclasses.replace(SPEC, name="b").key() == SPEC.key()
    made_of_it = {"name", "formats", "engines", "shaders", "shader_files", "dds_header", "require"}
    unset = {
        "optimizer",
        "encoding",
        "layers",
        "frames",
        "sample_space",
        "importance",
    }  # as keys were before there were these
    assert set(CHANGES) | made_of_it | unset == {field.name for field in dataclasses.fields(SPEC)}
    assert set(SPEC.content()) == set(CHANGES)
    keys = {dataclasses.replace(SPEC, **{name: value}).key() for name, value in CHANGES.items()}
    keys |= {dataclasses.replace(SPECTRUM, optimizer=Optimizer(steps=1)).key(), SPECTRUM.key()}
    floats = dataclasses.replace(SPEC, bits=16, encoding="float", formats=())
    keys |= {dataclasses.replace(SPEC, layers=2).key(), floats.key(), dataclasses.replace(SPEC, bits=16).key()}
    frames = TextureSpec("a", (8, 4), frames=2)
    vectors = TextureSpec("a", (8, 4), sample_space="vec2")
    keys |= {frames.key(), dataclasses.replace(frames, frames=3).key(), vectors.key()}
    keys |= {dataclasses.replace(vectors, importance=map_of(white)).key() for white in (1, 2)}
    assert len(keys | {SPEC.key()}) == len(CHANGES) + 11 - ("bits" in CHANGES and CHANGES["bits"] == 16)


def map_of(white):
    """An importance map of one texel."""
    data = png.encode(TexelImage(np.full((1, 1, 1, 1), white, np.uint8)))
    return Importance("map.png", hashlib.sha256(data).hexdigest(), data)


def test_frames_have_their_filter_in_space_and_time_as_content():
    time = [{"filter": {"ema": {"alpha": 0.1}}, "weight": 1.0}]
    space = [{"filter": {"gaussian": {"sigma": 1.5}}, "weight": 1.0, "values": 0.0}]
    spec = TextureSpec("a", (8, 4), frames=4, filter={"gaussian": 1.5})
    assert spec.content()["frames"] == 4
    assert spec.content()["filter"] == {"space": space, "time": time, "combine": "separate", "weight": 0.5}


def test_an_importance_map_is_its_bytes_and_not_its_name():
    other = dataclasses.replace(map_of(1), file="other.png")
    assert other == map_of(1) != map_of(2)
    spec = TextureSpec("a", 8, sample_space="vec2", importance=map_of(1))
    assert dataclasses.replace(spec, importance=other).key() == spec.key()
    assert spec.content()["importance"] == {"sha256": map_of(1).sha256}
    assert "PNG" not in repr(spec)
    with pytest.raises(ValueError, match="is not the hash of the data"):
        dataclasses.replace(map_of(1), data=b"another")


def test_what_has_no_meaning_is_none_and_no_content():
    assert (SPEC.optimizer, SPECTRUM.filter, SPECTRUM.effort) == (None, None, None)
    assert "optimizer" not in SPEC.content()
    assert not {"filter", "effort"} & set(SPECTRUM.content())


def test_a_preset_is_resolved_so_that_changing_one_makes_its_textures_stale():
    assert SPEC.filter == PRESETS["balanced"]
    eye = {"pixels_per_degree": 80.0, "luminance": 100.0}
    assert SPEC.content()["filter"][1] == {"filter": {"eye": eye}, "weight": 1.0, "values": 0.0}


@pytest.mark.parametrize(
    "part",
    [
        Spectrum(),
        Optimizer(),
        GaussianDistribution(),
        Threshold(channel_weights=(1.0, 2.0)),
        WeightedFilter(GaussianFilter(1.5)),
        EyeFilter((70.0, 35.0)),
    ],
)
def test_every_field_of_a_part_is_content(part):
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        if field.name == "filter":
            continue
        other = {str: "momentum", bool: False, int: 7, float: 0.125, tuple: (20.0, 40.0)}[type(value)]
        assert canonical_form(dataclasses.replace(part, **{field.name: other})) != canonical_form(part)


def test_the_key_is_stable():
    """A golden value: it may change with ALGORITHM alone, or every texture of every user is rebuilt."""
    assert (
        TextureSpec("a", (64, 64), objective=Spectrum()).key()
        == "55e89d859d27f28a0906db952ed015202327cca01b4a951e09ad912cfc40d6e3"
    )  # as before there were others
    assert TextureSpec("a", (64, 64)).key() == "40b6f160dda725433207f1ee008dc62d0771d1943bf4e3c2943d67739a596197"


def test_the_canonical_form_names_its_choices():
    assert SPEC.content()["distribution"] == {"uniform": {}}
    assert canonical_form(TableDistribution((0.0, 1.0))) == {"table": {"quantiles": [0.0, 1.0]}}
