"""
Exploration: a little chance in what would else be certain, and the exact chance of every step.

A row may make way for another one that may stand there too, if what the orderer goes by differs by less than a share;
so may the first titles of a row whose probabilities of a play do. Among those so near, steps are drawn in proportion to
their values, without replacement (Luce 1959, Plackett 1975):

    P(step | steps before) = its value / sum of the values of all that could have been this step

Whoever knows these chances can tell from the logged pages what other pages would have been worth (Horvitz and Thompson
1952). Drawing a page and telling the chance of a page that is there are the same code: only the `Chooser` differs.
"""

from collections.abc import Callable
from typing import Annotated, Protocol, TypeAlias

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import Float64, Int64, Mask, record
from pagegen.request import PageRequest

Share: TypeAlias = Annotated[float, Meta(ge=0, le=0.9)]


class ExplorationConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rows: Share = 0.0  # rows whose values differ by less than this share of the higher one may take its place
    slots: Share = 0.0  # the same of the first titles of a row, on the first screen; rows in their source's order stay


class Chooser(Protocol):
    """What decides among near-equal steps."""

    def row(self, position: int, row: Int64, value: Float64) -> int:
        """The place, among rows (positions in the filled rows) of these values, of the one that stands there."""
        ...

    def titles(self, position: int, title: Int64, value: Float64) -> Int64:
        """The order, as places, in which titles of these values stand in the row."""
        ...


@record
class Draw:
    """Chance that the request fixes, position by position, so that a page that is continued goes on with its own."""

    request: PageRequest

    def row(self, position: int, row: Int64, value: Float64) -> int:  # noqa: ARG002
        return int(_raced(self.request.rng("rows", position), value)[0])

    def titles(self, position: int, title: Int64, value: Float64) -> Int64:  # noqa: ARG002
        return _raced(self.request.rng("titles", position), value)


def _raced(rng: np.random.Generator, value: Float64) -> Int64:
    """The order of a race of exponential clocks, which is Plackett-Luce."""
    return np.argsort(rng.standard_exponential(len(value)) / value, kind="stable")


ChooserOf: TypeAlias = Callable[[int, PageRequest], Chooser]  # of a request and its place in the batch


@record
class Exploration:
    """How far pages may stray."""

    rows: float = 0.0
    slots: float = 0.0
    chooser: ChooserOf = lambda _, request: Draw(request=request)

    def of(self, b: int, request: PageRequest) -> "Explorer | None":
        """The explorer of one request; None where nothing is left to chance."""
        if not (self.rows or self.slots):
            return None
        return Explorer(rows=self.rows, slots=self.slots, chooser=self.chooser(b, request))


CERTAIN = Exploration()


@record
class Explorer:
    """The steps of one page that are left to chance."""

    rows: float
    slots: float
    chooser: Chooser

    def row(self, position: int, first: int, choice: tuple[int, Float64, Mask]) -> tuple[int, float]:
        """
        The row that stands at the position, and the chance of that.

        Args:
            position: of the page.
            first: position of the request's first row in the filled rows.
            choice: the row that the orderer would place, [R] what it goes by, [R] rows that may take its place.
        """
        row, value, may = choice
        own, left = float(value[row]), 1 - self.rows
        near = np.flatnonzero(may & (value > left * own) & (value * left < own)) if self.rows and own > 0 else _NONE
        if len(near) < 2:
            return row, 1.0
        values = value[near]
        chosen = self.chooser.row(position, first + near, values)
        return int(near[chosen]), float(values[chosen] / values.sum())

    def titles(self, position: int, title: Int64, worth: Float64) -> tuple[Int64, Float64]:
        """
        The order in which a row's first titles stand, as places, and the chance of each step: those of the beginning
        whose worth differs by less than the share from the first's. No places: it stays as it is.

        Args:
            position: of the row.
            title: [L] titles that may change places, left to right.
            worth: [L] theirs.
        """
        near = worth > (1 - self.slots) * worth[:1]
        size = int(near.argmin()) if not near.all() else len(near)
        if not self.slots or size < 2 or not (worth[:size] > 0).all():
            return _NONE, _CERTAIN
        order = self.chooser.titles(position, title[:size], worth[:size])
        drawn = worth[order]
        return order, drawn / drawn[::-1].cumsum()[::-1]


_NONE, _CERTAIN = np.zeros(0, np.int64), np.zeros(0)
