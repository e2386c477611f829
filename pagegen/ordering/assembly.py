"""
Assembly: one request's page while it is put together.

A row in the hard scope leaves out the titles above it and refills from its own list; below that scope it moves them to
its end. Either way the titles that are new to the page come first, so what a row adds to the objective depends on the
titles above only through what is new. So a page that is continued needs to know of the rows above their number, their
kinds and their titles, and not which title stood where.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import TypeAlias

import numpy as np

from pagegen.arrays import NONE, Float64, Int16, Int64, Mask, lengths, record
from pagegen.context import Contexts
from pagegen.ordering.constraints import Kinds
from pagegen.ordering.objective import objective_of
from pagegen.ordering.rules import Rules
from pagegen.ordering.terms import terms_of
from pagegen.request import MAX_COLUMNS
from pagegen.rows import Above, Filled

CERTAIN = np.ones(MAX_COLUMNS)  # the chances of steps without chance
Forbidden: TypeAlias = tuple[str, int]  # a rule as `KindRule` names it, and the kind that it is a rule of


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

    A matrix [R, L] has a row's titles in its order; the cells behind its last are empty.
    """

    def __init__(self, contexts: Contexts, b: int, filled: Filled, rows: range, rules: Rules) -> None:
        request = contexts.requests[b]
        self.rows, self._rules, self.columns, self._asked = rows, rules, request.columns, request.rows
        self._explorer, self.screen = rules.exploration.of(b, request), request.screen_columns
        self.kind: Int16 = filled.rows.kind[rows.start : rows.stop]  # [R]
        start = filled.start[rows.start : rows.stop + 1]
        self._first, title = start[:-1], filled.title[start[0] : start[-1]]
        self.length = lengths(start)
        cells = self._cells = np.arange(int(self.length.max(initial=0))) < self.length[:, None]  # [R, L] with a title
        nothing = int(title.max(initial=-1)) + 1  # the title of an empty cell
        self.title: Int64 = np.full(cells.shape, nothing)  # [R, L]
        self.title[cells] = title
        worth = self.spread(filled.play[start[0] : start[-1]])
        worth *= (rules.attraction[self.kind] * filled.attraction[rows.start : rows.stop])[:, None]
        self._new = np.arange(nothing + 1) < nothing  # over titles: not on the page
        self._exempt = cells & rules.exempt[self.kind][:, None]  # [R, L] counted as new all the same
        self._some_exempt = bool(self._exempt.any())
        terms = terms_of(contexts, b, self.title, rules.objective, rules.examination)
        self.objective = objective_of(worth, request, rules.examination, terms)
        self._least = np.minimum(rules.least, request.columns)[self.kind]
        self._always_hard = rules.hard[self.kind]
        self._left = np.ones(len(rows), np.bool_)
        self._count, self._last = [0] * len(rules.kinds), [0] * len(rules.kinds)  # by kind
        self._masks: dict[Kinds, Mask] = {}
        self.above: Sequence[int] = ()  # kinds of the rows of earlier answers
        self.position = 0  # of the next row
        self._most = min(request.rows, len(rows))
        self.placed: list[Placed] = []

    def go_on(self, above: Above) -> None:
        """Place what follows below these rows; extra terms of the objective count from there on."""
        self._left = ~above.row
        self._most = min(self._asked, len(above.kind) + int(self._left.sum()))
        self._new[self.title[self._cells][above.title]] = False
        for position, kind in enumerate(above.kind):
            self._count_row(kind, position)
        self.above, self.position = above.kind, len(above.kind)

    def stop_after(self, rows: int) -> None:
        """Be full with so many more rows."""
        self._most = min(self._most, self.position + rows)

    @property
    def value(self) -> float:
        """Of the page so far."""
        return sum(placed.gain for placed in self.placed)

    @property
    def picked(self) -> list[int]:
        """The rows on the page from the top, as `place` takes them."""
        return [placed.row - self.rows.start for placed in self.placed]

    def full(self) -> bool:
        return self.position >= self._most

    def gains(self) -> tuple[Float64, Mask]:
        """[R] what each row would add at the next position, and whether it may stand there."""
        new = self._new.take(self.title)
        shown = self._shown(new)
        gain = self.objective.gains(new, shown, self.position)
        return gain, self._may(self._able(shown))[1]

    def spread(self, value: Float64) -> Float64:
        """[R, L] of values [N] of the titles of the request's rows, one row after the other; 0 in empty cells."""
        out = np.zeros(self._cells.shape)
        out[self._cells] = value
        return out

    def state(self) -> State:
        new = self._new.take(self.title)
        return State(new=new, shown=self._shown(new), count=np.array(self._count), last=np.array(self._last))

    def forbidden(self) -> Mapping[int, Forbidden]:
        """Rows that are left and may not stand at the next position, each with the rule by which it may not."""
        able = self._able(self._shown(self._new.take(self.title)))
        pinned, may = self._may(able)
        return {row: self._rule(row, able, pinned) for row in np.flatnonzero(self._left & ~may).tolist()}

    def _rule(self, row: int, able: Mask, pinned: int) -> Forbidden:
        """The rule that forbids the row, where it may be one that pins another kind."""
        kind = int(self.kind[row])
        if not able[row]:
            return "min_titles", kind
        if pinned != NONE:
            return "pin", pinned
        rule = self._rules.constraints.forbids(kind, self._count[kind], self._last[kind], self.position)
        return rule, kind

    def _shown(self, new: Mask) -> Int64:
        """[R, L] from 1, how many of each row's cells up to this one would be shown next."""
        return (new | self._exempt if self._some_exempt else new).cumsum(axis=1)

    def _able(self, shown: Int64) -> Mask:
        """[R] rows that are left and have titles enough for the next position."""
        enough = shown[:, -1] >= self._least
        if self.position >= self._rules.constraints.hard_rows:
            enough |= ~self._always_hard
        return self._left & enough

    def _may(self, able: Mask) -> tuple[int, Mask]:
        """The kind that is pinned to the next position, if one of its rows is able, and [R] the able ones that may."""
        for step, kinds in enumerate(self._rules.constraints.allowed(self._count, self._last, self.position)):
            if kinds and (rows := able & self._of_kinds(kinds)).any():
                return NONE if step else kinds[0], rows
        return NONE, np.zeros(len(able), np.bool_)

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
        return self._explorer.row(self.position, self.rows.start, (row, value, may))

    def place(self, row: int, gain: float, chance: float = 1.0) -> None:
        """Put the row (0 is the request's first), which came up with this chance, at the next position."""
        title, usual = self.title[row], self.order(row)[: self.columns]
        new = self._new.take(title.take(usual))
        shown, slots = self._explored_titles(row, usual, new)
        after = self.objective.after(row, shown, new, self.position)
        if slots is not CERTAIN:
            gain += after.extra - self.objective.after(row, usual, new, self.position).extra
            gain += self.objective.moved(row, usual, shown, self.position)
        self.objective = after
        self._new[title.take(shown)] = False
        self._left[row] = False
        self._count_row(int(self.kind[row]), self.position)
        self.position += 1
        candidate, slots = self._first[row] + shown, slots[: len(shown)]
        self.placed.append(
            Placed(row=self.rows.start + row, candidate=candidate, gain=gain, chance=chance, slots=slots)
        )

    def order(self, row: int) -> Int64:
        """The row's cells from the left, beyond the page's columns too, by the rule that holds at this position."""
        last = int(self.length[row])
        new = self._new.take(self.title[row, :last]) | self._exempt[row, :last]
        if self._always_hard[row] or self.position < self._rules.constraints.hard_rows:
            return new.nonzero()[0]
        return (~new).argsort(kind="stable")  # what is above already goes to the end

    def _explored_titles(self, row: int, usual: Int64, new: Mask) -> tuple[Int64, Float64]:
        """The row's cells from the left, new titles of the first screen perhaps in other places, and their chances."""
        if self._explorer is None or not self._rules.ranked[self.kind[row]]:
            return usual, CERTAIN
        fresh = new[: self.screen]
        lead = usual[: len(fresh) if fresh.all() else int(fresh.argmin())]
        order, chance = self._explorer.titles(self.position, self.title[row, lead], self.objective.worth[row, lead])
        if not len(order):
            return usual, CERTAIN
        shown, slots = usual.copy(), np.ones(len(usual))
        shown[: len(order)], slots[: len(order)] = lead[order], chance
        return shown, slots

    def _count_row(self, kind: int, position: int) -> None:
        if kind != NONE:
            self._count[kind] += 1
            self._last[kind] = position

    def taken(self) -> Int64:
        """The titles on the page, in any order."""
        return np.flatnonzero(~self._new[:-1])

    def shown(self) -> Int64:
        """The titles of the lowest row, left to right."""
        lowest = self.placed[-1]
        row = lowest.row - self.rows.start
        return self.title[row, lowest.candidate - self._first[row]]

    def fork(self) -> "Assembly":
        """The same page, to be gone on with in another way, and without chance."""
        other = copy(self)
        other._explorer = None
        other._new, other._left = self._new.copy(), self._left.copy()
        other._count, other._last, other.placed = [*self._count], [*self._last], [*self.placed]
        return other
