"""
Gini coefficient of exposure over the whole catalog (Gini 1912; Shani and Gunawardana, RS Handbook 2011).

G = sum over titles, by ascending exposure x, of (2 i - T - 1) x_i / (T sum of x), i from 1.
"""

import numpy as np

from pagegen.arrays import Float64


def gini(exposure: Float64) -> float:
    """
    0: all titles get the same exposure [T]; near 1: one title gets all. NaN when none gets any.

    Examples:
        >>> gini(np.array([1.0, 1.0, 1.0])), gini(np.array([0.0, 0.0, 0.0, 8.0]))
        (0.0, 0.75)
    """
    number, total = len(exposure), float(exposure.sum())
    if total <= 0:
        return float("nan")
    place = 2.0 * np.arange(1, number + 1) - number - 1
    return float((place * np.sort(exposure)).sum() / (number * total))
