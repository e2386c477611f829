"""Reciprocal rank of the first relevant title of the flattened page (Voorhees, TREC-8 1999); 0 when none is above k."""

import numpy as np

from pagegen.arrays import Float64
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.window import Window


def mrr(pages: Measurable, window: Window) -> Float64:
    """
    [B] 1 / rank, rank from 1; NaN without targets.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> mrr(sketch("abc/de", "abc/de", wanted=["de", "z"]), window("10")).tolist()
        [0.25, 0.0]
    """
    slot = pages.hits.slot[window.flat_hits(pages)]
    best = np.zeros(len(pages))
    np.maximum.at(best, pages.slots.page[slot], 1.0 / (pages.slots.rank[slot] + 1))
    return np.where(pages.wanted > 0, best, np.nan)
