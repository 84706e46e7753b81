"""Vectors: each point of the set once in a frame, better than others', the same bytes everywhere."""

import numpy as np
import pytest
from support.golden_vectors import CASES, GOLDEN, digest
from support.processors import OLDEST, digests_on

from bluenoise_assets import Cancelled, TextureSpec
from bluenoise_assets.noise.vectors.optimize import optimize_vectors
from bluenoise_assets.quality.sample_spaces import points


def filtered_errors(texture, through_centre):
    """RMS of half-spaces' patterns after a Gaussian of 1 texel, and after an EMA of 0.1 of all frames: plain and slow."""
    frames, height, width, components = texture.shape
    rng = np.random.default_rng(3)
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None]
    blur = np.exp(-2 * np.pi**2 * (fy**2 + fx**2))
    space, time = [], []
    for _ in range(60):
        along = texture @ rng.normal(size=components)
        inside = (along < (0 if through_centre else rng.uniform(along.min(), along.max()))).astype(float)
        for frame in inside:
            blurred = np.fft.ifft2(np.fft.fft2(frame) * blur).real
            space.append(blurred.var())
        held = inside[0]
        for step in range(1, 3 * frames):
            held = 0.1 * inside[step % frames] + 0.9 * held
        time.append(held.var())
    return np.sqrt(np.mean(space)), np.sqrt(np.mean(time))


@pytest.mark.parametrize(
    ("space", "in_space", "in_time"),
    [("vec2", 0.62, 0.72), ("vec3", 0.68, 0.75), ("sphere", 0.55, 0.6), ("cosine_hemisphere", 0.65, 0.75)],
)
def test_half_spaces_look_more_even_than_white_noise(space, in_space, in_time):
    spec = TextureSpec("t", (32, 32), frames=8, sample_space=space, effort="fast")
    chosen = points(space, 1024)
    rng = np.random.default_rng(0)
    white = np.stack([rng.permutation(1024) for _ in range(8)]).reshape(8, 32, 32)
    ours = filtered_errors(chosen[optimize_vectors(spec)], space == "sphere")
    other = filtered_errors(chosen[white], space == "sphere")
    assert ours[0] < in_space * other[0]
    assert ours[1] < in_time * other[1]


@pytest.mark.parametrize(
    ("space", "size", "frames"),
    [
        *(("sphere", *case) for case in (((1, 1), 2), ((2, 3), 2), ((5, 31), None))),
        *((space, (13, 7), 3) for space in ("vec4", "circle", "hemisphere")),
    ],
)
def test_every_frame_holds_each_point_once(space, size, frames):
    """More in tests/soak/soak_sizes.py; the other spaces' bytes are known below."""
    spec = TextureSpec("t", size, frames=frames, sample_space=space, effort="fast")
    found = optimize_vectors(spec)
    count = size[0] * size[1]
    assert found.shape == (frames or 1, size[1], size[0])
    assert found.dtype == np.int32
    assert (np.sort(found.reshape(frames or 1, -1), axis=1) == np.arange(count)).all()


@pytest.mark.parametrize(
    "filters",
    [
        "short_history",
        {"space": {"box": 3}, "time": {"gaussian": 1.5}, "weight": 0.0},
        {"space": [{"gaussian": 1}, {"table": [[1, -2, 1]]}], "time": [{"ema": 0.2}, {"box": 2}], "weight": 1.0},
    ],
)
def test_any_filter(filters):
    spec = TextureSpec("t", (12, 10), frames=6, sample_space="vec2", effort="fast", filter=filters)
    found = optimize_vectors(spec)
    assert (np.sort(found.reshape(6, -1), axis=1) == np.arange(120)).all()


def test_seeds_and_progress():
    shares = []
    spec = TextureSpec("t", (20, 16), frames=4, sample_space="vec2", effort="fast")
    first = optimize_vectors(spec, lambda share, _error: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    other = optimize_vectors(TextureSpec("t", (20, 16), frames=4, sample_space="vec2", effort="fast", seed=1))
    assert (first != other).any()


def test_cancellation():
    spec = TextureSpec("t", (20, 16), frames=4, sample_space="vec2", effort="fast")
    calls = iter([False, False, True])
    with pytest.raises(Cancelled):
        optimize_vectors(spec, cancelled=lambda: next(calls))


@pytest.mark.parametrize("name", sorted(CASES))
def test_golden(name):
    """May change with ALGORITHM alone: the textures of every user become stale."""
    assert digest(name) == GOLDEN[name]


def test_vectors_do_not_depend_on_the_processor():
    """Masks are tried with AVX2, too; all of these in tests/soak/soak_sizes.py."""
    names = ["vec2", "sphere", "cosine_hemisphere"]
    assert digests_on(OLDEST, "support.golden_vectors", names) == {name: GOLDEN[name] for name in names}
