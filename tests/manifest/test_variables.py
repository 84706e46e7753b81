"""Variables that are set from outside, textures that are not enabled, ranges, and several entries to extend."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.paths import ROOT

from bluenoise_assets import ManifestError, TextureSpec, load_manifest
from bluenoise_assets.manifest import read_manifests, source


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def parser(request, monkeypatch):
    """With libyaml and without."""
    monkeypatch.setattr(source, "_Loader", getattr(yaml, request.param, yaml.SafeLoader))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files):
    for name, text in files.items():
        Path(f"{name}.yaml").parent.mkdir(exist_ok=True)
        Path(f"{name}.yaml").write_text(f"schema: 1\n{text}", encoding="utf-8")


def names(path="game.yaml", **variables):
    return [spec.name for spec in load_manifest(path, variables).textures]


def problems(*paths, **variables):
    loaded = read_manifests([Path(path) for path in paths or ("game.yaml",)], variables)
    assert loaded.problems
    return [str(problem) for problem in loaded.problems]


# ------------------------------------------------------------------ variables


def test_a_variable_in_a_name_a_value_and_the_output(here):
    write(
        game=(
            "variables: {platform: pc, size: 8, law: uniform}\n"
            "output: build/{platform}\n"
            "textures:\n"
            '  noise_{platform}: {size: "{size}", seed: "{size}", distribution: "{law}"}\n'
        )
    )
    manifest = load_manifest("game.yaml")
    assert manifest.textures == (TextureSpec("noise_pc", 8, seed=8),)
    assert manifest.output == here / "build" / "pc"
    assert manifest.variables == {"platform": "pc", "size": "8", "law": "uniform"}
    manifest = load_manifest("game.yaml", {"platform": "switch", "size": 16, "law": "triangular"})
    assert manifest.textures == (TextureSpec("noise_switch", 16, seed=16, distribution="triangular"),)
    assert manifest.output == here / "build" / "switch"
    assert manifest.lines == {"noise_switch": (5, 3)}


def test_a_text_from_the_command_line_is_a_number_where_one_is_expected():
    write(game='variables: {n: 8, hd: false}\ntextures: {a: {size: "{n}", enabled: "{hd}"}, b: {size: 8}}\n')
    assert names() == ["b"]
    assert names(hd="true") == names(hd=True) == ["a", "b"]
    assert load_manifest("game.yaml", {"n": "16", "hd": "true"}).textures[0].size == (16, 16)


def test_the_example_of_the_documentation_is_for_three_platforms(here):
    section = (ROOT / "manifests" / "README.md").read_text(encoding="utf-8").split("## Several platforms\n")[1]
    Path("platforms.yaml").write_text(section.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    found = {}
    for platform in ("pc", "switch", "ps5"):
        manifest = load_manifest("platforms.yaml", {"platform": platform, "size": 64})
        found[manifest.output.relative_to(here.parent).as_posix()] = [spec.name for spec in manifest.textures]
    assert found == {
        "build/pc": ["dither", "fog"],
        "build/switch": ["dither"],
        "build/ps5": ["dither", "fog"],
    }


def test_each_output_folder_takes_variables(here):
    write(
        game=(
            "variables: {platform: pc}\n"
            "output: {default: 'a/{platform}', unity: 'b/{platform}/x'}\n"
            "textures: {a: {size: 8, engines: [unity]}}\n"
        )
    )
    manifest = load_manifest("game.yaml", {"platform": "ps5"})
    assert (manifest.output, manifest.folders) == (here / "a" / "ps5", {"unity": here / "b" / "ps5" / "x"})


def test_a_matrix_takes_variables_and_hides_those_of_its_names():
    write(
        game=(
            "variables: {count: 3, seed: 9}\n"
            "textures:\n"
            '  a_{seed}: {matrix: {seed: "1..{count}"}, size: 8, seed: "{seed}"}\n'
            '  b: {size: 8, seed: "{seed}"}\n'
        )
    )
    assert {spec.name: spec.seed for spec in load_manifest("game.yaml", {"count": 2}).textures} == {
        "a_1": 1,
        "a_2": 2,
        "b": 9,
    }


def test_variables_come_through_includes_and_the_nearest_counts():
    write(
        deep='variables: {a: deep, b: deep, c: deep}\ntextures: {.deep: {size: 8, distribution: "{law}"}}\n',
        first="include: deep.yaml\nvariables: {a: first, b: first, law: uniform}\n",
        second="variables: {c: second, law: triangular}\n",
        game=(
            'include: [first.yaml, second.yaml]\nvariables: {a: game}\ntextures: {"x_{a}_{b}_{c}": {extends: .deep}}\n'
        ),
    )
    manifest = load_manifest("game.yaml")
    assert manifest.textures == (TextureSpec("x_game_first_deep", 8, distribution="uniform"),)
    assert load_manifest("game.yaml", {"a": 1, "b": 2, "c": 3, "law": "gaussian"}).textures == (
        TextureSpec("x_1_2_3", 8, distribution="gaussian"),
    )


def test_a_variable_chooses_what_is_included():
    write(
        **{"platforms/pc": "variables: {size: 32}\n", "platforms/switch": "variables: {size: 16}\n"},
        game='variables: {platform: [pc, switch, ps5]}\ninclude: platforms/{platform}.yaml\ntextures: {a: {size: "{size}"}}\n',
    )
    assert load_manifest("game.yaml").textures[0].size == (32, 32)
    assert load_manifest("game.yaml", {"platform": "switch"}).textures[0].size == (16, 16)
    assert problems(platform="ps5") == [
        "game.yaml:3:10: error: include: there is no such file: platforms/ps5.yaml; did you mean 'platforms/pc.yaml'?"
    ]


def test_each_manifest_takes_the_variables_that_it_declares():
    write(a="variables: {x: 1}\ntextures: {'a_{x}': {size: 8}}\n", b="textures: {b: {size: 8}}\n")
    loaded = read_manifests([Path("a.yaml"), Path("b.yaml")], {"x": 2})
    assert [spec.name for manifest in loaded.manifests for spec in manifest.textures] == ["a_2", "b"]
    assert loaded.problems == ()


def test_a_manifest_may_only_declare_variables():
    write(common="variables: {x: 1}\n", game='include: common.yaml\ntextures: {"a_{x}": {size: 8}}\n')
    assert names() == ["a_1"]
    assert load_manifest("common.yaml").textures == ()


DECLARED = "variables: {platform: [pc, switch], size: 8, hd: false}\n"
UNKNOWN = {
    "a value that is not allowed": (
        DECLARED + "textures: {a: {size: 8}}\n",
        {"platform": "swich"},
        [
            (
                "2:24: error: variables.platform: expected pc or switch, found swich (given for the variable 'platform'); "
                "did you mean 'switch'?"
            )
        ],
    ),
    "a value of the wrong type": (
        DECLARED + 'textures: {a: {size: "{size}"}}\n',
        {"size": "big"},
        ["2:43: error: a.size: expected a whole number, found big (given for the variable 'size')"],
    ),
    "a value that YAML reads in two ways": (
        DECLARED + "textures: {a: {size: 8}}\n",
        {"hd": "yes"},
        [
            (
                "2:50: error: variables.hd: YAML 1.1 reads yes as true (given for the variable 'hd'); "
                'write true, or "yes" if it is a text'
            )
        ],
    ),
    "nothing": (
        DECLARED + "textures: {a: {size: 8}}\n",
        {"platform": ""},
        [
            (
                "2:24: error: variables.platform: expected a number or a text, found nothing "
                "(given for the variable 'platform')"
            )
        ],
    ),
    "a variable misspelt": (
        DECLARED + "textures: {a: {size: 8}}\n",
        {"plaform": "pc"},
        ["1:1: error: variables: there is no variable 'plaform'; did you mean 'platform'?"],
    ),
    "a variable where there is none": (
        "textures: {a: {size: 8}}\n",
        {"platform": "pc"},
        ["1:1: error: variables: there is no variable 'platform'; declare it: `variables: {platform: ...}`"],
    ),
    "a template that nothing fills": (
        DECLARED + "output: x/{plat}\ntextures: {'a_{siz}': {size: 8}}\n",
        {},
        [
            "3:9: error: output: there is no variable 'plat'; known here: platform, size, hd",
            "4:12: error: a_{siz}: there is no variable 'siz'; did you mean 'size'?",
        ],
    ),
    "an output in braces": (
        DECLARED + "output: {platform}\ntextures: {a: {size: 8}}\n",
        {},
        ['3:9: error: output: expected a text, found a mapping; quote a template: "{platform}"'],
    ),
    "an output with a template and no variable": (
        "output: x/{plat}\ntextures: {a: {size: 8}}\n",
        {},
        ["2:9: error: output: there is no variable 'plat'; declare it: `variables: {plat: ...}`"],
    ),
    "a declaration that says nothing": (
        "variables: {a: ~, b: [], c: {d: 1}, my-size: 8, e: [1, [2]]}\ntextures: {a: {size: 8}}\n",
        {},
        [
            "2:16: error: variables.a: expected a number or a text, found nothing",
            "2:22: error: variables.b: the list is empty; the first value is the default",
            "2:29: error: variables.c: expected a number or a text, found a mapping",
            "2:37: error: variables: 'my-size' cannot be a variable; use letters, digits and _",
            "2:56: error: variables.e: expected a number or a text, found a list",
        ],
    ),
    "variables as a list": (
        "variables: [platform]\ntextures: {a: {size: 8}}\n",
        {},
        ["2:12: error: variables: expected a mapping of keys, found a list"],
    ),
    # ------------------------------------------------------------ enabled
    "enabled by what is no truth": (
        DECLARED
        + "textures:\n  a: {size: 8, enabled: yes}\n  b: {size: 8, enabled: '{size}'}\n  c: {size: 8, enabled: {hd}}\n",
        {},
        [
            "2:43: error: b.enabled: expected true or false, found 8",
            "4:25: error: a.enabled: expected true or false, found yes; write true",
            '6:25: error: c.enabled: expected true or false, found a mapping; quote a template: "{hd}"',
        ],
    ),
    "a condition on what there is not": (
        DECLARED
        + "textures:\n  a: {size: 8, enabled: {platfrom: pc, hd: ~, platform: []}}\n  b: {size: 8, enabled: {}}\n",
        {},
        [
            "4:26: error: a.enabled: there is no variable 'platfrom'; did you mean 'platform'?",
            "4:44: error: a.enabled.hd: expected a number or a text, found nothing",
            "4:57: error: a.enabled.platform: the list is empty",
            "5:25: error: b.enabled: the mapping is empty; write {platform: [switch, ps5]}",
        ],
    ),
    "a condition that can never hold": (
        DECLARED + "textures:\n  a: {size: 8, enabled: {platform: [pc, xbox]}}\n",
        {},
        ["4:41: error: a.enabled.platform: expected pc or switch, found xbox"],
    ),
    "a mistake in a texture that is not enabled": (
        DECLARED
        + "defaults: {enabled: false}\ntextures:\n  a: {size: 0}\n  b: {bits: 9}\n  c: {size: 8, channels: 3, formats: [dds]}\n",
        {},
        [
            "5:13: error: a.size: a side of 0 texels is not between 1 and 16384",
            "6:3: error: b: the key 'size' is missing",
            "6:13: error: b.bits: expected 8, 16 or 32, found 9",
            "7:38: error: c.formats: dds holds 1, 2 or 4 channels, not 3; write png, raw, h, cs or npy, or channels: 4",
        ],
    ),
    "a mistake in an enabled that nobody extends": (
        "textures:\n  .a: {enabled: no}\n",
        {},
        ["3:17: error: .a.enabled: expected true or false, found no; write false"],
    ),
    # ------------------------------------------------------------ ranges
    "ranges that are none": (
        (
            "textures:\n  a_{n}: {matrix: {n: 1-50}, size: 8}\n  b_{n}: {matrix: {n: 5..1}, size: 8}\n"
            "  c_{n}: {matrix: {n: [1..3, 2]}, size: 8}\n  d_{n}: {matrix: {n: 0..10000}, size: 8}\n"
            "  e_{n}: {matrix: {n: 1..x}, size: 8}\n  f_{n}: {matrix: {n: 1..=50}, size: 8}\n"
        ),
        {},
        [
            "3:23: error: a_{n}.matrix.n: expected a list of values or a range, found 1-50; write 1..50",
            "4:23: error: b_{n}.matrix.n: the range 5..1 is empty; write 1..5",
            "5:30: error: c_{n}.matrix.n: the value 2 is listed twice",
            "6:23: error: d_{n}.matrix.n: the range 0..10000 has more than 10000 values",
            "7:23: error: e_{n}.matrix.n: expected a list of values or a range, found 1..x; write [1..x]",
            "8:23: error: f_{n}.matrix.n: expected a list of values or a range, found 1..=50; write 1..50",
        ],
    ),
    "two ranges of too many combinations": (
        "textures:\n  a_{n}_{m}: {matrix: {n: 0..99, m: 0..100}, size: 8}\n",
        {},
        ["3:15: error: a_{n}_{m}.matrix: the matrix has more than 10000 combinations"],
    ),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_mistake(name):
    text, variables, expected = UNKNOWN[name]
    write(game=text)
    assert problems(**variables) == [f"game.yaml:{line}" for line in expected]
    with pytest.raises(ManifestError):
        load_manifest("game.yaml", variables)


def test_what_a_broken_include_may_declare_is_not_missed():
    write(
        game="include: none.yaml\noutput: x/{x}\ntextures: {a_{x}: {size: '{y}', enabled: {z: 1}}}\n".replace(
            "a_{x}", "'a_{x}'"
        )
    )
    assert problems(x=1) == ["game.yaml:2:10: error: include: there is no such file: none.yaml"]


# ------------------------------------------------------------------ enabled


def test_what_is_not_enabled_is_not_there():
    write(
        game=(
            "variables: {platform: [pc, switch, ps5], hd: true}\n"
            "defaults: {size: 8, enabled: {platform: [pc, ps5]}}\n"
            "textures:\n"
            "  .never: {enabled: false}\n"
            "  a:\n"
            "  b: {enabled: true}\n"
            "  c: {enabled: {platform: switch}}\n"
            "  d: {enabled: {platform: [pc, switch], hd: True}}\n"
            '  e: {enabled: "{hd}"}\n'
            "  f: {extends: .never}\n"
            "  g: {extends: f, enabled: true}\n"
            "  h_{n}: {matrix: {n: [1, 2, 3]}, enabled: {n: [1, 3], platform: pc}}\n"
        )
    )
    assert names() == ["a", "b", "d", "e", "g", "h_1", "h_3"]
    assert names(platform="switch") == ["b", "c", "d", "e", "g"]
    assert names(platform="ps5", hd=False) == ["a", "b", "g"]


def test_what_is_not_enabled_clashes_with_nothing():
    """One file from two entries, for one platform each."""
    text = (
        "variables: {platform: [pc, switch]}\ntextures:\n  noise: {size: 16, enabled: {platform: pc}}\n"
        '  "{n}": {matrix: {n: [noise]}, size: 8, enabled: {platform: [PLATFORM]}}\n'
    )
    write(game=text.replace("PLATFORM", "switch"))
    assert [spec.size for spec in load_manifest("game.yaml").textures] == [(16, 16)]
    assert [spec.size for spec in load_manifest("game.yaml", {"platform": "switch"}).textures] == [(8, 8)]
    write(game=text.replace("PLATFORM", "pc, switch"))
    hint = "rename one of them"
    line = f"game.yaml:5:3: error: noise: the file noise.png is also written by 'noise'; {hint}"
    assert problems() == [line]


def test_a_manifest_of_which_nothing_is_enabled():
    write(game="textures: {a: {size: 8, enabled: false}}\n")
    assert names() == []


# ------------------------------------------------------------------ ranges and lists of entries


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("1..4", [1, 2, 3, 4]),
        ("[1..3, 9, 7..8]", [1, 2, 3, 9, 7, 8]),
        ("0..0", [0]),
        ("[5, '10..12']", [5, 10, 11, 12]),
    ],
)
def test_a_range(values, expected):
    write(game=f'textures: {{"a_{{n}}": {{matrix: {{n: {values}}}, size: 4, seed: "{{n}}"}}}}\n')
    assert [spec.seed for spec in load_manifest("game.yaml").textures] == expected
    assert names() == [f"a_{n}" for n in expected]


def test_of_a_range_combinations_can_be_left_out():
    write(game="textures: {'a_{n}': {matrix: {n: 1..4, exclude: [{n: 2}]}, size: 4}}\n")
    assert names() == ["a_1", "a_3", "a_4"]


def test_of_several_entries_the_later_counts():
    write(
        game=(
            "defaults: {size: 8, channels: 4, seed: 1}\n"
            "textures:\n"
            "  .a: {bits: 16, seed: 2, distribution: triangular}\n"
            "  .b: {extends: .a, seed: 3}\n"
            "  .c: {channels: 2, distribution: gaussian}\n"
            "  x: {extends: [.b, .c]}\n"
            "  y: {extends: [.c, .b], seed: 5}\n"
            "  z: {extends: [.c]}\n"
        )
    )
    assert load_manifest("game.yaml").textures == (
        TextureSpec("x", 8, channels=2, bits=16, seed=3, distribution="gaussian"),
        TextureSpec("y", 8, channels=2, bits=16, seed=5, distribution="triangular"),
        TextureSpec("z", 8, channels=2, seed=1, distribution="gaussian"),
    )


KEYS = {"bits": st.sampled_from([8, 16]), "seed": st.integers(0, 9), "channels": st.integers(1, 4)}
SOME = st.fixed_dictionaries({}, optional=KEYS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_graph_of_extends_is_what_a_recursion_makes_of_it(data):
    """The slow reference: each entry's keys over those of its bases, in their order, over the defaults."""
    count = data.draw(st.integers(1, 6), "entries")
    own, bases = {}, {}
    for i in range(count):
        own[f"t{i}"] = data.draw(SOME)
        bases[f"t{i}"] = [f"t{j}" for j in data.draw(st.lists(st.integers(0, i - 1), unique=True))] if i else []
    defaults = data.draw(SOME) | {"size": 4}

    def keys(name):
        found = {}
        for base in bases[name]:
            found |= keys(base)
        return found | own[name]

    order = data.draw(st.permutations(sorted(own)))
    entries = {name: own[name] | ({"extends": bases[name]} if bases[name] else {}) for name in order}
    Path("game.yaml").write_text(
        yaml.safe_dump({"schema": 1, "defaults": defaults, "textures": entries}, sort_keys=False)
    )
    expected = [TextureSpec(name, **(defaults | keys(name))) for name in order]
    assert list(load_manifest("game.yaml").textures) == expected
