from pathlib import Path

import numpy as np
import pytest
from support.references import moving_noise
from support.references.void_and_cluster import void_and_cluster

import bluenoise_assets as bn
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.quality.half_spaces import half_spaces
from bluenoise_assets.quality.quantization import texels_of_ranks
from bluenoise_assets.report.measured.measurement import measured
from bluenoise_assets.report.measured.summary import faults_of
from bluenoise_assets.report.measured.texture_file import FileFacts, TextureFile
from bluenoise_assets.spec.input_file import UnreadableFileError

rng = np.random.default_rng(5)


def file_of(texels, kind="2d", *, frames=False):
    return TextureFile(Path("x.png"), TexelImage(texels, kind), FileFacts("png"), frames)


def mask(side, seed=0):
    return void_and_cluster((side, side), 1.5, seed).astype(np.uint16) * (65536 // side**2)


def test_a_mask_has_the_figures_of_its_array_and_h1():
    texels = mask(16)
    found = measured(file_of(texels[None, ..., None]))
    (channel,) = found.channels
    (own,) = bn.measure(texels)
    assert {**channel.figures.as_json(), "pattern_rms": None} == {**own.as_json(), "pattern_rms": None}
    slow = moving_noise.single(moving_noise.scalar_patterns([texels // 256], 32), 1)
    assert channel.figures.pattern_rms == {"H1": pytest.approx(slow, abs=1e-5)}
    assert channel.rank_low_frequency_db == channel.figures.low_frequency_db
    assert (found.vectors, found.channel_correlation, found.slice_correlation, found.notes) == (None, {}, None, ())


def test_frames_have_the_figures_of_their_slow_form():
    ranks = np.stack([rng.permutation(64).reshape(8, 8) for _ in range(3)])
    found = measured(file_of(ranks.astype(np.uint8)[..., None], "array", frames=True))
    slow = moving_noise.scalar_figures(ranks)
    assert found.channels[0].figures.pattern_rms == pytest.approx(slow, rel=2e-3)
    pairs = [np.corrcoef(ranks[a].ravel(), ranks[b].ravel())[0, 1] for a, b in ((0, 1), (0, 2), (1, 2))]
    assert found.slice_correlation == pytest.approx(max(pairs, key=abs), abs=1e-4)
    layers = measured(file_of(ranks.astype(np.uint8)[..., None], "array"))
    assert set(layers.channels[0].figures.pattern_rms) == {"H1"}


def test_two_channels_are_measured_as_vectors_too():
    texels = rng.integers(0, 256, (2, 8, 8, 2), np.uint8)
    found = measured(file_of(texels, "array", frames=True))
    assert (found.vectors.space, found.vectors.is_assumed) == ("vec2", True)
    chosen = half_spaces("vec2")
    patterns = moving_noise.vector_patterns((texels + 0.5) / 256, chosen.directions, chosen.offsets)
    assert found.vectors.pattern_rms["H1"] == pytest.approx(moving_noise.single(patterns, 2), rel=1e-3)
    assert any("vec2" in note for note in found.notes)
    assert measured(file_of(texels, "array"), "scalar").vectors is None
    one = measured(file_of(texels[:1]), "vec2").vectors
    assert (set(one.pattern_rms), one.is_assumed) == ({"H1"}, False)


@pytest.mark.parametrize("encoding", ["unorm", "float"])
@pytest.mark.parametrize("space", ["circle", "sphere", "hemisphere", "cosine_hemisphere"])
def test_directions_tell_their_space(space, encoding):
    keys = {"bits": 8} if encoding == "unorm" else {"bits": 32, "encoding": "float"}
    spec = bn.TextureSpec(size=16, sample_space=space, **keys)
    texels = texels_of_ranks(rng.permutation(256).reshape(1, 16, 16).astype(np.int32), spec)
    found = measured(file_of(texels.reshape(1, 16, 16, -1)))
    assert (found.vectors.space, found.vectors.is_assumed) == (space, True)


def test_channels_that_hold_nothing_are_told():
    red = mask(16)
    texels = np.stack([red, red, np.zeros_like(red), np.full_like(red, 65535)], axis=-1)[None]
    found = measured(file_of(texels))
    assert [channel.name for channel in found.channels] == ["R"]
    assert found.notes == ("G is a copy of R", "B is 0 throughout", "A is 65535 throughout")
    flat = measured(file_of(np.full((1, 4, 4, 1), 9, np.uint8)))
    assert (flat.channels, flat.notes) == ((), ("R is 9 throughout",))


def test_correlation_of_channels():
    red, green = mask(16), mask(16, seed=1)
    found = measured(file_of(np.stack([red, green, 65535 - red], axis=-1)[None]))
    wanted = np.corrcoef(red.ravel(), green.ravel())[0, 1]
    assert found.channel_correlation == {
        "RG": pytest.approx(wanted, abs=1e-4),
        "RB": pytest.approx(-1, abs=1e-4),
        "GB": pytest.approx(-wanted, abs=1e-4),
    }


def test_vectors_need_their_channels():
    with pytest.raises(UnreadableFileError, match="sphere takes slices of 3 channels, and this is of 1 channels"):
        measured(file_of(mask(16)[None, ..., None]), "sphere")
    with pytest.raises(UnreadableFileError, match="this is a volume"):
        measured(file_of(rng.integers(0, 256, (4, 4, 4, 2), np.uint8), "volume"), "vec2")


def test_volumes_and_tiny_textures():
    volume = rng.integers(0, 256, (8, 8, 8, 1), np.uint8)
    (channel,) = measured(file_of(volume, "volume")).channels
    assert channel.figures.threshold_error_db["1"] == pytest.approx(0, abs=1)
    assert channel.figures.pattern_rms == {}
    for shape in ((1, 1, 2, 1), (3, 1, 1, 1), (1, 3, 5, 1), (2, 1, 4, 1), (2, 3, 1, 1)):
        texels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
        kind = "array" if shape[0] > 1 else "2d"
        file = file_of(texels, kind, frames=kind == "array")
        assert len(measured(file).channels) == 1
        assert isinstance(faults_of(file), tuple)


def test_floats_near_the_largest():
    texels = (rng.normal(size=(1, 16, 16, 2)) * 1e38).astype(np.float32)
    found = measured(file_of(texels))
    assert found.channel_correlation["RG"] == pytest.approx(0, abs=0.3)
    assert isinstance(faults_of(file_of(texels)), tuple)
