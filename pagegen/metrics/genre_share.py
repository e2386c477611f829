"""Composition by genre: the share of a page's slots that belongs to a genre, a title's slot split over its genres."""

from pagegen.arrays import Float64
from pagegen.data.genres import genre_totals, shares
from pagegen.errors import ConfigError
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.window import Window


def genre_shares(pages: Measurable, window: Window) -> Float64:
    """
    [B, G] shares of the genres among titles that have any; NaN where none has.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> from pagegen.metrics.window import window
        >>> genre_shares(sketch("ab/c", genres={"a": "X", "b": "XY"}), window("")).tolist()
        [[0.75, 0.25]]
    """
    slot = window.slots(pages)
    slot = slot[pages.known()[slot]]
    return shares(genre_totals(pages.facts.genres, pages.slots.page[slot], pages.layout.title[slot], len(pages)))


def genre_share(pages: Measurable, window: Window, genre: str) -> Float64:
    """
    [B] the share of one genre.

    Raises:
        ConfigError: the catalog has no such genre.
    """
    names = pages.facts.genres.names
    if genre not in names:
        message = f"genre_share({genre}): the catalog has no such genre; it has {', '.join(names) or 'none'}"
        raise ConfigError(message)
    return genre_shares(pages, window)[:, names.index(genre)]
