"""
Prices: what a page pays for showing a title in one row when another row would show it too.

Greedy choice takes the row of the best titles first, most of them in columns that are hardly looked at, and leaves rows
without titles of which they are the first. So a row may be charged for the titles that it would use up:

    value(row at position p) = what it adds - lambda * x(p + 1) * s * sum of u(t) over its titles that are new and seen

u(t) is the most that t is worth at its place in any of the rows, once that row is reached, and 0 where no other row has
it; s the share of the other rows left that the page has still room for. Nothing is charged for the last row of a page. These are
prices as in the assignment of titles to rows (Bertsekas' auction, 1979), guessed once and not bid for.
"""

import numpy as np

from pagegen.arrays import Float64, Int64
from pagegen.ordering.grid import Grid
from pagegen.ordering.objective import Objective


def prices(grid: Grid, objective: Objective) -> Float64:
    """[R, L] u of every title in every row; 0 in an empty cell."""
    there = grid.cells
    number, most = grid.number[there], np.zeros(len(grid.title))
    np.maximum.at(most, number, (objective.column_x[1 : grid.number.shape[1] + 1] * objective.worth)[there])
    most[np.bincount(number, minlength=len(most)) < 2] = 0.0
    return most.take(grid.number)
