"""
Top picks: the union of what each scorer would show first; the ranker has the last word.

Each scorer brings as many of its best titles as its quota says. The row's own order, which stands until the ranker's,
is reciprocal rank fusion, sum over scorers of 1 / (60 + rank) (Cormack, Clarke and Buettcher, SIGIR 2009).
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import Float32, Mask, best, record
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder, Scores

TOP_PICKS = RowKind(name="top_picks", headings=("top_picks",))
USUAL_QUOTAS = {"als": 60}
SOFTENING = 60  # of ranks: how little the first of a list counts over the second


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    quotas: dict[str, Annotated[int, Meta(ge=0)]] = msgspec.field(default_factory=lambda: dict(USUAL_QUOTAS))


@record
class TopPicks:
    config: Config
    name: str = "top_picks"
    kinds: tuple[RowKind, ...] = (TOP_PICKS,)

    @property
    def quotas(self) -> Mapping[str, int]:
        """How many of its best titles each scorer brings."""
        return self.config.quotas

    def propose(self, proposal: Proposal) -> Candidates:
        """One row for each member with a history, however many titles a row may show: the ranker chooses among them."""
        rows, played = RowsBuilder(), proposal.contexts.played
        for b in range(len(proposal.contexts)):
            if len(played.title[played.of(b)]):
                worth = self._fused(proposal.scores, b, proposal.eligible.allowed(b))
                title = best(worth, worth > 0, len(worth))
                rows.add((b, 0, -1, 0), title, worth[title])
        return rows.build()

    def _fused(self, scores: Scores, request: int, allowed: Mask) -> Float32:
        """[T] reciprocal ranks, summed; 0 for titles within nobody's quota."""
        worth = np.zeros(len(allowed), np.float32)
        for scorer, quota in self.config.quotas.items():
            if quota and scorer in scores:
                first = best(scores[scorer][request], allowed, quota)
                worth[first] += 1.0 / (SOFTENING + 1 + np.arange(len(first), dtype=np.float32))
        return worth
