"""
Hidden gems: titles that hardly anybody has played and that a scorer counts among the member's best.

Hardly anybody: a title was played, but less often than the median of all titles that were. Among the best: its score is
in the top `best_share` of those of the titles that may be shown. Who has no history has no gems, for nobody can tell.
"""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import Float64, Mask, best, record
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder

HIDDEN_GEMS = RowKind(name="hidden_gems", headings=("hidden_gems",))


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scorer: str = "als"
    best_share: Annotated[float, Meta(gt=0, le=1)] = 0.35  # of the titles with a score


@record
class HiddenGems:
    config: Config
    name: str = "hidden_gems"
    kinds: tuple[RowKind, ...] = (HIDDEN_GEMS,)

    def propose(self, proposal: Proposal) -> Candidates:
        """One row, best first by the scorer."""
        rows, scores = RowsBuilder(), proposal.scores.get(self.config.scorer)
        if scores is None:
            return rows.build()
        for b, limit in enumerate(proposal.limit.tolist()):
            score = scores[b]
            allowed = proposal.eligible.allowed(b) & ~np.isnan(score)
            top = best(score, allowed, int(self.config.best_share * allowed.sum()))
            title = top[_seldom(proposal.contexts.trends.total[b])[top]][:limit]
            rows.add((b, 0, -1, 0), title, score[title])
        return rows.build()


def _seldom(plays: Float64) -> Mask:
    """[T] titles with plays, but fewer than the median of those."""
    played = plays > 0
    return played & (plays < np.median(plays[played])) if played.any() else played
