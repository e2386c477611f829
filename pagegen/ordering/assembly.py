"""
Assembly: one request's page while it is put together.

A row in the hard scope leaves out the titles above it and refills from its own list; below that scope it moves them to
its end. Either way the titles that are new to the page come first, so what a row adds to the objective depends on the
titles above only through what is new. So a page that is continued needs to know of the rows above their number, their
kinds and their titles, and not which title stood where.
"""

from collections.abc import Mapping, Sequence
from copy import copy

import numpy as np

from pagegen.arrays import NONE, Float64, Int64, Mask, record
from pagegen.context import Contexts
from pagegen.ordering.grid import grid_of
from pagegen.ordering.masks import Forbidden, Masks
from pagegen.ordering.objective import Objective, Outlook, objective_of
from pagegen.ordering.rules import Rules
from pagegen.ordering.terms import terms_of
from pagegen.request import MAX_COLUMNS
from pagegen.rows import Above, Filled

CERTAIN = np.ones(MAX_COLUMNS)  # the chances of steps without chance


@record
class Placed:
    """One row on the page."""

    row: int  # position in the filled rows
    candidate: Int64  # positions in the filled titles, left to right
    gain: float  # what it added to the objective when it was placed
    chance: float  # that it was this row, given those above
    slots: Float64  # of each title, given the row and those to its left


@record
class State:
    """What the next row is placed on."""

    new: Mask  # [R, L] cells whose titles are not on the page
    shown: Int64  # [R, L] from 1, how many of each row's cells up to this one would be shown
    count: Int64  # [kinds] rows of the kind above
    last: Int64  # [kinds] position of the lowest of them; anything where there is none


class Assembly:
    """
    The rows of one request, what is placed, and what each row would add next.

    The candidate rows are a grid [R, L] (grid.py).
    """

    def __init__(self, contexts: Contexts, b: int, filled: Filled, rows: range, rules: Rules) -> None:
        request = contexts.requests[b]
        self.rows, self._rules, self._asked = rows, rules, request.rows
        self._explorer, self.screen = rules.exploration.of(b, request), request.screen_columns
        self.columns, self.kind = request.columns, filled.rows.kind[rows.start : rows.stop]  # [R]
        self.grid, worth = grid_of(filled, rows, rules)
        self._first = filled.start[rows.start : rows.stop]
        terms = terms_of(contexts, b, self.grid.titles, rules.objective, rules.examination)
        self.objective = objective_of(worth, request, rules.examination, terms)
        self.masks = Masks(self.kind, rules, request.columns)
        self.new = np.arange(len(self.grid.title)) < self.grid.nothing  # by number: not on the page
        self.left = np.ones(len(rows), np.bool_)  # not on the page
        self._outlook: Outlook | None = None  # until somebody asks, at each position
        self.count, self.last = [0] * len(rules.kinds), [0] * len(rules.kinds)  # by kind
        self.above: Sequence[int] = ()  # kinds of the rows of earlier answers
        self.position = 0  # of the next row
        self.end = self._stop = min(request.rows, len(rows))  # of the page; and of the answer
        self.placed: list[Placed] = []

    def go_on(self, above: Above) -> None:
        """Place what follows below these rows; extra terms of the objective count from there on."""
        self.left = ~above.row
        self.end = self._stop = min(self._asked, len(above.kind) + int(self.left.sum()))
        self.new[self.grid.number[self.grid.cells][above.title]] = False
        self._outlook = None
        for position, kind in enumerate(above.kind):
            self._count_row(kind, position)
        self.above, self.position = above.kind, len(above.kind)

    def stop_after(self, rows: int) -> None:
        """Be full with so many more rows."""
        self._stop = min(self._stop, self.position + rows)

    @property
    def value(self) -> float:
        """Of the page so far."""
        return sum(placed.gain for placed in self.placed)

    @property
    def picked(self) -> list[int]:
        """The rows on the page from the top, as `place` takes them."""
        return [placed.row - self.rows.start for placed in self.placed]

    def full(self) -> bool:
        return self.position >= self._stop

    @property
    def outlook(self) -> Outlook:
        """[R] what each row would show at the next position."""
        if self._outlook is None:
            new = self.new.take(self.grid.number)
            self._outlook = self.objective.outlook(new, self.grid.shown(new))
        return self._outlook

    def gains(self) -> tuple[Float64, Mask]:
        """[R] what each row would add at the next position, and whether it may stand there."""
        outlook = self.outlook
        able = self.masks.able(self.left, outlook.number, self.position)
        return self.objective.gains(outlook, self.position), self._may(able)[1]

    def state(self) -> State:
        new = self.new.take(self.grid.number)
        return State(new=new, shown=self.grid.shown(new), count=np.array(self.count), last=np.array(self.last))

    def forbidden(self) -> Mapping[int, Forbidden]:
        """Rows that are left and may not stand at the next position, each with the rule by which it may not."""
        able = self.masks.able(self.left, self.outlook.number, self.position)
        pinned, may = self._may(able)
        return {row: self._rule(row, able, pinned) for row in np.flatnonzero(self.left & ~may).tolist()}

    def _may(self, able: Mask) -> tuple[int, Mask]:
        return self.masks.may(able, self.masks.steps((self.count, self.last), self.position))

    def _rule(self, row: int, able: Mask, pinned: int) -> Forbidden:
        """The rule that forbids the row, where it may be one that pins another kind."""
        if not able[row]:
            return "min_titles", int(self.kind[row])
        if pinned != NONE:
            return "pin", pinned
        return self.masks.rule(row, (self.count, self.last), self.position)

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
        return self._explorer.row(self.position, self.rows.start, (row, value, may))

    def place(self, row: int, gain: float, chance: float = 1.0) -> None:
        """Put the row (0 is the request's first), which came up with this chance, at the next position."""
        usual = self.order(row)[: self.columns]
        shown, slots = self._explored_titles(row, usual)
        if self.objective.terms or slots is not CERTAIN:
            gain = self._renewed(row, usual, shown, gain)
        self.new[self.grid.number[row].take(shown)] = False
        self.left[row], self._outlook = False, None
        self._count_row(int(self.kind[row]), self.position)
        self.position += 1
        candidate, slots = self._first[row] + shown, slots[: len(shown)]
        self.placed.append(
            Placed(row=self.rows.start + row, candidate=candidate, gain=gain, chance=chance, slots=slots)
        )

    def _renewed(self, row: int, usual: Int64, shown: Int64, gain: float) -> float:
        """The gain of a row whose titles stand in another order than usual; the objective has the row from now on."""
        new = self.new.take(self.grid.number[row].take(usual))
        after = self.objective.after(row, self.objective.attention(shown, new), self.position)
        if shown is not usual:
            as_usual = self.objective.after(row, self.objective.attention(usual, new), self.position)
            gain += after.extra - as_usual.extra
            gain += self.objective.moved(row, usual, shown, self.position)
        self.objective = after
        return gain

    def order(self, row: int) -> Int64:
        """The row's cells from the left, beyond the page's columns too, by the rule that holds at this position."""
        last = self.grid.length[row]
        new = self.new.take(self.grid.number[row, :last])
        if self.grid.exempt is not None:
            new |= self.grid.exempt[row, :last]
        if self.position < self._rules.constraints.hard_rows or self._rules.hard[self.kind[row]]:
            return new.nonzero()[0]
        return (~new).argsort(kind="stable")  # what is above already goes to the end

    def _explored_titles(self, row: int, usual: Int64) -> tuple[Int64, Float64]:
        """The row's cells from the left, new titles of the first screen perhaps in other places, and their chances."""
        if self._explorer is None or not self._rules.ranked[self.kind[row]]:
            return usual, CERTAIN
        fresh = self.new.take(self.grid.number[row].take(usual[: self.screen]))
        lead = usual[: len(fresh) if fresh.all() else int(fresh.argmin())]
        order, chance = self._explorer.titles(self.position, self._titles(row, lead), self.objective.worth[row, lead])
        if not len(order):
            return usual, CERTAIN
        shown, slots = usual.copy(), np.ones(len(usual))
        shown[: len(order)], slots[: len(order)] = lead[order], chance
        return shown, slots

    def _count_row(self, kind: int, position: int) -> None:
        if kind != NONE:
            self.count[kind] += 1
            self.last[kind] = position

    def taken(self) -> Int64:
        """The titles on the page, in any order."""
        return self.grid.title[:-1][~self.new[:-1]]

    def shown(self) -> Int64:
        """The titles of the lowest row, left to right."""
        lowest = self.placed[-1]
        row = lowest.row - self.rows.start
        return self._titles(row, lowest.candidate - self._first[row])

    def _titles(self, row: int, cells: Int64) -> Int64:
        return self.grid.title.take(self.grid.number[row].take(cells))

    def fork(self, objective: Objective | None = None) -> "Assembly":
        """The same page, to be gone on with in another way, perhaps by another objective, and without chance."""
        other = copy(self)
        other._explorer = None
        if objective is not None:
            other.objective, other._outlook = objective, None
        other.new, other.left = self.new.copy(), self.left.copy()
        other.count, other.last, other.placed = [*self.count], [*self.last], [*self.placed]
        return other
