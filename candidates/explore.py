"""
Explore: something else than usual, by a draw that favours what is little known, for the member to find and us to learn.

A genre is usual for a member if at least `usual_share` of his or her titles carry it. The row is drawn from the `best`
titles by the scorer, of those that have a genre and none that is usual, one after the other and none twice, each with
the chance

    w_t / sum of w over those that are left,    w_t = (1 + plays of t)^-rarity

(Plackett-Luce, by exponential clocks). The request's seed, member and page number fix the draw, and titles stand in its
order. Who has played nothing has nothing usual, and gets no row.
"""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import Int32, Mask, best, lengths, ranges, record
from pagegen.data.catalog import Tags
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder, opinions

EXPLORE = RowKind(name="explore", headings=("explore",), order="source", min_titles=6)


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scorer: str = "als"
    usual_share: Annotated[float, Meta(gt=0, le=1)] = 0.15  # of the member's titles that makes a genre usual
    best: Annotated[int, Meta(ge=1)] = 100  # titles, by the scorer, that are drawn from
    rarity: Annotated[float, Meta(ge=0)] = 0.5  # how much little known titles are preferred; 0: not at all


@record
class Explore:
    config: Config
    name: str = "explore"
    kinds: tuple[RowKind, ...] = (EXPLORE,)

    def propose(self, proposal: Proposal) -> Candidates:
        """One row; the scores are those of the clocks, the first to ring the highest."""
        rows, contexts = RowsBuilder(), proposal.contexts
        for b, limit in enumerate(proposal.limit.tolist()):
            played = contexts.played.title[contexts.played.of(b)]
            if not len(played):
                continue
            other = _other(contexts.data.catalog.genres, played, self.config.usual_share)
            score = opinions(proposal, b, self.config.scorer)
            title = best(score, proposal.eligible.allowed(b) & other, self.config.best)
            weight = (1.0 + contexts.trends.total[b][title]) ** -self.config.rarity
            clock = -contexts.requests[b].rng("explore").standard_exponential(len(title)) / weight
            drawn = best(clock, np.ones(len(title), np.bool_), limit)
            rows.add((b, 0, -1, 0), title[drawn], clock[drawn].astype(np.float32))
        return rows.build()


def _other(genres: Tags, played: Int32, usual_share: float) -> Mask:
    """[T] titles that have a genre, and none that is usual for who played these."""
    number = lengths(genres.start)
    often = np.bincount(genres.tag[ranges(genres.start[played], number[played])], minlength=len(genres.names))
    other = number > 0
    for genre in np.flatnonzero(often >= usual_share * len(played)).tolist():
        other[genres.titles[genres.title_start[genre] : genres.title_start[genre + 1]]] = False
    return other
