"""How errors fall over frames, beside sums straight from the definition."""

import numpy as np
import pytest

from bluenoise_assets.quality import temporal
from bluenoise_assets.report.page.time import convergence, white_errors


def slow_errors(uniform):
    """Of the mean and of the EMA of 0.1 after each frame, `uniform` `[frame, height, width]`."""
    means, averages = [], []
    for count in range(1, len(uniform) + 1):
        squares = {"mean": [], "ema": []}
        for k in range(16):
            threshold = (k + 0.5) / 16
            patterns = (uniform[:count] < threshold).astype(float)
            state = patterns[0]
            for pattern in patterns[1:]:
                state = 0.1 * pattern + 0.9 * state
            squares["mean"].append(np.mean((patterns.mean(axis=0) - threshold) ** 2))
            squares["ema"].append(np.mean((state - threshold) ** 2))
        means.append(np.sqrt(np.mean(squares["mean"])))
        averages.append(np.sqrt(np.mean(squares["ema"])))
    return means, averages


def test_errors_of_frames_and_of_the_golden_ratio():
    generator = np.random.default_rng(5)
    ranks = np.array([generator.permutation(64).reshape(8, 8) for _ in range(6)], np.int32)
    found = convergence(ranks, golden=True)
    uniform = (ranks + 0.5) / 64
    loop = uniform[np.arange(32) % 6]
    golden = (uniform[0] + np.arange(32)[:, None, None] * (5**0.5 - 1) / 2) % 1
    for name, frames in (("ours", loop), ("golden", golden)):
        means, averages = slow_errors(frames)
        assert np.allclose(found.mean[name], means, atol=1e-4)
        assert np.allclose(found.ema[name], averages, atol=1e-4)
    assert "golden" not in convergence(ranks, golden=False).mean


def test_white_noise_is_as_theory_has_it():
    uniform = np.random.default_rng(2).random((64, 64, 64), np.float32)
    means, averages = slow_errors(uniform[:8])
    assert white_errors(8)[0] == pytest.approx(means, rel=0.02)
    assert white_errors(8)[1] == pytest.approx(averages, rel=0.02)
    assert white_errors(32)[1][-1] == pytest.approx(0.0949, abs=1e-4), "the EMA of `temporal`"


def test_the_last_point_is_the_figure():
    """Of a size whose thresholds are exact: the EMA after 32 frames is `EMA` of the figures."""
    generator = np.random.default_rng(1)
    ranks = np.array([generator.permutation(1024).reshape(32, 32) for _ in range(32)], np.int32)
    assert convergence(ranks, golden=False).ema["ours"][-1] == pytest.approx(
        temporal.pattern_rms(ranks)["EMA"], abs=2e-5
    )
