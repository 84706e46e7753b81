"""A build makes what is stale, nothing else, the same bytes each time, and loses nothing when something fails."""

import hashlib
import io

import imageio.v3 as imageio
import numpy as np
import pytest
from support.projects import FILES, MANIFEST, QUICK, build, contents, lock_of, project, stamps

import bluenoise_assets as bn
from bluenoise_assets import BuildError
from bluenoise_assets.formats import png


@pytest.fixture
def game(tmp_path):
    return project(tmp_path)


def out(path):
    return path.parent / "out"


def test_a_build_writes_textures_shaders_and_a_lock(game):
    summary = build(game)
    assert (summary.built, summary.failed, summary.fresh) == (3, 0, 0)
    assert contents(out(game)).keys() == {*FILES, "bluenoise.lock.json"}


def test_the_files_hold_the_texels_that_generate_gives(game):
    """An independent reader, imageio, sees the texels of the API; each 8x8 level once."""
    build(game)
    specs = {spec.name: spec for spec in bn.load_manifest(game).textures}
    texels = bn.generate(specs["a"])
    assert texels.shape == (8, 8)
    assert np.array_equal(imageio.imread(out(game) / "a.png"), texels)
    assert np.array_equal(np.sort(texels, axis=None), np.arange(64) * 4 + 2)  # floor((r + 1/2) / 64 * 256)
    assert bn.generate(specs["b"]).shape == (4, 8, 2)


def test_the_lock_records_what_was_built(game):
    build(game)
    lock = lock_of(out(game))
    assert lock.keys() == FILES
    entry, spec = lock["a.png"], bn.load_manifest(game).textures[0]
    assert entry["sha256"] == hashlib.sha256((out(game) / "a.png").read_bytes()).hexdigest()
    assert entry["texels"] == hashlib.sha256(bn.generate(spec).tobytes()).hexdigest()
    assert entry["key"] == spec.key()
    assert entry["spec"]["size"] == [8, 8]
    assert entry["spec"]["optimizer"]["learning_rate"] == 0.003  # a default, resolved
    assert entry["manifest"] == "../game.yaml"
    assert set(entry["quality"][0]) >= {"low_frequency_db", "threshold_error_db"}
    assert len(lock["b.png"]["quality"]) == 2
    data = (out(game) / "b.png").read_bytes()
    little_endian = png.read(data).texels[..., :2].astype("<u2")
    assert lock["b.png"]["texels"] == hashlib.sha256(little_endian.tobytes()).hexdigest()


def test_one_manifest_needs_no_list(game):
    assert bn.build_manifests(bn.load_manifest(game)).built == 3


def test_a_second_build_does_nothing(game):
    build(game)
    before = stamps(game.parent)
    summary = build(game)
    assert (summary.built, summary.fresh) == (0, 3)
    assert stamps(game.parent) == before


def test_one_changed_value_rebuilds_that_texture_alone(game):
    build(game)
    before = stamps(out(game))
    game.write_text(MANIFEST.replace("seed: 1", "seed: 2"))
    events = []
    assert build(game, listener=events.append).built == 1
    changed = {file for file, stamp in stamps(out(game)).items() if before[file] != stamp}
    assert changed == {"a.png", "bluenoise.lock.json"}
    started = {"event": "started", "texture": "a", "output": str(out(game)), "reasons": {"a.png": ["seed: 1 -> 2"]}}
    assert started in events
    assert events[-1]["event"] == "built"


def test_two_builds_of_one_manifest_give_the_same_bytes(game, tmp_path_factory):
    build(game)
    other = project(tmp_path_factory.mktemp("other"))
    bn.build_manifests([bn.load_manifest(other)], jobs=1)
    assert contents(out(other)) == contents(out(game))


def test_a_deleted_or_edited_file_is_made_again(game):
    build(game)
    before = contents(out(game))
    (out(game) / "a.png").unlink()
    (out(game) / "b.glsl").write_text("// mine")
    assert build(game).built == 2
    assert contents(out(game)) == before


def test_a_build_without_the_lock_makes_the_same_files(game):
    build(game)
    before = contents(out(game))
    (out(game) / "bluenoise.lock.json").unlink()
    build(game)
    assert contents(out(game)) == before


def forbid_optimising(monkeypatch):
    def forbidden(*_args, **_options):
        raise AssertionError("this optimises again")

    monkeypatch.setattr("bluenoise_assets.noise.optimize_work_item", forbidden)


def test_renaming_a_manifest_or_a_texture_optimises_nothing(game, monkeypatch):
    build(game)
    before = contents(out(game))
    renamed = game.rename(game.with_name("renamed.yaml"))
    forbid_optimising(monkeypatch)
    assert build(renamed).built == 3
    assert lock_of(out(game))["a.png"]["manifest"] == "../renamed.yaml"
    renamed.write_text(MANIFEST.replace("  a:", "  d:"))
    assert build(renamed).built == 1
    assert contents(out(game))["d.png"] == before["a.png"]
    assert lock_of(out(game))["d.png"]["texture"] == "d"
    assert build(renamed).fresh == 3


def test_a_second_manifest_leaves_the_firsts_entries_alone(game):
    build(game)
    first = lock_of(out(game))
    other = project(game.parent, f"schema: 1\noutput: out\ntextures: {{x: {{size: 4, {QUICK}}}}}\n", "other.yaml")
    build(other)
    assert {file: entry for file, entry in lock_of(out(game)).items() if file != "x.png"} == first
    assert build(game, other).fresh == 4


def test_a_failed_texture_keeps_its_old_file_and_does_not_stop_the_others(game, monkeypatch):
    build(game)
    old = contents(out(game))
    game.write_text(MANIFEST.replace("seed: 1", "seed: 2").replace("size: 6", "size: 5"))
    from bluenoise_assets import noise

    def sometimes(spec, *args, **options):
        if spec.name == "a":
            raise BuildError("RESOURCE_EXHAUSTED: Out of memory\nallocating 1 byte")
        return original(spec, *args, **options)

    original = noise.optimize_work_item
    monkeypatch.setattr("bluenoise_assets.noise.optimize_work_item", sometimes)
    events = []
    summary = build(game, listener=events.append)
    assert (summary.built, summary.failed, summary.fresh) == (1, 1, 1)
    (failed,) = [event for event in events if event["event"] == "failed"]
    assert failed["text"] == "RESOURCE_EXHAUSTED: Out of memory allocating 1 byte"
    assert contents(out(game))["a.png"] == old["a.png"]
    assert contents(out(game))["ui/c.png"] != old["ui/c.png"]
    monkeypatch.undo()
    assert build(game).built == 1


def test_a_texture_that_reads_back_wrong_is_not_written(game, monkeypatch):
    """The bytes on disk are decoded by another reader before they count."""
    import dataclasses

    encode = png.encode

    def encode_wrong(image):
        return encode(dataclasses.replace(image, texels=image.texels ^ 1))

    monkeypatch.setattr(png, "encode", encode_wrong)
    events = []
    assert build(game, listener=events.append).failed == 3
    assert not list(out(game).rglob("*.png"))
    assert all("gave other texels" in event["text"] for event in events if event["event"] == "failed")


def test_progress_and_cancelling(game):
    game.write_text(MANIFEST.replace("steps: 8", "steps: 10000000"))
    events = []

    def cancelled():
        return sum(event["event"] == "progress" for event in events) > 3

    summary = build(game, listener=events.append, cancelled=cancelled)
    assert summary.cancelled
    shares = [event["share"] for event in events if event["event"] == "progress"]
    assert shares
    assert all(0 <= share < 1 for share in shares)
    assert not list(out(game).rglob("*.png"))
    assert not [file for file in contents(out(game)) if ".bluenoise-tmp" in file]
    assert not any(event["event"] == "failed" for event in events)


def test_an_output_folder_that_is_a_file(game):
    out(game).write_text("a file")
    with pytest.raises(BuildError, match=r"out: the output folder cannot be written"):
        build(game)


def test_no_shader_files_unless_the_manifest_asks(tmp_path):
    path = project(tmp_path, MANIFEST.replace("shaders: [glsl]\n", ""))
    build(path)
    assert sorted(file.name for file in (tmp_path / "out").iterdir() if file.is_file()) == [
        "a.png",
        "b.png",
        "bluenoise.lock.json",
    ]


def test_text_files_have_unix_line_ends(game):
    build(game)
    for name in ("a.glsl", "bluenoise.lock.json"):
        assert b"\r" not in contents(out(game))[name]


def test_the_second_texture_of_a_shape_and_a_lone_texel(tmp_path):
    text = f"schema: 1\noutput: out\ndefaults: {{{QUICK}}}\ntextures:\n"
    text += "  one: {size: 1}\n  four: {size: 4}\n  line: {size: [9, 1]}\n"
    path = project(tmp_path, text)
    assert build(path).built == 3
    lock = lock_of(out(path))
    assert lock["one.png"]["quality"] == [{}]
    assert "low_frequency_db" not in lock["four.png"]["quality"][0]  # 4x4 has no frequency below 0.25
    assert "low_frequency_db" in lock["line.png"]["quality"][0]
    assert "NaN" not in (out(path) / "bluenoise.lock.json").read_text()
    assert imageio.imread(io.BytesIO((out(path) / "one.png").read_bytes())).tolist() == [[128]]
