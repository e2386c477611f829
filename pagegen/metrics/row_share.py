"""Composition by row kind: the share of a page's rows that are of a kind."""

import numpy as np

from pagegen.arrays import Float64, groups
from pagegen.data.genres import shares
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.window import Window


def row_shares(pages: Measurable) -> Float64:
    """
    [B, kinds] shares of `layout.kinds`; NaN for a page without rows.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> row_shares(sketch("ab/c/d/e", kinds=["top_10", "genre", "genre", "genre"])).tolist()
        [[0.75, 0.25]]
    """
    layout = pages.layout
    key = groups(layout.row_start).astype(np.int64) * len(layout.kinds) + layout.kind
    counts = np.bincount(key, minlength=len(pages) * len(layout.kinds)).reshape(len(pages), len(layout.kinds))
    return shares(counts.astype(np.float64))


def row_share(pages: Measurable, _: Window, kind: str) -> Float64:
    """[B] the share of one kind: 0 where no page has it."""
    layout = pages.layout
    if kind in layout.kinds:
        return row_shares(pages)[:, layout.kinds.index(kind)]
    return np.where(np.diff(layout.row_start) > 0, 0.0, np.nan)
