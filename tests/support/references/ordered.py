"""Bayer's ordered dither (B. E. Bayer, "An optimum method for two-level rendition of continuous-tone pictures", 1973)."""

import numpy as np


def bayer(side):
    """Ranks of a matrix whose side is a power of two, by Bayer's recursion."""
    matrix = np.zeros((1, 1), np.int64)
    while len(matrix) < side:
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return matrix
