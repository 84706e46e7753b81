"""Vectors from a manifest to files: importance maps, layers, and what is stale when a picture changes."""

import numpy as np
import pytest
from support.projects import build, lock_of, project

import bluenoise_assets as bn
from bluenoise_assets.formats import dds, npy, png
from bluenoise_assets.formats.image import TexelImage

MAP = """\
schema: 1
output: out
defaults: {size: 64, sample_space: vec2, effort: fast, bits: 16, formats: [npy]}
textures:
  lamp: {frames: 2, importance: lamp.png}
  even: {size: 8}
"""
CELLS = 8


def gradient(across, down):
    """A picture, brighter to the right and to the bottom, or as it is told; 0 in its first row and column."""
    x, y = np.meshgrid(np.arange(CELLS) * across, np.arange(CELLS) * down)
    return (x + y).astype(np.uint8)


def save(path, brightness):
    path.write_bytes(png.encode(TexelImage(brightness[None, ..., None], "2d")))


def lamp(out):
    """The texture's samples, `[frame, texel, component]`."""
    stored = npy.read(
        (out / "lamp.npy").read_bytes(), bn.TextureSpec(size=64, sample_space="vec2", bits=16, frames=2).layout
    )
    return (stored.texels.reshape(2, -1, 2) + 0.5) / 65536


def counts(samples):
    """How many samples of a frame lie in each cell of the picture, `[y, x]`."""
    found, _, _ = np.histogram2d(samples[:, 1], samples[:, 0], CELLS, [(0, 1), (0, 1)])
    return found


def test_samples_are_as_dense_as_the_picture_is_bright(tmp_path):
    """x along its columns, y along its rows from the top, in every frame."""
    game, out = project(tmp_path, MAP), tmp_path / "out"
    for brightness in (gradient(30, 5), gradient(0, 36)):
        save(tmp_path / "lamp.png", brightness)
        build(game)
        wanted = brightness / brightness.sum() * 4096
        samples = lamp(out)
        for frame in samples:
            # strips hold whole samples, of which some lie across a cell's border: white noise is off by its root, 8
            np.testing.assert_allclose(counts(frame), wanted, atol=6)
            assert not counts(frame)[brightness == 0].any()
            np.testing.assert_array_equal(np.sort(frame, axis=0), np.sort(samples[0], axis=0))
    assert build(game).built == 0


def test_a_new_picture_makes_nothing_else(tmp_path):
    game = project(tmp_path, MAP)
    save(tmp_path / "lamp.png", gradient(30, 5))
    build(game)
    save(tmp_path / "lamp.png", gradient(5, 30))
    told = []
    assert build(game, listener=told.append).built == 1
    (reasons,) = [event["reasons"] for event in told if event["event"] == "started"]
    ((reason,),) = reasons.values()
    assert reason.startswith("importance.sha256: ")


@pytest.mark.parametrize("space", ["vec2", "sphere", "vec4"])
def test_layers_of_vectors_are_independent_of_each_other(tmp_path, space):
    """Each is a texture of its own, with the same points in other places; the first is the one without layers."""
    text = f"schema: 1\noutput: out\ndefaults: {{size: 16, sample_space: {space}, effort: fast, formats: [npy, dds]}}\n"
    game, out = project(tmp_path, text + "textures: {one: {}, three: {layers: 3}}\n"), tmp_path / "out"
    build(game)
    components = {"vec2": 2, "sphere": 3, "vec4": 4}[space]
    whole = dds.read((out / "three.dds").read_bytes()).texels[..., :components]
    plain = bn.TextureSpec(size=16, sample_space=space, layers=3).layout
    np.testing.assert_array_equal(npy.read((out / "three.npy").read_bytes(), plain).texels, whole)
    one = dds.read((out / "one.dds").read_bytes()).texels[..., :components]
    np.testing.assert_array_equal(one[0], whole[0])
    points = [np.unique(layer.reshape(-1, components), axis=0, return_counts=True) for layer in whole]
    for layer in (1, 2):
        assert not np.array_equal(whole[0], whole[layer])
        for found, wanted in zip(points[layer], points[0], strict=True):
            np.testing.assert_array_equal(found, wanted)
    assert set(lock_of(out)["three.dds"]["quality"][0]["pattern_rms"]) <= {"H1", "caps"}
