"""
Calibration of genres (Steck, RecSys 2018): how far the page's mix of genres is from the member's own.

C_KL = sum over genres g of p(g) log(p(g) / q'(g)), q' = (1 - alpha) q + alpha p, alpha = .01; p is the mix of the
distinct titles the member had played before, q that of the page's slots. 0 is a calibrated page; natural logarithm.
"""

import numpy as np

from pagegen.arrays import Float64
from pagegen.metrics.genre_share import genre_shares
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.window import Window

ALPHA = 0.01


def miscalibration(pages: Measurable, window: Window) -> Float64:
    """
    [B] C_KL; NaN where the member's history or the page has no genres.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> pages = sketch("ab", "ac", played=["xy", "xy"], genres={"a": "R", "b": "S", "c": "R", "x": "R", "y": "S"})
        >>> miscalibration(pages, window("")).round(3).tolist()
        [0.0, 1.959]
    """
    return divergence(pages.facts.taste, genre_shares(pages, window))


def divergence(taste: Float64, shown: Float64, alpha: float = ALPHA) -> Float64:
    """
    [B] KL divergence of mixes [B, G].

    Examples:
        >>> divergence(np.array([[0.7, 0.3], [0.5, 0.5]]), np.array([[0.7, 0.3], [1.0, 0.0]])).round(3).tolist()
        [0.0, 1.959]
    """
    mixed = (1.0 - alpha) * shown + alpha * taste
    ratio = np.divide(taste, mixed, out=np.ones_like(taste), where=taste != 0)  # 0 log 0 = 0
    return np.asarray((taste * np.log(ratio)).sum(axis=1) + 0.0 * shown.sum(axis=1))
