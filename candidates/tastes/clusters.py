"""
Clusters of vectors by the angle between them: spherical k-means (Dhillon and Modha, Machine Learning 42, 2001), begun
as k-means++ (Arthur and Vassilvitskii, SODA 2007).
"""

import numpy as np
from threadpoolctl import threadpool_limits

from pagegen.arrays import Float64, Int32

STEPS = 25  # at most


def clusters(unit: Float64, count: int, rng: np.random.Generator) -> Int32:
    """[K] the cluster of each vector [K, size] of length 1, at most `count` of them; ties to the lower one."""
    nearest = np.zeros(len(unit), np.int32)
    with threadpool_limits(1, "blas"):  # other threads, other bits
        centre = _far_apart(unit, min(count, len(unit)), rng)
        for _ in range(STEPS if len(unit) else 0):
            before, nearest = nearest, (unit @ centre.T).argmax(axis=1).astype(np.int32)
            centre = _middles(unit, nearest, centre)
            if (before == nearest).all():
                break
    return nearest


def _far_apart(unit: Float64, count: int, rng: np.random.Generator) -> Float64:
    """[count, size] of the vectors, each drawn by its distance from those drawn before."""
    away, chosen = np.ones(len(unit)), list[int]()
    for _ in range(count):
        chance = away / away.sum() if away.any() else np.full(len(unit), 1.0 / len(unit))
        chosen.append(int(rng.choice(len(unit), p=chance)))
        away = np.minimum(away, np.maximum(1.0 - unit @ unit[chosen[-1]], 0.0))
    return unit[chosen]


def _middles(unit: Float64, nearest: Int32, before: Float64) -> Float64:
    """The direction of each cluster's mean; one that has lost its last vector stays where it was."""
    sums = np.zeros_like(before)
    np.add.at(sums, nearest, unit)
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(length > 0, sums / np.maximum(length, 1e-300), before)
