"""
Assembly: one request's page while it is put together, and the page objective.

    V(page) = sum over slots of x(p, q) * m(title) * [first slot of the title on the page]

x is the examination of the slot, m the calibrated probability of a play. A row in the hard scope leaves out the
titles above it and refills from its own list; below that scope it moves them to its end. Either way the titles that
are new to the page come first, so a row's gain depends on the titles above only through what is new.
"""

from collections.abc import Sequence

import numpy as np

from pagegen.arrays import Float64, Int16, Int32, Int64, Mask, record, within
from pagegen.ordering.constraints import Constraints
from pagegen.pool import RowKind
from pagegen.rows import Filled


@record
class Placed:
    """One row on the page."""

    row: int  # position in the filled rows
    candidate: Int64  # positions in the filled titles, left to right
    gain: float  # what it added to the objective when it was placed


class Assembly:
    """The rows of one request, what is placed, and what each remaining row would add next."""

    def __init__(
        self, filled: Filled, rows: range, kinds: Sequence[RowKind], constraints: Constraints, examination: tuple[Float64, Float64], geometry: tuple[int, int]
    ) -> None:
        self._rows, self._constraints = rows, constraints
        self._max_rows, self._columns = geometry
        self._row_x, column_x = examination
        self.kind: Int16 = filled.rows.kind[rows.start : rows.stop]  # [R]
        start = filled.start[rows.start : rows.stop + 1]
        self._first = start[:-1]
        length = np.diff(start)
        width = int(length.max()) if len(length) else 0
        cells = np.arange(width)[None, :] < length[:, None]  # [R, L]
        distinct, local = np.unique(filled.title[start[0] : start[-1]], return_inverse=True)
        self._title = np.full(cells.shape, len(distinct))
        self._title[cells] = local
        self._play = np.zeros(cells.shape)
        self._play[cells] = filled.play[start[0] : start[-1]]
        self._cells = cells
        self._new = np.append(np.ones(len(distinct), np.bool_), False)  # the last stands for the empty cells
        self._column_x = np.append(column_x[: self._columns], np.zeros(max(0, width - self._columns) + 1))
        self._exempt = np.array([k.dedup == "exempt" for k in kinds], np.bool_)[self.kind]
        self._always_hard = np.array([k.dedup == "hard" for k in kinds], np.bool_)[self.kind]
        self._least = np.array([k.min_titles for k in kinds])[self.kind]
        self._left = np.ones(len(rows), np.bool_)
        self.placed: list[Placed] = []

    @property
    def position(self) -> int:
        return len(self.placed)

    def gains(self) -> tuple[Float64, Mask]:
        """[R] what each row would add at the next position, and whether it may stand there."""
        new = self._new[self._title]
        column = np.cumsum(new, axis=1) - 1
        column[self._exempt] = np.arange(new.shape[1])
        gain = (self._column_x[column] * self._play * new).sum(axis=1) * self._row_x[self.position]
        used = [int(self.kind[placed.row - self._rows.start]) for placed in self.placed]
        may = self._left & self._constraints.allowed(self.kind, used, self.position)
        soft = ~self._always_hard & (self.position >= self._constraints.hard_rows)
        enough = soft | self._exempt | (new.sum(axis=1) >= self._least)
        return gain, may & enough

    def full(self) -> bool:
        return self.position >= self._max_rows or not self._left.any()

    def place(self, row: int, gain: float) -> None:
        """Put the row (0 is the request's first) at the next position."""
        new = self._new[self._title[row]]
        if self._exempt[row]:
            order = np.flatnonzero(self._cells[row])
        elif self._always_hard[row] or self.position < self._constraints.hard_rows:
            order = np.flatnonzero(new)
        else:
            order = np.concatenate([np.flatnonzero(new), np.flatnonzero(self._cells[row] & ~new)])
        shown = order[: self._columns]
        self._new[self._title[row, shown]] = False
        self._left[row] = False
        self.placed.append(Placed(row=self._rows.start + row, candidate=self._first[row] + shown, gain=gain))
