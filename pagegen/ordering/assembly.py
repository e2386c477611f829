"""
Assembly: one request's page while it is put together, and the page objective.

    V(page) = sum over slots of x(p, q) * m(title) * [first slot of the title on the page]

x is the examination of the slot, m the calibrated probability of a play. A row in the hard scope leaves out the
titles above it and refills from its own list; below that scope it moves them to its end. Either way the titles that
are new to the page come first, so a row's gain depends on the titles above only through what is new.
"""

import numpy as np

from pagegen.arrays import Float64, Int16, Int32, Int64, Mask, lengths, record
from pagegen.ordering.constraints import Kinds
from pagegen.ordering.rules import Rules
from pagegen.request import PageRequest
from pagegen.rows import Filled


@record
class Placed:
    """One row on the page."""

    row: int  # position in the filled rows
    candidate: Int64  # positions in the filled titles, left to right
    gain: float  # what it added to the objective when it was placed


class Assembly:
    """
    The rows of one request, what is placed, and what each remaining row would add next.

    Titles are numbered inside the request; a matrix [R, L] has a row's titles in its order, and a number of their
    own for the cells behind its last.
    """

    def __init__(self, request: PageRequest, filled: Filled, rows: range, rules: Rules) -> None:
        self._rows, self._rules, self._columns = rows, rules, request.columns
        self._most = min(request.rows, len(rows))
        self.kind: Int16 = filled.rows.kind[rows.start : rows.stop]  # [R]
        start = filled.start[rows.start : rows.stop + 1]
        self._first, title = start[:-1], filled.title[start[0] : start[-1]]
        self._length = lengths(start)
        self._cells = _cells(self._length)
        self._title, self._size = _numbered(title, self._cells)
        self._new: Mask = self._cells.copy()  # [R, L] not on the page yet; to an exempt row every title is new
        self._worth = np.zeros(self._cells.shape)  # [R, L] its probability of a play, 0 once it is on the page
        self._worth[self._cells] = filled.play[start[0] : start[-1]]
        self._row_x, column_x = rules.examination.of(request.device)
        behind = np.zeros(max(0, self._cells.shape[1] - self._columns))
        self._column_x = np.concatenate([[0.0], column_x[: self._columns], behind])  # of the n-th new title, from 1
        self._keeping = ~rules.exempt[self.kind][:, None]  # [R, 1] rows that keep count of what is above
        self._some_exempt = not self._keeping.all()
        self._least = np.minimum(rules.least, request.columns)[self.kind]
        self._always_hard = rules.hard[self.kind]
        self._left = np.ones(len(rows), np.bool_)
        self._count, self._last = [0] * len(rules.kinds), [0] * len(rules.kinds)  # by kind
        self._masks: dict[Kinds, Mask] = {}
        self.placed: list[Placed] = []

    @property
    def position(self) -> int:
        return len(self.placed)

    def full(self) -> bool:
        return len(self.placed) >= self._most

    def gains(self) -> tuple[Float64, Mask]:
        """[R] what each row would add at the next position, and whether it may stand there."""
        place = self._new.cumsum(axis=1)
        gain = (self._column_x[place] * self._worth).sum(axis=1) * self._row_x[self.position]
        enough = place[:, -1] >= self._least
        if self.position >= self._rules.constraints.hard_rows:
            enough |= ~self._always_hard
        return gain, self._may(self._left & enough)

    def _may(self, able: Mask) -> Mask:
        """[R] which of the rows that are able to stand at the next position may."""
        for kinds in self._rules.constraints.allowed(self._count, self._last, self.position):
            if kinds and (rows := able & self._of_kinds(kinds)).any():
                return rows
        return np.zeros(len(able), np.bool_)

    def _of_kinds(self, kinds: Kinds) -> Mask:
        """[R] the rows of these kinds; the same few questions come back at every position."""
        if kinds not in self._masks:
            self._masks[kinds] = np.isin(self.kind, kinds)
        return self._masks[kinds]

    def place(self, row: int, gain: float) -> None:
        """Put the row (0 is the request's first) at the next position."""
        shown = self._order(row)[: self._columns]
        used = np.zeros(self._size + 1, np.bool_)
        used[self._title[row, shown]] = True
        again = used[self._title]
        self._worth[again] = 0.0
        if self._some_exempt:
            again &= self._keeping
        self._new &= ~again
        self._left[row] = False
        kind = int(self.kind[row])
        self._count[kind] += 1
        self._last[kind] = self.position
        self.placed.append(Placed(row=self._rows.start + row, candidate=self._first[row] + shown, gain=gain))

    def _order(self, row: int) -> Int64:
        """The row's cells from the left, by the rule that holds for it at this position."""
        new = self._new[row, : self._length[row]]
        if self._always_hard[row] or self.position < self._rules.constraints.hard_rows:
            return np.flatnonzero(new)
        return np.argsort(~new, kind="stable")  # what is above already goes to the end


def _cells(length: Int64) -> Mask:
    """[R, L] the cells that hold a title."""
    width = int(length.max()) if len(length) else 0
    return np.arange(width)[None, :] < length[:, None]


def _numbered(title: Int32, cells: Mask) -> tuple[Int64, int]:
    """[R, L] each cell's number among the distinct titles, and how many there are; the empty cells have that number."""
    distinct, local = np.unique(title, return_inverse=True)
    number = np.full(cells.shape, len(distinct))
    number[cells] = local
    return number, len(distinct)
