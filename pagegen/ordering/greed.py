"""
Greed: the next row of a page, by what it adds, by what it uses up, and by what can follow.

Rows are charged for the titles that others would show too (prices.py). And where a page is short, so that few of the
others will follow, the best rows for its first places are tried: each is gone on with for some rows, and the one with
the best of these beginnings is taken.

What comes next depends on what is above and on nothing else, so that a page that is continued goes on as it would have.
"""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import Float64, record
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
        """[..., R] of each row at the position: what it adds there, less the charge for the plays of its titles."""
        return gain - plays * self.prices.charge[position + 1]

    def _tried(self, reached: Float64, gain: Float64, value: Float64) -> int:
        """Of the rows of most value [R] the one with which the page goes on best."""
        rows = np.argsort(-reached, kind="stable")[: self.greed.tried]
        best = reached[rows[0]]
        rows = rows[reached[rows] >= best - (1 - self.greed.near) * abs(best)]
        if len(rows) == 1:
            return int(rows[0])
        some = np.zeros(len(value), np.bool_)
        some[np.argsort(-np.where(self.page.left, value, -np.inf), kind="stable")[:FOLLOWERS]] = True
        ways = begin(self.page, self.prices.cost, some).grown(np.zeros(len(rows), np.int64), rows, gain[rows])
        return int(rows[self._trial(ways).argmax()])

    def _trial(self, ways: Beginnings) -> Float64:
        """[W] the worth of each, gone on with by the best next row, and the next; as far as all of them go on."""
        every = np.arange(len(ways))
        while True:
            gain, worth = self.worths(ways)
            row = worth.argmax(axis=1)
            best = worth[every, row]
            if np.isneginf(best).any():
                return ways.value - self.prices.weight[ways.position] * ways.spent
            if len(ways.rows[0]) + 1 == self.greed.depth:
                return best
            ways = ways.grown(every, row, gain[every, row])

    def worths(self, ways: Beginnings) -> tuple[Float64, Float64]:
        """
        [W, R] what each row adds below each of them, and the worth of what comes of it: all that these rows add, less
        what they are charged; -inf where the row may not stand.
        """
        if ways.position >= self.page.end:
            return np.zeros(ways.left.shape), np.full(ways.left.shape, -np.inf)
        gain, may = ways.gains()
        worth = self.value(gain, ways.outlook.plays, ways.position)
        worth += (ways.value - self.prices.weight[ways.position + 1] * ways.spent)[:, None]
        return gain, np.where(may, worth, -np.inf)


def greedy(page: Assembly, greed: Greed) -> Greedy:
    """Of a page that has no rows yet but those of earlier answers."""
    return Greedy(page=page, greed=greed, prices=prices_of(page, greed.price))
