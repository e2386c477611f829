"""Precision: relevant titles inside the window over the places there, @k or @m-by-n (Netflix 2015, see recall)."""

import numpy as np

from pagegen.arrays import Float64
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.recall import found
from pagegen.metrics.window import Window


def precision(pages: Measurable, window: Window) -> Float64:
    """
    [B] share of the places that hold a target, each target once, short rows being misses; NaN without targets.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> precision(sketch("abc/da", wanted=["adz"]), window("2x4")).tolist()
        [0.25]
    """
    with np.errstate(invalid="ignore"):
        return np.where(pages.wanted > 0, found(pages, window) / window.size(pages), np.nan)
