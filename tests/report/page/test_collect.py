"""What a report knows: every kind of texture, and what is stale, missing, changed or cannot be read."""

import shutil

import pytest
from support.noise_files import write_noise

from bluenoise_assets import ManifestError, load_manifest
from bluenoise_assets.builder.lock import LOCK_NAME, read_lock
from bluenoise_assets.report.page import collect, element_id, section_html


def report_of(path, **options):
    return collect([load_manifest(path)], **options)


@pytest.fixture
def game(tmp_path, every_kind):
    """A copy that may be changed."""
    shutil.copytree(every_kind.parent, tmp_path / "game")
    return tmp_path / "game" / every_kind.name


def texture_of(report, name):
    return next(each for each in report.textures if each.name == name)


def test_every_kind_is_fresh_and_shown(report, every_kind):
    specs = load_manifest(every_kind).textures
    assert [each.name for each in report.textures] == [spec.name for spec in specs]
    lock = read_lock(every_kind.parent / "out")
    for each in report.textures:
        assert (each.state, each.reasons, each.failures, each.unseen) == ("fresh", (), (), ""), each.name
        assert each.views is not None, each.name
        entry = next(one for one in lock.values() if one.texture == each.name and one.kind == "texture")
        assert each.figures == entry.quality
        assert each.texels == entry.texels
        assert each.before is None
    assert len({each.id for each in report.textures}) == len(specs)


def test_files_of_all_folders_with_what_they_take(report, every_kind):
    frames = texture_of(report, "frames")
    files = {file.file: file for file in frames.files}
    assert {"frames.glsl", "godot/frames.png", "../assets/unity/frames.ktx2"} - set(files) <= {
        "../assets/unity/frames.ktx2"
    }
    assert any(name.startswith("../assets/unity/") for name in files)
    for file in files.values():
        path = every_kind.parent / "out" / file.file
        assert file.bytes_on_disk == path.stat().st_size
    own = [file for file in files.values() if file.kind != "library"]
    assert 0 < len(own) < len(files)
    assert frames.bytes_on_disk == sum(file.bytes_on_disk for file in own)
    assert frames.bytes_on_gpu == 16 * 16 * 8
    assert texture_of(report, "rgb").bytes_on_gpu == 16 * 16 * 4 * 4, "three channels take as much as four"
    assert texture_of(report, "volume").bytes_on_gpu == 512
    assert [engine for engine, _ in frames.snippets] == ["unity", "godot"]
    assert all("frames" in text for _, text in frames.snippets)


def test_what_textures_share_counts_once(tmp_path):
    path = tmp_path / "game.yaml"
    path.write_text("schema: 1\noutput: out\nshaders: [glsl]\ntextures: {a: {size: 4}, b: {size: 4}}\n")
    write_noise(path)
    found = report_of(path)
    files = [file for file in (tmp_path / "out").iterdir() if file.name != LOCK_NAME]
    assert len(files) == 5
    assert found.bytes_on_disk == sum(file.stat().st_size for file in files)
    assert sum(each.bytes_on_disk for each in found.textures) < found.bytes_on_disk


def test_nothing_built_yet(tmp_path):
    path = tmp_path / "game.yaml"
    path.write_text("schema: 1\noutput: out\ntextures: {a: {size: 8}}\n")
    (a,) = report_of(path).textures
    assert (a.state, a.reasons, a.unseen) == ("missing", ("not built yet",), "none of its files is there")
    assert a.views is None
    assert a.bytes_on_disk == 0
    assert not (tmp_path / "out").exists(), "a report writes nothing before it is written"


def test_stale_missing_changed_and_other(game):
    text = game.read_text(encoding="utf-8")
    text = text.replace("mask: {size: 64", "mask: {seed: 5, size: 64").replace("vec3: {size: 8", "vec3: {size: 16")
    game.write_text(text, encoding="utf-8")
    out = game.parent / "out"
    (out / "dot.png").unlink()
    (out / "row.png").write_bytes(b"no picture")
    (out / "two.png").write_bytes((out / "two.png").read_bytes() + b"\0")
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 9\n"
    (out / "layers.png").write_bytes(pointer % read_lock(out)["layers.png"].sha256.encode())
    (out / "large.png").unlink()
    (out / "large.png").mkdir()
    found = report_of(game)
    mask = texture_of(found, "mask")
    assert mask.state == "stale"
    assert "seed: 0 -> 5" in mask.reasons
    assert mask.views is not None, "what is on disk is still a mask of this size"
    assert mask.figures
    vec3 = texture_of(found, "vec3")
    assert (vec3.state, vec3.views) == ("stale", None)
    assert "is another texture than the manifest asks for" in vec3.unseen
    assert texture_of(found, "dot").state == "missing"
    row = texture_of(found, "row")
    assert (row.state, row.views, row.figures, row.texels) == ("changed", None, (), None)
    two = texture_of(found, "two")
    assert two.state == "changed"
    assert two.figures == (), "the lock's figures are of another file"
    layers = texture_of(found, "layers")
    assert layers.state == "fresh"
    assert "git lfs pull" in layers.unseen
    large = texture_of(found, "large")
    assert large.state == "missing"
    assert large.views is None
    assert texture_of(found, "frames").state == "fresh"


def test_a_damaged_lock_is_a_problem_and_no_end(game):
    (game.parent / "out" / LOCK_NAME).write_text("{")
    found = report_of(game)
    assert [problem.where for problem in found.problems] == ["lock"]
    assert texture_of(found, "mask").state == "missing"
    (game.parent / "out" / LOCK_NAME).write_text('{"lock": 99, "files": {}}')
    with pytest.raises(ManifestError, match="version 99"):
        report_of(game)


def test_a_texture_under_its_bar(tmp_path):
    path = tmp_path / "game.yaml"
    text = "schema: 1\noutput: out\ntextures: {a: {size: 32}, b: {size: 32}}\n"
    path.write_text(text)
    write_noise(path)
    path.write_text(text.replace("a: {size: 32}", "a: {size: 32, require: {low_frequency_db: {max: -20}}}"))
    a, b = report_of(path).textures
    (sentence,) = a.failures
    assert sentence.startswith("low_frequency_db is ")
    assert sentence.endswith("-20")
    assert b.failures == ()


def test_one_of_many(every_kind):
    manifest = load_manifest(every_kind)
    (only,) = collect([manifest], None, frozenset({(manifest.path, "two")})).textures
    assert only.name == "two"
    some = collect([manifest], most_viewed=2)
    assert [each.name for each in some.textures if each.views is not None] == ["mask", "two"]
    assert len(some.textures) == len(manifest.textures)
    frames = texture_of(some, "frames")
    assert frames.snippets == ()
    assert "report --only" in section_html(frames)


def test_another_output_folder(game, tmp_path):
    found = report_of(game, output=tmp_path / "elsewhere")
    assert found.folder == (tmp_path / "elsewhere").resolve()
    assert {each.state for each in found.textures} == {"missing"}


def test_ids_tell_textures_apart_and_stay():
    assert element_id("dither_64", "../game.yaml") == "dither_64-" + element_id("dither_64", "../game.yaml")[-6:]
    names = ["a", "A", "a b", "a_b", "ü", "u", "ui/a", "<script>", '"']
    found = {element_id(name, manifest) for name in names for manifest in ("x.yaml", "y.yaml")}
    assert len(found) == 2 * len(names)
    assert all(each.replace("_", "").replace("-", "").isalnum() and each.isascii() for each in found)
