"""
Exposure: how much each title is looked at, over a set of pages; what coverage and Gini are told from.

Exposures of parts add up, so a set of pages need not be in memory at once.
"""

from pagegen.arrays import Float64
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.per_page import sums
from pagegen.metrics.window import Window


def exposure(pages: Measurable, window: Window, weight: Float64 | None = None) -> Float64:
    """
    [T] sum over slots of the chance that they are examined.

    Args:
        pages: to measure.
        window: slots outside do not count.
        weight: [B] how often each page counts: 0 and 1 choose a stratum.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> exposure(sketch("ab/a", "b"), window(""))[:3].tolist()  # chances .5 of row 2, .8 of column 2
        [1.5, 1.8, 0.0]
    """
    slot = window.slots(pages)
    slot = slot[pages.known()[slot]]
    look = pages.layout.look[slot]
    if weight is not None:
        look = look * weight[pages.slots.page[slot]]
    return sums(pages.layout.title[slot], look, pages.titles)
