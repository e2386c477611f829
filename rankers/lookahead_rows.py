"""
Lookahead rows: the first rows are searched for, those below them are greedy ("k-row look-ahead", Netflix 2015).

A beam keeps the best few beginnings of the page, row by row; of beginnings with the same rows only the best order. Then
rows of the winner change places, two at a time, and a row makes way for one that is not on the page, as long as the
objective grows. Every page on the way keeps the constraints, and greedy's is among them: it is never worse than that.
"""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, TypeAlias

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import record
from pagegen.context import Contexts
from pagegen.ordering import Assembly, Pages, Rules, assemble
from pagegen.rows import Filled

Step: TypeAlias = tuple[int, float]  # a row, and what it adds
SPARE = 2  # rows from outside the page that are tried at each position
TOLERANCE = 1e-12  # sums of the same numbers in another order are no change


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    beam: Annotated[int, Meta(ge=1)] = 16  # beginnings that are kept
    rows: Annotated[int, Meta(ge=1)] = 8  # that are searched for
    rounds: Annotated[int, Meta(ge=0)] = 2  # of changes at most


@record
class LookaheadRows:
    config: Config
    name: str = "lookahead"

    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages:
        return assemble(contexts, filled, rules, partial(_fill_page, self.config), whole=True)


def _fill_page(config: Config, page: Assembly) -> None:
    searched = _beam(page, config)
    for _ in range(config.rounds):
        searched, before = _changed(page, searched), searched.value
        if searched.value <= before:
            break
    best = max((_completed(searched.fork()), _completed(page.fork())), key=lambda one: one.value)
    _follow(page, best.picked)


def _follow(page: Assembly, plan: list[int]) -> None:
    """Place the rows of the plan; where exploration left it, those that may still stand there, then the best others."""
    while not page.full():
        gain, may = page.gains()
        row = next((row for row in plan if may[row]), int(np.where(may, gain, -1.0).argmax()))
        if not may[row]:
            return
        row, chance = page.explored(row, gain, may)
        page.place(row, float(gain[row]), chance)


def _completed(page: Assembly) -> Assembly:
    """The page gone on with by the best next row, and the next."""
    while not page.full() and (following := _best_next(page, 1)):
        page.place(*following[0])
    return page


def _best_next(page: Assembly, number: int) -> list[Step]:
    """So many rows that may follow, and what they add; most first, of ties the row proposed first."""
    if page.full():
        return []
    gain, may = page.gains()
    rows = np.argsort(np.where(may, -gain, np.inf), kind="stable")[: min(number, int(may.sum()))]
    return [(row, float(gain[row])) for row in rows.tolist()]


def _beam(page: Assembly, config: Config) -> Assembly:
    """The best beginning that the beam finds."""
    pages = [page.fork()]
    for _ in range(config.rows):
        pages = _grown(pages, config.beam)
    return pages[0]


def _grown(pages: list[Assembly], width: int) -> list[Assembly]:
    """The best beginnings with one row more, most valuable first; where no row may follow it stays as it is."""
    found: dict[frozenset[int], tuple[float, int, Step | None]] = {}
    for number, page in enumerate(pages):
        following: list[Step | None] = [*_best_next(page, width)]
        for step in following or [None]:
            rows = frozenset(page.picked if step is None else [*page.picked, step[0]])
            value = page.value + (step[1] if step else 0.0)
            if rows not in found or value > found[rows][0]:
                found[rows] = (value, number, step)
    best = sorted(found.values(), key=lambda one: -one[0])[:width]
    return [_with(pages[number], step) for _, number, step in best]


def _with(page: Assembly, step: Step | None) -> Assembly:
    grown = page.fork()
    if step is not None:
        grown.place(*step)
    return grown


def _changed(start: Assembly, page: Assembly) -> Assembly:
    """The best page that is one change away, or this one."""
    best, above = page, start.fork()
    for position, row in enumerate(page.picked):
        for rows in _changes(above, page.picked, position):
            other = _laid(above.fork(), rows)
            if other is not None and other.value > best.value * (1 + TOLERANCE):
                best = other
        above.place(row, float(above.gains()[0][row]))
    return best


def _changes(above: Assembly, picked: list[int], position: int) -> Iterator[list[int]]:
    """Rows from the position on: its row exchanged with one below, or with one of the best that are not on the page."""
    for below in range(position + 1, len(picked)):
        rows = [*picked]
        rows[position], rows[below] = rows[below], rows[position]
        yield rows[position:]
    others = [row for row, _ in _best_next(above, len(picked) + SPARE) if row not in picked]
    yield from ([row, *picked[position + 1 :]] for row in others[:SPARE])


def _laid(page: Assembly, rows: list[int]) -> Assembly | None:
    """The page gone on with by these rows, if they may stand there."""
    for row in rows:
        gain, may = page.gains()
        if not may[row]:
            return None
        page.place(row, float(gain[row]))
    return page
