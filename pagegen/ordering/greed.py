"""
Greed: the next row of a page, by what it adds, by what it uses up, and by what can follow.

The row that adds most takes the best titles, most of them in columns that are hardly looked at, and leaves rows without
titles that would be their first. So rows are charged for the titles that they show (prices.py). And at the first few
positions, where most is at stake, the few best rows are each gone on with for some rows; the one with the best of these
beginnings is taken.

What comes next depends on what is above and on nothing else, so that a page that is continued goes on as it would have.
"""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import Float64, Int64, Mask, record
from pagegen.ordering.assembly import Assembly
from pagegen.ordering.beginnings import Beginnings, begin
from pagegen.ordering.prices import Prices, prices_of

FOLLOWERS = 16  # rows of most value among which a trial is gone on with


class Greed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the next row is chosen. With price and trials 0 it is the one that adds most."""

    price: Annotated[float, Meta(ge=0, le=1)] = 0.3  # lambda, of titles that other rows have too
    trials: Annotated[int, Meta(ge=0)] = 3  # rows at the top of a page for which some are tried
    pages: Annotated[int, Meta(ge=1)] = 10  # on pages of at most so many rows: on longer ones prices do as well
    tried: Annotated[int, Meta(ge=1)] = 3  # rows, those of most value
    near: Annotated[float, Meta(ge=0, le=1)] = 0.8  # and none of less than this share of the most
    depth: Annotated[int, Meta(ge=2)] = 3  # rows that a trial has, the tried one included


@record
class Greedy:
    """Of the rows of one page."""

    page: Assembly
    greed: Greed
    prices: Prices

    def fill(self) -> None:
        """Place rows until the page ends; of ties the row proposed first."""
        page, trials = self.page, self.greed.trials if self.page.end <= self.greed.pages else 0
        while not page.full():
            gain, may = page.gains()
            value = self.value(gain, page.outlook.plays, page.position)
            reached = np.where(may, value, -np.inf)
            row = int(reached.argmax())
            if not may[row]:
                return
            if page.position < trials:
                row = self._tried(reached, gain, value)
            row, chance = page.explored(row, value, may)
            page.place(row, float(gain[row]), chance)

    def value(self, gain: Float64, plays: Float64, position: int) -> Float64:
        """[..., R] of each row at the position: what it adds, less what it is charged for its plays once it is reached."""
        return gain - plays * self.prices.charge[position + 1]

    def _tried(self, reached: Float64, gain: Float64, value: Float64) -> int:
        """Of the rows of most value [R] the one with which the page goes on best."""
        rows = np.argsort(-reached, kind="stable")[: self.greed.tried]
        best = reached[rows[0]]
        rows = rows[reached[rows] >= best - (1 - self.greed.near) * abs(best)]
        if len(rows) == 1:
            return int(rows[0])
        some = np.zeros(len(value), np.bool_)
        some[np.argsort(-np.where(self.page.left, value, -np.inf))[:FOLLOWERS]] = True
        ways = begin(self.page, self.prices.cost, some).grown(np.zeros(len(rows), np.int64), rows, gain[rows])
        for _ in range(self.greed.depth - 2):
            row, more = self.best_next(ways)
            ways = ways.grown(np.arange(len(rows)), row, more) if len(row) else ways
        return int(rows[self._worth_with_next(ways).argmax()])

    def best_next(self, ways: Beginnings) -> tuple[Int64, Float64]:
        """[W] the row of most value below each of them, and what it adds; empty where one of them ends."""
        gain, value = self.valued(ways)
        every, row = np.arange(len(ways)), value.argmax(axis=1)
        size = 0 if np.isneginf(value[every, row]).any() else len(ways)
        return row[:size], gain[every, row][:size]

    def valued(self, ways: Beginnings) -> tuple[Float64, Float64]:
        """[W, R] what each row adds, and its value; -inf of rows that may not stand there."""
        if ways.position >= self.page.end:
            return np.zeros(ways.left.shape), np.full(ways.left.shape, -np.inf)
        gain, may = ways.gains()
        return gain, np.where(may, self.value(gain, ways.outlook.plays, ways.position), -np.inf)

    def worth(self, ways: Beginnings) -> Float64:
        """[W] what their rows add, less what these are charged from here on."""
        return ways.value - self.prices.weight[ways.position] * ways.spent

    def _worth_with_next(self, ways: Beginnings) -> Float64:
        """[W] of each with the best row below it."""
        row, gain = self.best_next(ways)
        if not len(row):
            return self.worth(ways)
        spent = ways.spent + self.prices.cost[row] * ways.outlook.plays[np.arange(len(row)), row]
        return ways.value + gain - self.prices.weight[ways.position + 1] * spent


def greedy(page: Assembly, greed: Greed) -> Greedy:
    """Of a page that has no rows yet but those of earlier answers."""
    return Greedy(page=page, greed=greed, prices=prices_of(page, greed.price))
