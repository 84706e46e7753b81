"""Good manifests give the specs that their author meant; arbitrary input gives a manifest or clear problems."""

import re

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.paths import ROOT

from bluenoise_assets import (
    PRESETS,
    BinomialFilter,
    BoxFilter,
    GaussianDistribution,
    GaussianFilter,
    ManifestError,
    Optimizer,
    Spectrum,
    Sum,
    TableDistribution,
    TableFilter,
    TextureSpec,
    Threshold,
    TriangularDistribution,
    UniformDistribution,
    WeightedFilter,
    load_manifest,
)
from bluenoise_assets.manifest import source
from bluenoise_assets.spec.space_time import FRAME_PRESETS


def load(tmp_path, text):
    path = tmp_path / "a.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_manifest(path)


def textures(tmp_path, text):
    return {spec.name: spec for spec in load(tmp_path, "schema: 1\n" + text).textures}


def test_defaults_of_the_keys(tmp_path):
    assert textures(tmp_path, "textures: {a: {size: 64}}") == {"a": TextureSpec("a", (64, 64))}
    spec = TextureSpec("a", (64, 64))
    assert (spec.channels, spec.bits, spec.seed, spec.formats) == (1, 8, 0, ("png",))
    assert (spec.objective, spec.filter, spec.effort) == (Threshold(0.35), PRESETS["balanced"], "good")
    assert spec.optimizer is None
    spectrum = textures(tmp_path, "textures: {a: {size: 64, objective: spectrum}}")["a"]
    assert (spectrum.objective.cutoff, spectrum.optimizer.learning_rate) == (0.25, 0.003)
    assert (spectrum.filter, spectrum.effort) == (None, None)


def test_filters(tmp_path):
    text = """textures:
  name: {size: 8, filter: smooth, effort: best}
  one: {size: 8, filter: {gaussian: 1.5}}
  axes: {size: 8, filter: {gaussian: [1, 2], values: 0.5}}
  list: {size: 8, filter: [{box: 2}, {binomial: [3, 5], weight: 2}, {table: [[1, 2], [3, 4]]}]}
  volume: {size: [8, 4, 2], filter: {gaussian: [1, 2, 3]}}
  given_{s}: {matrix: {s: [1.5]}, size: 8, filter: {gaussian: "{s}", weight: "{s}"}}
"""
    found = {name: spec.filter for name, spec in textures(tmp_path, text).items()}
    assert found == {
        "name": PRESETS["smooth"],
        "one": (WeightedFilter(GaussianFilter(1.5)),),
        "axes": (WeightedFilter(GaussianFilter((1.0, 2.0)), 1.0, 0.5),),
        "list": (
            WeightedFilter(BoxFilter(2)),
            WeightedFilter(BinomialFilter((3, 5)), 2.0),
            WeightedFilter(TableFilter(((1.0, 2.0), (3.0, 4.0)))),
        ),
        "volume": (WeightedFilter(GaussianFilter((1.0, 2.0, 3.0))),),
        "given_1.5": (WeightedFilter(GaussianFilter(1.5), 1.5),),
    }


def test_the_manuals_presets_are_those_of_frames(tmp_path):
    """Each row of its table as a filter written out; `taa` as the default, too."""
    section = (ROOT / "manifests" / "README.md").read_text(encoding="utf-8").partition("## Frames")[2]
    rows = dict(re.findall(r"(?m)^\| `(\w+)` \| `(\{.*?\})` \| ", section))
    assert rows.keys() == FRAME_PRESETS.keys()
    entries = "".join(f"  {name}: {{size: 8, frames: 4, filter: {text}}}\n" for name, text in rows.items())
    found = {name: spec.filter for name, spec in textures(tmp_path, f"textures:\n{entries}").items()}
    assert found == FRAME_PRESETS
    assert textures(tmp_path, "textures: {a: {size: 8, frames: 4}}")["a"].filter == found["taa"]
    example = re.search(r"```yaml\n(textures:.*?)```", section, re.DOTALL)[1]
    assert textures(tmp_path, example)["noise"].filter.combine == "separate"


def test_an_inherited_key_without_effect_is_dropped(tmp_path):
    text = """defaults: {optimizer: {steps: 5}, filter: sharp}
textures:
  a: {size: 8}
  b: {extends: a, objective: spectrum}
"""
    found = textures(tmp_path, text)
    assert (found["a"].optimizer, found["a"].filter) == (None, PRESETS["sharp"])
    assert (found["b"].optimizer, found["b"].filter) == (Optimizer(steps=5), None)


def test_a_weighted_sum(tmp_path):
    text = "textures: {a: {size: 8, objective: {sum: {spectrum: {cutoff: 0.2}, weight: 0.5}}}}"
    assert textures(tmp_path, text)["a"].objective == Sum(Threshold(), Spectrum(0.2), 0.5)


@pytest.mark.parametrize(
    ("text", "size"),
    [("10", (10, 10)), ("[100, 37]", (100, 37)), ("[333, 1]", (333, 1)), ("1", (1, 1)), ("+8", (8, 8))],
)
def test_sizes_are_width_and_height(tmp_path, text, size):
    spec = textures(tmp_path, f"textures: {{a: {{size: {text}}}}}")["a"]
    assert spec.size == size
    assert spec.shape == size[::-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uniform", UniformDistribution()),
        ("triangular", TriangularDistribution()),
        ("{triangular: }", TriangularDistribution()),
        ("gaussian", GaussianDistribution(0.16)),
        ("{gaussian: 0.2}", GaussianDistribution(0.2)),
        ("{gaussian: {sigma: 2e-1}}", GaussianDistribution(0.2)),
        ("{gaussian: {}}", GaussianDistribution(0.16)),
        ("{table: [0, .25, 1]}", TableDistribution((0.0, 0.25, 1.0))),
        ("{table: {quantiles: [0, 1]}}", TableDistribution((0.0, 1.0))),
    ],
)
def test_every_way_to_write_a_distribution(tmp_path, text, expected):
    assert textures(tmp_path, f"textures: {{a: {{size: 8, distribution: {text}}}}}")["a"].distribution == expected


def test_objective_and_optimizer(tmp_path):
    text = """textures:
  a:
    size: 8
    objective: {spectrum: {cutoff: 1e-1, low_frequency: 5, randomize: FALSE, fine_tuning: 0}}
    optimizer: {method: momentum, steps: 10}
"""
    spec = textures(tmp_path, text)["a"]
    assert spec.objective == Spectrum(0.1, 5.0, 1.0, 100.0, randomize=False, fine_tuning=0)
    assert spec.optimizer == Optimizer("momentum", 10, 0.001, 0.9)


def test_own_keys_before_extended_ones_before_defaults_and_whole(tmp_path):
    text = """defaults: {seed: 7, bits: 16, objective: spectrum, optimizer: {steps: 5, momentum: 0.5}}
textures:
  base: {size: 8, seed: 1, optimizer: {steps: 9}}
  middle: {extends: base, channels: 2}
  top: {extends: middle, seed: 3}
  lone: {size: 4}
"""
    found = textures(tmp_path, text)
    assert (found["top"].size, found["top"].seed, found["top"].channels, found["top"].bits) == ((8, 8), 3, 2, 16)
    assert found["top"].optimizer == Optimizer(steps=9)  # not merged with the defaults' momentum
    assert found["lone"].optimizer == Optimizer(steps=5, momentum=0.5)
    assert found["lone"].seed == 7


def test_an_entry_may_be_empty(tmp_path):
    assert textures(tmp_path, "defaults: {size: 8}\ntextures: {a: , b: }").keys() == {"a", "b"}


def test_matrix_with_include_and_exclude(tmp_path):
    text = """textures:
  n_{size}_{seed}:
    matrix:
      size: [32, 64]
      seed: [1, 2]
      exclude: [{size: 64, seed: 2}]
      include: [{size: 128, seed: 9}]
    size: ["{size}", 4]
    seed: "{seed}"
"""
    found = textures(tmp_path, text)
    assert {name: (spec.size, spec.seed) for name, spec in found.items()} == {
        "n_32_1": ((32, 4), 1),
        "n_32_2": ((32, 4), 2),
        "n_64_1": ((64, 4), 1),
        "n_128_9": ((128, 4), 9),
    }


def test_templates_keep_types_and_fill_texts(tmp_path):
    text = """textures:
  a_{d}_{r}:
    matrix: {d: [gaussian, uniform], r: [true, false]}
    size: 8
    distribution: "{d}"
    objective: {spectrum: {randomize: "{r}"}}
  b_{d}:
    extends: a_{d}_{r}
    matrix: {d: [gauss], r: [true]}
    distribution: "{d}ian"
"""
    found = textures(tmp_path, text)
    assert found["a_gaussian_true"].distribution == GaussianDistribution()
    assert found["a_uniform_false"].objective.randomize is False
    assert found["b_gauss"].distribution == GaussianDistribution()


def test_names_stay_as_they_are_written(tmp_path):
    """YAML 1.1 would make False, 8 and nothing of these."""
    names = ["no", "010", "1e3", "null", "ui/dither 64", "grün", "12:30x"[:2]]
    text = "textures:\n" + "".join(f"  {name}: {{size: 8}}\n" for name in names)
    assert list(textures(tmp_path, text)) == names


def test_output_is_relative_to_the_manifest(tmp_path):
    assert load(tmp_path, "schema: 1\ntextures: {a: {size: 8}}").output == (tmp_path / "bluenoise").resolve()
    text = "schema: 1\noutput: ../x\ntextures: {a: {size: 8}}"
    assert load(tmp_path, text).output == (tmp_path.parent / "x").resolve()


def test_a_byte_order_mark_and_windows_line_ends(tmp_path):
    text = b"\xef\xbb\xbfschema: 1\r\ntextures:\r\n  a: {size: 8}\r\n"
    manifest = load(tmp_path, text)
    assert manifest.lines == {"a": (3, 3)}


# ------------------------------------------------------------------ arbitrary input

WORDS = st.sampled_from(
    [
        "schema",
        "textures",
        "defaults",
        "output",
        "shaders",
        "size",
        "matrix",
        "extends",
        "include",
        "exclude",
        "seed",
        "a",
        "b",
        "a_{n}",
        ".b",
        "a.yaml",
        "n",
        "{n}",
        "spectrum",
        "objective",
        "optimizer",
        "cutoff",
        "gaussian",
        "table",
        "png",
        "<<",
        "distribution",
        "formats",
        "bits",
        "no",
        "1e3",
        "010",
        "../x",
        "null",
        "",
        "~",
        "é",
        "😀",
        "0x1F",
    ]
)
SCALARS = st.one_of(WORDS, st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=8))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=30,
)
MANIFESTS = st.fixed_dictionaries(
    {"schema": st.just(1), "textures": st.dictionaries(WORDS, TREES, max_size=4)},
    optional={"defaults": TREES, "output": TREES, "shaders": TREES, "include": TREES},
)
GOOD = b"""schema: 1
output: "../o"
defaults: {seed: 1, objective: {spectrum: {cutoff: 0.25}}}
textures:
  a_{n}: &a
    matrix: {n: [8, 16], exclude: [{n: 16}]}
    size: "{n}"
  b: {extends: "a_{n}", size: [4, 4], distribution: {table: [0, 1]}, formats: [png]}
shaders: [glsl]
"""
QUICKLY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def a_manifest_or_problems(path, data):
    """Whatever the bytes: a manifest, or problems at places that exist. Never another exception."""
    path.write_bytes(data)
    try:
        manifest = load_manifest(path)
    except ManifestError as error:
        assert error.problems
        lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", data.decode("utf-8", "replace"))
        for problem in error.problems:
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
            assert str(problem).isprintable()
            assert problem.text
    else:
        assert manifest.textures or {"defaults", "include"} & yaml.safe_load(data).keys() or b"." in data


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def parser(request, monkeypatch):
    """With libyaml and without."""
    monkeypatch.setattr(source, "_Loader", getattr(yaml, request.param, yaml.SafeLoader))


@QUICKLY
@given(st.one_of(TREES, MANIFESTS))
def test_arbitrary_trees(tmp_path, parser, tree):
    a_manifest_or_problems(tmp_path / "a.yaml", yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace"))


@QUICKLY
@given(st.one_of(st.binary(max_size=80), st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace"))))
def test_arbitrary_bytes(tmp_path, parser, data):
    a_manifest_or_problems(tmp_path / "a.yaml", b"schema: 1\n" + data)


@QUICKLY
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(GOOD)), st.integers(0, 12), st.one_of(st.binary(max_size=3), WORDS.map(str.encode))
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_good_manifest_with_random_edits(tmp_path, parser, edits):
    data = GOOD
    for position, length, replacement in edits:
        data = data[:position] + replacement + data[position + length :]
    a_manifest_or_problems(tmp_path / "a.yaml", data)


def test_the_good_manifest_is_good(tmp_path):
    assert set(textures(tmp_path, GOOD.decode().removeprefix("schema: 1\n"))) == {"a_8", "b"}


def test_brackets_by_the_hundred_thousand(tmp_path, parser):
    a_manifest_or_problems(tmp_path / "a.yaml", b"[" * 100_000)
    a_manifest_or_problems(tmp_path / "a.yaml", b"- " * 100_000)
    a_manifest_or_problems(tmp_path / "a.yaml", b"{a: " * 100_000)
