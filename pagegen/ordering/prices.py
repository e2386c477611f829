"""
Prices: what a page pays for showing a title in one row when another row would show it too.

Greedy choice takes the row of the best titles first, most of them in columns that are hardly looked at, and leaves rows
without titles that would be their first. So a row is charged for the titles that it uses up. Of a page of its own

    cost(row) = sum over its titles, as far as they are seen, of u(t) / plays to expect of them once it is reached
    u(t)      = the most that t is worth at its place in any of the rows, once that one is reached; 0 if no other has it

and at a position p, when some of its titles stand above, the same share is charged of the plays that are left:

    value(row at p) = what it adds - lambda * x(p + 1) * room * cost(row) * plays, once it is reached

Room is the share of the other rows left that the page has still places for; nothing is charged for its last row. These
are prices as in auctions of assignments (Bertsekas 1979), guessed once and not bid for.
"""

import numpy as np

from pagegen.arrays import Float64, record
from pagegen.ordering.assembly import Assembly


@record
class Prices:
    """Of one page; what is above makes no difference to them, so that it can be continued."""

    cost: Float64  # [R] of the titles of a row, in plays, for each that is to be expected of it
    weight: Float64  # [positions + 1] of the cost of rows above the position: lambda * x * room; 0 below the page
    charge: Float64  # [positions + 1, R] the two multiplied


def prices_of(page: Assembly, price: float) -> Prices:
    """With this lambda; of a page that has no rows yet but those of earlier answers."""
    rows = np.arange(page.position, page.end)
    room = (page.end - rows) / np.maximum(np.count_nonzero(page.left) - (rows - page.position), 1)
    weight = np.zeros(max(page.end, page.position) + 1)
    weight[rows] = price * page.objective.row_x[rows] * np.minimum(1.0, room)
    cost = _costs(page) if price else np.zeros(len(page.left))
    return Prices(cost=cost, weight=weight, charge=np.multiply.outer(weight, cost))


def _costs(page: Assembly) -> Float64:
    number, objective = page.grid.number, page.objective
    own = objective.column_x[1 : number.shape[1] + 1] * objective.worth
    flat, most = number.ravel(), np.zeros(len(page.grid.title))
    np.maximum.at(most, flat, own.ravel())
    most[np.bincount(flat, minlength=len(most)) < 2] = 0.0  # no other row has it
    spent, plays = most.take(number[:, : page.columns]).sum(axis=1), own.sum(axis=1)
    return np.divide(spent, plays, out=np.zeros(len(plays)), where=plays > 0)
