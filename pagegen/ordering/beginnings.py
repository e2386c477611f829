"""Beginnings: several ways to go on with one page, side by side in arrays. They are only tried, without chance."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from pagegen.arrays import Float64, Int64, Mask, record
from pagegen.ordering.assembly import Assembly
from pagegen.ordering.objective import Objective, Outlook

Counted: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]  # by kind: rows, and the position of the lowest of them


@record
class Beginnings:
    """W beginnings of a page, all of them as long."""

    page: Assembly  # that each of them goes on with
    cost: Float64  # [R] of rows, for each play that is to be expected of one (prices.py)
    held: Mask  # [T + 1, R] rows that have the title
    rows: Sequence[tuple[int, ...]]  # [W] put below it, from the top
    value: Float64  # [W] what these add
    spent: Float64  # [W] and cost
    new: Mask  # [W, T + 1] by number: not on the page
    left: Mask  # [W, R]
    above: Sequence[Counted]  # [W]
    outlook: Outlook  # [W, R]
    objectives: Sequence[Objective]  # [W] of which each has its own extra terms; none without them

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def position(self) -> int:
        """Of the next row."""
        return self.page.position + len(self.rows[0])

    def gains(self) -> tuple[Float64, Mask]:
        """[W, R] what each row that is left would add next, and whether it may stand there."""
        masks, position = self.page.masks, self.position
        able = masks.able(self.left, self.outlook.number, position)
        steps = {above: masks.steps(above, position) for above in set(self.above)}
        may = np.array([masks.may(own, steps[above])[1] for own, above in zip(able, self.above, strict=True)])
        if not self.objectives:
            return self.page.objective.gains(self.outlook, position), may
        each = [
            objective.gains(self.outlook.take(np.array(w)), position) for w, objective in enumerate(self.objectives)
        ]
        return np.stack(each), may

    def grown(self, which: Int64, row: Int64, gain: Float64) -> "Beginnings":
        """
        Some of them [V], with one row more each.

        Args:
            which: of the beginnings; one may go on in several ways.
            row: that goes below each.
            gain: what it adds.
        """
        told = list(zip(which.tolist(), row.tolist(), strict=True))
        left = self.left.take(which, axis=0)
        left[np.arange(len(row)), row] = False
        grown = Beginnings(
            page=self.page,
            cost=self.cost,
            held=self.held,
            rows=[(*self.rows[w], r) for w, r in told],
            value=self.value.take(which) + gain,
            spent=self.spent.take(which) + self.cost.take(row) * self.outlook.plays[which, row],
            new=self._without(which, row),
            left=left,
            above=[_counted(self.above[w], int(self.page.kind[r]), self.position) for w, r in told],
            outlook=self.outlook.take(which),
            objectives=[
                self.objectives[w].after(r, self.outlook.attention[w, r], self.position)
                for w, r in told
                if self.outlook.attention is not None
            ],
        )
        grown._look_again(row)
        return grown

    def _without(self, which: Int64, row: Int64) -> Mask:
        """[V, T + 1] the titles that are new to the page below these rows."""
        grid, new = self.page.grid, self.new.take(which, axis=0)
        cell = grid.number.take(row, axis=0) + (np.arange(len(row)) * new.shape[1])[:, None]
        fresh = new.take(cell)
        new.put(cell[fresh & (grid.shown(fresh, row) <= self.page.columns)], False)
        return new

    def _look_again(self, row: Int64) -> None:
        """At the rows that share a title with the one that each has got."""
        grid = self.page.grid
        sharing = np.logical_or.reduce(self.held.take(grid.number.take(row, axis=0), axis=0), axis=1)
        w, rows = (sharing & self.left).nonzero()
        new = self.new.take(grid.number.take(rows, axis=0) + (w * self.new.shape[1])[:, None])
        self.outlook.put((w, rows), self.page.objective.outlook(new, grid.shown(new, rows), rows))


def begin(page: Assembly, cost: Float64, rows: Mask) -> Beginnings:
    """The page as it is, to be gone on with by some of its rows [R], of such cost [R] (prices.py)."""
    outlook = page.outlook
    return Beginnings(
        page=page,
        cost=cost,
        held=page.grid.holders(),
        rows=[()],
        value=np.zeros(1),
        spent=np.zeros(1),
        new=page.new[None],
        left=(page.left & rows)[None],
        above=[(tuple(page.count), tuple(page.last))],
        outlook=Outlook(
            number=outlook.number[None],
            plays=outlook.plays[None],
            attention=None if outlook.attention is None else outlook.attention[None],
        ),
        objectives=[page.objective] if page.objective.terms else (),
    )


def _counted(above: Counted, kind: int, position: int) -> Counted:
    """With one row more of the kind."""
    count, last = [*above[0]], [*above[1]]
    count[kind] += 1
    last[kind] = position
    return tuple(count), tuple(last)
