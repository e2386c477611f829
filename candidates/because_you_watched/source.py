"""
Because you watched: one row for each of some titles a member played lately and liked, of its neighbours.

The seeds are the latest, or those whose neighbours have foretold well what members played next (`quality.py`), that are
recent and bring other neighbours than the seeds before them (maximal marginal relevance; Carbonell and Goldstein, SIGIR
1998). As a scorer it adds the similarities to the member's latest titles, the newest counting most.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from candidates.because_you_watched.neighbours import FitConfig, neighbours_of
from candidates.because_you_watched.quality import quality_of
from pagegen.arrays import AnyArray, Float32, Float64, Int32, Int64, Mask, record
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder
from pagegen.pool.item_weights import ItemWeights, load_item_weights

BECAUSE_YOU_WATCHED = RowKind(name="because_you_watched", headings=("because_you_watched",), seed_type="title")
LEFT_EARLY = 0.5  # a play below this fraction is no reason to recommend more of it
SCREEN = 12  # first neighbours of a seed, which say what its row will look like
LITTLE = 1e-3  # new neighbours of a seed that brings none


class PageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seeds: int = 10  # rows
    considered: Annotated[int, Meta(ge=1)] = 40  # latest titles that may be seeds
    seed_fade: Annotated[float, Meta(gt=0, le=1)] = 0.9  # how much a seed counts against the one played after it
    seed_quality: Annotated[float, Meta(ge=0)] = 0.0  # how much what its neighbours foretold counts; 0: nothing
    diversity: Annotated[float, Meta(ge=0)] = 0.0  # how much a seed loses by neighbours that are there already
    recent: int = 20  # latest titles the scorer adds up
    fade: float = 0.9  # weight of each against the one after it
    min_grade_gap: float = -0.5  # a seed's grade may be this far below the member's mean


@record
class BecauseYouWatched:
    config: PageConfig
    near: ItemWeights  # each title's neighbours, most similar first
    quality: Float32  # [T] how well they foretold what was played next, 1 being as usual
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
        """A row for each seed, the first chosen first; a member without history gets none."""
        rows = RowsBuilder()
        for b, limit in enumerate(proposal.limit.tolist()):
            allowed = proposal.eligible.allowed(b)
            for seed in self._chosen(self._seeds(proposal.contexts, b), allowed):
                title, similarity = self.near.row(seed)
                kept = allowed.take(title).nonzero()[0][:limit]
                rows.add((b, 0, seed, 0), title[kept], similarity[kept])
        return rows.build()

    def _seeds(self, contexts: Contexts, request: int) -> Int32:
        """The latest titles with neighbours, finished and not graded far below the member's mean, newest first."""
        mine = contexts.played.of(request)
        title = contexts.played.title[mine]
        grade, fraction = contexts.played.grade[mine], contexts.played.fraction[mine]
        graded = grade[~np.isnan(grade)]
        floor = graded.mean() + self.config.min_grade_gap if len(graded) else -np.inf
        liked = (np.isnan(grade) | (grade >= floor)) & ~(fraction < LEFT_EARLY) & (self.near.row_of[title] >= 0)
        return title[liked][-self.config.considered :][::-1]

    def _chosen(self, seeds: Int32, allowed: Mask) -> list[int]:
        """
        One after the other the seed with the most q^seed_quality * seed_fade^place * new^diversity: its quality, its
        place among the newest, and the share of its first neighbours that none before it brings. Ties to the newer.
        """
        if not self.config.seed_quality and not self.config.diversity:
            return seeds[: self.config.seeds].tolist()
        shown = self._first_neighbours(seeds, allowed)
        number = (shown < len(allowed)).sum(axis=1)
        value = self.quality[seeds] ** self.config.seed_quality * self.config.seed_fade ** np.arange(len(seeds))
        value[number == 0] = 0.0  # it would be no row
        there, chosen = np.zeros(len(allowed) + 1, np.bool_), list[int]()
        while len(chosen) < min(self.config.seeds, len(seeds)):
            new = 1.0 - there[shown].sum(axis=1) / np.maximum(number, 1)
            place = int((value * np.maximum(new, LITTLE) ** self.config.diversity).argmax())
            chosen.append(place)
            there[shown[place]] = True
            there[-1] = False  # the empty cell
            value[place] = -1.0
        return seeds[chosen].tolist()

    def _first_neighbours(self, seeds: Int32, allowed: Mask) -> Int32:
        """[seeds, SCREEN] the first neighbours of each that may be shown; a position behind all titles for none."""
        shown = np.full((len(seeds), SCREEN), len(allowed), np.int32)
        for place, seed in enumerate(seeds.tolist()):
            title, _ = self.near.row(seed)
            first = title[allowed.take(title)][:SCREEN]
            shown[place, : len(first)] = first
        return shown

    def save(self) -> Mapping[str, AnyArray]:
        """Without the qualities where they were not measured."""
        quality = self.quality[self.near.seed]
        return {**self.near.save(), **({"quality": quality} if (quality != 1).any() else {})}


def fit(past: Past, config: FitConfig, page: PageConfig, rng: np.random.Generator) -> BecauseYouWatched:
    """The neighbours, and their qualities if they are to be judged."""
    del rng  # nothing is drawn
    return BecauseYouWatched(config=page, near=neighbours_of(past, config), quality=quality_of(past, config))


def load(arrays: Mapping[str, AnyArray], titles: Int32, size: int, page: PageConfig) -> BecauseYouWatched:
    """The saved model; `titles` maps the bundle's title positions to those of a catalog of `size` titles."""
    quality = np.ones(size, np.float32)
    if "quality" in arrays:
        seed = titles[arrays["seed"]]
        quality[seed[seed >= 0]] = arrays["quality"][seed >= 0]
    return BecauseYouWatched(config=page, near=load_item_weights(arrays, titles, size), quality=quality)
