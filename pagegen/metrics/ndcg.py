"""
NDCG@k (Jarvelin and Kekalainen, TOIS 2002), with the gain 2^relevance - 1 of Burges et al. (ICML 2005).

DCG = sum over hits above k of gain / log2(rank + 2), rank from 0; the ideal puts the min(k, targets) best targets
first. Targets that were never ranked stay in the ideal.
"""

import numpy as np

from pagegen.arrays import AnyArray, Float64, groups, starts, within
from pagegen.metrics.measurable import Measurable, Targets
from pagegen.metrics.per_page import sums
from pagegen.metrics.window import Window


def ndcg(request: AnyArray, rank: AnyArray, targets: AnyArray, k: int) -> Float64:
    """
    [B] NDCG@k of each request, every target worth the same; NaN for a request without targets.

    Args:
        request: [H] the request of each hit, a target that was ranked.
        rank: [H] its rank from 0.
        targets: [B] number of targets, ranked or not.
        k: depth.

    Examples:
        >>> ndcg(np.array([0, 0]), np.array([0, 2]), np.array([2, 0]), 10).round(4).tolist()
        [0.9197, nan]
    """
    start = starts(targets)
    ideal = _discounted(groups(start), within(start), np.ones(start[-1]), np.full(len(targets), k))
    return normalized(_discounted(request, rank, np.ones(len(rank)), np.full(len(targets), k)), ideal, targets)


def ndcg_of_pages(pages: Measurable, window: Window) -> Float64:
    """
    [B] NDCG of the flattened pages. A repeated title takes its place and gains nothing.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> ndcg_of_pages(sketch("abc/aac", "abc", wanted=["a", "bc"]), window("2")).round(4).tolist()
        [1.0, 0.3869]
    """
    hit, depth = window.flat_hits(pages), window.size(pages)
    rank, gain = pages.slots.rank[pages.hits.slot[hit]], pages.targets.gain[pages.hits.target[hit]]
    gained = _discounted(pages.hits.page[hit], rank, gain, depth)
    start = pages.targets.start
    ideal = _discounted(groups(start), within(start), best_first(pages.targets), depth)
    return normalized(gained, ideal, pages.wanted)


def best_first(targets: Targets) -> Float64:
    """[K] the gains of each page's targets, highest first."""
    gain = targets.gain
    return gain[np.lexsort((-gain, groups(targets.start)))]


def normalized(gained: Float64, ideal: Float64, targets: AnyArray) -> Float64:
    """[B] share of the ideal; NaN without targets, 0 where there was no place for any."""
    with np.errstate(invalid="ignore"):
        return np.where(targets > 0, np.where(ideal > 0, gained / ideal, 0.0), np.nan)


def _discounted(request: AnyArray, rank: AnyArray, gain: Float64, depth: AnyArray) -> Float64:
    """[B] sum of the gains [H] above each request's depth [B], by rank."""
    top = rank < depth[request]
    return sums(request[top], gain[top] / np.log2(rank[top] + 2.0), len(depth))
