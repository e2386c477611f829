"""
Genre x facet: "Crime from the 1990s", "Drama from Norway", "Thriller: heist"; the niches that the member plays beyond
what everybody does, and beyond what the genre alone would explain.

Of the member's n titles n_k are in a niche and n_g in its genre, which have the shares p_k and p_g of everybody's
plays. A niche is the member's with

    n_k >= min_titles  and  n_k >= min_lift * u_k,    u_k = p_k max(n, n_g / p_g)

and niches come by n_k - u_k, the titles above what is usual. One with fewer than `least` titles left to show is passed
over, and so is a further one of a genre that has its `per_genre` rows. Titles stand in the scorer's order.
"""

from bisect import bisect_left
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import Float64, Int32, Mask, best, lengths, ranges, record
from pagegen.context import Contexts
from pagegen.data.catalog import Catalog, Tags
from pagegen.data.niches import FACETS, LEAST, bounds, genre_of, niche_of
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder, opinions

SHOWN = ("country", "decade", "keyword")  # two genres are no facet of one another
GENRE_FACET = RowKind(
    name="genre_facet", headings=tuple(f"genre_{facet}" for facet in SHOWN), seed_type="niche", min_titles=6
)
CONSIDERED = 64  # niches that hold most of the member's titles


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scorer: str = "als"
    rows: Annotated[int, Meta(ge=1)] = 6
    per_genre: Annotated[int, Meta(ge=1)] = 2  # rows of one genre
    min_titles: Annotated[int, Meta(ge=1)] = 3  # played, of the niche
    min_lift: Annotated[float, Meta(ge=0)] = 1.5  # times the share that everybody plays
    least: Annotated[int, Meta(ge=LEAST)] = 12  # titles that are left to show


@record
class GenreFacets:
    config: Config
    name: str = "genre_facets"
    kinds: tuple[RowKind, ...] = (GENRE_FACET,)

    def propose(self, proposal: Proposal) -> Candidates:
        rows, niches = RowsBuilder(), proposal.contexts.data.catalog.niches
        for b, limit in enumerate(proposal.limit.tolist()):
            mine = _mine(proposal.contexts, b, self.config)
            if not len(mine):
                continue
            score, allowed = opinions(proposal, b, self.config.scorer), proposal.eligible.allowed(b)
            for niche, title in self._shown(niches, mine, allowed):
                first = title[best(score[title], np.ones(len(title), np.bool_), limit)]
                variant = SHOWN.index(niche_of(niches.names[niche]).facet)
                rows.add((b, 0, niche, variant), first, score[first])
        return rows.build()

    def _shown(self, niches: Tags, mine: Int32, allowed: Mask) -> list[tuple[int, Int32]]:
        """The first niches with enough titles, and these, as many as there may be rows."""
        out: list[tuple[int, Int32]] = []
        genres: list[str] = []
        for niche in mine.tolist():
            title = niches.titles[niches.title_start[niche] : niches.title_start[niche + 1]]
            title, genre = title[allowed.take(title)], genre_of(niches.names[niche])
            if len(title) >= self.config.least and genres.count(genre) < self.config.per_genre:
                out.append((niche, title))
                genres.append(genre)
            if len(out) >= self.config.rows:
                break
        return out


def _mine(contexts: Contexts, request: int, config: Config) -> Int32:
    """The niches of the member, those furthest above what is usual first."""
    catalog, plays = contexts.data.catalog, contexts.trends.total[request]
    title = contexts.played.title[contexts.played.of(request)]
    if not len(title) or not len(catalog.niches.names):
        return np.zeros(0, np.int32)
    often, of_genre = _counts(catalog.niches, title), _counts(catalog.genres, title)
    enough = often >= config.min_titles
    enough[slice(*_pairs(catalog.niches))] = False
    niche = best(often, enough, CONSIDERED)
    share = _shares(catalog.niches, plays)[niche]
    able = (often[niche] > len(title) * share) & (often[niche] >= config.min_lift * len(title) * share)
    niche, share = niche[able], share[able]
    genre = _genres(catalog, niche)
    likely = of_genre[genre] / np.maximum(_shares(catalog.genres, plays)[genre], share + TINY)
    usual = share * np.maximum(len(title), likely)
    return niche[best(often[niche] - usual, often[niche] >= config.min_lift * usual, len(niche))]


TINY = 1e-12  # where nobody has played anything of a genre, nothing of it is usual


def _counts(tags: Tags, title: Int32) -> Float64:
    """[tags] how many of the titles carry each."""
    cell = ranges(tags.start[title], lengths(tags.start)[title])
    return np.bincount(tags.tag.take(cell), minlength=len(tags.names)).astype(np.float64)


def _pairs(niches: Tags) -> tuple[int, int]:
    """Where the niches of two genres begin and end."""
    begin, place = bounds(niches.names), FACETS.index("genre")
    return begin[place], begin[place + 1]


def _genres(catalog: Catalog, niche: Int32) -> Int32:
    """The genre of each niche."""
    names = [genre_of(catalog.niches.names[position]) for position in niche.tolist()]
    place = {name: bisect_left(catalog.genres.names, name) for name in set(names)}
    return np.array([place[name] for name in names], np.int32)


def _shares(tags: Tags, plays: Float64) -> Float64:
    """[tags] the share of all plays that each has; there is none without titles."""
    return np.add.reduceat(plays.take(tags.titles), tags.title_start[:-1]) / max(1.0, plays.sum())
