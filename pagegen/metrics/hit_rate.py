"""Hit rate: 1 where the window holds at least one relevant title, else 0 (success@k of TREC)."""

import numpy as np

from pagegen.arrays import Float64
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.recall import found
from pagegen.metrics.window import Window


def hit_rate(pages: Measurable, window: Window) -> Float64:
    """
    [B] 1 or 0; NaN without targets.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> hit_rate(sketch("abc/d", "abc/d", "abc/d", wanted=["az", "d", ""]), window("1x3")).tolist()
        [1.0, 0.0, nan]
    """
    return np.where(pages.wanted > 0, found(pages, window) > 0, np.nan)
