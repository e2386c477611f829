"""
Watch again: movies that the member finished and liked, and has left alone for a while.

Liked is what the member said: the last thumb was up; without a thumb, the last grade was above the mean of his or her
grades; without either, what the member did: it was finished twice, at least a day apart. To have finished a movie once
is no verdict. A series is not here: nobody knows whether its last episode was seen.
"""

import msgspec
import numpy as np

from pagegen.arrays import Mask, record
from pagegen.context import Contexts
from pagegen.data.events import THUMBS_DOWN, THUMBS_UP
from pagegen.data.schema import FINISHED, TITLE_KINDS
from pagegen.data.trends import DAY_MS
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder

WATCH_AGAIN = RowKind(name="watch_again", headings=("watch_again",), spares=frozenset({"watched"}))
MOVIE = TITLE_KINDS.index("movie")


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    after_days: float = 30.0  # since it was last played


@record
class WatchAgain:
    config: Config
    name: str = "watch_again"
    kinds: tuple[RowKind, ...] = (WATCH_AGAIN,)

    def propose(self, proposal: Proposal) -> Candidates:
        """One row, the longest unseen first; the ranker has the last word."""
        rows, contexts = RowsBuilder(), proposal.contexts
        played, kind = contexts.played, contexts.data.catalog.kind
        for b, limit in enumerate(proposal.limit.tolist()):
            mine = played.of(b)
            title, days = played.title[mine], (contexts.time[b] - played.time[mine]) / DAY_MS
            finished = (kind[title] == MOVIE) & (played.fraction[mine] >= FINISHED) & (days >= self.config.after_days)
            allowed = proposal.eligible.allowed(b, WATCH_AGAIN.spares)[title]
            kept = np.flatnonzero(finished & allowed & liked(contexts, b)[title])[:limit]
            rows.add((b, 0, -1, 0), title[kept], days[kept])
        return rows.build()


def liked(contexts: Contexts, request: int) -> Mask:
    """[T] titles with a thumb up; without a thumb, a grade above the mean; without either, two finished plays."""
    likes = _finished_twice(contexts, request)
    played, mine = contexts.played, contexts.played.of(request)
    known = ~np.isnan(played.grade[mine])
    grade = played.grade[mine][known]
    likes[played.title[mine][known]] = grade > (grade.mean() if len(grade) else 0)
    history, mine = contexts.history, contexts.history.of(request)
    title, kind = history.title[mine], history.kind[mine]
    verdict = np.flatnonzero((kind == THUMBS_UP) | (kind == THUMBS_DOWN))
    likes[title[verdict]] = kind[verdict] == THUMBS_UP  # repeated index: the last wins
    return likes


def _finished_twice(contexts: Contexts, request: int) -> Mask:
    """[T] titles whose first and last finished plays are a day or more apart."""
    history, mine = contexts.history, contexts.history.of(request)
    ended = history.finished(request)
    title, time = history.title[mine][ended], history.time[mine][ended]
    first, last = (np.zeros(len(contexts.data.catalog), np.int64) for _ in range(2))
    first[title[::-1]] = time[::-1]
    last[title] = time
    return last - first >= DAY_MS
