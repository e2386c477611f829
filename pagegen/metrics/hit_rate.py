"""Hit rate: 1 where the window holds at least one relevant title, else 0 (success@k of TREC)."""

import numpy as np

from pagegen.arrays import Float64
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.recall import found
from pagegen.metrics.window import Window


def hit_rate(pages: Measurable, window: Window) -> Float64:
    """[B] 1 or 0; NaN without targets."""
    return np.where(pages.wanted > 0, found(pages, window) > 0, np.nan)
