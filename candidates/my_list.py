"""
My list: what the member put on the list and has not finished since, the newest first.

A title is on the list while the member's last word on it is `list_add`. A movie leaves the row when a play reaches
90 % after it was put there; a series, of which nobody knows how many episodes are left, when it is taken off. Titles
that stand further up the page are in the row too: it is the whole list.
"""

import numpy as np

from pagegen.arrays import Int32, Int64, record
from pagegen.context import Contexts
from pagegen.data.events import LIST_ADD, LIST_REMOVE
from pagegen.data.schema import TITLE_KINDS
from pagegen.data.trends import DAY_MS
from pagegen.pool import Candidates, Proposal, RowKind, RowsBuilder

MY_LIST = RowKind(
    name="my_list",
    headings=("my_list",),
    order="source",
    spares=frozenset({"watched"}),
    dedup="exempt",  # a list with holes would not be the member's
    min_titles=1,
)
MOVIE = TITLE_KINDS.index("movie")


@record
class MyList:
    name: str = "my_list"
    kinds: tuple[RowKind, ...] = (MY_LIST,)

    def propose(self, proposal: Proposal) -> Candidates:
        rows, contexts = RowsBuilder(), proposal.contexts
        for b, limit in enumerate(proposal.limit.tolist()):
            title, time = listed(contexts, b)
            if not len(title):
                continue
            kept = np.flatnonzero(proposal.eligible.allowed(b, MY_LIST.spares)[title])[:limit]
            rows.add((b, 0, -1, 0), title[kept], (time[kept] - contexts.time[b]) / DAY_MS)
        return rows.build()


def listed(contexts: Contexts, request: int) -> tuple[Int32, Int64]:
    """The titles on the member's list, the newest first, and when each was put there, ms."""
    history = contexts.history
    mine = history.of(request)
    title, kind, time = history.title[mine], history.kind[mine], history.time[mine]
    if not (kind == LIST_ADD).any():
        return title[:0], time[:0]
    finished = history.finished(request) & (contexts.data.catalog.kind[title] == MOVIE)
    word = np.flatnonzero((kind == LIST_ADD) | (kind == LIST_REMOVE) | finished)[::-1]
    _, first = np.unique(title[word], return_index=True)  # of the newest first: each title's last word
    last = word[np.sort(first)]
    added = last[kind[last] == LIST_ADD]
    return title[added], time[added]
