"""Frames whose bytes may change with ALGORITHM alone: the textures of every user become stale."""

import hashlib

from bluenoise_assets import TextureSpec
from bluenoise_assets.noise.frames.optimize import optimize_frames

OWN = {"space": [{"box": [3, 2]}, {"table": [[1, -2, 1]]}], "time": {"gaussian": 1.5}, "weight": 0.3}

CASES = {
    "taa": {"size": (16, 16), "frames": 8},
    "denoised": {"size": (9, 7), "frames": 6, "filter": "denoised"},
    "short_history": {"size": (16, 10), "frames": 5, "filter": "short_history"},
    "two channels": {"size": (12, 8), "frames": 4, "channels": 2},
    "own filters": {"size": (7, 5), "frames": 3, "channels": 3, "filter": OWN},
}

GOLDEN = {
    "taa": "704bdf24b680e035",
    "denoised": "2f375d4e22d3cf86",
    "short_history": "062dc95322c4bfef",
    "two channels": "ed32988f2df8b104",
    "own filters": "b0999eb90ac2c40f",
}


def digest(name):
    ranks = optimize_frames(TextureSpec("t", seed=7, effort="fast", **CASES[name]))
    return hashlib.sha256(ranks.astype("<i4").tobytes()).hexdigest()[:16]
