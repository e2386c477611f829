"""Promises of every page, whoever asks for whatever: tried on random requests, checked against the tables."""

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pagegen.data.schema import DEVICES
from pagegen.engine import Engine
from pagegen.homepage import HOME
from pagegen.page import Page
from pagegen.request import PageRequest, RecentEvent
from tests.random_worlds import member_ids
from tests.worlds import DAY, HOUR, NOW, World, ask

KINDS = {kind.name: kind for kind in HOME.kinds(tuple(HOME.sources))}
TITLES = st.integers(0, 160).map(lambda n: f"t{n:03d}")
VERDICTS = ("not_interested", "thumbs_down", "thumbs_up", "play", "click")


@st.composite
def requests(draw: st.DrawFn) -> PageRequest:
    time = NOW - draw(st.sampled_from([0, 1, HOUR, DAY, 40 * DAY, 119 * DAY])) - draw(st.integers(0, HOUR))
    event = st.builds(
        RecentEvent,
        title_id=TITLES,
        kind=st.sampled_from(VERDICTS),
        time=st.integers(time - 2 * DAY, time - 1),
        fraction=st.none() | st.floats(0, 1),
    )
    fields: dict[str, st.SearchStrategy[Any]] = {
        "device": st.sampled_from(DEVICES),
        "rows": st.integers(1, 30),
        "columns": st.integers(1, 50),
        "country": st.sampled_from([None, "NO", "DE", "XX"]),
        "kids": st.sampled_from([None, True, False]),
        "maturity_ceiling": st.sampled_from([None, 0, 7, 15]),
        "recent_events": st.lists(event, max_size=4).map(tuple),
        "exclude_title_ids": st.lists(TITLES, max_size=9).map(tuple),
        "exclude_row_kinds": st.lists(st.sampled_from(sorted(KINDS)), max_size=2).map(tuple),
        "disabled_sources": st.lists(st.sampled_from(sorted(HOME.sources)), max_size=1).map(tuple),
        "watermark": st.none() | st.integers(0, 3_100),
    }
    who = draw(st.sampled_from([*member_ids(), "a stranger"]))
    return ask(who, time, **{name: draw(strategy, label=name) for name, strategy in fields.items()})


@given(requests())
def test_every_page_keeps_its_promises(engine: Engine, medium: World, request: PageRequest) -> None:
    """Well formed; every title allowed; the same page again."""
    (page,) = engine.run([request]).pages

    check_shape(page, request, hard_rows=engine.rules.constraints.hard_rows)
    check_titles(page, request, medium)
    assert [page] == list(engine.run([request]).pages)


def check_shape(page: Page, request: PageRequest, hard_rows: int) -> None:
    """
    Rows and columns as asked for; no row empty, under its minimum, of a kind that was not wanted, or without a true
    heading; no title twice in a row, nor on top except in rows that may repeat.
    """
    assert len(page.rows) <= request.rows
    for row in page.rows:
        kind = KINDS[row.kind]
        assert row.heading.strip() == row.heading != ""
        assert not set("{}") & set(row.heading)
        assert min(kind.min_titles, request.columns) <= len(row.title_ids) <= min(kind.max_titles, request.columns)
        assert len(set(row.title_ids)) == len(row.title_ids)
        assert row.kind not in request.exclude_row_kinds
        assert not [name for name in request.disabled_sources if kind in HOME.sources[name].kinds]
        assert (row.evidence.seed_type != "none") == (row.evidence.seed_name != "")
    top = [t for row in page.rows[:hard_rows] if KINDS[row.kind].dedup != "exempt" for t in row.title_ids]
    assert len(set(top)) == len(top)


def check_titles(page: Page, request: PageRequest, medium: World) -> None:
    """No title that is unreleased, unlicensed, unrated or over the ceiling where one holds, disliked, or excluded."""
    titles = {row["title_id"]: row for row in medium.catalog.iter_rows(named=True)}
    person = medium.members.filter(member_id=request.member_id).to_dicts() or [{}]
    own = {"kids": False, "country": None, "maturity_ceiling": None} | person[0]
    limits = [own["maturity_ceiling"], request.maturity_ceiling, 7 if own["kids"] or request.kids else None]
    ceiling = min((limit for limit in limits if limit is not None), default=None)
    country = request.country or own["country"]
    gone = {
        title
        for title, kind in last_verdicts(page, request, medium).items()
        if kind in ("not_interested", "thumbs_down")
    }
    begun = set(medium.events.head(page.watermark)["title_id"])
    for title_id in {title for row in page.rows for title in row.title_ids}:
        row = titles[title_id]
        assert title_id not in gone | set(request.exclude_title_ids)
        assert ceiling is None or (row["maturity"] is not None and row["maturity"] <= ceiling)
        assert ms(row["release_time"]) < request.time if row["release_time"] else title_id in begun
        assert row["windows"] is None or any(is_open(window, country, request.time) for window in row["windows"])


def last_verdicts(page: Page, request: PageRequest, medium: World) -> dict[str, str]:
    log = medium.events.head(page.watermark).filter(member_id=request.member_id)
    told = [(ms(row["time"]), row["title_id"], row["kind"]) for row in log.iter_rows(named=True)]
    told += [(event.time, event.title_id, event.kind) for event in request.recent_events]
    told.sort(key=lambda row: row[0])
    return {title: kind for _, title, kind in told if kind in ("not_interested", "thumbs_down", "thumbs_up", "play")}


def is_open(window: dict[str, Any], country: str | None, time: int) -> bool:
    here = window["country"] in (country, "ZZ")
    return (
        here
        and (window["start"] is None or ms(window["start"]) <= time)
        and (window["end"] is None or time < ms(window["end"]))
    )


def ms(time: Any) -> int:
    return round(time.timestamp() * 1000)


def test_watched_titles_come_back_only_where_they_belong(engine: Engine, medium: World) -> None:
    """What a member has played is in continue watching, on the list and in the chart, and in no other row."""
    pages = engine.run([ask(who) for who in member_ids()]).pages
    played = medium.events.filter(kind="play").group_by("member_id").agg(pl.col("title_id")).rows()
    seen = {who: set(titles) for who, titles in played}
    kinds = {row.kind for page in pages for row in page.rows if seen.get(page.member_id, set()) & set(row.title_ids)}

    assert {"continue_watching", "my_list", "top_10"} == kinds


def test_pages_are_personal_and_nobody_gets_an_empty_one(engine: Engine) -> None:
    """Members, strangers and kids: rows for all; two members in ten thousand may share a page, not two of sixty."""
    pages = engine.run([ask(who) for who in [*member_ids()[:55], "a stranger"]]).pages
    rows = [tuple(row.title_ids for row in page.rows) for page in pages]

    assert len(rows) == len(set(rows))
    assert min(len(page.rows) for page in pages) >= 2
    assert np.median([len(page.rows) for page in pages]) >= 6
