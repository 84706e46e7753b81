"""Manifests that include others: what comes through, from where, and where mistakes are shown."""

import hashlib
import os
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluenoise_assets import GaussianDistribution, ManifestError, TextureSpec, load_manifest
from bluenoise_assets.manifest import Loaded, read_manifests, source
from bluenoise_assets.manifest.include import MAX_DEPTH, MAX_FILES


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def parser(request, monkeypatch):
    """With libyaml and without."""
    monkeypatch.setattr(source, "_Loader", getattr(yaml, request.param, yaml.SafeLoader))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Tests write relative paths, as users do."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files):
    """Write manifests: `a="..."` is a.yaml; line 1 is `schema: 1` where the text does not say another."""
    for name, text in files.items():
        head = "" if text.startswith("schema") else "schema: 1\n"
        Path(f"{name}.yaml").write_text(head + text, encoding="utf-8")


def textures(path):
    return {spec.name: spec for spec in load_manifest(path).textures}


def problems(*paths):
    loaded = read_manifests([Path(path) for path in paths])
    assert not loaded.manifests
    return [str(problem) for problem in loaded.problems]


# ------------------------------------------------------------------ what comes through


def test_defaults_and_bases_come_through_and_nothing_else():
    write(
        common="output: elsewhere\nshaders: [glsl]\ndefaults: {bits: 16}\ntextures: {grain: {size: 8, seed: 3}}\n",
        game="include: [common.yaml]\ntextures:\n  a: {extends: grain, channels: 2}\n  b: {size: 4}\n",
    )
    manifest = load_manifest("game.yaml")
    assert manifest.textures == (
        TextureSpec("a", (8, 8), channels=2, bits=16, seed=3),
        TextureSpec("b", (4, 4), bits=16),
    )
    assert manifest.output == Path("bluenoise").resolve()
    assert manifest.lines == {"a": (4, 3), "b": (5, 3)}
    assert [spec.name for spec in load_manifest("common.yaml").textures] == ["grain"]


def test_one_path_needs_no_list():
    write(common="defaults: {bits: 16}\n", game="include: common.yaml\ntextures: {a: {size: 8}}\n")
    assert textures("game.yaml")["a"].bits == 16


def test_the_nearest_default_counts():
    """deep < first < second < game; a key is replaced whole."""
    write(
        deep="defaults: {size: 1, bits: 16, channels: 1, seed: 1, distribution: {gaussian: 0.3}}\n",
        first="include: [deep.yaml]\ndefaults: {size: 2, channels: 2, seed: 2}\n",
        second="defaults: {size: 3, seed: 3}\n",
        game="include: [first.yaml, second.yaml]\ndefaults: {seed: 4, distribution: gaussian}\ntextures: {a: }\n",
        swap="include: [second.yaml, first.yaml]\ntextures: {a: }\n",
    )
    assert textures("game.yaml")["a"] == TextureSpec("a", (3, 3), 2, 16, 4, GaussianDistribution())
    assert textures("swap.yaml")["a"] == TextureSpec("a", (2, 2), 2, 16, 2, GaussianDistribution(0.3))


def test_an_included_entry_counts_more_than_own_defaults():
    write(
        common="textures: {.base: {bits: 16}}\n",
        game="include: common.yaml\ndefaults: {bits: 8, size: 8}\ntextures: {a: {extends: .base}, b: }\n",
    )
    assert {name: spec.bits for name, spec in textures("game.yaml").items()} == {"a": 16, "b": 8}


def test_a_chain_of_extends_over_three_files():
    write(
        deep="textures: {.deep: {size: 8, seed: 1, bits: 16}}\n",
        common="include: deep.yaml\ntextures: {.common: {extends: .deep, seed: 2}}\n",
        game="include: common.yaml\ntextures: {a: {extends: .common}, b: {extends: .deep}}\n",
    )
    found = textures("game.yaml")
    assert (found["a"].seed, found["a"].bits, found["b"].seed) == (2, 16, 1)


def test_a_matrix_fills_what_the_extended_entry_leaves_open():
    write(
        common='textures:\n  .base: {seed: "{n}", distribution: "{law}ian", size: ["{n}", 4]}\n',
        game=(
            "include: common.yaml\ntextures:\n"
            "  a_{n}: {extends: .base, matrix: {n: [8, 16], law: [gauss]}}\n"
            "  b_{n}: {extends: .base, matrix: {n: [9]}, distribution: uniform}\n"
        ),
    )
    assert {name: (spec.seed, spec.size) for name, spec in textures("game.yaml").items()} == {
        "a_8": (8, (8, 4)),
        "a_16": (16, (16, 4)),
        "b_9": (9, (9, 4)),
    }


def test_extending_an_included_matrix_takes_its_keys_and_not_its_members():
    write(
        common='textures: {"n_{s}": {matrix: {s: [8, 16]}, size: "{s}", bits: 16}}\n',
        game='include: common.yaml\ntextures: {a: {extends: "n_{s}", size: 4}}\n',
    )
    assert textures("game.yaml") == {"a": TextureSpec("a", (4, 4), bits=16)}


def test_a_diamond_is_read_once():
    write(
        base="defaults: {bits: 16}\ntextures: {.base: {size: 8}}\n",
        left="include: base.yaml\ndefaults: {bits: 8}\n",
        right="include: [./base.yaml]\n",
        game="include: [left.yaml, right.yaml, base.yaml]\ntextures: {a: {extends: .base}}\n",
    )
    manifest = load_manifest("game.yaml")
    assert manifest.inputs == tuple(map(Path, ["game.yaml", "left.yaml", "base.yaml", "right.yaml"]))
    assert manifest.textures[0].bits == 8  # left.yaml includes base.yaml, so it counts more


def test_a_manifest_may_only_share():
    write(
        defaults="defaults: {bits: 16}\n",
        hidden="textures: {.a: {bits: 16}, .b: }\n",
        hub="include: [defaults.yaml, hidden.yaml]\n",
        game="include: hub.yaml\ntextures: {x: {extends: .a, size: 8}}\n",
    )
    assert [load_manifest(f"{name}.yaml").textures for name in ("defaults", "hidden", "hub")] == [(), (), ()]
    assert textures("game.yaml")["x"].bits == 16


def test_hidden_entries_in_a_manifest_without_includes():
    write(game="textures:\n  .a: {bits: 16}\n  .b: {extends: .a, seed: 1}\n  c: {extends: .b, size: 8}\n")
    assert load_manifest("game.yaml").textures == (TextureSpec("c", (8, 8), bits=16, seed=1),)


# ------------------------------------------------------------------ paths and hashes


def test_paths_are_relative_to_the_file_that_names_them_and_spelled_as_reached(here):
    Path("game/deep").mkdir(parents=True)
    Path("shared").mkdir()
    write(
        **{
            "game/main": f"include: [deep/../deep/a.yaml, {here.as_posix()}/shared/c.yaml]\ntextures: {{x: {{size: 8}}}}\n",
            "game/deep/a": "include: ../../shared/b.yaml\ndefaults: {seed: 1}\n",
            "shared/b": "defaults: {seed: 2, bits: 16}\n",
            "shared/c": "defaults: {channels: 2}\n",
        }
    )
    relative = load_manifest("game/main.yaml")
    expected = ["game/main.yaml", "game/deep/a.yaml", "shared/b.yaml", f"{here}/shared/c.yaml"]
    assert [str(path) for path in relative.inputs] == [str(Path(path)) for path in expected]
    absolute = load_manifest(here / "game" / "main.yaml")
    assert absolute.inputs == tuple(here / path for path in expected)
    assert relative.textures == absolute.textures == (TextureSpec("x", (8, 8), 2, 16, 1),)


@pytest.mark.skipif(os.name != "posix", reason="making symbolic links needs a privilege on Windows")
def test_links():
    """Behind a link to a folder, `..` is where the link leads; two links to one file are one file."""
    Path("real/sub").mkdir(parents=True)
    Path("real/sub/a.yaml").write_text("schema: 1\ninclude: ../b.yaml\n")
    Path("real/b.yaml").write_text("schema: 1\ntextures: {.b: {bits: 16}}\n")
    Path("link").symlink_to("real/sub")
    Path("b_again.yaml").symlink_to("real/b.yaml")
    write(
        b="defaults: {bits: 9}\n", game="include: [link/a.yaml, b_again.yaml]\ntextures: {x: {extends: .b, size: 8}}\n"
    )
    manifest = load_manifest("game.yaml")
    assert manifest.textures[0].bits == 16
    assert manifest.inputs == tuple(map(Path, ["game.yaml", "link/a.yaml", "link/../b.yaml"]))


def test_the_hash_changes_with_every_byte_of_every_file():
    write(
        c="defaults: {seed: 1}\n",
        b="include: c.yaml\n",
        a="include: b.yaml\ntextures: {x: {size: 8}}\n",
        d="include: b.yaml",
    )
    assert load_manifest("c.yaml").sha256 == hashlib.sha256(Path("c.yaml").read_bytes()).hexdigest()
    before = load_manifest("a.yaml").sha256
    assert re.fullmatch("[0-9a-f]{64}", before)
    assert load_manifest("a.yaml").sha256 == before
    seen = {before, load_manifest("b.yaml").sha256, load_manifest("d.yaml").sha256}
    assert len(seen) == 3
    for name in "abc":
        with Path(f"{name}.yaml").open("a") as file:
            file.write("# \n")
        seen.add(load_manifest("a.yaml").sha256)
    assert len(seen) == 6


def test_what_two_manifests_include_is_read_once(monkeypatch):
    write(common="defaults: {bits: 16}\n", a="include: common.yaml\ntextures: {a: {size: 8}}\n")
    write(b="include: common.yaml\ntextures: {b: {size: 8}}\n")
    read, read_bytes = [], source._read_bytes
    monkeypatch.setattr(source, "_read_bytes", lambda path: read.append(str(path)) or read_bytes(path))
    paths = [Path("a.yaml"), Path("b.yaml"), Path("common.yaml")]
    loaded = read_manifests(paths)
    assert read == ["a.yaml", "common.yaml", "b.yaml"]
    assert loaded.inputs == (Path("a.yaml"), Path("common.yaml"), Path("b.yaml"))
    assert [[spec.name for spec in manifest.textures] for manifest in loaded.manifests] == [["a"], ["b"], []]
    assert loaded.problems == ()


def test_inputs_hold_what_is_broken_and_what_is_missing():
    write(a="include: [none.yaml, bad.yaml]\ntextures: {a: {size: 8}}\n", bad="]\n", b="textures: {b: {size: 8}}\n")
    loaded = read_manifests([Path("a.yaml"), Path("b.yaml"), Path("gone.yaml")])
    assert loaded.inputs == tuple(map(Path, ["a.yaml", "none.yaml", "bad.yaml", "b.yaml", "gone.yaml"]))
    assert [manifest.path for manifest in loaded.manifests] == [Path("b.yaml")]
    write(none="defaults: {bits: 16}\n", bad="defaults: {}\n")  # mended without a change to a.yaml
    assert load_manifest("a.yaml").textures[0].bits == 16


# ------------------------------------------------------------------ patterns


def test_a_pattern_means_the_manifests_of_a_folder_by_name():
    """Not hidden ones, no other files, none below, and not the file in which the pattern stands."""
    Path("common/deep").mkdir(parents=True)
    write(
        **{
            "common/b": "defaults: {seed: 2}\n",
            "common/a": "defaults: {seed: 1, bits: 16}\n",
            "common/.hidden": "defaults: {seed: 3}\n",
            "common/deep/c": "defaults: {seed: 4}\n",
            "extra_1": "defaults: {channels: 2}\n",
            "extra_2": "defaults: {channels: 3}\n",
            "extra": "include: extra*.yaml\n",
            "game": "include: ['common/*', extra.yaml, 'common/[ab].yaml']\ntextures: {x: {size: 8}}\n",
        }
    )
    Path("common/notes.txt").write_text("none of ours")
    manifest = load_manifest("game.yaml")
    assert manifest.textures == (TextureSpec("x", 8, channels=3, bits=16, seed=2),)
    names = ["game", "common/a", "common/b", "extra", "extra_1", "extra_2"]
    assert manifest.inputs == tuple(Path(f"{name}.yaml") for name in names)
    assert manifest.include_folders == (Path("common"), Path())
    assert read_manifests([Path("game.yaml"), Path("extra.yaml")]).folders == (Path("common"), Path())


def test_the_hash_changes_when_a_file_that_a_pattern_means_comes():
    Path("common").mkdir()
    write(**{"common/a": "defaults: {seed: 1}\n", "game": "include: common/*.yaml\ntextures: {x: {size: 8}}\n"})
    before = load_manifest("game.yaml").sha256
    write(**{"common/b": "defaults: {seed: 1}\n"})
    assert load_manifest("game.yaml").sha256 != before


def test_a_file_whose_name_looks_like_a_pattern():
    write(**{"a[1]": "defaults: {bits: 16}\n", "a1": "defaults: {bits: 8}\n", "game": "include: 'a[1].yaml'\n"})
    assert load_manifest("game.yaml").inputs == (Path("game.yaml"), Path("a[1].yaml"))


def test_nothing_to_read():
    assert read_manifests([]) == Loaded((), (), ())


# ------------------------------------------------------------------ mistakes: files, and the lines for game.yaml

BAD = {
    "a file that is not there": (
        {"common": "defaults: {}\n", "game": "include:\n  - comon.yaml\ntextures: {a: {size: 8}}\n"},
        ["game.yaml:3:5: error: include: there is no such file: comon.yaml; did you mean 'common.yaml'?"],
    ),
    "a file that is not there, in another folder": (
        {"sub/common": "defaults: {}\n", "game": "include: [sub/common.yml]\ntextures: {a: {size: 8}}\n"},
        ["game.yaml:2:11: error: include: there is no such file: sub/common.yml; did you mean 'sub/common.yaml'?"],
    ),
    "a path from the current folder": (
        {"sub/common": "defaults: {}\n", "sub/a": "include: sub/common.yaml\n", "game": "include: sub/a.yaml\n"},
        [
            (
                "sub/a.yaml:2:10: error: include: there is no such file: sub/sub/common.yaml; "
                "a path is relative to the file that names it"
            )
        ],
    ),
    "a pattern that nothing matches": (
        {
            "common": "defaults: {}\n",
            "game": "include: ['comon*.yaml', 'sub/*.yaml', none/*.yaml]\ntextures: {a: {extends: .base}}\n",
        },
        [
            "game.yaml:2:11: error: include: no manifest matches 'comon*.yaml'; did you mean 'common.yaml'?",
            "game.yaml:2:26: error: include: no manifest matches 'sub/*.yaml'",
            "game.yaml:2:40: error: include: there is no such folder: none",
        ],
    ),
    "a pattern of folders": (
        {"sub/common": "defaults: {}\n", "game": "include: '*/common.yaml'\ntextures: {a: {size: 8}}\n"},
        [
            (
                "game.yaml:2:10: error: include: '*/common.yaml' is a pattern for folders; "
                "name each folder: patterns are for files"
            )
        ],
    ),
    "a file listed before and behind a pattern": (
        {
            "b": "defaults: {}\n",
            "c": "defaults: {}\n",
            "game": "include: [b.yaml, '[bc].yaml', c.yaml]\ntextures: {a: {size: 8}}\n",
        },
        ["game.yaml:2:32: error: include: this file is listed twice; remove it"],
    ),
    "a cycle through a pattern": (
        {"sub/b": "include: ../game.yaml\n", "game": "include: 'sub/*.yaml'\ntextures: {a: {size: 8}}\n"},
        [
            (
                "sub/b.yaml:2:10: error: include: a cycle of includes: game.yaml -> sub/b.yaml -> game.yaml; "
                "remove one of them"
            )
        ],
    ),
    "a file that is missed twice": (
        {"b": "include: none.yaml\n", "game": "include: [b.yaml, none.yaml]\n"},
        [
            "b.yaml:2:10: error: include: there is no such file: none.yaml",
            "game.yaml:2:19: error: include: there is no such file: none.yaml",
        ],
    ),
    "a file listed twice": (
        {"b": "defaults: {}\n", "game": "include: [b.yaml, ./b.yaml]\n"},
        ["game.yaml:2:19: error: include: this file is listed twice; remove it"],
    ),
    "what a missing file may have held is not missed as well": (
        {"game": "include: none.yaml\ntextures:\n  a: {extends: .base}\n  b: {bits: 9}\n"},
        [
            "game.yaml:2:10: error: include: there is no such file: none.yaml",
            "game.yaml:5:13: error: b.bits: expected 8, 16 or 32, found 9",
        ],
    ),
    "what a wrong path may have held is not missed either": (
        {"game": "include: [{local: b.yaml}]\ntextures: {a: {extends: .base}}\n"},
        ["game.yaml:2:11: error: include: expected a path, found a mapping"],
    ),
    "an included file that is no YAML": (
        {"b": "textures:\n\ta: {}\n", "game": "include: b.yaml\ntextures:\n  a: {extends: .base, bits: 9}\n"},
        [
            "b.yaml:3:1: error: YAML: a tab cannot indent; indent with spaces",
            "game.yaml:4:29: error: a.bits: expected 8, 16 or 32, found 9",
        ],
    ),
    "an included file of another version, whose includes may mean something else": (
        {"b": "schema: 2\ninclude: [whatever]\n", "game": "include: b.yaml\ntextures: {a: {extends: .b}}\n"},
        [
            (
                "b.yaml:1:9: error: schema: version 2 is not known; this program reads version 1; "
                "a newer bluenoise-assets may read it"
            )
        ],
    ),
    "an included file that shares nothing": (
        {"b": "output: x\n", "game": "include: b.yaml\ntextures: {a: {size: 8}}\n"},
        ["b.yaml:1:1: error: manifest: the key 'textures' is missing; write textures: {dither: {size: 64}}"],
    ),
    "mistakes in every file, all at once": (
        {
            "c": "defaults: {bits: 9}\nshader: [glsl]\n",
            "b": "include: c.yaml\ntextures:\n  .b: {sead: 1}\n  .c: {extends: .none}\n",
            "game": "include: [b.yaml]\noutput: [x]\ntextures:\n  a: {extends: .b, size: 0}\n",
        },
        [
            "b.yaml:4:8: error: .b: unknown key 'sead'; did you mean 'seed'?",
            "b.yaml:5:17: error: .c.extends: there is no texture '.none'; known here: .b, a",
            "c.yaml:2:18: error: defaults.bits: expected 8, 16 or 32, found 9",
            "c.yaml:3:1: error: manifest: unknown key 'shader'; did you mean 'shaders'?",
            "game.yaml:3:9: error: output: expected a text, found a list",
            "game.yaml:5:26: error: a.size: a side of 0 texels is not between 1 and 16384",
        ],
    ),
    "a value is wrong in the included file, whoever takes it": (
        {
            "b": "textures:\n  .b: {distribution: {gaussian: 0}}\n",
            "game": "include: b.yaml\ntextures:\n  a: {extends: .b, size: 8}\n  c: {extends: .b, size: 8}\n",
        },
        ["b.yaml:3:33: error: .b.distribution.gaussian: 0.0 is below the smallest allowed, 0.001"],
    ),
    "an included template that nothing fills": (
        {
            "b": 'textures:\n  .b:\n    seed: "{n}"\n',
            "game": "include: b.yaml\ntextures:\n  a: {extends: .b, size: 8}\n  c: {extends: .b, size: 8}\n",
        },
        [
            (
                "b.yaml:4:11: error: a.seed: there is no variable 'n' (inherited in game.yaml:4); "
                "add a matrix, or declare it: `variables: {n: ...}`"
            )
        ],
    ),
    "an own matrix value that does not fit an included template": (
        {
            "b": 'textures:\n  .b:\n    size: "{n}"\n    distribution: "{d}ian"\n',
            "game": "include: b.yaml\ntextures:\n  a_{n}: {extends: .b, matrix: {n: [8, x], d: [goss]}}\n",
        },
        [
            (
                "b.yaml:5:19: error: a_8.distribution: expected uniform, triangular, gaussian or table, found "
                "the text 'gossian' (inherited in game.yaml:4); did you mean 'gaussian'?"
            ),
            "game.yaml:4:40: error: a_x.size: expected a whole number, found x",
        ],
    ),
    "an included filter that does not fit the own size": (
        {
            "b": "defaults: {filter: {gaussian: [1, 2, 3]}}\n",
            "game": "include: b.yaml\ntextures:\n  a: {size: 8}\n  v: {size: [8, 8, 8]}\n",
        },
        ["b.yaml:2:20: error: a.filter: gaussian has 3 numbers and the texture 2 axes (inherited in game.yaml:4)"],
    ),
    "an included entry without a size": (
        {
            "b": "textures: {.b: {bits: 16}}\n",
            "game": "include: b.yaml\ntextures:\n  a: {extends: .b}\n",
        },
        ["game.yaml:4:3: error: a: the key 'size' is missing"],
    ),
    "a name in two files": (
        {
            "b": "textures:\n  .base: {size: 8}\n  grain: {size: 8}\n",
            "c": "textures:\n  .base: {size: 9}\n",
            "game": "include: [b.yaml, c.yaml]\ntextures:\n  grain: {extends: .base}\n",
        },
        [
            "c.yaml:3:3: error: .base: this name is already in b.yaml:3; rename one of them",
            "game.yaml:4:3: error: grain: this name is already in b.yaml:4; rename one of them",
        ],
    ),
    "a cycle of two": (
        {"b": "include: [game.yaml]\n", "game": "include:\n  - b.yaml\ntextures: {a: {size: 8}}\n"},
        ["game.yaml:3:5: error: include: a cycle of includes: b.yaml -> game.yaml -> b.yaml; remove one of them"],
    ),
    "a cycle of three behind another file": (
        {"a": "include: b.yaml\n", "b": "include: c.yaml\n", "c": "include: a.yaml\n", "game": "include: b.yaml\n"},
        ["c.yaml:2:10: error: include: a cycle of includes: a.yaml -> b.yaml -> c.yaml -> a.yaml; remove one of them"],
    ),
    "a cycle of extends across files": (
        {
            "b": "textures:\n  .b: {extends: a}\n",
            "game": "include: b.yaml\ntextures:\n  a: {extends: .b, size: 8}\n",
        },
        ["b.yaml:3:17: error: .b.extends: a cycle of extends: .b -> a -> .b; remove one of them"],
    ),
    "a tag in an included file": (
        {"b": "include: !include c.yaml\n", "c": "defaults: {}\n", "game": "include: b.yaml\n"},
        ["b.yaml:2:10: error: include: the tag !include is not supported; list the file in the key `include`"],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_mistake(name):
    files, expected = BAD[name]
    Path("sub").mkdir()
    write(**files)
    assert problems("game.yaml") == expected
    with pytest.raises(ManifestError) as raised:
        load_manifest("game.yaml")
    assert [str(problem) for problem in raised.value.problems] == expected
    # Building the whole folder tells nothing twice, and a cycle in the same words wherever it is entered. (A hint may
    # differ: how many names there are to choose from depends on who includes whom.)
    everything = [str(problem).split("; ")[0] for problem in read_manifests(sorted(Path().rglob("*.yaml"))).problems]
    assert len(set(everything)) == len(everything)
    assert {line.split("; ")[0] for line in expected} <= set(everything)


def test_a_problem_is_told_once_however_the_file_is_reached(here):
    write(common="defaults: {bits: 9}\n", a="include: common.yaml\n", b="include: ./common.yaml\n")
    line = "common.yaml:2:18: error: defaults.bits: expected 8, 16 or 32, found 9"
    assert problems("a.yaml", "b.yaml", "common.yaml", here / "a.yaml") == [line]
    assert problems(here / "a.yaml") == [f"{here}{os.sep}{line}"]


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_an_include_that_may_not_be_read(here):
    write(game="include: [shut.yaml, pipe]\n", shut="defaults: {}\n")
    Path("shut.yaml").chmod(0)
    os.mkfifo("pipe")
    user = os.geteuid()
    if user == 0:
        here.chmod(0o755)
        os.seteuid(65534)
    try:
        assert problems("game.yaml") == [
            "game.yaml:2:11: error: include: the file cannot be read: Permission denied: shut.yaml",
            "game.yaml:2:22: error: include: this is not a regular file: pipe",
        ]
    finally:
        os.seteuid(user)


def test_backslashes_are_named_where_they_do_not_work():
    write(game="include: sub\\a.yaml\n")
    Path("sub").mkdir()
    write(**{"sub/a": "defaults: {}\n"})
    if os.sep == "\\":
        load_manifest("game.yaml")
    else:
        text = "there is no such file: sub\\a.yaml; write / between folders"
        assert problems("game.yaml") == [f"game.yaml:2:10: error: include: {text}"]


def test_limits():
    chain = {f"c{i}": f"include: c{i + 1}.yaml\n" for i in range(MAX_DEPTH + 1)}
    write(**chain, **{f"c{MAX_DEPTH + 1}": "defaults: {}\n"})
    assert problems("c0.yaml") == [
        (
            f"c{MAX_DEPTH}.yaml:2:10: error: include: includes are nested more than {MAX_DEPTH} deep; "
            "include the file further up"
        )
    ]
    assert len(load_manifest("c1.yaml").inputs) == MAX_DEPTH + 1
    write(**{f"f{i}": "defaults: {}\n" for i in range(MAX_FILES + 1)})
    for more in (0, 1):
        write(game="include:\n" + "".join(f"  - f{i}.yaml\n" for i in range(MAX_FILES + more)))
        if not more:
            assert len(load_manifest("game.yaml").inputs) == MAX_FILES + 1
    assert problems("game.yaml") == [
        f"game.yaml:{MAX_FILES + 3}:5: error: include: more than {MAX_FILES} files are included; join some of them"
    ]


def test_many_files_may_not_be_more_than_one(monkeypatch):
    """Neither in bytes nor in what aliases expand to."""
    bomb = "textures:\n  .{name}: {{distribution: {{table: [0, &a [1,1,1,1,1,1,1,1,1], *a, *a, *a]}}}}\n"
    write(game="include: [a.yaml, b.yaml, c.yaml]\n", **{name: bomb.format(name=name) for name in "abc"})
    monkeypatch.setattr("bluenoise_assets.manifest.include.MAX_EXPANDED_NODES", 130)
    lines = problems("game.yaml")
    hint = "with this file the manifest has more than 130 values; include less"
    assert [line for line in lines if "include" in line] == [f"game.yaml:2:27: error: include: {hint}"]
    monkeypatch.setattr("bluenoise_assets.manifest.include.MAX_BYTES", 2**20)
    for name in "ab":
        write(**{name: "defaults: {}\n#" + "x" * 600_000})
    hint = "with this file the manifest has more than 1 MiB; include less"
    assert problems("game.yaml")[-1] == f"game.yaml:2:27: error: include: {hint}"


# ------------------------------------------------------------------ any split says the same

KEYS = {
    "bits": st.sampled_from([8, 16]),
    "seed": st.one_of(st.integers(0, 9), st.just("{n}")),
    "channels": st.integers(1, 4),
    "distribution": st.sampled_from(["gaussian", {"gaussian": 0.2}, "triangular"]),
    "size": st.one_of(st.integers(1, 9), st.just(["{n}", 4])),
}
OPTIONAL = st.fixed_dictionaries({}, optional=KEYS)
PLAIN = st.fixed_dictionaries({}, optional={"bits": KEYS["bits"], "channels": KEYS["channels"]})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_way_to_split_a_manifest_gives_the_same_textures(data):
    """Hidden entries and defaults, in one file or scattered over a random graph of includes."""
    count = data.draw(st.integers(1, 5), "files")
    includes = {
        i: data.draw(st.lists(st.integers(0, i - 1), unique=True), f"includes of {i}") if i else []
        for i in range(count)
    }
    includes[count] = list(range(count))  # the manifest itself; so file i is read before i + 1
    defaults = [data.draw(PLAIN) for _ in range(count + 1)]
    bases: dict[str, dict] = {}
    homes: dict[str, int] = {}
    for i in range(data.draw(st.integers(0, 5), "bases")):
        bases[f".b{i}"] = data.draw(OPTIONAL)
        if i and data.draw(st.booleans()):
            bases[f".b{i}"]["extends"] = f".b{data.draw(st.integers(0, i - 1))}"
        homes[f".b{i}"] = data.draw(st.integers(0, count))
    built = {}
    for i in range(data.draw(st.integers(1, 3), "textures")):
        built[f"t{i}_{{n}}"] = {"size": 4} | data.draw(OPTIONAL) | {"matrix": {"n": [1, 2]}}
        if bases and data.draw(st.booleans()):
            built[f"t{i}_{{n}}"]["extends"] = data.draw(st.sampled_from(sorted(bases)))

    flat = {"schema": 1, "defaults": {key: value for part in defaults for key, value in part.items()}}
    Path("flat.yaml").write_text(yaml.safe_dump(flat | {"textures": bases | built}))
    for i in range(count + 1):
        own = {name: keys for name, keys in bases.items() if homes[name] == i} | (built if i == count else {})
        part = {"schema": 1, "defaults": defaults[i]} | ({"textures": own} if own else {})
        part |= {"include": [f"f{j}.yaml" for j in includes[i]]} if includes[i] else {}
        Path(f"f{i}.yaml").write_text(yaml.safe_dump(part))
    split = load_manifest(f"f{count}.yaml")
    assert split.textures == load_manifest("flat.yaml").textures
    assert {str(path) for path in split.inputs} == {f"f{i}.yaml" for i in range(count + 1)}
