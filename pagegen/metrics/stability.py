"""
Stability: how alike two pages of the same request are, as the weighted Jaccard similarity (Ruzicka 1958) of attention.

S(A, B) = sum over titles of min(x_A, x_B) / sum of max(x_A, x_B), x(t) the chance that the first slot of t is examined,
0 where t is not on the page. Swapping two titles far down hardly matters, a new first row does.
"""

import numpy as np

from pagegen.arrays import NONE, Float64, Int64
from pagegen.errors import SchemaError
from pagegen.metrics.measurable import Measurable, keys
from pagegen.metrics.per_page import sums
from pagegen.metrics.window import Window
from pagegen.ordering.stability import similarity


def stability(pages: Measurable, window: Window, others: Measurable) -> Float64:
    """
    [B] 1: the same titles get the same attention; 0: no title in common. Two pages without titles are the same.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> stability(sketch("ab"), window(""), sketch("ba")).round(4).tolist()  # (.8 + .8) / (1 + 1)
        [0.8]
    """
    if (len(pages), pages.titles) != (len(others), others.titles):
        message = f"{len(pages)} pages of {pages.titles} titles beside {len(others)} of {others.titles}"
        raise SchemaError(message)
    key, look = _attention(pages, window)
    key_other, look_other = _attention(others, window)
    its = np.searchsorted(key_other, key)
    shared = np.flatnonzero(np.append(key_other, NONE)[its] == key)
    page, page_other = key // (pages.titles + 1), key_other // (pages.titles + 1)
    both = sums(page[shared], np.minimum(look[shared], look_other[its[shared]]), len(pages))
    total = sums(page, look, len(pages)) + sums(page_other, look_other, len(pages))
    return similarity(both, total)


def _attention(pages: Measurable, window: Window) -> tuple[Int64, Float64]:
    """Keys of the titles, ascending, and the attention each gets."""
    slot = pages.slots.by_title[pages.slots.first[pages.slots.by_title]]
    slot = slot[window.holds(pages, slot)]
    return keys(pages.slots.page[slot], pages.layout.title[slot], pages.titles), pages.layout.look[slot]
