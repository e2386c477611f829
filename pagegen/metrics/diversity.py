"""
Intra-page diversity: 1 - the mean similarity of all pairs of distinct titles (Ziegler et al., WWW 2005; Smyth and
McClave, ICCBR 2001), similarity being the cosine of their genres.

With genre vectors g of length 1, the similarities of all pairs of n titles sum to (|sum of g|^2 - n) / 2.
"""

import numpy as np

from pagegen.arrays import Float64
from pagegen.data.genres import genre_totals
from pagegen.metrics.measurable import Measurable, distinct
from pagegen.metrics.window import Window


def diversity(pages: Measurable, window: Window) -> Float64:
    """
    [B] 0: all titles have the same genres; 1: no two share one. NaN with fewer than two titles that have genres.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> diversity(sketch("abc", genres={"a": "X", "b": "X", "c": "Y"}), window("")).round(4).tolist()
        [0.6667]
    """
    slot = distinct(pages, window.slots(pages))
    genres = pages.facts.genres
    slot = slot[np.diff(genres.start)[pages.layout.title[slot]] > 0]
    page = pages.slots.page[slot]
    totals = genre_totals(genres, page, pages.layout.title[slot], len(pages), power=0.5)
    number = np.bincount(page, minlength=len(pages)).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        similarity = ((totals**2).sum(axis=1) - number) / (number * (number - 1.0))
    return np.where(number > 1, 1.0 - similarity, np.nan)
