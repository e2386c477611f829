"""
Lookahead rows: the first rows are searched for, those below them are greedy ("k-row look-ahead", Netflix 2015).

A beam keeps the best few beginnings of the page, row by row, by what their rows add less what they are charged for the
titles they use up (prices.py); of beginnings with the same rows only the best order. The best of them are gone on with
greedily, side by side, and the page of most value is made. Every page on the way keeps the constraints, and greedy's is
among them: it is never worse than that.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, TypeAlias

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import Float64, Int64, record
from pagegen.context import Contexts
from pagegen.ordering import Assembly, Beginnings, Greed, Greedy, Pages, Rules, assemble, begin, greedy
from pagegen.rows import Filled

Plan: TypeAlias = tuple[float, tuple[int, ...]]  # value, and rows from the top


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    beam: Annotated[int, Meta(ge=1)] = 16  # beginnings that are kept
    rows: Annotated[int, Meta(ge=1)] = 8  # that are searched for
    finished: Annotated[int, Meta(ge=1)] = 4  # beginnings that are gone on with
    greed: Greed = Greed()  # what rows are charged, and of the greedy page that is among those tried


@record
class LookaheadRows:
    config: Config
    name: str = "lookahead"

    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages:
        return assemble(contexts, filled, rules, partial(_fill_page, self.config), whole=True)


def _fill_page(config: Config, page: Assembly) -> None:
    if page.full():
        return
    alone = page.fork()
    greedy(alone, config.greed).fill()
    plans = [(alone.value, tuple(alone.picked)), *_searched(greedy(page, config.greed), config)]
    _follow(page, max(plans, key=lambda plan: plan[0])[1])


def _searched(going: Greedy, config: Config) -> Iterator[Plan]:
    """Whole pages, most of which begin as the beam found best."""
    ways = begin(going.page, going.prices.cost, np.ones(len(going.page.left), np.bool_))
    while len(ways):
        gain, worth = going.worths(ways)
        ends = np.flatnonzero(np.isneginf(worth).all(axis=1)).tolist()
        yield from ((float(ways.value[w]), ways.rows[w]) for w in ends)
        searched = len(ways.rows[0]) + 1
        width = config.beam if searched < config.rows else config.finished
        which, row = _best(worth, ways, width) if searched <= config.rows else _each(worth)
        ways = ways.grown(which, row, gain[which, row])


def _best(worth: Float64, ways: Beginnings, width: int) -> tuple[Int64, Int64]:
    """The best ways to go on, of which no two have the same rows: which of the beginnings, and its next row."""
    found: dict[frozenset[int], tuple[int, int]] = {}
    rows = worth.shape[1]
    for place in np.argsort(-worth, axis=None, kind="stable").tolist():
        w, row = divmod(place, rows)
        if len(found) == width or np.isneginf(worth[w, row]):
            break
        found.setdefault(frozenset((*ways.rows[w], row)), (w, row))
    which = np.array([*found.values()], np.int64).reshape(-1, 2)
    return which[:, 0], which[:, 1]


def _each(worth: Float64) -> tuple[Int64, Int64]:
    """Those of the beginnings that go on, with the best next row of each."""
    row = worth.argmax(axis=1)
    which = np.flatnonzero(np.isfinite(worth[np.arange(len(worth)), row]))
    return which, row[which]


def _follow(page: Assembly, plan: Sequence[int]) -> None:
    """Place the rows of the plan; where exploration left it, those that may still stand there, then the best others."""
    while not page.full():
        gain, may = page.gains()
        row = next((row for row in plan if may[row]), int(np.where(may, gain, -np.inf).argmax()))
        if not may[row]:
            return
        row, chance = page.explored(row, gain, may)
        page.place(row, float(gain[row]), chance)
