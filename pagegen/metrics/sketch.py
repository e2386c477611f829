"""
Small pages written as text, for examples and tests.

A page is its rows from the top with `/` between them, a row its titles from the left, a title a letter: `abc/dae`. A
dot is a title the catalog does not know. An empty text is a page without rows.
"""

from collections.abc import Mapping, Sequence
from string import ascii_lowercase
from types import MappingProxyType

import numpy as np

from pagegen.arrays import NONE, Int32, groups, starts
from pagegen.data.catalog import Tags, tags_of
from pagegen.data.genres import genre_totals, shares
from pagegen.metrics.measurable import Facts, Layout, Measurable, Targets, measurable

ROW, COLUMN = 0.5, 0.8  # chances of going on by a row and by a column
NOTHING: Mapping[str, float] = MappingProxyType({})


def sketch(
    *pages: str,
    wanted: Sequence[str] = (),
    relevance: Mapping[str, float] = NOTHING,
    genres: Mapping[str, str] = MappingProxyType({}),
    played: Sequence[str] = (),
    plays: Mapping[str, float] = NOTHING,
    age_days: Mapping[str, float] = NOTHING,
    grades: Mapping[str, float] = NOTHING,
    kinds: Sequence[str] = (),
    grid: tuple[int, int] | None = None,
    visible: int = 2,
) -> Measurable:
    """
    Pages of a catalog of 26 titles, a to z.

    Args:
        pages: B texts.
        wanted: B texts, the letters each member went on to play.
        relevance: of letters, otherwise 1.
        genres: of letters, each genre a letter too.
        played: B texts, the letters each member had played.
        plays: of letters so far, otherwise 0.
        age_days: of letters, otherwise not known.
        grades: of letters by whoever wanted them, otherwise none.
        kinds: of the P rows, otherwise `row`.
        grid: rows and columns; the page's own without.
        visible: columns of the first screen.

    Examples:
        >>> pages = sketch("abc/ba", wanted=["az"])
        >>> pages.slots.row[pages.hits.slot].tolist(), pages.slots.column[pages.hits.slot].tolist()
        ([0, 1], [0, 1])
    """
    layout = _layout(pages, kinds, grid, visible)
    known = np.array([(plays.get(letter, 0.0), age_days.get(letter, np.nan)) for letter in ascii_lowercase])
    of_slot = np.where((layout.title == NONE)[:, None], np.nan, known[layout.title])
    tags = _tags(genres)
    before = _letters("".join(played or [""] * len(pages)))
    page = groups(starts(np.array([len(text) for text in played or [""] * len(pages)], np.int64)))
    texts = wanted or [""] * len(pages)
    facts = Facts(
        genres=tags,
        plays=of_slot[:, 0],
        target_plays=known[_letters("".join(texts)), 0],
        age_days=of_slot[:, 1],
        all_plays=np.full(len(pages), sum(plays.values())),
        taste=shares(genre_totals(tags, page, before, len(pages))),
    )
    targets = Targets(
        start=starts(np.array([len(text) for text in texts], np.int64)),
        title=_letters("".join(texts)),
        relevance=np.array([relevance.get(letter, 1.0) for letter in "".join(texts)]),
        grade=np.array([grades.get(letter, np.nan) for letter in "".join(texts)], np.float32),
    )
    return measurable(layout, targets, facts)


def _layout(pages: Sequence[str], kinds: Sequence[str], grid: tuple[int, int] | None, visible: int) -> Layout:
    rows = [page.split("/") if page else [] for page in pages]
    flat = [row for page in rows for row in page]
    look = [ROW**r * COLUMN**c for page in rows for r, row in enumerate(page) for c in range(len(row))]
    names = tuple(sorted(set(kinds or ["row"])))
    sizes = [grid or (len(page), max(map(len, page), default=0)) for page in rows]
    return Layout(
        row_start=starts(np.array([len(page) for page in rows], np.int64)),
        kinds=names,
        kind=np.array([names.index(kind) for kind in kinds or ["row"] * len(flat)], np.int16),
        start=starts(np.array([len(row) for row in flat], np.int64)),
        title=_letters("".join(flat)),
        look=np.array(look, np.float64),
        rows=np.array([size[0] for size in sizes], np.int64),
        columns=np.array([size[1] for size in sizes], np.int64),
        visible=np.full(len(pages), visible, np.int64),
    )


def _letters(text: str) -> Int32:
    return np.array([ascii_lowercase.find(letter) for letter in text], np.int32)


def _tags(genres: Mapping[str, str]) -> Tags:
    names = tuple(sorted(set("".join(genres.values()))))
    tags = [sorted(names.index(genre) for genre in set(genres.get(letter, ""))) for letter in ascii_lowercase]
    start = starts(np.array([len(of_title) for of_title in tags], np.int64))
    flat = np.array([tag for of_title in tags for tag in of_title], np.int32)
    return tags_of(names, start, flat)
