"""
Extending a row: the titles that come after those it has shown.

The line runs as it does for a page, with more titles a row, and goes on with this row alone. So every further title is
one that the row would have shown, had it been longer; those that stand elsewhere on the page are among them.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pagegen.arrays import Int32, record
from pagegen.context import Contexts
from pagegen.errors import RowNotFoundError
from pagegen.evidence import row_evidence
from pagegen.ordering import Pages
from pagegen.pool import Candidates, RowKind, Rows, select
from pagegen.request import RowRequest
from pagegen.rows import Filled


@record
class Extension:
    """The row that goes on, and what it may go on with."""

    rows: Rows  # [1]
    further: Candidates  # of that row alone, without titles that it has shown
    kinds: Sequence[RowKind]  # with limits for what is left of the row
    limit: Int32  # [1] titles that it may bring: one more than are wanted


def brought(asked: RowRequest) -> Int32:
    """[1] titles a row has to bring so that, with those shown left out, one more than are wanted remains."""
    return np.array([len(set(asked.shown_title_ids)) + asked.size + 1], np.int32)


def extension(asked: RowRequest, candidates: Candidates, contexts: Contexts, kinds: Sequence[RowKind]) -> Extension:
    """
    The row that is asked for, out of all.

    Raises:
        RowNotFoundError: there is no such row kind, or nothing is proposed for the row.
    """
    row = _found(asked.row_id, candidates, contexts, kinds)
    shown = contexts.data.catalog.ids.positions(asked.shown_title_ids)
    rows, shown_before = candidates.rows, len(set(asked.shown_title_ids))
    stays = (candidates.row == row) & ~np.isin(candidates.title, shown)
    left = [replace(kind, min_titles=1, max_titles=max(0, kind.max_titles - shown_before)) for kind in kinds]
    one = slice(row, row + 1)
    return Extension(
        rows=Rows(request=rows.request[one], kind=rows.kind[one], seed=rows.seed[one], variant=rows.variant[one]),
        further=select(candidates, stays),
        kinds=left,
        limit=np.array([asked.size + 1], np.int32),
    )


def _found(wanted: str, candidates: Candidates, contexts: Contexts, kinds: Sequence[RowKind]) -> int:
    kind, rows = wanted.partition(":")[0], candidates.rows
    if kind not in [known.name for known in kinds]:
        message = f"row_id is of kind {kind[:40]!r}; there are {', '.join(known.name for known in kinds)}"
        raise RowNotFoundError(message)
    for row in np.unique(candidates.row).tolist():  # those with titles
        if row_evidence(kinds[rows.kind[row]], int(rows.seed[row]), contexts).row_id == wanted:
            return int(row)
    message = f"nothing can be proposed for row {wanted[:80]!r}; ask as for the page that showed it, or for a new page"
    raise RowNotFoundError(message)


def shown_next(row: Rows, filled: Filled, size: int) -> Pages:
    """A page of this one row with its next titles; none at its end."""
    title = filled.title[:size]
    return Pages(
        row_start=np.array([0, 1]),
        rows=row,
        gain=np.full(1, np.nan),
        start=np.array([0, len(title)]),
        title=title,
        play=filled.play[:size],
        score=filled.score[:size],
        more=np.array([len(filled.title) > size]),
        left=np.zeros(1, np.bool_),
        row_chance=np.ones(1),
        title_chance=np.ones(len(title)),
    )
