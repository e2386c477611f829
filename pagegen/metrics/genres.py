"""How titles spread over genres: every title is worth one, split evenly over its genres (Steck, RecSys 2018)."""

import numpy as np

from pagegen.arrays import AnyArray, Float64, Int32, Int64, lengths, ranges
from pagegen.data.catalog import Tags
from pagegen.metrics.per_page import sums


def genre_totals(genres: Tags, page: AnyArray, title: Int32, pages: int, power: float = 1.0) -> Float64:
    """
    [B, G] sums over each page's titles; titles without genres add nothing.

    Args:
        genres: of the catalog.
        page: [N]
        title: [N]
        pages: B
        power: a title adds 1 / (its number of genres)^power to each of them; 1/2 gives vectors of length 1.
    """
    number = lengths(genres.start)[title]
    tag = genres.tag[ranges(genres.start[title], number)]
    each = np.repeat(np.maximum(number, 1) ** -power, number)
    key: Int64 = np.repeat(page.astype(np.int64), number) * len(genres.names) + tag
    return sums(key, each, pages * len(genres.names)).reshape(pages, len(genres.names))


def shares(totals: Float64) -> Float64:
    """
    [B, G] each row as shares of its sum; NaN where that is 0.

    Examples:
        >>> shares(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist()
        [[0.25, 0.75], [nan, nan]]
    """
    with np.errstate(invalid="ignore"):
        return totals / totals.sum(axis=1, keepdims=True)
