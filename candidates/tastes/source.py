"""
Tastes: titles that the same members play and that share a genre with a keyword, or two genres.

The factors of `als` fall into clusters, and each gets a name (`names.py`). A taste is the titles of a cluster that
carry its name, so the heading is true of every one. Of the member's n titles n_t are of a taste, which has the share
p_t of everybody's plays so far. A taste is the member's with

    n_t >= min_titles  and  n_t >= min_lift * n p_t

and tastes come by n_t - n p_t, the titles above what is usual, their titles in the scorer's order.
"""

from bisect import bisect_left
from collections.abc import Mapping
from typing import Annotated, Protocol

import msgspec
import numpy as np
from msgspec import Meta

from candidates.tastes.clusters import clusters
from candidates.tastes.names import NAMED_BY, named
from pagegen.arrays import NONE, AnyArray, Float32, Int32, Int64, Mask, best, groups, record, starts
from pagegen.context import Contexts
from pagegen.data.catalog import Tags
from pagegen.data.dataset import Past
from pagegen.data.niches import niche_of
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder, opinions

TASTE = RowKind(name="taste", headings=tuple(f"taste_{facet}" for facet in NAMED_BY), seed_type="niche", min_titles=6)


class FitConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    titles: Annotated[int, Meta(ge=1)] = 100  # of a cluster, on average
    least: Annotated[int, Meta(ge=1)] = 12  # titles of a cluster that carry its name; with fewer it has none


class PageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scorer: str = "als"
    rows: Annotated[int, Meta(ge=1)] = 4
    min_titles: Annotated[int, Meta(ge=1)] = 3  # played, of the taste
    min_lift: Annotated[float, Meta(ge=0)] = 1.5  # times the share that everybody plays
    least: Annotated[int, Meta(ge=1)] = 8  # titles that are left to show


class TitleFactors(Protocol):
    """What tastes are made of."""

    @property
    def title(self) -> Int32:
        """[K] catalog position of each factor; NONE for none."""
        ...

    @property
    def factors(self) -> Float32:
        """[K, size], one a title."""
        ...


@record
class Tastes:
    config: PageConfig
    niche: AnyArray  # [tastes] str, the name of each
    start: Int64  # [tastes + 1]
    title: Int32  # [E] of each taste, ascending
    name: str = "tastes"
    kinds: tuple[RowKind, ...] = (TASTE,)

    def propose(self, proposal: Proposal) -> Candidates:
        rows, niches = RowsBuilder(), proposal.contexts.data.catalog.niches
        for b, limit in enumerate(proposal.limit.tolist()):
            mine = self._mine(proposal.contexts, b)
            if not len(mine):
                continue
            score, allowed = opinions(proposal, b, self.config.scorer), proposal.eligible.allowed(b)
            shown = ((self._niche(niches, taste), self._titles(niches, taste, allowed)) for taste in mine.tolist())
            enough = [(niche, title) for niche, title in shown if len(title) >= self.config.least]
            for niche, title in enough[: self.config.rows]:
                first = title[best(score[title], np.ones(len(title), np.bool_), limit)]
                rows.add((b, 0, niche, NAMED_BY.index(niche_of(niches.names[niche]).facet)), first, score[first])
        return rows.build()

    def _mine(self, contexts: Contexts, request: int) -> Int32:
        """The member's tastes, those furthest above what is usual first."""
        played = contexts.played.title[contexts.played.of(request)]
        if not len(played) or not len(self.niche):
            return np.zeros(0, np.int32)
        plays, own = contexts.trends.total[request], np.zeros(len(contexts.data.catalog), np.float64)
        own[played] = 1.0
        often, everybody = (np.add.reduceat(value.take(self.title), self.start[:-1]) for value in (own, plays))
        usual = len(played) * everybody / max(1.0, plays.sum())
        clear = (often >= self.config.min_titles) & (often >= self.config.min_lift * usual)
        return best(often - usual, clear, len(often))

    def _titles(self, niches: Tags, taste: int, allowed: Mask) -> Int32:
        """The titles of a taste that may be shown and, by the catalog of today, carry its name."""
        title, niche = self.title[self.start[taste] : self.start[taste + 1]], self._niche(niches, taste)
        if niche == len(niches.names) or niches.names[niche] != self.niche[taste]:
            return title[:0]
        named = niches.titles[niches.title_start[niche] : niches.title_start[niche + 1]]
        there = np.minimum(np.searchsorted(named, title), len(named) - 1)
        return title[(named[there] == title) & allowed.take(title)]

    def _niche(self, niches: Tags, taste: int) -> int:
        """Where the taste's name stands, or would."""
        return bisect_left(niches.names, str(self.niche[taste]))

    def save(self) -> Mapping[str, AnyArray]:
        """Nothing where there is no taste."""
        return {"niche": self.niche, "start": self.start, "title": self.title} if len(self.niche) else {}


def fit(past: Past, config: FitConfig, page: PageConfig, rng: np.random.Generator, given: TitleFactors) -> Tastes:
    """The clusters of the given factors that have a name; none where no niche has enough titles of one."""
    niches, cluster = past.data.catalog.niches, np.full(len(past.data.catalog), NONE, np.int32)
    length = np.linalg.norm(given.factors.astype(np.float64), axis=1)
    known = np.flatnonzero((given.title >= 0) & (length > 0))
    unit = given.factors[known] / length[known, None]
    cluster[given.title[known]] = clusters(unit, max(1, len(unit) // config.titles), rng)
    found = named(niches, cluster, config.least)
    carriers = [niches.titles[niches.title_start[niche] : niches.title_start[niche + 1]] for _, niche in found]
    parts = [title[cluster[title] == of] for (of, _), title in zip(found, carriers, strict=True)]
    return Tastes(
        config=page,
        niche=np.array([niches.names[niche] for _, niche in found], np.str_),
        start=starts(np.array([len(part) for part in parts], np.int64)),
        title=np.concatenate([np.zeros(0, np.int32), *parts]),
    )


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> Tastes:
    """The saved tastes; `titles` maps the bundle's title positions to those of a catalog, where some may have left."""
    del size
    nothing: Mapping[str, AnyArray] = {
        "niche": np.zeros(0, np.str_),
        "start": np.zeros(1, np.int64),
        "title": np.zeros(0, np.int32),
    }
    niche, start, title = (arrays.get(name, empty) for name, empty in nothing.items())
    title = titles[title]
    length = np.bincount(groups(start)[title >= 0], minlength=len(niche))
    return Tastes(config=page, niche=niche[length > 0], start=starts(length[length > 0]), title=title[title >= 0])
