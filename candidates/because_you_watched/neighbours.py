"""
Neighbours: cosine similarities of co-watching, shrunk by their support (Sarwar et al., WWW 2001; Koren, KDD 2008).

    s_ab = w_ab / sqrt(n_a n_b) * n_ab / (n_ab + shrinkage)
    w_ab = sum over members of 1 / (1 + d / half_distance)

where n_a members played a, n_ab of them also b, the two d titles apart in the order in which the member first played
them. With `half_distance` 0 the distance says nothing, and w_ab is n_ab.

Cost: sum over members of titles², memory for the neighbours of FIT_BLOCK titles.
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from scipy.sparse import csr_matrix

from pagegen.arrays import Float32, Int32, Int64, best, ranges, starts
from pagegen.data.dataset import Past
from pagegen.pool.item_weights import ItemWeights, Row, item_weights

FIT_BLOCK = 128  # titles whose neighbours are found at once


class FitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    neighbours: int = 120  # kept of each title
    shrinkage: float = 20.0  # co-watches that count as half belief
    min_support: int = 3  # co-watches below which two titles are strangers
    max_titles: int = 500  # latest titles of a member that count; the rest of very long histories says little
    half_distance: Annotated[float, Meta(ge=0)] = 0.0  # titles apart at which co-watching counts half; 0: never mind
    judged_share: Annotated[float, Meta(ge=0, lt=1)] = 0.0  # of the newest plays, to judge seeds by; 0: all are alike


def neighbours_of(past: Past, config: FitConfig) -> ItemWeights:
    """Of every title played by at least `min_support` members, the most similar first."""
    watched = _watched(past, config.max_titles)
    support = np.bincount(watched.indices, minlength=watched.shape[1]).astype(np.float32)
    seed = np.flatnonzero(support >= config.min_support).astype(np.int32)
    return item_weights(seed, _neighbours(watched, support, seed, config), len(past.data.catalog))


def _neighbours(watched: csr_matrix, support: Float32, seed: Int32, config: FitConfig) -> Iterator[Row]:
    """The most similar titles of each seed."""
    start = watched.indptr.astype(np.int64)
    place = csr_matrix((np.arange(watched.nnz), watched.indices, start), shape=watched.shape).tocsc()
    by_title = watched.T.tocsr()
    for low in range(0, len(seed), FIT_BLOCK):
        block = seed[low : low + FIT_BLOCK]
        together = by_title[block] @ watched  # [block, T] members who played both
        together.sort_indices()
        for row, mine in enumerate(block.tolist()):
            cells = slice(together.indptr[row], together.indptr[row + 1])
            title, both = together.indices[cells], together.data[cells]
            weight = both
            if config.half_distance:
                plays = place.data[place.indptr[mine] : place.indptr[mine + 1]]
                weight = _by_closeness(watched.indices, start, plays, config.half_distance)[title]
            similarity = _similarity(weight, both, support[mine] * support[title], config)
            near = best(similarity, (similarity > 0) & (title != mine), config.neighbours)
            yield title[near].astype(np.int32), similarity[near]


def _by_closeness(title: Int32, start: Int64, plays: Int64, half: float) -> Float32:
    """
    [T] what the titles of the members who made these plays count: 1 / (1 + d / half), d titles before or after.

    Args:
        title: [E] of every first play, by member, each in the order of the log.
        start: [members + 1]
        plays: [P] places in `title`
        half: distance at which a title counts half.
    """
    member = np.searchsorted(start, plays, side="right") - 1
    length = start[member + 1] - start[member]
    cell = ranges(start[member], length)
    weight = 1.0 / (1.0 + np.abs(cell - np.repeat(plays, length)) / half)
    return np.bincount(title[cell], weight, minlength=int(title.max()) + 1).astype(np.float32)


def _watched(past: Past, most: int) -> csr_matrix:
    """[members, T] 1 where the member played the title, the latest `most` of each; columns in order of first play."""
    plays, titles, members = past.plays(), len(past.data.catalog), len(past.data.members)
    pair = plays.member.astype(np.int64) * titles + plays.title
    known, first = np.unique(pair, return_index=True)
    last = len(pair) - 1 - np.unique(pair[::-1], return_index=True)[1]
    by_last = np.lexsort((last, known // titles))
    member = known[by_last] // titles
    late = by_last[np.searchsorted(member, member, side="right") - np.arange(len(member)) <= most]
    kept = late[np.lexsort((first[late], known[late] // titles))]
    start = starts(np.bincount(known[kept] // titles, minlength=members))
    return csr_matrix((np.ones(len(kept), np.float32), known[kept] % titles, start), shape=(members, titles))


def _similarity(weight: Float32, both: Float32, alone: Float32, config: FitConfig) -> Float32:
    """[n] shrunk cosine of co-watching; `alone` is the product of the two titles' members."""
    cosine = weight / np.sqrt(np.maximum(alone, 1.0))
    shrunk = cosine * (both / (both + config.shrinkage))
    return np.where(both >= config.min_support, shrunk, 0.0).astype(np.float32)
