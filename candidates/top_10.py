"""Top 10: the ten most played titles of the last week in the country; worldwide where the country has too few plays."""

import msgspec

from pagegen.arrays import best, record
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder

TEN = 10
TOP_10 = RowKind(
    name="top_10",
    headings=("top_10", "top_10_in_country"),
    order="source",
    spares=frozenset({"watched"}),
    dedup="exempt",
    min_titles=TEN,
    max_titles=TEN,
)


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    min_plays: int = 10  # of the tenth title; with fewer it is no chart


@record
class Top10:
    config: Config
    name: str = "top_10"
    kinds: tuple[RowKind, ...] = (TOP_10,)

    def propose(self, proposal: Proposal) -> Candidates:
        """One row in chart order; none while the tenth title has fewer than `min_plays` plays."""
        rows, trends = RowsBuilder(), proposal.contexts.trends
        for b, limit in enumerate(proposal.limit.tolist()):
            allowed = proposal.eligible.allowed(b, TOP_10.spares)
            title = best(trends.short[b], allowed, TEN)
            plays = trends.short[b][title]
            if len(title) == TEN and plays[-1] >= self.config.min_plays:
                rows.add((b, 0, -1, int(trends.local[b])), title[:limit], plays[:limit])
        return rows.build()
