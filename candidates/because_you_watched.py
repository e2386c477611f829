"""
Because you watched: one row for each of the titles a member played last and liked.

Neighbours are cosine similarities of co-watching (Sarwar et al., WWW 2001), shrunk by their support
n / (n + shrinkage) (Koren, KDD 2008):

    s_ab = w_ab / sqrt(n_a n_b) * n_ab / (n_ab + shrinkage)
    w_ab = sum over members of 1 / (1 + d / half_distance)

where n_a members played a, n_ab of them also b, the two d titles apart in the order in which the member first played
them. With `half_distance` 0 the distance says nothing, and w_ab is n_ab. As a scorer it adds the similarities to the
member's latest titles, the newest counting most.

Cost: sum over members of titles², memory for the neighbours of FIT_BLOCK titles.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from scipy.sparse import csr_matrix

from pagegen.arrays import AnyArray, Float32, Float64, Int32, Int64, Mask, best, ranges, record, starts
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder
from pagegen.pool.item_weights import ItemWeights, Row, item_weights, load_item_weights

BECAUSE_YOU_WATCHED = RowKind(name="because_you_watched", headings=("because_you_watched",), seed_type="title")
FIT_BLOCK = 128  # titles whose neighbours are found at once


class FitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    neighbours: int = 120  # kept of each title
    shrinkage: float = 20.0  # co-watches that count as half belief
    min_support: int = 3  # co-watches below which two titles are strangers
    max_titles: int = 500  # latest titles of a member that count; the rest of very long histories says little
    half_distance: Annotated[float, Meta(ge=0)] = 0.0  # titles apart at which co-watching counts half; 0: never mind


class PageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seeds: int = 10  # rows
    recent: int = 20  # latest titles the scorer adds up
    fade: float = 0.9  # weight of each against the one after it
    min_grade_gap: float = -0.5  # a seed's grade may be this far below the member's mean


@record
class BecauseYouWatched:
    config: PageConfig
    near: ItemWeights  # each title's neighbours, most similar first
    name: str = "because_you_watched"
    kinds: tuple[RowKind, ...] = (BECAUSE_YOU_WATCHED,)

    def score(self, contexts: Contexts) -> Float32:
        """[B, T] faded sum of similarities to the latest titles; NaN for a member without history."""
        scores = np.full((len(contexts), len(self.near.row_of)), np.nan, np.float32)
        for b in range(len(contexts)):
            latest, weight = self._latest(contexts, b)
            if len(latest):
                scores[b] = self.near.sum(latest, weight)
        return scores

    def speaks_most(self, contexts: Contexts, request: int, named: Mask, title: Int64) -> Int32:
        """[n] the watched title that adds most to each score."""
        latest, weight = self._latest(contexts, request)
        return self.near.heaviest_of(latest[named[latest]], weight[named[latest]], title)

    def _latest(self, contexts: Contexts, request: int) -> tuple[Int32, Float64]:
        """The titles that count, newest first, and what each counts."""
        latest = contexts.played.title[contexts.played.of(request)][-self.config.recent :][::-1]
        return latest, np.power(self.config.fade, np.arange(len(latest)))

    def propose(self, proposal: Proposal) -> Candidates:
        """A row for each seed, newest first; a member without history gets none."""
        rows = RowsBuilder()
        for b, limit in enumerate(proposal.limit.tolist()):
            allowed = proposal.eligible.allowed(b)
            for seed in self._seeds(proposal.contexts, b):
                title, similarity = self.near.row(seed)
                kept = np.flatnonzero(allowed[title])[:limit]
                rows.add((b, 0, seed, 0), title[kept], similarity[kept])
        return rows.build()

    def _seeds(self, contexts: Contexts, request: int) -> list[int]:
        """The latest titles with neighbours that the member finished and did not grade far below their mean."""
        mine = contexts.played.of(request)
        title, grade, fraction = (
            a[mine] for a in (contexts.played.title, contexts.played.grade, contexts.played.fraction)
        )
        graded = grade[~np.isnan(grade)]
        floor = graded.mean() + self.config.min_grade_gap if len(graded) else -np.inf
        liked = (np.isnan(grade) | (grade >= floor)) & ~(fraction < LEFT_EARLY) & (self.near.row_of[title] >= 0)
        return title[liked][-self.config.seeds :][::-1].tolist()

    def save(self) -> Mapping[str, AnyArray]:
        return self.near.save()


LEFT_EARLY = 0.5  # a play below this fraction is no reason to recommend more of it


def fit(past: Past, config: FitConfig, page: PageConfig, rng: np.random.Generator) -> BecauseYouWatched:
    """Neighbours of every title played by at least `min_support` members."""
    del rng  # nothing is drawn
    watched = _watched(past, config.max_titles)
    support = np.bincount(watched.indices, minlength=watched.shape[1]).astype(np.float32)
    seed = np.flatnonzero(support >= config.min_support).astype(np.int32)
    near = item_weights(seed, _neighbours(watched, support, seed, config), len(past.data.catalog))
    return BecauseYouWatched(config=page, near=near)


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


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> BecauseYouWatched:
    """The saved model; `titles` maps the bundle's title positions to those of a catalog of `size` titles."""
    return BecauseYouWatched(config=page, near=load_item_weights(arrays, titles, size))
