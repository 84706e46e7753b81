"""A texture in several formats: one content, encoded for each, optimised once."""

import json
import re

import numpy as np
import pytest
from support.projects import QUICK, build, contents, lock_of, project

import bluenoise_assets as bn
from bluenoise_assets import ManifestError, TextureSpec, load_manifest, make_plan
from bluenoise_assets.builder.encoding import decode, encode, texels_of
from bluenoise_assets.engines.outputs import outputs
from bluenoise_assets.formats import registry
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import STORAGES
from bluenoise_assets.spec import key_problems

FORMATS = ["png", "dds", "ktx2", "raw", "h", "cs", "npy"]
ALL = f"[{', '.join(FORMATS)}]"
FLOATS = "[exr, dds, ktx2, raw, h, cs, npy]"
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
FLOAT_TEXT = TEXT.replace(ALL, FLOATS).replace(QUICK, f"{QUICK}, encoding: float, bits: 32")


def reused(path, **options):
    told = []
    build(path, listener=told.append, **options)
    return {event["texture"]: event.get("reused", "optimised") for event in told if event["event"] == "built"}


@pytest.mark.parametrize("text", [TEXT, FLOAT_TEXT], ids=["unorm", "float"])
def test_every_format_holds_the_same_content(tmp_path, text):
    game, out = project(tmp_path, text), tmp_path / "out"
    build(game)
    lock = lock_of(out)
    for spec in load_manifest(game).textures:
        wanted = bn.generate(spec)
        for output in outputs(spec):
            data = (out / output.file).read_bytes()
            if output.kind == "description":
                described = json.loads(data)
                assert described["sha256"] == lock[output.described]["sha256"]
                continue
            picture = decode(output, spec, data)
            assert np.array_equal(texels_of(picture), wanted), output.file
            assert texels_of(picture).dtype == wanted.dtype
        assert len({lock[output.file]["texels"] for output in outputs(spec)}) == 1
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
    textures = load_manifest(game).textures
    assert len(after) == (len(FORMATS) + 1) * len(textures) + 1  # raw has two files
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
    assert problem.hint == "write png, raw, h, cs or npy, or channels: 4"
    assert problem.where == "rgb.formats"
    project(tmp_path, text.replace("channels: 3", "channels: 3, formats: [png, npy]"))
    assert reused(game)["rgb"] == "optimised"
    with pytest.raises(ValueError, match="formats: dds holds 1, 2 or 4 channels, not 3"):
        TextureSpec("t", (8, 8), channels=3, formats=("png", "dds"))


def test_the_table_says_what_the_encoders_do():
    assert set(registry.FORMATS) == {*FORMATS, "exr"}
    for name in registry.FORMATS:
        for channels in (1, 2, 3, 4):
            for size, layers in (((5, 2), None), ((5, 2, 3), None), ((5, 2), 3)):
                for encoding, bits in STORAGES:
                    values = {"size": size, "channels": channels, "layers": layers, "encoding": encoding, "bits": bits}
                    spec = TextureSpec.unchecked("t", {**values, "formats": (name,)})
                    layout = spec.layout
                    picture = TexelImage(np.zeros(layout.shape, layout.dtype), layout.kind)
                    (output, *_) = outputs(spec)
                    unfit = registry.choice_problem(spec.formats, layout)
                    if unfit:
                        assert list(key_problems(spec)) == [("formats", *unfit)]
                        with pytest.raises(ValueError, match=re.escape(": ".join(unfit))):
                            encode(output, spec, picture)
                    else:
                        assert list(key_problems(spec)) == []
                        assert decode(output, spec, encode(output, spec, picture)).equals(picture)


def test_supercompression_is_gone_and_says_so(tmp_path):
    text = TEXT.partition("  pair")[0].replace("formats:", "supercompression: zstd, formats:")
    game = project(tmp_path, f"{text}  own: {{size: 4, supercompression: none}}\nsupercompression: zstd\n")
    with pytest.raises(ManifestError) as raised:
        load_manifest(game)
    told = "the key 'supercompression' was removed; a server's gzip or brotli makes files as small; remove the key"
    found = [str(problem).partition("error: ")[2] for problem in raised.value.problems]
    assert sorted(found) == sorted([f"manifest: {told}", f"defaults: {told}", f"own: {told}"])


def test_what_an_earlier_version_compressed_is_made_again(tmp_path):
    """And nothing else: its lock is read, and the other files of the texture stay as they are."""
    game, out = project(tmp_path, TEXT.partition("  grey_16")[0].replace(ALL, "[ktx2, png]")), tmp_path / "out"
    build(game)
    before = contents(out)
    lock_file = out / "bluenoise.lock.json"
    lock = json.loads(lock_file.read_text())
    lock["files"]["grey.ktx2"]["held"] = "zstd"
    lock_file.write_text(json.dumps(lock))
    (plan,) = make_plan([load_manifest(game)])
    assert [(file.file, file.reasons) for file in plan.stale[0].files if file.reasons] == [
        ("grey.ktx2", ("held as: zstd -> made",))
    ]
    build(game)
    assert contents(out) == before


def test_the_old_header_of_dds_is_read_by_an_old_reader(tmp_path):
    from PIL import Image

    text = (
        "schema: 1\noutput: out\n"
        f"defaults: {{{QUICK}, formats: [dds], dds_header: legacy}}\n"
        "textures:\n  grey: {size: [9, 7]}\n  four: {size: 8, channels: 4}\n"
    )
    game, out = project(tmp_path, text), tmp_path / "out"
    build(game)
    for spec in load_manifest(game).textures:
        assert np.array_equal(np.asarray(Image.open(out / f"{spec.name}.dds")), bn.generate(spec))
    assert lock_of(out)["four.dds"]["held"] == "legacy"
    project(tmp_path, text.replace("legacy", "dx10"))
    assert reused(game) == {"grey": "disk", "four": "disk"}
    project(tmp_path, text.replace("size: 8,", "size: 8, layers: 2,").replace("7]}", "7], bits: 16}"))
    with pytest.raises(ManifestError) as raised:
        load_manifest(game)
    hint = "write png, ktx2, raw, h, cs or npy, or dds_header: dx10"
    assert [(problem.text, problem.hint) for problem in raised.value.problems] == [
        ("a legacy dds holds 8 bits unorm, 2D or a volume, not an array", hint),
        ("a legacy dds holds 8 bits unorm, 2D or a volume, not 16 bits unorm", hint),
    ]


def test_a_legacy_header_beside_bits_that_do_not_exist_is_a_problem(tmp_path):
    """It was a crash, in looking up how such texels are stored."""
    game = project(
        tmp_path, "schema: 1\ntextures: {a: {size: 8, encoding: float, formats: [dds], dds_header: legacy}}\n"
    )
    with pytest.raises(ManifestError) as raised:
        load_manifest(game)
    assert [problem.text for problem in raised.value.problems] == [
        "encoding: float has 16 or 32 bits, not 8",
        "a legacy dds holds 8 bits unorm, 2D or a volume, not 16 bits float",
    ]


def test_layers_are_independent_textures_and_the_first_is_the_one_of_this_seed():
    array = bn.generate(TextureSpec("t", (32, 32), layers=3, seed=5, effort="fast"))
    assert array.shape == (3, 32, 32)
    assert np.array_equal(array[0], bn.generate(TextureSpec("t", (32, 32), seed=5, effort="fast")))
    for layer in array:
        assert np.bincount(layer.ravel(), minlength=256).tolist() == [4] * 256
    together = np.corrcoef(array.reshape(3, -1))
    assert np.abs(together - np.eye(3)).max() < 0.2  # 32 x 32 white masks: 3 standard deviations are 0.09
    quick = {"channels": 3, "seed": 5, "optimizer": bn.Optimizer(steps=8), "objective": bn.Spectrum(fine_tuning=8)}
    rgb = bn.generate(TextureSpec("t", 8, layers=2, **quick))
    assert rgb.shape == (2, 8, 8, 3)
    assert np.array_equal(rgb[0], bn.generate(TextureSpec("t", 8, **quick)))


@pytest.mark.parametrize(("bits", "dtype"), [(16, np.float16), (32, np.float32)])
def test_floats_are_the_values_themselves_between_0_and_1(bits, dtype):
    spec = TextureSpec("t", (64, 64), encoding="float", bits=bits, effort="fast")
    texels, ranks = bn.generate(spec), bn.generate_ranks(spec)[0]
    assert texels.dtype == dtype
    assert texels.min() > 0
    assert texels.max() < 1
    exact = (ranks + 0.5) / 4096
    assert np.abs(texels - exact).max() <= (2**-11 if bits == 16 else 0)  # 0.9999 is kept below 1


def test_problems_of_keys_that_do_not_fit_are_told_all_at_once(tmp_path):
    game = project(
        tmp_path,
        """\
schema: 1
textures:
  a: {size: 8, encoding: float}
  b: {size: [8, 8, 8], layers: 2, formats: [exr]}
  c: {size: 8, formats: []}
  d: {size: 8, formats: [], engines: [unity]}
  e: {size: 8, bits: 32}
  f: {size: 8, engines: [unty]}
  h: {size: 8, dds_header: legacy}
""",
    )
    with pytest.raises(ManifestError) as raised:
        load_manifest(game)
    found = [str(problem).partition("error: ")[2] for problem in raised.value.problems]
    assert found == [
        "a.bits: encoding: float has 16 or 32 bits, not 8; write bits: 16",
        "b.layers: a volume has no layers; give it two sides, or leave `layers` out",
        "b.formats: exr holds float, not unorm; write png, dds, ktx2, raw, h, cs or npy, or encoding: float",
        "c.formats: the list is empty",
        "e.bits: encoding: unorm has 8 or 16 bits, not 32; write bits: 16 or encoding: float",
        "f.engines: expected unity, unreal, godot, godot3, bevy, threejs or raw, found unty",
        "h.dds_header: has no effect: no dds file is written; remove it",
    ]
