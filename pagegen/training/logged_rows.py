"""Logged rows: which rows of a pages log were entered, and what was played from which."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pagegen.arrays import NONE, Int16, Int32, Int64, Mask, groups, record, starts, within
from pagegen.data.dataset import Dataset, Past
from pagegen.data.events import PLAY
from pagegen.pool import RowKind
from pagegen.request import MAX_COLUMNS

TIME_BITS = 43  # of a time in ms: until the year 2248


@record
class LoggedRows:
    """P rows and Q slots of O pages, as they were met."""

    member: Int32  # [O]
    row_start: Int64  # [O + 1]
    kind: Int16  # [P] position in the kinds of the homepage; NONE for a row that it could not have
    seed: Int32  # [P] NONE for a row about nothing
    seen: Int64  # [P] titles that came into view; 0: the row was not reached
    start: Int64  # [P + 1]
    title: Int32  # [Q] NONE when it has left the catalog
    first: Mask  # [Q] whether it is the title's first slot on the page
    entered: Mask  # [P] a title was played, or it was seen beyond the first screen
    plays: Int64  # [P] titles first played after this page and before the next, of those in view in their first slot


def logged_rows(pages: pl.DataFrame, past: Past, kinds: Sequence[RowKind], horizon_ms: int) -> LoggedRows:
    """
    The rows of the pages log.

    Args:
        pages: in time order.
        past: of which they are, and in which what followed them is looked for.
        kinds: of the homepage.
        horizon_ms: plays longer after a page than this are none of it.
    """
    unseen = pl.col("row_lengths").list.eval(pl.element() * 0)  # what is not known to have been seen was not
    pages = pages.with_columns(pl.col("seen_columns").fill_null(unseen))
    member, titles = past.data.members.ids.positions(pages["member_id"]), past.data.catalog.ids
    row_start, start = (
        starts(pages["row_lengths"].list.len().to_numpy()),
        starts(_flat(pages, "row_lengths").to_numpy()),
    )
    seen, title = _flat(pages, "seen_columns").to_numpy().astype(np.int64), titles.positions(_flat(pages, "title_ids"))
    kind, seed = _with_seeds(_flat(pages, "row_kinds"), _flat(pages, "row_seeds"), past.data, kinds)
    row, page = groups(start), groups(row_start)
    key = page[row] * np.int64(len(titles) + 1) + title + 1
    first = _first(key) & (title != NONE)
    played = _played(member, pages["time"].cast(pl.Int64).to_numpy(), past, horizon_ms)
    credited = first & (within(start) < seen[row]) & np.isin(key, played)
    plays = np.bincount(row[credited], minlength=len(kind))
    screen = pages["visible_columns"].fill_null(MAX_COLUMNS).to_numpy()[page]
    return LoggedRows(
        member=member,
        row_start=row_start,
        kind=kind,
        seed=seed,
        seen=seen,
        start=start,
        title=title,
        first=first,
        plays=plays,
        entered=(plays > 0) | (seen > screen),
    )


def _flat(pages: pl.DataFrame, column: str) -> pl.Series:
    """What the lists of all pages hold."""
    return pages[column].explode().drop_nulls()


def _first(key: Int64) -> Mask:
    """Whether no earlier element is the same."""
    order = np.argsort(key, kind="stable")
    new = np.ones(len(key), np.bool_)
    new[order[1:]] = key[order[1:]] != key[order[:-1]]
    return new


def _played(member: Int32, time: Int64, past: Past, horizon_ms: int) -> Int64:
    """Keys of page and title of each first play that followed a page within the horizon, before the next page."""
    events = past.data.events
    order = np.lexsort((time, member))
    of_page = (member[order].astype(np.int64) << TIME_BITS) + time[order]
    play = np.flatnonzero(events.kind[: past.watermark] == PLAY)
    play = play[_first(events.member[play] * np.int64(len(past.data.catalog)) + events.title[play])]
    of_play = (events.member[play].astype(np.int64) << TIME_BITS) + events.time[play]
    at = np.searchsorted(of_page, of_play, side="right") - 1
    play, of_play, at = play[at >= 0], of_play[at >= 0], at[at >= 0]
    near = of_play - of_page[at] < horizon_ms  # another member's is an age away
    return order[at[near]] * np.int64(len(past.data.catalog) + 1) + events.title[play[near]] + 1


def _with_seeds(names: pl.Series, about: pl.Series, data: Dataset, kinds: Sequence[RowKind]) -> tuple[Int16, Int32]:
    """[P] kinds, and positions of what the rows are about; no kind where the homepage has none, or that has left."""
    kind = _places(names, [kind.name for kind in kinds])
    seed, seed_type = np.full(len(kind), NONE, np.int32), np.array([*(kind.seed_type for kind in kinds), "none"])[kind]
    catalog = data.catalog
    known = {"title": catalog.ids.names, "genre": catalog.genres.names, "person": catalog.people.names}
    for of_type, vocabulary in known.items():
        rows = np.flatnonzero(seed_type == of_type)
        seed[rows] = _places(about.gather(rows), vocabulary)
    return np.where((seed_type != "none") & (seed == NONE), NONE, kind).astype(np.int16), seed


def _places(names: pl.Series, vocabulary: Sequence[str]) -> Int32:
    """The place of each name; NONE where it has none."""
    places = {name: place for place, name in enumerate(vocabulary)}
    return names.replace_strict(places, default=NONE, return_dtype=pl.Int32).to_numpy()
