"""
Recall: relevant titles among the first m rows by n columns, over all relevant titles (Recall@m-by-n: Alvino and
Basilico, "Learning a Personalized Homepage", Netflix 2015). 3 by 4 is about what a device shows before any scrolling.

A title in the window twice counts once. The surface holds the recall of every window from 1 x 1 up.
"""

import numpy as np

from pagegen.arrays import Float64, Int64
from pagegen.metrics.measurable import Hits, Measurable
from pagegen.metrics.window import Window


def recall(pages: Measurable, window: Window) -> Float64:
    """
    [B] share of the targets inside the window; NaN without targets.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> recall(sketch("abc/dae", wanted=["adz"]), window("1x3")).round(4).tolist()
        [0.3333]
    """
    with np.errstate(invalid="ignore"):
        return found(pages, window) / pages.wanted


def found(pages: Measurable, window: Window) -> Int64:
    """[B] number of distinct targets inside the window."""
    held = np.zeros(len(pages.targets.title), np.bool_)
    held[pages.hits.target[window.holds(pages, pages.hits.slot)]] = True
    return np.diff(np.append(0, np.cumsum(held))[pages.targets.start])


def recall_surface(pages: Measurable, window: Window) -> Float64:
    """
    [B, m, n] recall of each window from 1 x 1 to m x n; NaN without targets.

    A target counts from each slot that is not right of another one above it, in all windows that reach the slot; where
    two such slots would count it twice, one is taken back.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> recall_surface(sketch("abc/dae", wanted=["cd"]), window("2x3")).tolist()
        [[[0.0, 0.0, 0.5], [0.5, 0.5, 1.0]]]
    """
    rows, columns = window.rows or 0, window.columns or 0
    surface = np.zeros((len(pages), rows + 1, columns + 1))  # the last row and column gather what lies outside
    page, row, column, until = _corners(pages)
    np.add.at(surface, (page, np.minimum(row, rows), np.minimum(column, columns)), 1.0)
    np.subtract.at(surface, (page, np.minimum(row, rows), np.minimum(until, columns)), 1.0)
    counts = np.cumsum(np.cumsum(surface[:, :rows, :columns], axis=1), axis=2)
    with np.errstate(invalid="ignore"):
        return counts / pages.wanted[:, None, None]


def _corners(pages: Measurable) -> tuple[Int64, Int64, Int64, Int64]:
    """
    Page, row and column of the slots from which a target counts, and the column from which it already did.

    A target first met in column 7, and a row below in column 2, counts in the wider windows from the first and between
    columns 2 and 6 from the second.
    """
    hits: Hits = pages.hits
    row, column = pages.slots.row[hits.slot], pages.slots.column[hits.slot]
    until: Int64 = np.full(len(row), np.iinfo(np.int64).max)  # leftmost column of the same target higher up
    for step in range(1, int(np.bincount(hits.target).max(initial=1))):
        until[step:] = np.where(
            hits.target[step:] == hits.target[:-step], np.minimum(until[step:], column[:-step]), until[step:]
        )
    kept = column < until
    return hits.page[kept].astype(np.int64), row[kept], column[kept], until[kept]
