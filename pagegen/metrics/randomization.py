"""
Paired randomization test by member (Fisher 1935; for retrieval: Smucker, Allan, Carterette, CIKM 2007).

If two cells are the same, every member's mean difference could as well have had the other sign. The p value is the
share of random signs that give a mean at least as far from 0 as the one seen, which itself counts as one of them
(Phipson and Smyth 2010): so it is never 0, and valid for any number of draws.
"""

import numpy as np

from pagegen.arrays import Float64

CHUNK = 4_000_000  # signs drawn at once: bounds memory
SAME = 1e-9  # relative; sums of the same numbers in another order are the same


def sign_flip_test(difference: Float64, rng: np.random.Generator, *, flips: int = 10_000) -> Float64:
    """
    [V] two-sided p values, over the same random signs; 1 where no member differs.

    Args:
        difference: [V, M] mean difference of each member; NaN: the member has none.
        rng: one sign for each of `flips` and members.
        flips: random sign vectors.

    Examples:
        >>> difference = np.array([[1.0, 1.2, 0.8, 1.1, 0.9, 1.3], [1.0, -1.0, 1.0, -1.0, 1.0, -1.0]])
        >>> sign_flip_test(difference, np.random.default_rng(0)).round(2).tolist()  # 2 of 64 signs; all of them
        [0.03, 1.0]
    """
    value = np.nan_to_num(difference, nan=0.0)
    value = value[:, (value != 0).any(axis=0)]  # whoever differs nowhere changes no sum
    least = np.abs(value.sum(axis=1)) - SAME * np.abs(value).sum(axis=1)
    extreme, step = np.ones(len(value)), max(1, CHUNK // max(1, value.shape[1]))
    for begin in range(0, flips, step):
        shape = (min(step, flips - begin), value.shape[1])
        signs = rng.integers(0, 2, shape, dtype=np.int8).astype(np.float64) * 2.0 - 1.0
        extreme += (np.abs(signs @ value.T) >= least).sum(axis=0)
    return extreme / (flips + 1)
