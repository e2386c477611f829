"""
A number that no page of a request can be worth more than, by plays alone, found without looking at any page.

Give each title t a price u(t) >= 0, to be paid once for the page and given back in the row that shows t first. Whatever
the prices, no page with first slots (p, q) of its titles is worth more than

    V = sum of x(p) y(q) w(t) <= sum over all t of u(t) + sum over its rows of G(r, p),
    G(r, p) = the most that a choice of titles of r, in its order from the left, makes of sum of x(p) y(q) w(t) - u(t)

for every title has at most one first slot, and repeats only push a row's titles to the right. The best assignment of
rows to positions bounds the second sum (Lagrangian relaxation of "each title once"; Geoffrion 1974), constraints left
aside. All prices at 0 count every row as if it stood alone; the prices of a page without rows, whose best titles take
its best slots whatever row they are in, make it at most what that page is worth. The least of several is told.
"""

from typing import Final

import numpy as np

from pagegen.arrays import Float64, Int64, record

SCALES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the prices that are tried


@record
class Field:
    """What pages are made of: candidate rows and slots."""

    worth: Float64  # [R, L] of each row's titles in its order; 0 in an empty cell and of what is above already
    title: Int64  # [R, L] from 0; empty cells may hold anything
    row_x: Float64  # [P] chance that each position is reached
    column_x: Float64  # [C] chance that each column is looked at then; not rising


def upper_bound(field: Field) -> float:
    """The least bound that the prices tried give; 0 without rows or positions."""
    if not (field.worth.size and len(field.row_x)):
        return 0.0
    price = prices(field)
    return min(_bound(field, scale * price) for scale in SCALES)


def prices(field: Field) -> Float64:
    """
    [titles] what each title brings to a page without rows: of titles and slots in falling order, with s the slots,
    u(i) = sum over k >= i of s(k) * (w(k) - w(k + 1)), the dual of that assignment.
    """
    best = np.zeros(int(field.title.max()) + 1)
    np.maximum.at(best, field.title, field.worth)
    slot = -np.sort(-np.outer(field.row_x, field.column_x).ravel())
    order = np.argsort(-best, kind="stable")[: len(slot)]
    falls = best[order] - np.append(best[order], _next(best, len(slot)))[1:]
    price = np.zeros(len(best))
    price[order] = (slot[: len(order)] * falls)[::-1].cumsum()[::-1]
    return price


def _next(best: Float64, taken: int) -> float:
    """The highest worth that finds no slot."""
    return float(-np.sort(-best)[taken]) if len(best) > taken else 0.0


def _bound(field: Field, price: Float64) -> float:
    from scipy.optimize import linear_sum_assignment  # only this wants it, and every process would wait for it

    most = _most(field, price)
    row, position = linear_sum_assignment(most, maximize=True)
    return float(price.sum() + most[row, position].sum())


def _most(field: Field, price: Float64) -> Float64:
    """[R, P] G of all rows and positions at once: title by title along the rows, the most with so many chosen."""
    look = np.outer(field.row_x, field.column_x)  # [P, C]
    chosen = np.full((len(field.worth), len(look), look.shape[1] + 1), -np.inf)  # [R, P, so many]
    chosen[:, :, 0] = 0.0
    for worth, cost in zip(field.worth.T, price[field.title.T], strict=True):
        with_it = chosen[:, :, :-1] + worth[:, None, None] * look
        with_it -= cost[:, None, None]
        np.maximum(chosen[:, :, 1:], with_it, out=chosen[:, :, 1:])
    return chosen.max(axis=2)
