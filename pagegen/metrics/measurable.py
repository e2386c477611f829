"""
What a metric looks at: B pages, what their members wanted, and what is known of the titles shown.

Flattened, a page is read row by row from the top, each row from the left; a title's first slot is the first so met.
What several metrics need is worked out once, in `measurable`; `stored_pages.py` makes it from stored pages.
"""

from dataclasses import replace

import numpy as np

from pagegen.arrays import (
    NONE,
    Float32,
    Float64,
    Int16,
    Int32,
    Int64,
    Mask,
    groups,
    lengths,
    ranges,
    record,
    starts,
    within,
)
from pagegen.data.catalog import Tags
from pagegen.errors import SchemaError


@record
class Layout:
    """B pages of P rows with Q slots, and the grid each page is judged on."""

    row_start: Int64  # [B + 1]
    kinds: tuple[str, ...]  # names of row kinds
    kind: Int16  # [P] position in kinds
    start: Int64  # [P + 1]
    title: Int32  # [Q] or NONE: a title the catalog does not know
    look: Float64  # [Q] chance that the slot is examined
    rows: Int64  # [B] of the grid; what lies outside is not counted, what is missing inside is a miss
    columns: Int64  # [B]
    visible: Int64  # [B] columns of the first screen


@record
class Targets:
    """What the members went on to play."""

    start: Int64  # [B + 1]
    title: Int32  # [K] distinct within a page
    relevance: Float64  # [K] above 0; 1 everywhere: a play is a play
    grade: Float32  # [K] that the member gave it; NaN without one

    @property
    def gain(self) -> Float64:
        """[K] 2^relevance - 1 (Burges et al., ICML 2005): 1 for a plain play."""
        return np.exp2(self.relevance) - 1.0


@record
class Facts:
    """What was known at each page's time."""

    genres: Tags  # over T titles
    plays: Float64  # [Q] of the title so far, by anybody
    all_plays: Float64  # [B] of all titles so far
    target_plays: Float64  # [K] of each target so far, by anybody
    age_days: Float64  # [Q] since the title's release; NaN without one
    taste: Float64  # [B, G] shares of the genres in what the member has played; NaN without any


@record
class Slots:
    """Where each slot is."""

    page: Int32  # [Q]
    row: Int64  # [Q]
    column: Int64  # [Q]
    rank: Int64  # [Q] on the flattened page
    first: Mask  # [Q] the title's first slot on the page; never one of an unknown title
    by_title: Int64  # [Q] all slots by page, then title, then from first to last


@record
class Hits:
    """Slots that hold a target, by target, then from first to last; a title on the page twice has two."""

    target: Int64  # [H] position in targets
    slot: Int64  # [H]
    page: Int32  # [H]


@record
class Measurable:
    titles: int  # T of the catalog
    layout: Layout
    slots: Slots
    targets: Targets
    hits: Hits
    facts: Facts

    def __len__(self) -> int:
        return len(self.layout.rows)

    @property
    def wanted(self) -> Int64:
        """[B] number of targets."""
        return lengths(self.targets.start)

    def known(self) -> Mask:
        """[Q] slots of titles the catalog knows."""
        return self.layout.title != NONE


def measurable(layout: Layout, targets: Targets, facts: Facts) -> Measurable:
    """Pages with everything worked out that more than one metric needs."""
    if len(targets.start) != len(layout.row_start):
        message = f"{len(layout.row_start) - 1} pages, but the targets of {len(targets.start) - 1}"
        raise SchemaError(message)
    titles = len(facts.genres.start) - 1
    page_start = layout.start[layout.row_start]
    page = groups(page_start)
    key = keys(page, layout.title, titles)
    order = np.argsort(key, kind="stable")
    first = np.zeros(len(key), np.bool_)
    first[order] = _begins(key[order]) & (layout.title[order] != NONE)
    slots = Slots(
        page=page,
        row=np.repeat(within(layout.row_start), lengths(layout.start)),
        column=within(layout.start),
        rank=within(page_start),
        first=first,
        by_title=order,
    )
    hits = _hits(key[order], order, targets, titles)
    return Measurable(titles=titles, layout=layout, slots=slots, targets=targets, hits=hits, facts=facts)


def only_wanting(pages: Measurable, kept: Mask) -> Measurable:
    """
    The same pages, of whose targets [K] only the `kept` ones are wanted.

    Examples:
        >>> from pagegen.metrics.sketch import sketch
        >>> pages = only_wanting(sketch("abc", "b", wanted=["az", "b"]), np.array([False, True, True]))
        >>> pages.wanted.tolist(), pages.hits.target.tolist(), pages.hits.slot.tolist()
        ([1, 1], [1], [3])
    """
    of_page = groups(pages.targets.start)[kept]
    targets = Targets(
        start=starts(np.bincount(of_page, minlength=len(pages))),
        title=pages.targets.title[kept],
        relevance=pages.targets.relevance[kept],
        grade=pages.targets.grade[kept],
    )
    hit, place = kept[pages.hits.target], np.cumsum(kept) - 1
    hits = Hits(target=place[pages.hits.target[hit]], slot=pages.hits.slot[hit], page=pages.hits.page[hit])
    facts = replace(pages.facts, target_plays=pages.facts.target_plays[kept])
    return replace(pages, targets=targets, hits=hits, facts=facts)


def keys(page: Int32, title: Int32, titles: int) -> Int64:
    """[N] one number for each distinct (page, title); NONE comes before all titles of its page."""
    return page.astype(np.int64) * (titles + 1) + title + 1


def distinct(pages: Measurable, slot: Int64) -> Int64:
    """The first of these slots [N] for each known title of each page, by page and title."""
    among = np.zeros(len(pages.layout.title), np.bool_)
    among[slot] = True
    slot = pages.slots.by_title[(among & pages.known())[pages.slots.by_title]]
    return slot[_begins(keys(pages.slots.page[slot], pages.layout.title[slot], pages.titles))]


def _begins(ordered: Int64) -> Mask:
    return np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]


def _hits(ordered: Int64, order: Int64, targets: Targets, titles: int) -> Hits:
    page = groups(targets.start)
    wanted = keys(page, targets.title, titles)
    low, high = np.searchsorted(ordered, wanted), np.searchsorted(ordered, wanted, side="right")
    count = np.where(targets.title == NONE, 0, high - low)
    target = groups(starts(count)).astype(np.int64)
    return Hits(target=target, slot=order[ranges(low, count)], page=page[target])
