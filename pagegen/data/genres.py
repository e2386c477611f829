"""How titles spread over genres: every title is worth one, split evenly over its genres (Steck, RecSys 2018)."""

import numpy as np

from pagegen.arrays import AnyArray, Float64, Int32, Int64, lengths, ranges
from pagegen.data.catalog import Tags


def spread(genres: Tags, title: AnyArray, power: float = 1.0) -> tuple[Int64, Int32, Float64]:
    """
    Every genre of N titles: whose it is (a position in the titles), the genre, and the title's share of it.

    Args:
        genres: of the catalog.
        title: [N]
        power: a title's share of each of its genres is 1 / (their number)^power; 1/2 gives vectors of length 1.
    """
    number = lengths(genres.start)[title]
    tag = genres.tag[ranges(genres.start[title], number)]
    share = np.repeat(np.maximum(number, 1) ** -power, number)
    return np.repeat(np.arange(len(title)), number), tag, share


def genre_totals(genres: Tags, page: AnyArray, title: Int32, pages: int, power: float = 1.0) -> Float64:
    """
    [B, G] sums over each page's titles; titles without genres add nothing.

    Args:
        genres: of the catalog.
        page: [N]
        title: [N]
        pages: B
        power: as in `spread`.
    """
    place, tag, share = spread(genres, title, power)
    key = page.astype(np.int64)[place] * len(genres.names) + tag
    totals = np.bincount(key, share, minlength=pages * len(genres.names))
    return totals.astype(np.float64, copy=False).reshape(pages, len(genres.names))


def shares(totals: Float64) -> Float64:
    """
    [B, G] each row as shares of its sum; NaN where that is 0.

    Examples:
        >>> shares(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist()
        [[0.25, 0.75], [nan, nan]]
    """
    with np.errstate(invalid="ignore"):
        return totals / totals.sum(axis=1, keepdims=True)
