"""
Names of clusters: a genre with a keyword, or two genres, that stand out among their titles.

With n_ck of a cluster's n_c titles in a niche that has n_k of all n, its clearness is how far that is above chance,

    (n_ck - e) / sqrt(e),    e = n_c n_k / n

and the clearest pair of cluster and niche is named first; no two clusters have the same name.
"""

import numpy as np

from pagegen.arrays import Float64, Int32, Mask, groups
from pagegen.data.catalog import Tags
from pagegen.data.niches import FACETS, bounds

NAMED_BY = ("genre", "keyword")


def named(niches: Tags, cluster: Int32, least: int) -> list[tuple[int, int]]:
    """
    Clusters with their niches, the clearest first.

    Args:
        niches: of the catalog.
        cluster: [T] of each title; NONE for none.
        least: titles of a cluster that its niche must have.
    """
    clear = _clearness(niches, cluster, least)
    found: list[tuple[int, int]] = []
    while clear.max(initial=0.0) > 0:
        of, niche = divmod(int(clear.argmax()), clear.shape[1])  # ties: the lower cluster, then the lower niche
        found.append((of, niche))
        clear[of], clear[:, niche] = 0.0, 0.0
    return found


def _clearness(niches: Tags, cluster: Int32, least: int) -> Float64:
    """[clusters, niches] 0 where the niche may not name the cluster."""
    count, names = int(cluster.max(initial=-1)) + 1, len(niches.names)
    of, niche = cluster[niches.titles], groups(niches.title_start)
    inside = of >= 0
    cell = of[inside] * np.int64(names) + niche[inside]
    both = np.bincount(cell, minlength=count * names).reshape(count, names)
    size = np.bincount(cluster[cluster >= 0], minlength=count)
    usual = size[:, None] * (both.sum(axis=0) / max(1, size.sum()))
    able = (both >= least) & _may_name(niches)
    return np.where(able, (both - usual) / np.sqrt(np.maximum(usual, 1e-9)), 0.0)


def _may_name(niches: Tags) -> Mask:
    """[niches] those of a keyword or of two genres."""
    begin, may = bounds(niches.names), np.zeros(len(niches.names), np.bool_)
    for facet in NAMED_BY:
        place = FACETS.index(facet)
        may[begin[place] : begin[place + 1]] = True
    return may
