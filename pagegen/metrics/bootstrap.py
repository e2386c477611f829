"""Paired bootstrap by member: members are drawn with replacement, all of a member's requests together (Efron 1979)."""

import numpy as np

from pagegen.arrays import AnyArray, Float64


def mean_interval(
    value: Float64, member: AnyArray, rng: np.random.Generator, *, draws: int = 1_000, level: float = 0.95
) -> tuple[float, float, float]:
    """
    The mean of a per-request value, and the ends of its percentile interval.

    Args:
        value: [B] without NaN; a difference of two cells makes the interval a paired one.
        member: [B] the unit that is drawn.
        rng: one draw of multinomial counts for each of `draws`.
        draws: bootstrap samples.
        level: of the interval.
    """
    if not len(value):
        return (float("nan"),) * 3
    _, unit = np.unique(member, return_inverse=True)
    size = int(unit.max()) + 1
    sums, counts = np.bincount(unit, value, minlength=size), np.bincount(unit, minlength=size).astype(np.float64)
    drawn = rng.multinomial(size, np.full(size, 1.0 / size), size=draws)
    means = (drawn @ sums) / (drawn @ counts)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(value.mean()), float(low), float(high)
