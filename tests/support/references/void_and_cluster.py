"""Void-and-cluster (Robert Ulichney, "The void-and-cluster method for dither array generation", 1993), step by step."""

import numpy as np


def void_and_cluster(shape, sigma, seed=0, share=0.1):
    """Ranks 0..N-1 of a tileable mask. `sigma` is the Gaussian's, in texels; `share` of the texels start as points."""
    count = int(np.prod(shape))
    bump = np.ones(())
    for side in shape:
        offsets = np.arange(-4 * side, 4 * side + 1)
        line = np.bincount(offsets % side, np.exp(-(offsets**2) / (2 * sigma**2)), side)
        bump = np.multiply.outer(bump, line)
    twice = np.tile(bump, (2,) * len(shape))  # so that a wrapped shift is a slice

    def around(place):
        index = np.unravel_index(place, shape)
        return twice[tuple(slice(side - i, 2 * side - i) for side, i in zip(shape, index, strict=True))]

    points = np.zeros(count, bool)
    points[np.random.default_rng(seed).permutation(count)[: max(1, int(share * count))]] = True
    density = sum((around(place) for place in np.flatnonzero(points)), start=np.zeros(shape)).ravel()

    def tightest_cluster():
        return int(np.argmax(np.where(points, density, -np.inf)))

    def largest_void():
        return int(np.argmin(np.where(points, np.inf, density)))

    def put(place, value):
        points[place] = value
        density[:] += (1 if value else -1) * around(place).ravel()

    while True:  # even the start out
        cluster = tightest_cluster()
        put(cluster, False)
        void = largest_void()
        put(void, True)
        if void == cluster:
            break
    start, start_density, start_count = points.copy(), density.copy(), int(points.sum())
    ranks = np.empty(count, np.int64)
    for rank in range(start_count - 1, -1, -1):  # phase 1: take the start away
        cluster = tightest_cluster()
        put(cluster, False)
        ranks[cluster] = rank
    points[:], density[:] = start, start_density
    for rank in range(start_count, count):  # phases 2 and 3: fill the voids
        void = largest_void()
        put(void, True)
        ranks[void] = rank
    return ranks.reshape(shape)
