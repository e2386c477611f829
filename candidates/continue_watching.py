"""
Continue watching: what the member began and did not finish, the latest first.

A movie counts while its last play stopped between 5 % and 90 %; a series for as long as it was played within
`keep_days`, and whatever its fraction, since the next episode waits.
"""

import msgspec
import numpy as np

from pagegen.arrays import record
from pagegen.data.schema import FINISHED, TITLE_KINDS
from pagegen.data.trends import DAY_MS
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder

CONTINUE_WATCHING = RowKind(
    name="continue_watching",
    headings=("continue_watching",),
    order="source",
    spares=frozenset({"watched"}),
    min_titles=1,
    max_titles=20,
)
SERIES = TITLE_KINDS.index("series")


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    min_fraction: float = 0.05  # less of a title is a look, not a beginning
    keep_days: int = 60


@record
class ContinueWatching:
    config: Config
    name: str = "continue_watching"
    kinds: tuple[RowKind, ...] = (CONTINUE_WATCHING,)

    def propose(self, proposal: Proposal) -> Candidates:
        rows, contexts = RowsBuilder(), proposal.contexts
        played, kind = contexts.played, contexts.data.catalog.kind
        for b, limit in enumerate(proposal.limit.tolist()):
            mine = played.of(b)
            title, time, fraction = played.title[mine], played.time[mine], played.fraction[mine]
            begun = fraction >= self.config.min_fraction
            going_on = begun & ((kind[title] == SERIES) | (fraction < FINISHED))
            recent = time >= contexts.time[b] - self.config.keep_days * DAY_MS
            allowed = proposal.eligible.allowed(b, CONTINUE_WATCHING.spares)[title]
            kept = np.flatnonzero(going_on & recent & allowed)[::-1][:limit]
            rows.add((b, 0, -1, 0), title[kept], (time[kept] - contexts.time[b]) / DAY_MS)
        return rows.build()
