"""Paired bootstrap by member: members are drawn with replacement, all of a member's requests together (Efron 1979)."""

import numpy as np

from pagegen.arrays import AnyArray, Float64

CHUNK = 1_000_000  # drawn members at once: bounds memory


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
    low, high = mean_intervals(value[None], member, rng, draws=draws, level=level)[0].tolist()
    return float(value.mean()), low, high


def mean_intervals(
    value: Float64, member: AnyArray, rng: np.random.Generator, *, draws: int = 1_000, level: float = 0.95
) -> Float64:
    """
    [V, 2] ends of the percentile intervals of several means, over the same draws of members; NaN where all is NaN.

    Args:
        value: [V, B]; NaN is left out of its mean, in every draw.
        member: [B] the unit that is drawn.
        rng: one draw of multinomial counts for each of `draws`.
        draws: bootstrap samples.
        level: of the intervals.
    """
    if not value.size:
        return np.full((len(value), 2), np.nan)
    _, unit = np.unique(member, return_inverse=True)
    size, known = int(unit.max()) + 1, ~np.isnan(value)
    sums = np.array([np.bincount(unit[k], v[k], minlength=size) for v, k in zip(value, known, strict=True)])
    counts = np.array([np.bincount(unit[k], minlength=size) for k in known], np.float64)
    means, step = np.empty((draws, len(value))), max(1, CHUNK // size)
    for begin in range(0, draws, step):
        drawn = rng.multinomial(size, np.full(size, 1.0 / size), size=min(step, draws - begin)).astype(np.float64)
        with np.errstate(invalid="ignore"):
            means[begin : begin + step] = (drawn @ sums.T) / (drawn @ counts.T)
    return _percentiles(means, level)


def _percentiles(means: Float64, level: float) -> Float64:
    """[V, 2]; draws that left a value without any member are left out."""
    ends = [(1 - level) / 2, (1 + level) / 2]
    drawn = [column[~np.isnan(column)] for column in means.T]
    return np.array([np.quantile(column, ends) if len(column) else [np.nan, np.nan] for column in drawn]).reshape(-1, 2)
