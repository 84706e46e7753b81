"""Vectors whose bytes may change with ALGORITHM alone: the textures of every user become stale."""

import hashlib

from bluenoise_assets import TextureSpec
from bluenoise_assets.noise.vectors.optimize import optimize_vectors

CASES = {
    "vec2": {"sample_space": "vec2", "size": (20, 16), "frames": 4},
    "vec3": {"sample_space": "vec3", "size": 16},
    "sphere": {"sample_space": "sphere", "size": 16, "frames": 4},
    "cosine_hemisphere": {"sample_space": "cosine_hemisphere", "size": (9, 13), "frames": 3},
}

GOLDEN = {
    "vec2": "83ea0ea02b031633",
    "vec3": "538985b28d3c0744",
    "sphere": "6c42261bebedd312",
    "cosine_hemisphere": "14aae479d7df0cd7",
}


def digest(name):
    points = optimize_vectors(TextureSpec("t", seed=7, effort="fast", **CASES[name]))
    return hashlib.sha256(points.astype("<i4").tobytes()).hexdigest()[:16]
