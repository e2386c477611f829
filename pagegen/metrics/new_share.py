"""Composition by age: the share of a page's slots whose title came out lately."""

from pagegen.arrays import Float64
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.per_page import page_mean
from pagegen.metrics.window import Window


def new_share(pages: Measurable, window: Window, days: float) -> Float64:
    """
    [B] share released at most so many days before the page, among slots with a known release; NaN without any.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> new_share(sketch("abc", age_days={"a": 3.0, "b": 400.0}), window(""), 90).tolist()
        [0.5]
    """
    slot = window.slots(pages)
    age = pages.facts.age_days[slot]
    dated = age == age
    return page_mean(pages.slots.page[slot[dated]], age[dated] <= days, len(pages))
