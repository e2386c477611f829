"""
Leaving soon: what may be shown in the member's country now and, by its licence windows, no longer in some days.

A title leaves when the last of its windows that follow on each other without a gap ends; an extension that is already
known keeps it. Titles without windows never leave. Ordered by a scorer, then by the ranker: the row says what goes, the
member's taste says what of it matters.
"""

import msgspec

from pagegen.arrays import best, record
from pagegen.data.trends import DAY_MS
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder, opinions

LEAVING_SOON = RowKind(name="leaving_soon", headings=("leaving_soon",))


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scorer: str = "als"
    within_days: float = 30.0


@record
class LeavingSoon:
    config: Config
    name: str = "leaving_soon"
    kinds: tuple[RowKind, ...] = (LEAVING_SOON,)

    def propose(self, proposal: Proposal) -> Candidates:
        rows, contexts = RowsBuilder(), proposal.contexts
        windows, anywhere = contexts.data.catalog.windows, contexts.data.anywhere
        places = zip(contexts.country.tolist(), contexts.time.tolist(), proposal.limit.tolist(), strict=True)
        for b, (country, time, limit) in enumerate(places):
            soon = windows.closes(country, anywhere, time) < time + self.config.within_days * DAY_MS
            allowed = proposal.eligible.allowed(b) & soon
            if allowed.any():
                score = opinions(proposal, b, self.config.scorer)
                title = best(score, allowed, limit)
                rows.add((b, 0, -1, 0), title, score[title])
        return rows.build()
