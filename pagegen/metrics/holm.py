"""Holm's correction for asking several questions at once (Holm, Scandinavian Journal of Statistics 1979)."""

import numpy as np

from pagegen.arrays import Float64


def holm(p: Float64) -> Float64:
    """
    [V] p values to compare with the level as if each were alone; the chance of any false alarm stays below it.

    The smallest of V is multiplied by V, the next by V - 1, and so on, never below one before it, never above 1. NaN is
    no question and stays.

    Examples:
        >>> holm(np.array([0.01, 0.04, 0.03, np.nan])).tolist()
        [0.03, 0.06, 0.06, nan]
    """
    adjusted = p.copy()
    order = np.argsort(p, kind="stable")[: int((~np.isnan(p)).sum())]
    factor = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factor), 1.0)
    return adjusted
