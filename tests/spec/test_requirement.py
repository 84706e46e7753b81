"""`require`: bars as YAML and Python say them, and which figures a texture can be required to reach."""

import dataclasses
from itertools import product
from typing import get_args

import jsonschema
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bluenoise_assets import ManifestError, TextureSpec, json_schema, load_manifest
from bluenoise_assets.quality import figures
from bluenoise_assets.quality.measure import measure_built
from bluenoise_assets.quality.quantization import texels_of_ranks
from bluenoise_assets.quality.temporal import KEYS
from bluenoise_assets.quality.threshold_error import MEASURED_EYES, MEASURED_SIGMAS
from bluenoise_assets.quality.tones import MEASURED_TONES
from bluenoise_assets.spec.requirement import Bar, FigureName, Filtered, Pattern, Requirement, Tone, missing

NAMES = {
    "threshold_error_db": [f"{sigma:g}" for sigma in MEASURED_SIGMAS] + [f"eye {eye}" for eye in MEASURED_EYES],
    "tone_low_frequency_db": [str(tone) for tone in MEASURED_TONES],
    "pattern_rms": [*KEYS, "caps"],
}
ALL = [
    FigureName(one.name, name) for one in dataclasses.fields(figures.Figures) for name in NAMES.get(one.name, [None])
]


def test_every_figure_can_be_required():
    """What is added to one and forgotten in the other could never be required."""
    own = [field.name for field in dataclasses.fields(Requirement)]
    assert sorted(own) == sorted(field.name for field in dataclasses.fields(figures.Figures))
    assert {*figures.BY_NAME} == {*NAMES}
    named = (Filtered, "threshold_error_db"), (Tone, "tone_low_frequency_db"), (Pattern, "pattern_rms")
    for literal, figure in named:
        assert [*get_args(literal)] == NAMES[figure]


PLAIN = [1, 2, 3, 8, 9, 16, 17, [2, 1], [17, 1], [33, 1], [2, 2, 2], [9, 3, 2], [17, 2, 2]]
KINDS = [
    *({"size": size, "channels": channels} for size, channels in product(PLAIN, (1, 2))),
    *(
        {"size": size, "objective": {objective: inside}}
        for size in (2, 3, 8, 40)
        for objective, inside in (
            ("spectrum", {"cutoff": 0.02}),
            ("spectrum", {"cutoff": 0.3}),
            ("spectrum", {"cutoff": 0.6}),
            ("sum", {"spectrum": {"cutoff": 0.25}}),
        )
    ),
    *({"size": size, which: 3} for size in (1, 2, 18) for which in ("layers", "frames")),
    *(
        {"size": size, "sample_space": space, **more}
        for size in (1, 9)
        for space in ("vec2", "circle", "sphere")
        for more in ({}, {"layers": 2}, {"frames": 2})
    ),
]


@pytest.mark.parametrize("keys", KINDS, ids=str)
def test_what_can_be_required_is_what_is_measured(keys):
    spec = TextureSpec(**keys)
    generator = np.random.default_rng(1)
    count = spec.masks * (spec.array_length or 1)
    slices = np.stack([generator.permutation(spec.texel_count) for _ in range(count)]).astype(np.int32)
    slices = slices.reshape(spec.masks, *(() if spec.array_length is None else (spec.array_length,)), *spec.shape)
    for channel in measure_built(spec, slices, texels_of_ranks(slices, spec)):
        found = {
            FigureName(figure, name)
            for figure, value in channel.as_json().items()
            for name in (value if isinstance(value, dict) else [None])
        }
        assert found == {figure for figure in ALL if missing(spec, figure) is None}


FRAMES = TextureSpec(size=40, frames=2)
HAD = [figure for figure in ALL if missing(FRAMES, figure) is None]
NUMBERS = st.floats(-100, 100).map(lambda value: round(value, 3))
BARS = st.fixed_dictionaries({}, optional={"max": NUMBERS, "min": NUMBERS})
ODD = st.sampled_from([None, -40, "low", [1], {}, {"max": "-40"}, {"mx": 1}, True])


def nested(bars):
    """Bars by figure, as a manifest has them."""
    plain = {}
    for figure, bar in bars.items():
        if figure.name is None:
            plain[figure.figure] = bar
        else:
            plain.setdefault(figure.figure, {})[figure.name] = bar
    return plain


def is_good(bar):
    if not isinstance(bar, dict) or not bar or not all(isinstance(end, float) for end in bar.values()):
        return False
    return bar.get("min", -200) <= bar.get("max", 200)


@settings(max_examples=40, deadline=None)
@given(bars=st.dictionaries(st.sampled_from(HAD), st.one_of(BARS, BARS, BARS, ODD), max_size=4))
def test_manifests_python_and_the_schema_agree(tmp_path_factory, bars):
    """On what is a requirement, and on which; the schema alone cannot compare min with max."""
    plain = nested(bars)
    path = tmp_path_factory.mktemp("require") / "a.yaml"
    text = {"schema": 1, "textures": {"a": {"size": 40, "frames": 2, "require": plain}}}
    path.write_text(yaml.safe_dump(text, default_flow_style=True).replace("'1.5'", "1.5").replace("'2'", "2"))
    if bars and all(is_good(bar) for bar in bars.values()):
        (loaded,) = load_manifest(path).textures
        spec = TextureSpec("a", 40, frames=2, require=plain)
        assert loaded == spec
        assert dict(spec.require.bars()) == {figure: Bar(**bar) for figure, bar in bars.items()}
        assert (loaded.key(), hash(loaded)) == (dataclasses.replace(FRAMES, name="b").key(), hash(spec))
        jsonschema.validate(text, json_schema())
    else:
        with pytest.raises(ManifestError) as yaml_error:
            load_manifest(path)
        assert all(str(path) in str(problem) for problem in yaml_error.value.problems)
        # Python's None is a key left out
        for one in {figure: bar for figure, bar in bars.items() if bar is not None and not is_good(bar)}.items():
            with pytest.raises(ValueError, match="require"):
                TextureSpec("a", 40, frames=2, require=nested(dict([one])))


def test_numbers_are_names():
    """As Python and YAML read them."""
    bars = {1.5: {"max": -3}, 2.0: {"max": -4}, 1: {"max": -2}}
    assert [*TextureSpec(size=8, require={"threshold_error_db": bars}).require.threshold_error_db] == ["1.5", "2", "1"]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"require": {}}, "require: nothing is in it; write {low_frequency_db: {max: -40}}"),
        (
            {"require": {"low_frequency_db": {"max": float("nan")}}},
            "require.low_frequency_db.max: nan is not a finite number",
        ),
        (
            {"require": {"low_frequency_db": Bar(max=1, min=2)}},
            "require.low_frequency_db: min, 2, is above max, 1; no figure is both",
        ),
        ({"require": {"pattern_rms": {"ST": {"max": 1}}}}, "require.pattern_rms.ST: only frames and vectors have it"),
        (
            {"require": {"error_db": {"max": 1}}, "objective": "spectrum"},
            "require.error_db: there is none with the spectrum objective, which has no filter",
        ),
        (
            {"require": {"stored_low_frequency_db": {"max": 1}}},
            "require.stored_low_frequency_db: there is none with the threshold objective",
        ),
        ({"require": {"tone_low_frequency_db": {"1/64": {"max": 1}}}}, "8x8 texels are too small for it"),
        (
            {"require": {"pattern_rms": {"ST": {"max": 1}}}, "sample_space": "vec2"},
            "require.pattern_rms.ST: only frames have it",
        ),
        (
            {"require": {"pattern_rms": {"caps": {"max": 1}}}, "sample_space": "circle"},
            "require.pattern_rms.caps: only directions in three dimensions have it",
        ),
        (
            {"require": {"error_db": {"max": 1}}, "sample_space": "sphere"},
            "require.error_db: vectors have none, and this is a sphere",
        ),
    ],
)
def test_what_python_is_told(keys, text):
    with pytest.raises(ValueError, match="require") as error:
        TextureSpec(size=8, **keys)
    assert text in str(error.value)


INHERITED = """\
schema: 1
variables: {bar: -20}
defaults: {size: 24, require: {error_db: {max: -3}, tone_low_frequency_db: {1/2: {max: "{bar}"}}}}
textures:
  .strict: {require: {low_frequency_db: {max: -30}}}
  plain: {}
  spectrum: {objective: spectrum}
  vectors: {sample_space: vec2}
  strict: {extends: .strict}
  of_{side}: {matrix: {side: [16, 32]}, size: "{side}", require: {low_frequency_db: {max: "{side}"}}}
"""


def test_what_is_inherited_counts_as_far_as_a_texture_has_it(tmp_path):
    """As with other keys: a texture's own counts, `extends` before `defaults`, and what has no effect is dropped."""
    path = tmp_path / "a.yaml"
    path.write_text(INHERITED)
    found = {spec.name: spec.require for spec in load_manifest(path, {"bar": "-10"}).textures}
    tone = {"1/2": Bar(max=-10.0)}
    assert found == {
        "plain": Requirement(error_db=Bar(max=-3.0), tone_low_frequency_db=tone),
        "spectrum": Requirement(tone_low_frequency_db=tone),
        "vectors": None,
        "strict": Requirement(low_frequency_db=Bar(max=-30.0)),
        "of_16": Requirement(low_frequency_db=Bar(max=16.0)),
        "of_32": Requirement(low_frequency_db=Bar(max=32.0)),
    }
    manifest = load_manifest(path)
    places = [manifest.requirement_problem(name, "low") for name in ("plain", "of_16")]
    assert [(place.line, place.column) for place in places] == [(6, 3), (10, 57)]
