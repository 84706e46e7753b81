"""The figures mean what their definitions say."""

from dataclasses import replace

import numpy as np
import pytest
from support.references import moving_noise, spectra

import bluenoise_assets as bn
from bluenoise_assets.quality import half_spaces
from bluenoise_assets.quality.measure import measure, measure_built
from bluenoise_assets.quality.quantization import dequantize, ranks_of, texels_of_ranks


def noise(shape, seed=0):
    return np.random.default_rng(seed).random(shape)


def test_white_noise_is_zero_decibels():
    found = [measure((noise((64, 64), seed) * 256).astype(np.uint8))[0] for seed in range(20)]
    assert abs(np.mean([entry.low_frequency_db for entry in found])) < 0.3
    assert abs(np.mean([entry.anisotropy_db for entry in found])) < 0.5
    assert list(found[0].threshold_error_db) == ["1", "1.5", "2", "eye 35", "eye 70", "eye 140"]
    for viewer in found[0].threshold_error_db:
        assert abs(np.mean([entry.threshold_error_db[viewer] for entry in found])) < 0.4
    assert list(found[0].tone_low_frequency_db) == ["1/64", "1/32", "1/16", "1/2", "15/16", "31/32", "63/64"]
    for tone in found[0].tone_low_frequency_db:
        assert abs(np.mean([entry.tone_low_frequency_db[tone] for entry in found])) < 1


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (4, 4), (1, 3)])
def test_what_a_size_does_not_define_is_absent_and_never_nan(shape):
    (entry,) = measure((noise(shape) * 256).astype(np.uint8))
    assert entry.low_frequency_db is None
    assert np.isfinite(list(entry.threshold_error_db.values())).all()
    assert entry.tone_low_frequency_db == {}


def test_a_flat_texture():
    (entry,) = measure(np.full((16, 16), 7, np.uint8))
    assert entry.low_frequency_db is None
    assert all(np.isfinite(value) for value in vars(entry).values() if isinstance(value, float))


def test_the_channels_of_a_file_are_measured_each():
    texels = (noise((16, 16, 3)) * 65536).astype(np.uint16)
    entries = measure(texels)
    assert len(entries) == 3
    alone = measure(texels[..., 1])[0]
    assert entries[1] == alone


def test_lists_are_measured_like_arrays():
    texels = (noise((16, 16)) * 256).astype(np.uint8)
    assert measure(texels.tolist()) == measure(texels)


@pytest.mark.parametrize("channels", [1, 3])
def test_an_array_is_measured_layer_by_layer(channels):
    """Its last axis is its width, not its channels."""
    texels = (noise((5, 16, 12, channels)) * 256).astype(np.uint8)
    entries = measure(texels[..., 0] if channels == 1 else texels, "array")
    assert len(entries) == channels
    for channel, entry in enumerate(entries):
        alone = [measure(layer)[0] for layer in texels[..., channel]]
        for name in ("low_frequency_db", "anisotropy_db"):
            expected = np.mean([getattr(figures, name) for figures in alone])
            assert getattr(entry, name) == pytest.approx(expected, abs=0.006)


def test_a_flat_layer_is_left_out_of_the_mean():
    texels = (noise((2, 16, 16)) * 256).astype(np.uint8)
    flat = np.concatenate([np.full((1, 16, 16), 7, np.uint8), texels])
    assert measure(flat, "array")[0].low_frequency_db == measure(texels, "array")[0].low_frequency_db


@pytest.mark.parametrize("channels", [1, 2])
def test_a_volume_is_measured_in_three_dimensions(channels):
    texels = (noise((8, 10, 12, channels)) * 256).astype(np.uint8)
    entries = measure(texels[..., 0] if channels == 1 else texels, "volume", cutoff=0.3)
    expected = [10 * np.log10(spectra.low_frequency(texels[..., channel], 0.3)) for channel in range(channels)]
    assert [entry.low_frequency_db for entry in entries] == pytest.approx(expected, abs=0.006)


SAY = "of an array or a volume, say kind='array' or kind='volume'"


@pytest.mark.parametrize(
    ("texels", "kind", "text"),
    [
        (
            np.zeros((4, 16, 16)),
            "2d",
            f"texels of shape (4, 16, 16) are not [height, width], alone or with 1 to 4 channels; {SAY}",
        ),
        (
            np.zeros((4, 8, 8, 2)),
            "2d",
            f"texels of shape (4, 8, 8, 2) are not [height, width], alone or with 1 to 4 channels; {SAY}",
        ),
        (np.zeros(8), "2d", "texels of shape (8,) are not [height, width], alone or with 1 to 4 channels"),
        (np.zeros((0, 8)), "2d", "texels of shape (0, 8) are not [height, width], alone or with 1 to 4 channels"),
        (
            np.zeros((8, 8)),
            "array",
            "texels of shape (8, 8) are not [slice, height, width], alone or with 1 to 4 channels",
        ),
        (np.zeros((8, 8)), "cube", "kind: expected 2d, array or volume, found 'cube'"),
        ([[1, 2], [3]], "2d", "the rows of the texels have different lengths"),
        ([["a"]], "2d", "the texels are not finite numbers"),
        ([[0.5, float("nan")]], "2d", "the texels are not finite numbers"),
    ],
)
def test_what_cannot_be_measured_is_a_clear_error(texels, kind, text):
    with pytest.raises(ValueError) as raised:
        measure(texels, kind)
    assert str(raised.value) == text


def seam_ratio(values, axis):
    """The mean squared step across the tile's edge over that of the steps inside; about 1 for a texture that tiles."""
    moved = np.moveaxis(values, axis, 0)
    return np.mean((moved[0] - moved[-1]) ** 2) / np.mean(np.diff(moved, axis=0) ** 2)


@pytest.fixture(scope="module")
def texture():
    return dequantize(bn.generate(bn.TextureSpec("t", (64, 64), seed=3)))


@pytest.mark.parametrize("axis", [0, 1])
def test_a_tiling_shows_no_seam(texture, axis):
    """In a 2 x 2 tiling, the steps across the seam are distributed like those inside."""
    tiled = np.moveaxis(np.tile(texture, (2, 2)), axis, 0)
    steps = np.abs(np.diff(tiled, axis=0))
    across, inside = steps[63], np.delete(steps, 63, axis=0).ravel()
    assert 0.7 < seam_ratio(texture, axis) < 1.4
    grid = np.linspace(0, 1, 101)
    distance = np.abs(cumulative(across, grid) - cumulative(inside, grid)).max()
    # Kolmogorov and Smirnov: 128 steps, of which 64 differ; 1.95 / sqrt(64) is exceeded once in a thousand
    assert distance < 1.95 / np.sqrt(64)


def cumulative(sample, grid):
    return np.searchsorted(np.sort(sample), grid, side="right") / sample.size


def test_a_texture_that_does_not_tile_shows_its_seam():
    """The check above can fail: a ramp has one step across that is unlike all others."""
    ramp = np.linspace(0, 1, 64)[:, None].repeat(64, axis=1) + 0.001 * noise((64, 64))
    assert seam_ratio(ramp, 0) > 100


def test_swaps_are_what_makes_the_stored_values_blue():
    """The figure of the stored 8-bit values is the shader's; rounding alone would leave it at about -47 dB."""
    spec = bn.TextureSpec("t", (64, 64), objective=bn.Spectrum())
    ranks = bn.generate_ranks(spec)
    (entry,) = measure_built(spec, ranks, bn.generate(spec))
    assert entry.stored_low_frequency_db < -52
    assert entry.low_frequency_db < -45


def test_the_figures_of_an_array_are_the_means_of_its_layers():
    spec = bn.TextureSpec("t", (16, 12), layers=3, channels=2, effort="fast", filter=bn.PRESETS["sharp"])
    ranks, texels = bn.generate_ranks(spec), bn.generate(spec)
    entries = measure_built(spec, ranks, texels)
    single = bn.TextureSpec("t", (16, 12), channels=2, effort="fast", filter=bn.PRESETS["sharp"])
    layers = [measure_built(single, ranks[:, layer], texels[layer]) for layer in range(3)]
    assert len(entries) == 2
    for channel, entry in enumerate(entries):
        errors = [measured[channel].error_db for measured in layers]
        assert len(set(errors)) > 1
        assert entry.error_db == pytest.approx(np.mean(errors), abs=0.006)
        sharp = [measured[channel].threshold_error_db["1"] for measured in layers]
        assert entry.threshold_error_db["1"] == pytest.approx(np.mean(sharp), abs=0.006)


def test_the_figures_of_a_tone_are_the_means_of_the_layers():
    texels = (noise((3, 20, 24)) * 65536).astype(np.uint16)
    (entry,) = measure(texels, "array")
    each = [measure(layer)[0].tone_low_frequency_db for layer in texels]
    for tone, value in entry.tone_low_frequency_db.items():
        assert value == pytest.approx(np.mean([layer[tone] for layer in each]), abs=0.006)
    assert len({layer["1/64"] for layer in each}) > 1


def test_floats_are_optimised_as_they_are():
    """Swaps of exact values gain some 20 dB on what ranking alone leaves (-57 dB)."""
    spec = bn.TextureSpec("t", (64, 64), objective=bn.Spectrum(), encoding="float", bits=32)
    ranks = bn.generate_ranks(spec)
    (entry,) = measure_built(spec, ranks, bn.generate(spec))
    assert entry.low_frequency_db < -70
    assert entry.stored_low_frequency_db < -70


def frames_of(count, shape, masks=1, seed=0):
    """White noise: ranks `[mask, frame, *shape]`, each frame a permutation."""
    generator = np.random.default_rng(seed)
    size = int(np.prod(shape))
    made = [generator.permutation(size).reshape(shape) for _ in range(masks * count)]
    return np.array(made, np.int32).reshape(masks, count, *shape)


def test_frames_have_errors_in_time_and_the_means_of_their_first_frames():
    spec = bn.TextureSpec("t", (16, 12), frames=20, channels=2)
    ranks = frames_of(20, spec.shape, 2)
    texels = texels_of_ranks(ranks, spec)
    single = bn.TextureSpec("t", (16, 12), channels=2, filter=spec.filter.space)
    frames = [measure_built(single, ranks[:, frame], texels[frame]) for frame in range(16)]
    entries = measure_built(spec, ranks, texels)
    for channel, entry in enumerate(entries):
        expected = moving_noise.scalar_figures(ranks[channel])
        assert dict(entry.pattern_rms) == pytest.approx(expected, abs=4.5e-5)
        assert all(value == round(value, 5) for value in entry.pattern_rms.values())
        for name in ("low_frequency_db", "anisotropy_db", "error_db"):
            each = [getattr(measured[channel], name) for measured in frames]
            assert getattr(entry, name) == pytest.approx(np.mean(each), abs=0.011)
    assert entries[0].pattern_rms != entries[1].pattern_rms


def test_layers_have_no_errors_in_time():
    spec = bn.TextureSpec("t", (8, 8), layers=3)
    ranks = frames_of(3, spec.shape)
    assert measure_built(spec, ranks, texels_of_ranks(ranks, spec))[0].pattern_rms == {}
    assert measure(ranks[0], "array")[0].pattern_rms == {}


@pytest.mark.parametrize("channels", [1, 3])
def test_the_frames_of_a_file_are_measured_when_it_is_said_that_they_are(channels):
    texels = (noise((5, 16, 12, channels)) * 65536).astype(np.uint16)
    entries = measure(texels[..., 0] if channels == 1 else texels, "array", frames=True)
    plain = measure(texels[..., 0] if channels == 1 else texels, "array")
    for channel, (entry, other) in enumerate(zip(entries, plain, strict=True)):
        ranks = np.stack([ranks_of(frame) for frame in texels[..., channel]])
        assert dict(entry.pattern_rms) == pytest.approx(moving_noise.scalar_figures(ranks), abs=4.5e-5)
        assert replace(entry, pattern_rms={}) == other


@pytest.mark.parametrize("kind", ["2d", "volume"])
def test_only_the_slices_of_an_array_are_frames(kind):
    with pytest.raises(ValueError, match=r"frames: expected the slices of an array \(kind='array'\)"):
        measure(noise((4, 8, 8)), kind, frames=True)


def directions(count, up=False):
    points = np.random.default_rng(1).normal(size=(count, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points if not up else np.column_stack([points[:, :2], np.abs(points[:, 2])])


@pytest.mark.parametrize("encoding", ["unorm", "float"])
@pytest.mark.parametrize("space", ["vec2", "circle", "sphere", "hemisphere", "vec4"])
def test_vectors_are_measured_by_what_a_shader_reads(space, encoding):
    """By half-spaces of the decoded texels; the figures of scalars mean nothing there."""
    bits = 16 if encoding == "unorm" else 32
    spec = bn.TextureSpec("t", (12, 16), frames=6, sample_space=space, encoding=encoding, bits=bits)
    points = {
        "circle": directions(192)[:, :2] / np.linalg.norm(directions(192)[:, :2], axis=1, keepdims=True),
        "sphere": directions(192),
        "hemisphere": directions(192, up=True),
    }.get(space, noise((192, spec.channels)))
    ranks = frames_of(6, spec.shape)
    values = points[ranks[0]]
    signed = not space.startswith("vec")
    stored = np.floor((values / 2 + 0.5 if signed else values) * 65536).clip(0, 65535).astype(np.uint16)
    (entry,) = measure_built(spec, ranks, values.astype(np.float32) if encoding == "float" else stored)
    expected = half_spaces.vector_rms(points, ranks[0], space, half_spaces.FEW_HALF_SPACES)
    assert dict(entry.pattern_rms) == pytest.approx(expected, abs=4e-4)
    assert entry.anisotropy_db is None
    assert entry.threshold_error_db == {}
    assert entry.error_db is None
    each = [
        measure(values[frame, ..., channel])[0].low_frequency_db
        for frame in range(6)
        for channel in range(spec.channels)
    ]
    assert entry.low_frequency_db == pytest.approx(np.mean(each), abs=0.02)


@pytest.mark.parametrize("layers", [None, 3])
def test_vectors_without_frames_have_the_error_of_their_slices(layers):
    spec = bn.TextureSpec("t", (12, 16), sample_space="vec2", layers=layers, bits=16)
    points, ranks = noise((192, 2)), frames_of(layers or 1, spec.shape)
    indices = ranks if layers else ranks[:, 0]
    texels = np.floor(points[indices[0]] * 65536).astype(np.uint16)
    (entry,) = measure_built(spec, indices, texels)
    each = [
        half_spaces.vector_rms(points, ranks[:, layer], "vec2", half_spaces.FEW_HALF_SPACES)["H1"]
        for layer in range(layers or 1)
    ]
    assert dict(entry.pattern_rms) == {"H1": pytest.approx(np.mean(each), abs=4e-4)}
