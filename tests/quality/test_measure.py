"""The figures mean what their definitions say."""

import numpy as np
import pytest
from support.references import spectra

import bluenoise_assets as bn
from bluenoise_assets.quality import measure
from bluenoise_assets.quality.quantization import dequantize, ranks_of


def noise(shape, seed=0):
    return np.random.default_rng(seed).random(shape)


@pytest.mark.parametrize("shape", [(8, 8), (7, 5), (1, 9), (10, 1)])
def test_power_and_low_frequency_against_the_definition(shape):
    x = noise(shape)
    np.testing.assert_allclose(measure.power_spectrum(x), spectra.power(x), atol=1e-9)
    expected = spectra.low_frequency(x, 0.3)
    assert measure.low_frequency_db(x, 0.3) == pytest.approx(10 * np.log10(expected))


@pytest.mark.parametrize(("shape", "sigma"), [((12, 12), 1.0), ((9, 14), 1.5), ((1, 24), 1.0)])
def test_threshold_error_against_the_definition(shape, sigma):
    ranks = ranks_of(noise(shape))
    assert measure.threshold_error_db(ranks, (sigma,))[sigma] == pytest.approx(spectra.threshold_error_db(ranks, sigma))


def test_white_noise_is_zero_decibels():
    found = [measure.measure((noise((64, 64), seed) * 256).astype(np.uint8))[0] for seed in range(20)]
    assert abs(np.mean([entry.low_frequency_db for entry in found])) < 0.3
    assert abs(np.mean([entry.anisotropy_db for entry in found])) < 0.5
    for sigma in ("1", "1.5", "2"):
        assert abs(np.mean([entry.threshold_error_db[sigma] for entry in found])) < 0.3


def test_the_radial_spectrum_by_hand():
    """cos(2 pi x/8) of 8 x 8: all power in the two frequencies (0, +-1) of a ring of four, at 1/8."""
    x = np.cos(2 * np.pi * np.arange(8) / 8)[None].repeat(8, axis=0)
    frequency, power, anisotropy = measure.radial_spectrum(x)
    ring = np.argmin(np.abs(frequency - 1 / 8))
    # ring 1 is (+-1, 0), (0, +-1) and the corners (+-1, +-1), whose distance 1.41 rounds to 1: 32, 32, 0, 0, 0, 0, 0, 0
    assert power[ring] == pytest.approx(8)
    assert anisotropy[ring] == pytest.approx(10 * np.log10((2 * 24**2 + 6 * 8**2) / 7 / 8**2))
    assert np.delete(power, ring) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (4, 4), (1, 3)])
def test_what_a_size_does_not_define_is_absent_and_never_nan(shape):
    (entry,) = measure.measure((noise(shape) * 256).astype(np.uint8))
    assert entry.low_frequency_db is None
    assert np.isfinite(list(entry.threshold_error_db.values())).all()


def test_a_flat_texture():
    (entry,) = measure.measure(np.full((16, 16), 7, np.uint8))
    assert entry.low_frequency_db is None
    assert all(np.isfinite(value) for value in vars(entry).values() if isinstance(value, float))


def test_histogram_deviation():
    assert measure.histogram_deviation(np.array([[3, 1], [2, 0]]), np.arange(4)) == 0
    assert measure.histogram_deviation(np.array([[3, 1], [2, 0.5]]), np.arange(4)) == 0.5


def test_the_channels_of_a_file_are_measured_each():
    texels = (noise((16, 16, 3)) * 65536).astype(np.uint16)
    entries = measure.measure(texels)
    assert len(entries) == 3
    alone = measure.measure(texels[..., 1])[0]
    assert entries[1] == alone


@pytest.fixture(scope="module")
def texture():
    return dequantize(bn.generate(bn.TextureSpec("t", (64, 64), seed=3)))


@pytest.mark.parametrize("axis", [0, 1])
def test_a_tiling_shows_no_seam(texture, axis):
    """In a 2 x 2 tiling, the steps across the seam are distributed like those inside."""
    tiled = np.moveaxis(np.tile(texture, (2, 2)), axis, 0)
    steps = np.abs(np.diff(tiled, axis=0))
    across, inside = steps[63], np.delete(steps, 63, axis=0).ravel()
    assert 0.7 < measure.seam_ratio(texture, axis) < 1.4
    assert measure.seam_ratio(texture, axis) == pytest.approx(
        np.mean(across**2) / np.mean(np.diff(texture, axis=axis) ** 2)
    )
    grid = np.linspace(0, 1, 101)
    distance = np.abs(cumulative(across, grid) - cumulative(inside, grid)).max()
    # Kolmogorov and Smirnov: 128 steps, of which 64 differ; 1.95 / sqrt(64) is exceeded once in a thousand
    assert distance < 1.95 / np.sqrt(64)


def cumulative(sample, grid):
    return np.searchsorted(np.sort(sample), grid, side="right") / sample.size


def test_a_texture_that_does_not_tile_shows_its_seam():
    """The check above can fail: a ramp has one step across that is unlike all others."""
    ramp = np.linspace(0, 1, 64)[:, None].repeat(64, axis=1) + 0.001 * noise((64, 64))
    assert measure.seam_ratio(ramp, 0) > 100
    assert measure.seam_ratio(noise((2, 8)), 0) is None


def test_swaps_are_what_makes_the_stored_values_blue():
    """The figure of the stored 8-bit values is the shader's; rounding alone would leave it at about -47 dB."""
    spec = bn.TextureSpec("t", (64, 64), objective=bn.Spectrum())
    ranks = bn.generate_ranks(spec)
    (entry,) = measure.measure_built(spec, ranks, bn.generate(spec))
    assert entry.stored_low_frequency_db < -52
    assert entry.low_frequency_db < -45


def test_the_figures_of_an_array_are_the_means_of_its_layers():
    spec = bn.TextureSpec("t", (16, 12), layers=3, channels=2, effort="fast", filter=bn.PRESETS["sharp"])
    ranks, texels = bn.generate_ranks(spec), bn.generate(spec)
    entries = measure.measure_built(spec, ranks, texels)
    single = bn.TextureSpec("t", (16, 12), channels=2, effort="fast", filter=bn.PRESETS["sharp"])
    layers = [measure.measure_built(single, ranks[:, layer], texels[layer]) for layer in range(3)]
    assert len(entries) == 2
    for channel, entry in enumerate(entries):
        errors = [measured[channel].error_db for measured in layers]
        assert len(set(errors)) > 1
        assert entry.error_db == pytest.approx(np.mean(errors), abs=0.006)
        sharp = [measured[channel].threshold_error_db["1"] for measured in layers]
        assert entry.threshold_error_db["1"] == pytest.approx(np.mean(sharp), abs=0.006)


def test_floats_are_optimised_as_they_are():
    """Swaps of exact values gain some 20 dB on what ranking alone leaves (-57 dB)."""
    spec = bn.TextureSpec("t", (64, 64), objective=bn.Spectrum(), encoding="float", bits=32)
    ranks = bn.generate_ranks(spec)
    (entry,) = measure.measure_built(spec, ranks, bn.generate(spec))
    assert entry.low_frequency_db < -70
    assert entry.stored_low_frequency_db < -70
