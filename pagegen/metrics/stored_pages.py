"""
From stored pages to what metrics look at: a frame in the schema of the pages log, the dataset, and what followed.

Whoever made the pages (engine, server, world), they are measured alike, and again when there are new metrics.
"""

import numpy as np
import polars as pl

from pagegen.arrays import NONE, AnyArray, Float64, Int32, Int64, groups, lengths, ranges, starts, within
from pagegen.data.catalog import NOT_KNOWN
from pagegen.data.dataset import Dataset
from pagegen.data.events import PLAY
from pagegen.data.genres import genre_totals, shares
from pagegen.data.schema import DEVICES
from pagegen.data.trends import DAY_MS
from pagegen.metrics.measurable import Facts, Layout, Measurable, Targets, measurable
from pagegen.ordering.examination import Examination
from pagegen.replay import Outcomes
from pagegen.request import MAX_COLUMNS, MAX_ROWS, VISIBLE_COLUMNS


def stored_pages(
    frame: pl.DataFrame,
    data: Dataset,
    followed: Outcomes,
    examination: Examination,
    *,
    grid: tuple[int, int] | None = None,
    facts: bool = True,
) -> Measurable:
    """
    Pages ready to be measured, in the order of the frame.

    Args:
        frame: B pages in the schema PAGES.
        data: those the pages were made on.
        followed: each page.
        examination: chances that slots are looked at, by device.
        grid: rows and columns every page is judged on. None: its own rows by its longest row, which forgives a page
            for what it does not show: name the grid that was asked for where cells are compared.
        facts: False leaves out what was known of titles and members, for metrics that ask only where titles stand.
    """
    targets = Targets(
        start=followed.start, title=followed.title, relevance=np.ones(len(followed.title)), grade=followed.grade
    )
    layout = _layout(frame, data, examination, grid)
    return measurable(
        layout, targets, _facts(frame, layout, targets, data) if facts else _no_facts(layout, targets, data)
    )


def _layout(frame: pl.DataFrame, data: Dataset, examination: Examination, grid: tuple[int, int] | None) -> Layout:
    device = frame["device"].fill_null(DEVICES[0]).cast(pl.Enum(DEVICES)).to_physical().to_numpy()
    row_start = starts(frame["row_lengths"].list.len().to_numpy().astype(np.int64))
    start = starts(_flat(frame["row_lengths"]).to_numpy().astype(np.int64))
    kind = _flat(frame["row_kinds"])
    kinds = tuple(kind.unique().sort())
    longest = frame["row_lengths"].list.max().fill_null(0).to_numpy().astype(np.int64)
    rows, columns = (lengths(row_start), longest) if grid is None else (np.full(len(frame), size) for size in grid)
    return Layout(
        row_start=row_start,
        kinds=kinds,
        kind=kind.cast(pl.Enum(kinds)).to_physical().cast(pl.Int16).to_numpy(),
        start=start,
        title=data.catalog.ids.positions(_flat(frame["title_ids"])),
        look=_look(row_start, start, device, examination),
        rows=rows,
        columns=columns,
        visible=_visible(frame, device),
    )


def _flat(lists: pl.Series) -> pl.Series:
    return lists.explode(empty_as_null=False)


def _visible(frame: pl.DataFrame, device: AnyArray) -> Int64:
    usual = np.array([VISIBLE_COLUMNS[name] for name in DEVICES], np.int64)[device]
    return frame["visible_columns"].cast(pl.Int64).fill_null(pl.Series(usual)).to_numpy()


def _look(row_start: Int64, start: Int64, device: AnyArray, examination: Examination) -> Float64:
    row = np.minimum(within(row_start), MAX_ROWS - 1)
    reached = examination.row[device[groups(row_start)], row]
    of_slot = groups(start)
    column = np.minimum(within(start), MAX_COLUMNS - 1)
    return reached[of_slot] * examination.column[device[groups(row_start)][of_slot], column]


def _facts(frame: pl.DataFrame, layout: Layout, targets: Targets, data: Dataset) -> Facts:
    time = frame["time"].cast(pl.Int64).to_numpy()
    page = groups(layout.start[layout.row_start])
    release = data.catalog.release_ms[layout.title]
    dated = (layout.title != NONE) & (release != NOT_KNOWN)
    plays, target_plays = _plays(time, (layout.start[layout.row_start], layout.title), targets, data)
    return Facts(
        genres=data.catalog.genres,
        plays=plays,
        target_plays=target_plays,
        all_plays=np.searchsorted(data.trends.worldwide.time, time, side="left").astype(np.float64),
        age_days=np.where(dated, (time[page] - np.where(dated, release, 0)) / DAY_MS, np.nan),
        taste=_taste(data.members.ids.positions(frame["member_id"]), time, data),
    )


def _no_facts(layout: Layout, targets: Targets, data: Dataset) -> Facts:
    unknown = np.full(len(layout.title), np.nan)
    return Facts(
        genres=data.catalog.genres,
        plays=unknown,
        target_plays=np.full(len(targets.title), np.nan),
        all_plays=np.full(len(layout.rows), np.nan),
        age_days=unknown,
        taste=np.full((len(layout.rows), len(data.catalog.genres.names)), np.nan),
    )


def _plays(time: Int64, shown: tuple[Int64, Int32], targets: Targets, data: Dataset) -> tuple[Float64, Float64]:
    """[Q] and [K] plays of each shown title and of each target before the page's time; `shown` is start and title."""
    log, places = data.trends.worldwide, (shown, (targets.start, targets.title))
    found = tuple(np.zeros(len(title)) for _, title in places)
    for page, now in enumerate(time.tolist()):
        before = log.before(now)
        for plays, (start, title) in zip(found, places, strict=True):
            inside = slice(int(start[page]), int(start[page + 1]))
            plays[inside] = before[title[inside]]
    return found[0], found[1]


def _taste(member: AnyArray, time: Int64, data: Dataset) -> Float64:
    """[B, G] the genres of the distinct titles each member played before the page's time."""
    known = np.flatnonzero(member != NONE)
    who, unit = np.unique(member[known], return_inverse=True)
    start, event = _first_plays(who, data)
    count = lengths(start)[unit]
    event, page = event[ranges(start[unit], count)], np.repeat(known, count)
    past = data.events.time[event] < time[page]
    title = data.events.title[event[past]]
    return shares(genre_totals(data.catalog.genres, page[past], title, len(member)))


def _first_plays(member: AnyArray, data: Dataset) -> tuple[Int64, Int64]:
    """[W + 1] and the event positions of the first play of each title by each of these W members."""
    events, titles = data.events, len(data.catalog)
    first = events.member_start[member]
    count = events.member_start[member + 1] - first
    event, unit = events.of_member[ranges(first, count)], np.repeat(np.arange(len(member)), count)
    play = events.kind[event] == PLAY
    event, unit = event[play], unit[play]
    _, earliest = np.unique(unit * titles + events.title[event], return_index=True)
    return starts(np.bincount(unit[earliest], minlength=len(member))), event[earliest]
