"""
NDCG of a page of rows, NDCG2D (Felicioni, Ferrari Dacrema, Cremonesi, UMAP 2021).

DCG2D = sum over rows i and columns j, from 1, of (2^relevance - 1) / log2(a i + b j): a says how hard it is to go down,
b how hard to go right. A title counts once, at its best cell. The ideal puts the best targets into the cells of the
grid in the order of a i + b j, no more of them than there are cells; rows that are short or missing are misses.
"""

import numpy as np

from pagegen.arrays import Float64, Int32, Int64, groups, within
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.ndcg import best_first, normalized
from pagegen.metrics.per_page import sums
from pagegen.metrics.window import Window


def ndcg_2d(pages: Measurable, window: Window, a: float, b: float) -> Float64:
    """
    [B] NDCG2D; NaN without targets.

    Args:
        pages: to measure.
        window: the grid, in place of the page's own.
        a: cost of a row down, at least 1.
        b: cost of a column right, at least 1.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> ndcg_2d(sketch("ab/ca", wanted=["c"], grid=(2, 3)), window(""), 1, 1).round(4).tolist()  # log2(2) / log2(3)
        [0.6309]
    """
    hits, slots, gain = pages.hits, pages.slots, pages.targets.gain
    held = np.flatnonzero(window.holds(pages, hits.slot))
    slot, target = hits.slot[held], hits.target[held]
    cost = np.full(len(gain), np.inf)
    np.minimum.at(cost, target, a * (slots.row[slot] + 1) + b * (slots.column[slot] + 1))
    page = groups(pages.targets.start)
    gained = sums(page, gain / np.log2(cost), len(pages))
    rank, cells = within(pages.targets.start), _cells(*window.grid(pages), a, b)
    ideal = sums(page, best_first(pages.targets) * _discount(cells, page, rank), len(pages))
    return normalized(gained, ideal, pages.wanted)


def cell_costs(rows: int, columns: int, a: float, b: float) -> Float64:
    """
    The costs of all cells, cheapest first.

    Examples:
        >>> cell_costs(2, 3, 1, 2).tolist()
        [3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    """
    return np.sort(np.add.outer(a * np.arange(1.0, rows + 1), b * np.arange(1.0, columns + 1)).ravel())


def _cells(rows: Int64, columns: Int64, a: float, b: float) -> list[tuple[Int64, Float64]]:
    """The pages of each distinct grid, and the costs of its cells."""
    grids, which = np.unique(np.stack([rows, columns]), axis=1, return_inverse=True)
    return [(which == g, cell_costs(int(m), int(n), a, b)) for g, (m, n) in enumerate(grids.T.tolist())]


def _discount(cells: list[tuple[Int64, Float64]], page: Int32, rank: Int64) -> Float64:
    """[K] of the ideal place of each target; 0 where the grid has no cell left."""
    discount = np.zeros(len(rank))
    for of_grid, cost in cells:
        mine = np.flatnonzero(of_grid[page] & (rank < len(cost)))
        discount[mine] = 1.0 / np.log2(cost[rank[mine]])
    return discount
