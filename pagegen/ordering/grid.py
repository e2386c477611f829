"""
Grid: the candidate rows of one request as a matrix [R, L]. A row's titles lie in its order, by their numbers among the
titles of all rows; the cells behind its last hold `nothing`, the number after the last title's.
"""

import numpy as np

from pagegen.arrays import AnyArray, Float64, Int64, Mask, lengths, record
from pagegen.ordering.rules import Rules
from pagegen.rows import Filled


@record
class Grid:
    number: Int64  # [R, L] of the title
    title: Int64  # [T + 1] position in the catalog of each number; for `nothing` one that no row has
    length: Int64  # [R] titles of each row
    exempt: Mask | None  # [R, L] titles that are shown whatever is above; None where no row has any

    @property
    def nothing(self) -> int:
        return len(self.title) - 1

    @property
    def titles(self) -> Int64:
        """[R, L] positions in the catalog; in empty cells one that no row has."""
        return self.title.take(self.number)

    @property
    def cells(self) -> Mask:
        """[R, L] those that hold a title."""
        return self.number < self.nothing

    def spread(self, value: Float64) -> Float64:
        """[R, L] of values [N] of all rows' titles, one row after the other; 0 in empty cells."""
        out = np.zeros(self.number.shape)
        out[self.cells] = value
        return out

    def shown(self, new: Mask, rows: Int64 | None = None) -> Int64:
        """[N, L] from 1, how many of a row's cells up to each would be shown next; of all rows, or of some [N]."""
        if self.exempt is None:
            return new.cumsum(axis=1)
        return (new | (self.exempt if rows is None else self.exempt.take(rows, axis=0))).cumsum(axis=1)

    def holders(self) -> Mask:
        """[T + 1, R] the rows that have each title."""
        held = np.zeros((len(self.title), len(self.length)), np.bool_)
        held[self.number, np.arange(len(self.length))[:, None]] = True
        held[self.nothing] = False
        return held


def grid_of(filled: Filled, rows: range, rules: Rules) -> tuple[Grid, Float64]:
    """Of these of the filled rows; and [R, L] the worth of each title in its row, 0 in an empty cell."""
    start = filled.start[rows.start : rows.stop + 1]
    length, kind, flat = lengths(start), filled.rows.kind[rows.start : rows.stop], slice(start[0], start[-1])
    cells = np.arange(length.max(initial=0))[None, :] < length[:, None]
    title, own = _numbered(filled.title[flat])
    number, worth = np.full(cells.shape, len(title) - 1), np.zeros(cells.shape)
    number[cells], worth[cells] = own, filled.play[flat]
    worth *= (rules.attraction[kind] * filled.attraction[rows.start : rows.stop])[:, None]
    exempt = cells & rules.exempt[kind][:, None]
    return Grid(number=number, title=title, length=length, exempt=exempt if exempt.any() else None), worth


def _numbered(title: AnyArray) -> tuple[Int64, Int64]:
    """The distinct titles, rising, and one that is none of them; and the number of each title [N] among them."""
    there = np.zeros(int(title.max(initial=-1)) + 2, np.bool_)
    there[title] = there[-1] = True
    distinct = there.nonzero()[0]
    number = np.empty(len(there), np.int64)
    number[distinct] = np.arange(len(distinct))
    return distinct, number.take(title)
