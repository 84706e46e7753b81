"""What a texture's key depends on, and that Python callers get the same clear errors as manifests."""

import dataclasses

import pytest

from bluenoise_assets.engines.outputs import output_files
from bluenoise_assets.spec import (
    PRESETS,
    Gaussian,
    GaussianFilter,
    Optimizer,
    Spectrum,
    Table,
    TextureSpec,
    Threshold,
    Triangular,
    WeightedFilter,
    canonical,
)

SPEC = TextureSpec("a", (8, 4))

CHANGES = {
    "size": (4, 8),
    "channels": 2,
    "bits": 16,
    "seed": 1,
    "distribution": Triangular(),
    "objective": Threshold(channel_weight=0.5),
    "filter": PRESETS["smooth"],
    "effort": "best",
}

SPECTRUM = TextureSpec("a", (8, 4), objective=Spectrum())


def test_name_and_formats_are_no_content_and_every_other_field_is():
    assert dataclasses.replace(SPEC, name="b").key() == SPEC.key()
    made_of_it = {"name", "formats", "engines", "supercompression", "dds_header"}
    unset = {"optimizer", "encoding", "layers"}  # as keys were before there were these
    assert set(CHANGES) | made_of_it | unset == {field.name for field in dataclasses.fields(SPEC)}
    assert set(SPEC.content()) == set(CHANGES)
    keys = {dataclasses.replace(SPEC, **{name: value}).key() for name, value in CHANGES.items()}
    keys |= {dataclasses.replace(SPECTRUM, optimizer=Optimizer(steps=1)).key(), SPECTRUM.key()}
    floats = dataclasses.replace(SPEC, bits=16, encoding="float", formats=())
    keys |= {dataclasses.replace(SPEC, layers=2).key(), floats.key(), dataclasses.replace(SPEC, bits=16).key()}
    assert len(keys | {SPEC.key()}) == len(CHANGES) + 6 - ("bits" in CHANGES and CHANGES["bits"] == 16)


def test_what_has_no_meaning_is_none_and_no_content():
    assert (SPEC.optimizer, SPECTRUM.filter, SPECTRUM.effort) == (None, None, None)
    assert "optimizer" not in SPEC.content()
    assert not {"filter", "effort"} & set(SPECTRUM.content())


def test_a_preset_is_resolved_so_that_changing_one_makes_its_textures_stale():
    assert SPEC.filter == PRESETS["balanced"]
    assert SPEC.content()["filter"] == [{"filter": {"gaussian": {"sigma": 1.2}}, "weight": 1.0, "values": 2.0}]


@pytest.mark.parametrize(
    "part", [Spectrum(), Optimizer(), Gaussian(), Threshold(), WeightedFilter(GaussianFilter(1.5))]
)
def test_every_field_of_a_part_is_content(part):
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        if field.name == "filter":
            continue
        other = {str: "momentum", bool: False, int: 7, float: 0.125}[type(value)]
        assert canonical(dataclasses.replace(part, **{field.name: other})) != canonical(part)


def test_the_key_is_stable():
    """A golden value: it may change with ALGORITHM alone, or every texture of every user is rebuilt."""
    assert (
        TextureSpec("a", (64, 64), objective=Spectrum()).key()
        == "9ee34c03bc334a20f18518ba3a03c9d4b227eb1581707537f81eca7bcf43d8a8"
    )  # as before there were others
    assert TextureSpec("a", (64, 64)).key() == "de5ef3672e3d975fb2a064c9905fd6ff60976f49b5834a4d42252090d15b6dda"


def test_the_canonical_form_names_its_choices():
    assert SPEC.content()["distribution"] == {"uniform": {}}
    assert canonical(Table((0.0, 1.0))) == {"table": {"quantiles": [0.0, 1.0]}}


def test_the_learning_rate_is_resolved_so_that_a_default_elsewhere_changes_no_key():
    assert Optimizer().learning_rate == 0.003
    assert Optimizer("momentum").learning_rate == 0.001
    assert Optimizer("momentum", learning_rate=0.5).learning_rate == 0.5


def test_shape_and_files():
    assert (SPEC.shape, SPEC.texel_count) == ((4, 8), 32)
    assert output_files(TextureSpec("ui/a", (8, 8)), ("glsl", "hlsl")) == ("ui/a.png", "ui/a.glsl", "ui/a.hlsl")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: TextureSpec("a", (0, 8)), "size: a side of 0 texels is not between 1 and 16384"),
        (lambda: TextureSpec("a", (16384, 16385)), "size: a side of 16385 texels is not between 1 and 16384"),
        (lambda: TextureSpec("a", 8), "size: 8 is not tuple[int, int] or tuple[int, int, int]"),
        (lambda: TextureSpec("a", (8,)), "size: (8,) is not tuple[int, int] or tuple[int, int, int]"),
        (lambda: TextureSpec("a", (8, 8), channels=5), "channels: 5 is above the largest allowed, 4"),
        (lambda: TextureSpec("a", (8, 8), channels=True), "channels: True is not int"),
        (lambda: TextureSpec("a", (8, 8), bits=9), "bits: 9 is not 8 or 16 or 32"),
        (lambda: TextureSpec("a", (8, 8), seed=-1), "seed: -1 is below the smallest allowed, 0"),
        (lambda: TextureSpec("a", (8, 8), bits=32), "bits: encoding: unorm has 8 or 16 bits, not 32"),
        (lambda: TextureSpec("a", (8, 8), encoding="float"), "bits: encoding: float has 16 or 32 bits, not 8"),
        (lambda: TextureSpec("a", (8, 8, 8), layers=2), "layers: a volume has no layers"),
        (lambda: TextureSpec("a", (8, 8), layers=1), "layers: 1 is below the smallest allowed, 2"),
        (lambda: TextureSpec("a", (16384, 16), layers=2048), "layers: 2048 layers of 262144 texels are more than 2^28"),
        (lambda: TextureSpec("a", (8, 8), engines=("bevy", "bevy")), "engines: an engine is listed twice"),
        (
            lambda: TextureSpec("a", (8, 8), engines=("cry",)),
            "engines: ('cry',) is not tuple[Literal['unity', 'unreal', 'godot', 'godot3', 'bevy', 'threejs', 'raw'], ...]",
        ),
        (
            lambda: TextureSpec("a", (8, 8), distribution="uniform"),
            "distribution: 'uniform' is not Uniform or Triangular or Gaussian or Table",
        ),
        (lambda: Optimizer("adm"), "method: 'adm' is not adam or momentum"),
        (lambda: Optimizer(momentum=1), "momentum: 1 is above the largest allowed, 0.9999"),
        (lambda: Spectrum(cutoff=0.9), "cutoff: 0.9 is above the largest allowed, 0.7"),
        (lambda: Spectrum(randomize=1), "randomize: 1 is not bool"),
        (lambda: Gaussian(float("nan")), "sigma: nan is not a finite number"),
        (lambda: Table((0.5,)), "quantiles: a table of quantiles has 2 to 65536 values, not 1"),
    ],
)
def test_a_bad_spec_from_python_is_a_clear_value_error(make, text):
    with pytest.raises(ValueError) as raised:
        make()
    assert str(raised.value) == text
