"""
The part of a page that a metric looks at: the first k slots, the first m rows by n columns, or the whole grid.

Written `10`, `3x4`, `3xscreen` (as many columns as the device shows before a swipe), or nothing.
"""

import re

import numpy as np

from pagegen.arrays import Int64, Mask, record
from pagegen.errors import ConfigError
from pagegen.metrics.measurable import Measurable

FORM = re.compile(r"(?P<depth>[1-9]\d*)|(?P<rows>[1-9]\d*)x(?P<columns>[1-9]\d*|screen)")


@record
class Window:
    depth: int | None = None  # slots of the flattened page
    rows: int | None = None
    columns: int | None = None  # with rows; None: the first screen

    def __str__(self) -> str:
        if self.depth is not None:
            return str(self.depth)
        return "" if self.rows is None else f"{self.rows}x{self.columns or 'screen'}"

    def holds(self, pages: Measurable, slot: Int64) -> Mask:
        """[N] whether each of these slots lies inside."""
        slots = pages.slots
        if self.depth is not None:
            return slots.rank[slot] < self.depth
        rows, columns = self.grid(pages)
        page = slots.page[slot]
        return (slots.row[slot] < rows[page]) & (slots.column[slot] < columns[page])

    def slots(self, pages: Measurable) -> Int64:
        """The slots inside, ascending."""
        return np.flatnonzero(self.holds(pages, np.arange(len(pages.layout.title))))

    def flat_hits(self, pages: Measurable) -> Int64:
        """The hits in the first slot of their title, among as many slots of the flattened page as the window has."""
        slots, hits = pages.slots, pages.hits
        return np.flatnonzero(slots.first[hits.slot] & (slots.rank[hits.slot] < self.size(pages)[hits.page]))

    def grid(self, pages: Measurable) -> tuple[Int64, Int64]:
        """[B] rows and [B] columns; the grid of each page, where the window names none."""
        layout = pages.layout
        if self.rows is None:
            return layout.rows, layout.columns
        columns = layout.visible if self.columns is None else np.full(len(pages), self.columns)
        return np.full(len(pages), self.rows), columns

    def size(self, pages: Measurable) -> Int64:
        """[B] slots that a full page would have inside."""
        if self.depth is not None:
            return np.full(len(pages), self.depth)
        rows, columns = self.grid(pages)
        return rows * columns


WHOLE = Window()


def window(text: str) -> Window:
    """
    The window of this notation.

    Raises:
        ConfigError: it is none.

    Examples:
        >>> window("3x4")
        Window(depth=None, rows=3, columns=4)
        >>> str(window("10")), str(window("3xscreen")), str(window(""))
        ('10', '3xscreen', '')
    """
    if not text:
        return WHOLE
    found = FORM.fullmatch(text)
    if not found:
        message = f"{text!r} is no part of a page; write a number of slots (10), rows x columns (3x4) or 3xscreen"
        raise ConfigError(message)
    if found["depth"]:
        return Window(depth=int(found["depth"]))
    return Window(rows=int(found["rows"]), columns=None if found["columns"] == "screen" else int(found["columns"]))
