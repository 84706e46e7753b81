"""A texture in several formats: one content, encoded for each, optimised once."""

import numpy as np
import pytest
from projects import QUICK, build, contents, lock_of, project

import bluenoise_assets as bn
from bluenoise_assets import ManifestError, TextureSpec, load_manifest
from bluenoise_assets.encode import FORMATS, layout_of, texels_of
from bluenoise_assets.spec import FORMAT_CHANNELS, formats_problem

ALL = f"[{', '.join(FORMATS)}]"
TEXT = f"""\
schema: 1
output: out
defaults: {{{QUICK}, formats: {ALL}}}
textures:
  grey: {{size: [9, 7]}}
  grey_16: {{size: 6, bits: 16}}
  pair: {{size: [5, 8], channels: 2}}
  four: {{size: 8, channels: 4, bits: 16}}
  fog: {{size: [6, 5, 4]}}
  fog_2: {{size: [4, 5, 6], channels: 2, bits: 16}}
"""


def reused(path, **options):
    told = []
    build(path, listener=told.append, **options)
    return {event["texture"]: event.get("reused", "optimised") for event in told if event["event"] == "built"}


def test_every_format_holds_the_same_content(tmp_path):
    game, out = project(tmp_path, TEXT), tmp_path / "out"
    build(game)
    lock = lock_of(out)
    for spec in load_manifest(game).textures:
        wanted = bn.generate(spec)
        for suffix in spec.formats:
            data = (out / f"{spec.name}.{suffix}").read_bytes()
            picture = FORMATS[suffix].decode(data, layout_of(spec.size, spec.channels, spec.bits))
            assert np.array_equal(texels_of(picture), wanted), (spec.name, suffix)
            assert texels_of(picture).dtype == wanted.dtype
        assert len({lock[f"{spec.name}.{suffix}"]["texels"] for suffix in spec.formats}) == 1
    assert np.array_equal(np.load(out / "fog_2.npy"), bn.generate(load_manifest(game).textures[5]))


@pytest.mark.parametrize("first", sorted(FORMATS))
def test_another_format_is_encoded_and_not_optimised(tmp_path, first):
    """Also without a cache: any file of a texture gives its content to the others."""
    game, out = project(tmp_path, TEXT.replace(ALL, f"[{first}]")), tmp_path / "out"
    assert set(reused(game).values()) == {"optimised"}
    before = contents(out)
    project(tmp_path, TEXT)
    assert set(reused(game).values()) == {"disk"}
    after = contents(out)
    assert len(after) == len(FORMATS) * (len(before) - 1) + 1
    assert all(after[file] == data for file, data in before.items() if file != "bluenoise.lock.json")
    (out / "fog.npy").unlink()
    (out / "pair.png").write_bytes(b"edited")
    assert reused(game) == {"fog": "disk", "pair": "disk"}
    assert contents(out) == after


def test_what_a_format_cannot_hold_is_a_problem_with_the_alternatives(tmp_path):
    text = TEXT.replace("  fog:", "  rgb: {size: 8, channels: 3}\n  fog:")
    game = project(tmp_path, text)
    with pytest.raises(ManifestError) as raised:
        load_manifest(game)
    (problem,) = raised.value.problems
    assert problem.text == "dds holds 1, 2 or 4 channels, not 3"
    assert problem.hint == "write png or npy, or channels: 4"
    assert problem.where == "rgb.formats"
    project(tmp_path, text.replace("channels: 3", "channels: 3, formats: [png, npy]"))
    assert reused(game)["rgb"] == "optimised"
    with pytest.raises(ValueError, match="formats: dds holds 1, 2 or 4 channels, not 3"):
        TextureSpec("t", (8, 8), channels=3, formats=("png", "dds"))


def test_the_table_says_what_the_encoders_do():
    from bluenoise_assets.encode import Picture

    assert set(FORMAT_CHANNELS) == set(FORMATS)
    for name, form in FORMATS.items():
        for channels in (1, 2, 3, 4):
            for kind, slices in (("2d", 1), ("volume", 3)):
                for dtype in (np.uint8, np.uint16):
                    picture = Picture(np.zeros((slices, 2, 5, channels), dtype), kind)
                    if formats_problem((name,), channels, (5, 2)):
                        with pytest.raises(ValueError, match="channels"):
                            form.encode(picture)
                    else:
                        assert form.decode(form.encode(picture), picture.layout).equals(picture)
