"""
Trending: what is played most now, the last day counting most; in the member's country where that has enough plays.

score = 4 * plays of the last day + 2 * of the last week + plays of the last season, each per day of its window:
a stepwise decay. The row is the top of it; as a scorer it serves every pair.
"""

import msgspec
import numpy as np

from pagegen.arrays import Float32, best, record
from pagegen.context import Contexts
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder

TRENDING_NOW = RowKind(name="trending_now", headings=("trending_now", "trending_in_country"), order="source")


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    day_weight: float = 4.0
    short_weight: float = 2.0
    long_weight: float = 1.0


@record
class Trending:
    config: Config
    name: str = "trending"
    kinds: tuple[RowKind, ...] = (TRENDING_NOW,)

    def score(self, contexts: Contexts) -> Float32:
        """[B, T] weighted plays a day; 0 for titles nobody plays."""
        trends, windows, config = contexts.trends, contexts.trend_windows, self.config
        score = config.day_weight * trends.day + config.short_weight * trends.short / windows.short_days
        return (score + config.long_weight * trends.long / windows.long_days).astype(np.float32)

    def propose(self, proposal: Proposal) -> Candidates:
        rows = RowsBuilder()
        for b, limit in enumerate(proposal.limit.tolist()):
            score = proposal.scores[self.name][b]
            title = best(score, proposal.eligible.allowed(b) & (score > 0), limit)
            rows.add((b, 0, -1, int(proposal.contexts.trends.local[b])), title, score[title])
        return rows.build()
