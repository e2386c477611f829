"""
Novelty: mean self-information of the titles shown (Zhou et al., PNAS 2010; Vargas and Castells, RecSys 2011).

I(t) = -log2((plays of t + 1) / (all plays + T)) with the plays before the page's time, one added to each of the T
titles of the catalog, so that a title nobody has played has one too.
"""

import numpy as np

from pagegen.arrays import Float64
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.per_page import page_mean
from pagegen.metrics.window import Window


def novelty(pages: Measurable, window: Window) -> Float64:
    """
    [B] bits, over slots; NaN without titles.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> novelty(sketch("ab", plays={"a": 7.0, "z": 31.0}), window("")).tolist()  # of 64: 8 and 1
        [4.5]
    """
    slot = window.slots(pages)
    slot = slot[pages.known()[slot]]
    page = pages.slots.page[slot]
    plays, all_plays = pages.facts.plays[slot], pages.facts.all_plays[page]
    return page_mean(page, np.log2(all_plays + pages.titles) - np.log2(plays + 1.0), len(pages))
