"""Python takes the short forms of manifests, with errors as clear as theirs; floats become floats, lists tuples."""

import numpy as np
import pytest
import yaml

from bluenoise_assets import load_manifest
from bluenoise_assets.spec import (
    PRESETS,
    AxesFilter,
    BinomialFilter,
    BoxFilter,
    EmaFilter,
    GaussianDistribution,
    GaussianFilter,
    Optimizer,
    SpaceTimeFilter,
    Spectrum,
    Sum,
    TableDistribution,
    TableFilter,
    TextureSpec,
    Threshold,
    TriangularDistribution,
    WeightedFilter,
    WeightedTimeFilter,
)
from bluenoise_assets.spec.filter import GAUSSIAN_PRESETS

EMA = (WeightedTimeFilter(EmaFilter(0.1)),)
TAA = TextureSpec(size=8, frames=4).filter

SHORT = {
    "a square": ({"size": 64}, {"size": (64, 64)}),
    "a list": ({"size": [64, 32]}, {"size": (64, 32)}),
    "a volume": ({"size": [8, 4, 2]}, {"size": (8, 4, 2)}),
    "a preset": ({"filter": "smooth"}, {"filter": PRESETS["smooth"]}),
    "a filter": ({"filter": {"gaussian": 1.5}}, {"filter": (WeightedFilter(GaussianFilter(1.5)),)}),
    "a filter of two axes": (
        {"filter": {"gaussian": [1, 2]}},
        {"filter": (WeightedFilter(GaussianFilter((1.0, 2.0))),)},
    ),
    "filters": (
        {"filter": [{"box": 2}, {"binomial": {"width": [3, 5]}, "weight": 2, "values": 0.5}]},
        {"filter": (WeightedFilter(BoxFilter(2)), WeightedFilter(BinomialFilter((3, 5)), 2.0, 0.5))},
    ),
    "a table": (
        {"filter": {"table": [[1, 2], [3, 4]]}},
        {"filter": (WeightedFilter(TableFilter(((1.0, 2.0), (3.0, 4.0)))),)},
    ),
    "an objective": ({"objective": "spectrum"}, {"objective": Spectrum()}),
    "an objective with keys": ({"objective": {"spectrum": {"cutoff": 0.2}}}, {"objective": Spectrum(0.2)}),
    "a sum": (
        {"objective": {"sum": {"threshold": {"channel_weight": 0}, "weight": 1}}},
        {"objective": Sum(Threshold(0.0), weight=1.0)},
    ),
    "a distribution": ({"distribution": "triangular"}, {"distribution": TriangularDistribution()}),
    "a distribution with its key": ({"distribution": {"gaussian": 0.2}}, {"distribution": GaussianDistribution(0.2)}),
    "quantiles": ({"distribution": {"table": [0, 0.5, 1]}}, {"distribution": TableDistribution((0.0, 0.5, 1.0))}),
    "an optimizer": (
        {"objective": "spectrum", "optimizer": {"steps": 5}},
        {"objective": Spectrum(), "optimizer": Optimizer(steps=5)},
    ),
    "frames": (
        {"frames": 4},
        {
            "frames": 4,
            "filter": SpaceTimeFilter(
                (WeightedFilter(GaussianFilter(1.0)), WeightedFilter(GaussianFilter(1.8), 0.0, 8.0)),
                (WeightedTimeFilter(EmaFilter(0.1)),),
                "separate",
                0.5,
            ),
        },
    ),
    "a filter of frames' space alone": (
        {"frames": 4, "filter": {"gaussian": 1.5}},
        {"frames": 4, "filter": SpaceTimeFilter((WeightedFilter(GaussianFilter(1.5)),), EMA)},
    ),
    "a preset of frames' space alone": (
        {"frames": 4, "filter": "smooth"},
        {"frames": 4, "filter": SpaceTimeFilter(GAUSSIAN_PRESETS["smooth"], EMA)},
    ),
    "a filter in time alone": (
        {"frames": 4, "filter": {"time": {"box": 8}}},
        {"frames": 4, "filter": SpaceTimeFilter(TAA.space, (WeightedTimeFilter(BoxFilter(8)),))},
    ),
    "a filter in space and time": (
        {
            "frames": 4,
            "filter": {"space": {"gaussian": [1, 2]}, "time": {"gaussian": 2}, "combine": "product"},
        },
        {
            "frames": 4,
            "filter": SpaceTimeFilter(
                (WeightedFilter(GaussianFilter((1.0, 2.0))),),
                (WeightedTimeFilter(GaussianFilter(2.0)),),
                "product",
            ),
        },
    ),
    "lists in space and in time": (
        {
            "frames": 4,
            "filter": {
                "space": [{"gaussian": 1}, {"box": 2, "values": 0.5}],
                "time": [{"ema": {"alpha": 0.2}}, {"box": 4, "weight": 0.5}],
                "weight": 0.25,
            },
        },
        {
            "frames": 4,
            "filter": SpaceTimeFilter(
                (WeightedFilter(GaussianFilter(1.0)), WeightedFilter(BoxFilter(2), values=0.5)),
                (WeightedTimeFilter(EmaFilter(0.2)), WeightedTimeFilter(BoxFilter(4), 0.5)),
                weight=0.25,
            ),
        },
    ),
    "a preset in space": (
        {"frames": 4, "filter": {"space": "sharp", "time": {"ema": 0.1}}},
        {"frames": 4, "filter": SpaceTimeFilter(GAUSSIAN_PRESETS["sharp"], EMA)},
    ),
    "taa": ({"frames": 4, "filter": "taa"}, {"frames": 4, "filter": TAA}),
    "denoised": (
        {"frames": 4, "filter": "denoised"},
        {"frames": 4, "filter": SpaceTimeFilter((WeightedFilter(GaussianFilter(1.0)),), EMA, "product")},
    ),
    "short_history": (
        {"frames": 4, "filter": "short_history"},
        {"frames": 4, "filter": SpaceTimeFilter(TAA.space, (WeightedTimeFilter(BoxFilter(8)),))},
    ),
    "directions": (
        {"frames": 4, "filter": "directions", "sample_space": "sphere"},
        {"frames": 4, "filter": SpaceTimeFilter((WeightedFilter(GaussianFilter(1.0)),), EMA), "sample_space": "sphere"},
    ),
    "a filter for each axis": (
        {"size": [8, 8, 4], "filter": {"axes": [{"gaussian": 1}, {"binomial": 3}, {"ema": 0.1}]}},
        {
            "size": (8, 8, 4),
            "filter": (WeightedFilter(AxesFilter((GaussianFilter(1.0), BinomialFilter(3), EmaFilter(0.1)))),),
        },
    ),
    "a sample space": ({"sample_space": "vec3"}, {"sample_space": "vec3", "channels": 3}),
    "a sample space and its components": ({"sample_space": "circle", "channels": 2}, {"sample_space": "circle"}),
    "lists": ({"formats": ["png", "npy"], "engines": ["raw"]}, {"formats": ("png", "npy"), "engines": ("raw",)}),
}


@pytest.mark.parametrize(("short", "full"), SHORT.values(), ids=SHORT)
def test_python_takes_what_a_manifest_takes(short, full, tmp_path):
    spec = TextureSpec("a", **{"size": 8, **short})
    assert spec == TextureSpec("a", **{"size": (8, 8), **full})
    manifest = tmp_path / "a.yaml"
    manifest.write_text(yaml.safe_dump({"schema": 1, "textures": {"a": {"size": 8, **short}}}))
    assert load_manifest(manifest).textures == (spec,)
    assert load_manifest(manifest).textures[0].key() == spec.key()


@pytest.mark.parametrize(
    ("given", "full"),
    [
        (GaussianFilter(1.5), (WeightedFilter(GaussianFilter(1.5)),)),
        (WeightedFilter(BoxFilter(2), 2.0), (WeightedFilter(BoxFilter(2), 2.0),)),
        (
            [GaussianFilter([1, 2]), {"box": 2}],
            (WeightedFilter(GaussianFilter((1.0, 2.0))), WeightedFilter(BoxFilter(2))),
        ),
    ],
)
def test_filters_as_objects(given, full):
    assert TextureSpec(size=8, filter=given).filter == full


def test_vectors_have_no_error_of_values_and_no_channels_of_their_own():
    """A key holds nothing without effect: two presets that differ in it alone would be built twice."""
    plain = (WeightedFilter(GaussianFilter(1.0)),)
    spec = TextureSpec(size=8, sample_space="hemisphere")
    assert (spec.channels, spec.masks, spec.filter, spec.layout.shape[3]) == (3, 1, plain, 3)
    assert TextureSpec(size=8, sample_space="vec2", filter="sharp").filter == plain
    frames = TextureSpec(size=8, frames=2, sample_space="vec2", filter={"time": {"box": 2}})
    assert frames.filter == SpaceTimeFilter(plain, (WeightedTimeFilter(BoxFilter(2)),))
    assert TextureSpec(size=8, frames=2, sample_space="vec2", filter="taa").key() == (
        TextureSpec(size=8, frames=2, sample_space="vec2").key()
    )


def test_frames_are_the_slices_of_an_array():
    spec = TextureSpec(size=8, frames=4, channels=2)
    assert (spec.kind, spec.slices, spec.array_length, spec.masks) == ("array", 4, 4, 2)


def test_a_filter_of_frames_is_an_object_that_other_textures_take():
    """Or `replace` would not do."""
    spec = TextureSpec(size=8, frames=4, filter=SpaceTimeFilter(time=BoxFilter(4)))
    assert TextureSpec(size=16, frames=8, filter=spec.filter).filter == spec.filter
    assert spec.filter.time == (WeightedTimeFilter(BoxFilter(4)),)


def test_numbers_of_numpy_and_arrays():
    table = TableDistribution(np.linspace(0, 1, 3, dtype=np.float32))
    assert table == TableDistribution((0.0, 0.5, 1.0))
    assert {type(value) for value in table.quantiles} == {float}
    size = TextureSpec(size=np.int64(64)).size
    assert size == (64, 64)
    assert {type(side) for side in size} == {int}
    assert TextureSpec(size=np.array([64, 32])).size == (64, 32)


def test_a_whole_number_for_a_float_gives_the_key_that_a_manifest_gives():
    assert TextureSpec(size=8, filter=GaussianFilter(2)).key() == TextureSpec(size=8, filter={"gaussian": 2.0}).key()


def test_a_spec_without_a_size_says_how_to_give_one():
    with pytest.raises(TypeError, match=r"a TextureSpec needs its size: TextureSpec\(size=64\)"):
        TextureSpec()
    assert TextureSpec(size=64).name == "noise"


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: TextureSpec("a", (0, 8)), "size: a side of 0 texels is not between 1 and 16384"),
        (lambda: TextureSpec("a", (16384, 16385)), "size: a side of 16385 texels is not between 1 and 16384"),
        (lambda: TextureSpec("a", "8"), "size: expected a whole number, found the text '8'"),
        (lambda: TextureSpec("a", (8,)), "size: expected 2 or 3 values, found 1"),
        (lambda: TextureSpec("a", (8, 8), channels=5), "channels: 5 is above the largest allowed, 4"),
        (lambda: TextureSpec("a", (8, 8), channels=True), "channels: expected a whole number, found True"),
        (lambda: TextureSpec("a", (8, 8), bits=9), "bits: expected 8, 16 or 32, found 9"),
        (lambda: TextureSpec("a", (8, 8), seed=-1), "seed: -1 is below the smallest allowed, 0"),
        (lambda: TextureSpec("a", (8, 8), bits=32), "bits: encoding: unorm has 8 or 16 bits, not 32"),
        (lambda: TextureSpec("a", (8, 8), encoding="float"), "bits: encoding: float has 16 or 32 bits, not 8"),
        (lambda: TextureSpec("a", (8, 8, 8), layers=2), "layers: a volume has no layers"),
        (lambda: TextureSpec("a", (8, 8), layers=1), "layers: 1 is below the smallest allowed, 2"),
        (lambda: TextureSpec("a", (16384, 16), layers=2048), "layers: 2048 layers of 262144 texels are more than 2^28"),
        (lambda: TextureSpec("a", (8, 8), engines=("bevy", "bevy")), "engines: an engine is listed twice"),
        (
            lambda: TextureSpec("a", (8, 8), engines=("cry",)),
            "engines: expected unity, unreal, godot, godot3, bevy, threejs or raw, found the text 'cry'",
        ),
        (
            lambda: TextureSpec("a", (8, 8), distribution="uniforn"),
            "distribution: expected uniform, triangular, gaussian or table, found the text 'uniforn'; did you mean 'uniform'?",
        ),
        (lambda: Optimizer("adm"), "method: expected adam or momentum, found the text 'adm'"),
        (lambda: Optimizer(momentum=1), "momentum: 1.0 is above the largest allowed, 0.9999"),
        (lambda: Spectrum(cutoff=0.9), "cutoff: 0.9 is above the largest allowed, 0.7"),
        (lambda: Spectrum(randomize=1), "randomize: expected true or false, found 1"),
        (lambda: GaussianDistribution(float("nan")), "sigma: nan is not a finite number"),
        (lambda: TableDistribution((0.5,)), "quantiles: a table of quantiles has 2 to 65536 values, not 1"),
        (
            lambda: TextureSpec(size=8, filter="smoth"),
            "filter: expected a filter, found the text 'smoth'; did you mean 'smooth'?",
        ),
        (
            lambda: TextureSpec(size=8, filter=[{"box": 2}, 3]),
            (
                "filter.1: expected a filter, found 3; write a preset (sharp, balanced, smooth, taa, denoised, "
                "short_history, directions) or {gaussian: ...}"
            ),
        ),
        (
            lambda: TextureSpec(size=8, objective={"spectrum": {"cutof": 0.2}}),
            "objective.spectrum: unknown key 'cutof'; did you mean 'cutoff'?",
        ),
        (
            lambda: TextureSpec(size=8, distribution={"gaussian": 11}),
            "distribution.gaussian: 11.0 is above the largest allowed, 10",
        ),
        (
            lambda: TextureSpec(size=8, distribution={"uniform": {}, "gaussian": 1}),
            "distribution: 'uniform' and 'gaussian' cannot be combined; keep one of them",
        ),
        (
            lambda: TextureSpec(size=8, distribution="table"),
            "distribution: 'table' needs its quantiles; write {table: ...}",
        ),
        (
            lambda: TextureSpec(size=8, optimizer={"steps": [1]}),
            "optimizer.steps: expected a whole number, found a list",
        ),
        (lambda: TextureSpec(size=8, formats="png"), "formats: expected a list, found the text 'png'; write ['png']"),
        (lambda: TextureSpec(size=None), "size: expected a number or a list of 2, found nothing"),
        (
            lambda: TextureSpec(size=8, frames=4, filter={"combine": "product"}),
            "filter: combine: product needs a filter in time",
        ),
        (lambda: TextureSpec(size=8, filter=SpaceTimeFilter()), "filter: a filter in time needs frames"),
        (
            lambda: SpaceTimeFilter(time=BoxFilter([2, 3])),
            "time: time is one axis, and box has 2 numbers",
        ),
        (
            lambda: TextureSpec(size=8, sample_space="vec2", channels=4),
            "channels: a vec2 has 2 components, not 4",
        ),
        (lambda: TextureSpec(size=8, importance=3), "importance: expected a path, found 3"),
        (
            lambda: TextureSpec(size=8, sample_space="vec2", importance="none.png"),
            "importance: there is no such file: none.png",
        ),
        (
            lambda: TextureSpec(size=8, objective="spectrum", effort="good"),
            "effort: has no effect with the spectrum objective",
        ),
    ],
)
def test_a_bad_spec_from_python_is_a_clear_value_error(make, text):
    with pytest.raises(ValueError) as raised:
        make()
    assert str(raised.value) == text
