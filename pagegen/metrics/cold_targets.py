"""
Recall and NDCG of cold titles: only what followed of titles that hardly anybody had played counts as relevant.

Formulas are those of `recall.py` and `ndcg.py`; a page whose member went on to play no such title has no value.
"""

from pagegen.arrays import Float64
from pagegen.metrics.measurable import Measurable, only_wanting
from pagegen.metrics.ndcg import ndcg_of_pages
from pagegen.metrics.recall import recall
from pagegen.metrics.window import Window


def recall_cold(pages: Measurable, window: Window, plays: float) -> Float64:
    """
    [B] recall of the targets with fewer plays than this before the page; NaN without any.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> recall_cold(sketch("abc", "abc", wanted=["axz", "a"], plays={"a": 7.0, "x": 1.0}), window("2"), 2).tolist()
        [0.0, nan]
    """
    return recall(of_cold_titles(pages, plays), window)


def ndcg_cold(pages: Measurable, window: Window, plays: float) -> Float64:
    """
    [B] NDCG of the flattened pages, of the targets with fewer plays than this before the page; NaN without any.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> ndcg_cold(sketch("abc", wanted=["ab"], plays={"a": 7.0}), window("2"), 1).round(4).tolist()
        [0.6309]
    """
    return ndcg_of_pages(of_cold_titles(pages, plays), window)


def of_cold_titles(pages: Measurable, plays: float) -> Measurable:
    """The same pages, only the targets with fewer plays than this being wanted."""
    return only_wanting(pages, pages.facts.target_plays < plays)
