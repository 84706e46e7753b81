"""The plan says what is stale and why, value by value, and reads only."""

import os
import shutil

import pytest
from support.projects import MANIFEST, build, contents, lock_of, project, stamps

from bluenoise_assets import ManifestError, load_manifest, make_plan
from bluenoise_assets.builder import reasons as why
from bluenoise_assets.quality import figures
from bluenoise_assets.spec import ALGORITHM


def reasons(path, **options):
    """Stale files and their reasons."""
    found = {}
    for folder in make_plan([load_manifest(path)], **options):
        for texture in folder.textures:
            found |= {file.file: list(file.reasons) for file in texture.files if file.reasons}
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    build(project(folder))
    return folder


@pytest.fixture
def game(built, tmp_path):
    """A fresh copy of a built project."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path / "game.yaml"


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_everything_is_new_at_first(tmp_path):
    found = reasons(project(tmp_path))
    files = ["a.png", "a.glsl", "b.png", "b.glsl", "ui/c.png", "ui/c.glsl", "bluenoise_common.glsl"]
    assert found == {file: ["not built yet"] for file in files}


def test_a_built_project_is_fresh_and_planning_writes_nothing(game):
    before = stamps(game.parent)
    assert reasons(game) == {}
    assert stamps(game.parent) == before


def test_touching_and_reformatting_a_manifest_changes_nothing(game):
    game.write_text("# a comment\n" + game.read_text().replace("seed: 1", "seed:   0001".replace("000", "")))
    game.touch()
    assert reasons(game) == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("seed: 1", "seed: 2", {"a.png": ["seed: 1 -> 2"]}),
        (
            "seed: 1}",
            "seed: 1, bits: 16}",
            {"a.glsl": ["bits: 8 -> 16", "storage: uint8 -> uint16"], "a.png": ["bits: 8 -> 16"]},
        ),
        (
            "distribution: triangular",
            "distribution: {gaussian: 0.2}",
            {
                "ui/c.png": ["distribution: {triangular: {}} -> {gaussian: {sigma: 0.2}}"],
                "ui/c.glsl": ["distribution: triangular -> gaussian"],
            },
        ),
        (
            "size: [8, 4]",
            "size: [8, 5]",
            {"b.png": ["size: [8, 4] -> [8, 5]"], "b.glsl": ["size: [8, 4] -> [8, 5]"]},
        ),
        (
            "a: {",
            "a: {objective: {spectrum: {cutoff: 0.2, fine_tuning: 8}}, ",
            {"a.png": ["objective.spectrum.cutoff: 0.25 -> 0.2"]},
        ),
        (
            "a: {",
            "a: {optimizer: {method: momentum, steps: 8}, ",
            {"a.png": ["optimizer.learning_rate: 0.003 -> 0.001", "optimizer.method: adam -> momentum"]},
        ),
    ],
)
def test_one_changed_value_makes_that_texture_stale_and_shows_old_and_new(game, old, new, expected):
    edit(game, old, new)
    assert reasons(game) == expected


def test_a_missing_file_and_one_changed_by_hand_are_stale_and_said_so(game):
    (game.parent / "out" / "a.png").unlink()
    (game.parent / "out" / "b.glsl").write_text("my own")
    assert reasons(game) == {"a.png": ["the file is missing"], "b.glsl": ["the file was changed since it was built"]}


def test_a_new_algorithm_makes_textures_stale(game, monkeypatch):
    monkeypatch.setattr("bluenoise_assets.spec.canonical.ALGORITHM", ALGORITHM + 1)
    monkeypatch.setattr(why, "ALGORITHM", ALGORITHM + 1)
    assert reasons(game) == {
        file: [f"algorithm: {ALGORITHM} -> {ALGORITHM + 1}"] for file in ("a.png", "b.png", "ui/c.png")
    }


def test_another_definition_of_the_figures_makes_textures_stale_and_changes_no_byte_of_them(game, monkeypatch):
    before = contents(game.parent / "out")
    now = figures.VERSION
    monkeypatch.setattr(figures, "VERSION", now + 1)
    expected = [f"figures: version {now} -> {now + 1}"]
    assert reasons(game) == dict.fromkeys(("a.png", "b.png", "ui/c.png"), expected)
    (folder,) = make_plan([load_manifest(game)])
    assert not any(texture.rename_only for texture in folder.textures)
    assert build(game).built == 3
    assert reasons(game) == {}
    after = contents(game.parent / "out")
    assert {file for file in before if before[file] != after[file]} == {"bluenoise.lock.json"}
    assert {entry.get("figures") for entry in lock_of(game.parent / "out").values() if "quality" in entry} == {now + 1}


def test_a_changed_shader_source_makes_only_shaders_stale(game, monkeypatch):
    monkeypatch.setattr("bluenoise_assets.engines.shaders.rendering.source_digest", lambda *_: "f" * 64)
    found = reasons(game)
    assert set(found) == {"a.glsl", "b.glsl", "ui/c.glsl"}
    assert all(reason[0].startswith("source: ") and reason[0].endswith(" -> ffffffffffff") for reason in found.values())


def test_dropped_textures_are_orphans(game):
    edit(game, "  a: {size: 8, seed: 1}\n", "")
    (folder,) = make_plan([load_manifest(game)])
    assert folder.orphans == ("a.glsl", "a.png")


def test_entries_of_another_manifest_are_no_orphans_while_it_exists(game):
    other = project(
        game.parent, MANIFEST.replace("  a:", "  x:").replace("  b:", "  y:").replace("ui/c:", "z:"), "o.yaml"
    )
    (folder,) = make_plan([load_manifest(other)])
    assert folder.orphans == ()
    game.unlink()
    (folder,) = make_plan([load_manifest(other)])
    assert folder.orphans == ("a.glsl", "a.png", "b.glsl", "b.png", "ui/c.glsl", "ui/c.png")


def test_two_manifests_must_not_claim_one_file(game):
    other = project(
        game.parent, MANIFEST.replace("  a:", "  A:").replace("  b:", "  y:").replace("ui/c:", "z:"), "o.yaml"
    )
    with pytest.raises(ManifestError) as raised:
        make_plan([load_manifest(game), load_manifest(other)])
    assert [str(problem) for problem in raised.value.problems] == [
        f"{other}:5:3: error: A: the file A.png is also written by {game}; rename a texture, or change `output`"
    ]


def test_a_file_of_a_manifest_that_is_not_being_built_is_protected(game):
    other = project(game.parent, MANIFEST.replace("  b:", "  y:").replace("ui/c:", "z:"), "o.yaml")
    with pytest.raises(ManifestError) as raised:
        make_plan([load_manifest(other)])
    (problem,) = raised.value.problems
    assert (problem.line, problem.column, problem.where) == (5, 3, "a")
    assert problem.text == f"the file a.png in {game.parent / 'out'} belongs to ../game.yaml"


def test_a_texture_may_move_to_another_manifest(game):
    edit(game, "  a: {size: 8, seed: 1}\n", "")
    other = project(game.parent, MANIFEST.replace("  b:", "  y:").replace("ui/c:", "z:"), "o.yaml")
    (folder,) = make_plan([load_manifest(other)])
    (moved,) = [texture for texture in folder.textures if texture.spec.name == "a"]
    assert moved.rename_only
    assert moved.images[0].reasons == ("manifest: ../game.yaml -> ../o.yaml",)


def test_output_replaces_the_manifests_own_folder(game, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    found = reasons(game, output=elsewhere)
    assert len(found) == 7
    assert {reason for texture in found.values() for reason in texture} == {"not built yet"}
    assert contents(elsewhere) == {}


@pytest.mark.skipif(os.name != "posix", reason="making links needs a privilege on Windows")
def test_a_manifest_that_is_a_link_keeps_its_name_whatever_it_leads_to(tmp_path):
    """As a mounted Kubernetes ConfigMap is: a link to a file behind a link that is turned to another folder."""
    for version, seed in (("v1", 1), ("v2", 2)):
        (tmp_path / version).mkdir()
        project(
            tmp_path / version, MANIFEST.replace("seed: 1", f"seed: {seed}").replace("output: out", "output: ../out")
        )
    (tmp_path / "data").symlink_to("v1")
    (tmp_path / "here").mkdir()
    game = tmp_path / "here" / "game.yaml"
    game.symlink_to("../data/game.yaml")
    build(game)
    assert lock_of(tmp_path / "out")["a.png"]["manifest"] == "../here/game.yaml"
    (tmp_path / "data").unlink()
    (tmp_path / "data").symlink_to("v2")
    assert reasons(game) == {"a.png": ["seed: 1 -> 2"]}
    build(game)
    assert reasons(tmp_path / "v2" / "game.yaml") == {}  # the same file by another name
    assert build(tmp_path / "v2" / "game.yaml").fresh == 3
    with pytest.raises(ManifestError, match=r"belongs to \.\./here/game\.yaml"):
        reasons(tmp_path / "v1" / "game.yaml")
