"""
Average precision of the flattened page (Buckley and Voorhees, TREC book 2005, ch. 3); its mean over requests is MAP.

AP@k = sum over relevant titles above k of (relevant titles down to it) / (its rank), over *all* relevant titles, as
trec_eval counts: with more targets than k, 1 is out of reach.
"""

import numpy as np

from pagegen.arrays import Float64, starts, within
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.window import Window


def average_precision(pages: Measurable, window: Window) -> Float64:
    """
    [B] AP; a repeated title takes its place and is no second hit. NaN without targets.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> average_precision(sketch("abc/ad", wanted=["adyz"]), window("10")).tolist()  # (1/1 + 2/5) / 4
        [0.35]
    """
    slot = np.sort(pages.hits.slot[window.flat_hits(pages)])  # from the top of each page
    page = pages.slots.page[slot]
    place = within(starts(np.bincount(page, minlength=len(pages))))
    total = np.bincount(page, (place + 1) / (pages.slots.rank[slot] + 1), minlength=len(pages))
    with np.errstate(invalid="ignore"):
        return total / pages.wanted
