"""
Assembly: one request's page while it is put together.

A row in the hard scope leaves out the titles above it and refills from its own list; below that scope it moves them to
its end. Either way the titles that are new to the page come first, so what a row adds to the objective depends on the
titles above only through what is new.
"""

from copy import copy

import numpy as np

from pagegen.arrays import Float64, Int16, Int64, Mask, lengths, record
from pagegen.ordering.constraints import Kinds
from pagegen.ordering.exploration import Explorer
from pagegen.ordering.objective import Objective
from pagegen.ordering.rules import Rules
from pagegen.request import MAX_COLUMNS, PageRequest
from pagegen.rows import Filled

CERTAIN = np.ones(MAX_COLUMNS)  # the chances of steps without chance


@record
class Placed:
    """One row on the page."""

    row: int  # position in the filled rows
    candidate: Int64  # positions in the filled titles, left to right
    gain: float  # what it added to the objective when it was placed
    chance: float  # that it was this row, given those above
    slots: Float64  # of each title, given the row and those to its left


class Assembly:
    """
    The rows of one request, what is placed, and what each row would add next.

    A matrix [R, L] has a row's titles in its order; the cells behind its last are empty.
    """

    def __init__(
        self, request: PageRequest, filled: Filled, rows: range, rules: Rules, explorer: Explorer | None = None
    ) -> None:
        self._rows, self._rules, self._columns = rows, rules, request.columns
        self._explorer, self._screen = explorer, request.screen_columns
        self._most = min(request.rows, len(rows))
        self.kind: Int16 = filled.rows.kind[rows.start : rows.stop]  # [R]
        start = filled.start[rows.start : rows.stop + 1]
        self._first, title = start[:-1], filled.title[start[0] : start[-1]]
        self._length = lengths(start)
        cells = _cells(self._length)
        nothing = int(title.max(initial=-1)) + 1  # the title of an empty cell
        self.title: Int64 = np.full(cells.shape, nothing)  # [R, L]
        self.title[cells] = title
        worth = np.zeros(cells.shape)
        worth[cells] = filled.play[start[0] : start[-1]]
        worth *= (rules.attraction[self.kind] * filled.attraction[rows.start : rows.stop])[:, None]
        self._new = np.arange(nothing + 1) < nothing  # over titles: not on the page
        self._exempt = cells & rules.exempt[self.kind][:, None]  # [R, L] counted as new all the same
        self._some_exempt = bool(self._exempt.any())
        row_x, column_x = rules.examination.of(request.device)
        behind = np.zeros(max(0, cells.shape[1] - self._columns))
        column_x = np.concatenate([[0.0], column_x[: self._columns], behind])
        self.objective = Objective(worth=worth, row_x=row_x, column_x=column_x)
        self._least = np.minimum(rules.least, request.columns)[self.kind]
        self._always_hard = rules.hard[self.kind]
        self._left = np.ones(len(rows), np.bool_)
        self._count, self._last = [0] * len(rules.kinds), [0] * len(rules.kinds)  # by kind
        self._masks: dict[Kinds, Mask] = {}
        self.placed: list[Placed] = []

    @property
    def position(self) -> int:
        return len(self.placed)

    @property
    def value(self) -> float:
        """Of the page so far."""
        return sum(placed.gain for placed in self.placed)

    @property
    def picked(self) -> list[int]:
        """The rows on the page from the top, as `place` takes them."""
        return [placed.row - self._rows.start for placed in self.placed]

    def full(self) -> bool:
        return len(self.placed) >= self._most

    def gains(self) -> tuple[Float64, Mask]:
        """[R] what each row would add at the next position, and whether it may stand there."""
        new = self._new[self.title]
        shown = (new | self._exempt if self._some_exempt else new).cumsum(axis=1)
        gain = self.objective.gains(new, shown, self.position)
        enough = shown[:, -1] >= self._least
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
            chosen = np.zeros(len(self._rules.kinds), np.bool_)
            chosen[list(kinds)] = True
            self._masks[kinds] = chosen[self.kind]
        return self._masks[kinds]

    def explored(self, row: int, value: Float64, may: Mask) -> tuple[int, float]:
        """
        The row, or with exploration perhaps another one that may stand there too, and the chance that it is this one.

        Args:
            row: that the orderer would place.
            value: [R] what it goes by.
            may: [R] rows that could take its place.
        """
        if self._explorer is None:
            return row, 1.0
        return self._explorer.row(self.position, self._rows.start, (row, value, may))

    def place(self, row: int, gain: float, chance: float = 1.0) -> None:
        """Put the row (0 is the request's first), which came up with this chance, at the next position."""
        shown = self._order(row)[: self._columns]
        slots = CERTAIN[: len(shown)]
        if self._explorer is not None and self._rules.ranked[self.kind[row]]:
            slots = slots.copy()
            gain += self._explore(self._explorer, row, shown, slots)
        self._new[self.title[row, shown]] = False
        self._left[row] = False
        kind = int(self.kind[row])
        self._count[kind] += 1
        self._last[kind] = self.position
        candidate = self._first[row] + shown
        self.placed.append(
            Placed(row=self._rows.start + row, candidate=candidate, gain=gain, chance=chance, slots=slots)
        )

    def _explore(self, explorer: Explorer, row: int, shown: Int64, slots: Float64) -> float:
        """Let new titles of the first screen change places, in `shown`; their chances in `slots`; what that adds."""
        new = self._new[self.title[row, shown[: self._screen]]]
        cells = shown[: len(new) if new.all() else int(new.argmin())].copy()
        order, chance = explorer.titles(self.position, self.title[row, cells], self.objective.worth[row, cells])
        shown[: len(order)], slots[: len(order)] = cells[order], chance
        return self.objective.moved(row, cells[: len(order)], shown[: len(order)], self.position)

    def shown(self) -> Int64:
        """The titles of the lowest row, left to right."""
        lowest = self.placed[-1]
        row = lowest.row - self._rows.start
        return self.title[row, lowest.candidate - self._first[row]]

    def fork(self) -> "Assembly":
        """The same page, to be gone on with in another way, and without chance."""
        other = copy(self)
        other._explorer = None
        other._new, other._left = self._new.copy(), self._left.copy()
        other._count, other._last, other.placed = [*self._count], [*self._last], [*self.placed]
        return other

    def _order(self, row: int) -> Int64:
        """The row's cells from the left, by the rule that holds for it at this position."""
        last = int(self._length[row])
        new = self._new[self.title[row, :last]] | self._exempt[row, :last]
        if self._always_hard[row] or self.position < self._rules.constraints.hard_rows:
            return new.nonzero()[0]
        return np.argsort(~new, kind="stable")  # what is above already goes to the end


def _cells(length: Int64) -> Mask:
    """[R, L] the cells that hold a title."""
    width = int(length.max()) if len(length) else 0
    return np.arange(width)[None, :] < length[:, None]
