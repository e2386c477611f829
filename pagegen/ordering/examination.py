"""
Examination: the chance that a slot is looked at, x(p, q) = row[p] * column[q], for each device.

Where the data have a pages log it is counted from how far pages were seen; elsewhere it is a documented guess: a
member goes on to the next row with probability .85 and to the next title with .93, and swipes past the first screen
of columns in a quarter of the rows (a separable reading of the gaze studies in RecGaze, SIGIR 2025).
"""

import numpy as np
import polars as pl

from pagegen.arrays import Float64, record
from pagegen.data.schema import DEVICES
from pagegen.request import MAX_COLUMNS, MAX_ROWS, VISIBLE_COLUMNS

NEXT_ROW = 0.85
NEXT_COLUMN = 0.93
SWIPE = 0.25
FEWEST_PAGES = 200  # of a device before its own counts are used


@record
class Examination:
    row: Float64  # [devices, MAX_ROWS] chance that the row is reached
    column: Float64  # [devices, MAX_COLUMNS] chance that the column is looked at once the row is reached

    def of(self, device: str) -> tuple[Float64, Float64]:
        return self.row[DEVICES.index(device)], self.column[DEVICES.index(device)]


def default_examination() -> Examination:
    """The documented guess."""
    column = NEXT_COLUMN ** np.arange(MAX_COLUMNS)
    screens = [np.where(np.arange(MAX_COLUMNS) < VISIBLE_COLUMNS[device], 1.0, SWIPE) for device in DEVICES]
    row = np.tile(NEXT_ROW ** np.arange(MAX_ROWS), (len(DEVICES), 1))
    return Examination(row=row, column=np.array([column * screen for screen in screens]))


def fit_examination(pages: pl.DataFrame) -> Examination:
    """Counted from the pages log, device by device; the guess for a device with fewer than 200 pages."""
    guess = default_examination()
    row, column = guess.row.copy(), guess.column.copy()
    for d, device in enumerate(DEVICES):
        own = pages.filter(pl.col("device") == device, pl.col("seen_columns").is_not_null())
        if len(own) >= FEWEST_PAGES:
            row[d] = _reached(own["seen_columns"], guess.row[d])
            column[d] = _looked_at(own["row_lengths"], own["seen_columns"], guess.column[d])
    return Examination(row=row, column=column)


def _reached(seen: pl.Series, guess: Float64) -> Float64:
    """[MAX_ROWS] share of the pages with such a row that reached it."""
    flat = (
        pl.DataFrame({"seen": seen, "row": seen.list.eval(pl.int_range(pl.len()))}).explode("seen", "row").drop_nulls()
    )
    shares = flat.group_by("row").agg((pl.col("seen") > 0).mean()).sort("row")["seen"].to_numpy()
    return _extended(shares, guess)


def _looked_at(length: pl.Series, seen: pl.Series, guess: Float64) -> Float64:
    """
    [MAX_COLUMNS] chance that a reached row is seen at least this far: the product of going on, where there is further
    to go (Kaplan and Meier, JASA 1958: a row seen to its end says nothing about columns it does not have).
    """
    flat = (
        pl.DataFrame({"length": length, "seen": seen}).explode("length", "seen").drop_nulls().filter(pl.col("seen") > 0)
    )
    long, far = flat["length"].to_numpy(), flat["seen"].to_numpy()
    shares = [1.0]
    for column in range(1, int(long.max(initial=1))):
        at_risk = int(((far >= column) & (long > column)).sum())
        if not at_risk:
            break
        shares.append(shares[-1] * int((far > column).sum()) / at_risk)
    return _extended(np.array(shares if len(flat) else []), guess)


def _extended(shares: Float64, guess: Float64) -> Float64:
    """The shares, and beyond them the guess, scaled to meet the last; never rising, never 0. No shares: the guess."""
    if not len(shares):
        return guess
    size = min(len(shares), len(guess))
    curve = guess * (shares[size - 1] / guess[size - 1])
    curve[:size] = shares[:size]
    return np.maximum(np.minimum.accumulate(curve), 1e-6)
