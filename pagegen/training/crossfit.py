"""
Cross-fitting: past requests of a log that does not say when anything happened.

Each of `folds` parts takes about so many of every member's titles and moves their events behind the cut, where they are
what followed a request that stands there. What is left is a past like any other: sources are fitted on it, the request
is replayed and labelled as requests of all logs are. The ranker so learns from scores of sources that have not seen the
labels (stacked generalization: Wolpert, Neural Networks 5:2, 1992; the folds of one member make it cross-fitting).
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pagegen.arrays import Int64, Mask, starts, within
from pagegen.data.dataset import Past
from pagegen.data.events import FIELDS, Events, by_member
from pagegen.data.trends import read_trends
from pagegen.replay import Occasions, window_occasions


def folds(past: Past, count: int, used: int, most: int, rng: np.random.Generator) -> Iterator[tuple[Past, Occasions]]:
    """
    Every fold's past, without the titles it hides, and one request of each member from whom it hides any.

    Args:
        past: the log.
        count: of the folds.
        used: the first so many of them; every one costs a fit of all sources.
        most: requests, over all folds; members are drawn.
        rng: of the parts and the draws.
    """
    fold = fold_of(past, count, rng)
    for each, share in enumerate(np.diff(np.linspace(0, most, min(used, count) + 1).astype(np.int64)).tolist()):
        held = fold == each
        if not held.any() or held.all():
            continue  # fewer titles than folds: there is nothing to foresee, or nothing to foresee it from
        hidden = hide(past, held)
        asked = window_occasions(hidden.data, past.time, past.time + 1)
        drawn = np.sort(rng.permutation(len(asked))[:share])
        yield hidden, asked.take(drawn)


def fold_of(past: Past, count: int, rng: np.random.Generator) -> Int64:
    """
    [watermark] the fold of each event: that of its member and title.

    A member's titles are dealt out in a random order, beginning with a random fold: sizes differ by one at most, and
    who has fewer titles than there are folds has one in as many, by chance.
    """
    events, titles = past.data.events, len(past.data.catalog)
    cell = events.member[: past.watermark].astype(np.int64) * titles + events.title[: past.watermark]
    pair, of_event = np.unique(cell, return_inverse=True)
    member = pair // titles
    order = np.lexsort((rng.random(len(pair)), member))
    place = np.empty(len(pair), np.int64)
    place[order] = within(starts(np.bincount(member, minlength=len(past.data.members))))
    return ((place + rng.integers(count, size=len(past.data.members))[member]) % count)[of_event]


def hide(past: Past, held: Mask) -> Past:
    """The past [watermark] without these events: they happen at its end, behind all others."""
    data, kept = past.data, np.flatnonzero(~held)
    order = np.concatenate([kept, np.flatnonzero(held)])
    moved = {name: getattr(data.events, name)[: past.watermark][order] for name in FIELDS}
    moved["time"][len(kept) :] = past.time
    start, of_member = by_member(moved["member"], len(data.members))
    events = Events(**moved, member_start=start, of_member=of_member)
    trends = read_trends(events, data.members.country, len(data.countries), len(data.catalog))
    return Past(data=replace(data, events=events, trends=trends), watermark=len(kept), cutoff_ms=past.time)
