"""Repeats: the share of a page's slots whose title stands in an earlier one, 1 - distinct / placed."""

import numpy as np

from pagegen.arrays import Float64
from pagegen.metrics.measurable import Measurable, distinct
from pagegen.metrics.per_page import page_mean
from pagegen.metrics.window import Window


def repeat_share(pages: Measurable, window: Window) -> Float64:
    """
    [B] 0: every slot has a title of its own. NaN without titles.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> repeat_share(sketch("abc/a"), window("")).tolist()
        [0.25]
    """
    slot = window.slots(pages)
    slot = slot[pages.known()[slot]]
    repeated = np.ones(len(pages.layout.title), np.bool_)
    repeated[distinct(pages, slot)] = False
    return page_mean(pages.slots.page[slot], repeated[slot], len(pages))
