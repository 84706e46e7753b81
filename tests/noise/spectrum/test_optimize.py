"""A whole channel of the spectrum objective."""

import jax
import numpy as np
import pytest
from support.descents import decibels

from bluenoise_assets import (
    Cancelled,
    GaussianDistribution,
    Optimizer,
    Spectrum,
    TextureSpec,
    TriangularDistribution,
    generate_ranks,
)
from bluenoise_assets.noise.spectrum.optimize import optimize_spectrum


def quick(size, **more):
    return TextureSpec("t", size, optimizer=Optimizer(steps=24), objective=Spectrum(fine_tuning=24), **more)


@pytest.mark.parametrize("size", [(10, 10), (100, 37), (333, 1), (2, 2), (2, 1), (1, 1), (300, 300)])
def test_every_rank_exactly_once(size):
    ranks = optimize_spectrum(quick(size), 0)
    assert ranks.shape == size[::-1]
    assert ranks.dtype == np.int32
    assert np.array_equal(np.sort(ranks, axis=None), np.arange(ranks.size))


@pytest.mark.parametrize("distribution", [TriangularDistribution(), GaussianDistribution(0.2)])
@pytest.mark.parametrize("method", ["adam", "momentum"])
def test_other_distributions_are_blue_too(distribution, method):
    from bluenoise_assets.quality.quantization import quantiles

    spec = TextureSpec(
        "t", (32, 32), distribution=distribution, optimizer=Optimizer(method), bits=16, objective=Spectrum()
    )
    values = quantiles(distribution, 1024)[optimize_spectrum(spec, 0)]
    assert decibels(values) < -45


@pytest.mark.parametrize(
    ("side", "cutoff", "goal", "seeds"), [(64, 0.25, -45, 1), (40, 0.25, -45, 2), (20, 0.25, -36, 3), (10, 0.2, -25, 5)]
)
@pytest.mark.parametrize("bits", [8, 16])
def test_the_goals_of_quality(side, cutoff, goal, seeds, bits):
    """Mean power below the cut-off after exact ranking, in dB below white noise, mean over seeds."""
    found = []
    for seed in range(seeds):
        spec = TextureSpec("t", (side, side), seed=seed, bits=bits, objective=Spectrum(cutoff=cutoff))
        found.append(decibels(optimize_spectrum(spec, 0), cutoff))
    assert np.mean(found) <= goal


def test_deterministic_for_a_seed_and_different_between_seeds_and_channels():
    spec = quick((16, 16), channels=2)
    first = generate_ranks(spec)
    assert np.array_equal(first, generate_ranks(spec))
    assert np.mean(first[0] == first[1]) < 0.05
    assert np.mean(first == generate_ranks(quick((16, 16), channels=2, seed=1))) < 0.05


def test_progress_rises_to_one_and_gives_the_power():
    told = []
    optimize_spectrum(quick((16, 16)), 0, lambda share, low: told.append((share, low)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert all(low < 10 for _, low in told)
    told.clear()
    optimize_spectrum(quick((4, 4)), 0, lambda share, low: told.append(low))
    assert set(told) == {None}


def test_cancelling_ends_it_within_a_chunk_or_two():
    told = []
    spec = TextureSpec("t", (16, 16), objective=Spectrum(), optimizer=Optimizer(steps=10_000_000))
    with pytest.raises(Cancelled):
        optimize_spectrum(spec, 0, lambda *_: told.append(1), lambda: len(told) >= 2)
    assert len(told) == 2


def test_a_second_texture_of_a_shape_compiles_nothing():
    """Watch mode lives from this: only the first build of a shape pays for the compiler."""
    compiled = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda name, _seconds, **_more: compiled.append(name) if "backend_compile" in name else None
    )
    optimize_spectrum(quick((13, 11)), 0)
    assert compiled  # the listener hears
    compiled.clear()
    optimize_spectrum(quick((13, 11), seed=3, bits=16, distribution=TriangularDistribution()), 1)
    other = Spectrum(cutoff=0.15, low_frequency=3, uniformity=0.2, histogram=50, randomize=False, fine_tuning=17)
    optimize_spectrum(TextureSpec("t", (13, 11), objective=other, optimizer=Optimizer(steps=31, learning_rate=0.01)), 0)
    assert compiled == []
