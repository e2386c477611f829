"""
The page objective: the only place where a page is given a value.

    V(page) = sum over slots of x(p, q) * m(title) * a(row) * [first slot of the title on the page]

x is the examination of the slot, m the calibrated probability of a play, a the attraction of the row: how much more or
less a play in it counts than the same play elsewhere. Attraction is one number a row kind (`page.attraction`), times
what was learnt of such rows from logged pages (`fit.attraction`), never of the other rows: so V stays monotone and
submodular in the set of rows as long as rows only share titles.
"""

import numpy as np

from pagegen.arrays import Float64, Int64, Mask, record


@record
class Objective:
    """The objective of one request's rows [R], whose titles lie in a matrix [R, L]."""

    worth: Float64  # [R, L] m(title) * a(row); 0 in an empty cell
    row_x: Float64  # [positions] chance that the row is reached
    column_x: Float64  # [> L] chance that the n-th title shown is looked at, from 1; 0 for none and right of the page

    def gains(self, new: Mask, shown: Int64, position: int) -> Float64:
        """
        [R] what each row would add.

        Args:
            new: [R, L] cells whose titles are not on the page.
            shown: [R, L] from 1, how many of the row's cells up to this one would be shown.
            position: of the row.
        """
        return (self.column_x[shown] * (self.worth * new)).sum(axis=1) * self.row_x[position]

    def moved(self, row: int, before: Int64, after: Int64, position: int) -> float:
        """What is added when cells of the row, all of them new, stand at its beginning in another order."""
        more = self.worth[row, after] - self.worth[row, before]
        return float((self.column_x[1 : len(more) + 1] * more).sum() * self.row_x[position])

    def alone(self, worth: Float64) -> Float64:
        """[R] what rows with these titles' worth [R, L] add at a position that is surely reached, all of them new."""
        return (self.column_x[1 : worth.shape[1] + 1] * worth).sum(axis=1)

    def at_most(self) -> Float64:
        """[R] what a row can add at a position that is surely reached, whatever is above: all new, the best first."""
        return self.alone(-np.sort(-self.worth, axis=1))
