"""
NDCG@k with binary gains (Jarvelin and Kekalainen, TOIS 2002).

DCG = sum over hits above k of 1 / log2(rank + 2), rank from 0; the ideal puts min(k, targets) hits first. Targets that
were never ranked stay in the ideal.
"""

import numpy as np

from pagegen.arrays import AnyArray, Float64


def ndcg(request: AnyArray, rank: AnyArray, targets: AnyArray, k: int) -> Float64:
    """
    [B] NDCG@k of each request; NaN for a request without targets.

    Args:
        request: [H] the request of each hit, a target that was ranked.
        rank: [H] its rank from 0.
        targets: [B] number of targets, ranked or not.
        k: depth.

    Examples:
        >>> ndcg(np.array([0, 0]), np.array([0, 2]), np.array([2, 0]), 10).round(4).tolist()
        [0.9197, nan]
    """
    top = rank < k
    gained = np.bincount(request[top], 1.0 / np.log2(rank[top] + 2.0), minlength=len(targets))
    ideal = np.concatenate([[0.0], np.cumsum(1.0 / np.log2(np.arange(k) + 2.0))])[np.minimum(targets, k)]
    with np.errstate(invalid="ignore"):
        return np.where(targets > 0, gained / ideal, np.nan)
