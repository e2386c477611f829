"""
Because you watched: one row for each of the titles a member played last and liked.

Neighbours are cosine similarities of co-watching (Sarwar et al., WWW 2001), shrunk by their support
n / (n + shrinkage) (Koren, KDD 2008). As a scorer it adds the similarities to the member's latest titles, the newest
counting most.
"""

from collections.abc import Iterator, Mapping

import msgspec
import numpy as np
from scipy.sparse import csr_matrix

from pagegen.arrays import AnyArray, Float32, Int32, best, record
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder
from pagegen.pool.item_weights import ItemWeights, Row, item_weights, load_item_weights

BECAUSE_YOU_WATCHED = RowKind(name="because_you_watched", headings=("because_you_watched",), seed_type="title")
FIT_BLOCK = 512  # titles whose neighbours are found at once


class FitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    neighbours: int = 120  # kept of each title
    shrinkage: float = 20.0  # co-watches that count as half belief
    min_support: int = 3  # co-watches below which two titles are strangers
    max_titles: int = 500  # latest titles of a member that count; the rest of very long histories says little


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
            latest = contexts.played.title[contexts.played.of(b)][-self.config.recent :][::-1]
            if len(latest):
                scores[b] = self.near.sum(latest, self.config.fade ** np.arange(len(latest)))
        return scores

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
    support = np.asarray(watched.sum(axis=0)).ravel()
    seed = np.flatnonzero(support >= config.min_support).astype(np.int32)
    near = item_weights(seed, _neighbours(watched, support, seed, config), len(past.data.catalog))
    return BecauseYouWatched(config=page, near=near)


def _neighbours(watched: csr_matrix, support: Float32, seed: Int32, config: FitConfig) -> Iterator[Row]:
    """The most similar titles of each seed."""
    for low in range(0, len(seed), FIT_BLOCK):
        block = seed[low : low + FIT_BLOCK]
        together = (watched[:, block].T @ watched).toarray()  # [block, T] members who played both
        together[np.arange(len(block)), block] = 0
        for similarity in _similarity(together, support[block], support, config):
            near = best(similarity, similarity > 0, config.neighbours)
            yield near, similarity[near]


def _watched(past: Past, most: int) -> csr_matrix:
    """[members, T] 1 where the member played the title, the latest `most` titles of each."""
    plays, titles, members = past.plays(), len(past.data.catalog), len(past.data.members)
    pair = plays.member.astype(np.int64) * titles + plays.title
    _, newest = np.unique(pair[::-1], return_index=True)
    last = np.sort(len(pair) - 1 - newest)
    member, title = plays.member[last], plays.title[last]
    order = np.argsort(member, kind="stable")
    member, title = member[order], title[order]
    age = np.searchsorted(member, member, side="right") - np.arange(len(member))  # 1: the latest
    member, title = member[age <= most], title[age <= most]
    return csr_matrix((np.ones(len(member), np.float32), (member, title)), shape=(members, titles))


def _similarity(together: Float32, mine: Float32, all_: Float32, config: FitConfig) -> Float32:
    """[block, T] shrunk cosine of co-watching."""
    cosine = together / np.sqrt(np.maximum(mine[:, None] * all_[None, :], 1.0))
    shrunk = cosine * (together / (together + config.shrinkage))
    return np.where(together >= config.min_support, shrunk, 0.0).astype(np.float32)


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> BecauseYouWatched:
    """The saved model; `titles` maps the bundle's title positions to those of a catalog of `size` titles."""
    return BecauseYouWatched(config=page, near=load_item_weights(arrays, titles, size))
