"""Cold share: the share of a page's slots whose title had hardly been played by anybody."""

from pagegen.arrays import Float64
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.per_page import page_mean
from pagegen.metrics.window import Window


def cold_share(pages: Measurable, window: Window, plays: float) -> Float64:
    """
    [B] share with fewer plays than this before the page; 1: never played. NaN without titles.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> cold_share(sketch("abcd", plays={"a": 7.0, "b": 1.0}), window(""), 1).tolist()
        [0.5]
    """
    slot = window.slots(pages)
    slot = slot[pages.known()[slot]]
    return page_mean(pages.slots.page[slot], pages.facts.plays[slot] < plays, len(pages))
