"""Trends: plays as of the last closed hour, recounted by polars."""

from dataclasses import fields
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.context import TrendView, TrendWindows, read_contexts
from pagegen.data import trends as trends_module
from pagegen.data.dataset import Dataset
from pagegen.request import PageRequest
from tests.random_worlds import DAYS
from tests.worlds import DAY, HOUR, NOW, World, ask, days_ago, event, member, play, title, world

NEVER, NOT_YET = np.iinfo(np.int64).min, np.iinfo(np.int64).max
WINDOWS = TrendWindows(short_days=7.0, long_days=30.0, min_plays=20.0)


def view(data: Dataset, *requests: PageRequest, windows: TrendWindows = WINDOWS) -> TrendView:
    return read_contexts(requests, data, windows).trends


def test_only_closed_hours_count() -> None:
    """A play at 20:00 is not in the trend of 20:59, but in that of 21:00; a first event is known at once."""
    at_eight = NOW - HOUR // 2
    data = world([title("a", release_time=None)], [play("you", "a", at_eight, grade=2.5)])
    before, after = ask(time=at_eight + HOUR - 1), ask(time=at_eight + HOUR)
    t = view(data, before, after)

    assert [[0.0, 1.0]] * 6 == [
        x[:, 0].tolist() for x in (t.day, t.short, t.long, t.total, t.graded, t.grade_sum / 2.5)
    ]
    assert [NEVER, at_eight] == t.last_ms[:, 0].tolist()
    assert [at_eight, at_eight] == t.first_ms[:, 0].tolist()
    assert [NOT_YET] == view(data, ask(time=at_eight)).first_ms[:, 0].tolist()


def test_only_plays_make_a_trend() -> None:
    """Clicks and list adds are first events, but no plays."""
    data = world([title("a")], [event("you", "a", "click", days_ago(2)), event("me", "a", "list_add", days_ago(1))])
    t = view(data, ask())

    assert ([0.0], [NEVER], [days_ago(2)]) == (t.total[0].tolist(), t.last_ms[0].tolist(), t.first_ms[0].tolist())


@pytest.mark.parametrize(("plays", "local"), [(20, True), (19, False)])
def test_a_small_country_speaks_with_the_world(plays: int, local: bool) -> None:
    """Under 20 plays in the country's week, day, short and long count the world; the total always does."""
    people = [member("ola", country="NO"), member("joe", country="US")]
    mine = [play("ola", "a", days_ago(1 + i / 10)) for i in range(plays)]
    data = world(
        [title("a"), title("b")], [*mine, play("joe", "b", days_ago(2)), play("joe", "a", days_ago(2))], people
    )
    t = view(data, ask("ola"), ask("stranger"))

    assert [local, False] == t.local.tolist()
    assert [[plays, 0] if local else [plays + 1, 1], [plays + 1, 1]] == t.short.tolist()
    assert [[plays + 1, 1]] * 2 == t.total.tolist()


@given(st.integers(0, 59), st.integers(-1, DAYS * 24 + 40), st.integers(0, HOUR - 1), st.none() | st.integers(0, 3_100))
def test_trends_are_what_polars_counts(medium: World, who: int, hours: int, ms: int, watermark: int | None) -> None:
    """Every count of every title, at any time and watermark, equals a recount of the log."""
    request = ask(f"m{who:03d}", NOW - hours * HOUR - ms, watermark=watermark)
    log = medium.events.with_columns(pl.col("time").cast(pl.Int64))
    country = dict(medium.members.select("member_id", "country").iter_rows()).get(request.member_id)
    unseen = log["time"][watermark] if watermark is not None and watermark < len(log) else request.time
    until = min(request.time, unseen)

    assert recount(medium.data, log, until, home(log, medium.members, country, until)) == shown(
        view(medium.data, request)
    )


def home(log: pl.DataFrame, members: pl.DataFrame, country: str | None, until: int) -> pl.DataFrame | None:
    """The plays of the country if they are enough."""
    people = members.filter(pl.col("country") == country)["member_id"].to_list() if country else []
    mine = log.filter(pl.col("kind") == "play", pl.col("member_id").is_in(people))
    hour = until // HOUR * HOUR
    week = mine.filter(pl.col("time").is_between(hour - 7 * DAY, hour, closed="left"))
    return mine if len(week) >= WINDOWS.min_plays else None


def recount(data: Dataset, log: pl.DataFrame, until: int, local: pl.DataFrame | None) -> dict[str, Any]:
    hour = until // HOUR * HOUR
    world_plays = log.filter(pl.col("kind") == "play", pl.col("time") < hour)
    plays = (world_plays if local is None else local).filter(pl.col("time") < hour)

    def per_title(frame: pl.DataFrame, what: pl.Expr, nothing: int) -> list[Any]:
        found = dict(frame.group_by("title_id").agg(what.alias("value")).iter_rows())
        return [found.get(name, nothing) for name in data.catalog.ids.names]

    def since(days: float) -> list[Any]:
        return per_title(plays.filter(pl.col("time") >= hour - days * DAY), pl.len(), 0)

    return {
        "local": local is not None,
        "day": since(1),
        "short": since(7),
        "long": since(30),
        "total": per_title(world_plays, pl.len(), 0),
        "last_ms": per_title(world_plays, pl.col("time").max(), NEVER),
        "graded": per_title(world_plays, pl.col("grade").count(), 0),
        "grade_sum": per_title(world_plays, pl.col("grade").sum(), 0),
        "first_ms": per_title(log.filter(pl.col("time") < until), pl.col("time").min(), NOT_YET),
    }


def shown(t: TrendView) -> dict[str, Any]:
    per_title = ("day", "short", "long", "total", "last_ms", "graded", "grade_sum", "first_ms")
    return {"local": bool(t.local[0])} | {name: getattr(t, name)[0].tolist() for name in per_title}


def test_blocks_of_the_index_do_not_show(medium: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often cumulative counts are kept, the answer is the same."""
    requests = [ask(f"m{n:03d}", NOW - n * 2 * DAY + n) for n in range(50)]
    expected = view(medium.data, *requests)
    monkeypatch.setattr(trends_module, "SMALLEST_BLOCK", 7)
    few = World(**medium.tables).data

    assert few.trends.worldwide.counts.shape[0] > 3
    for name in (field.name for field in fields(expected)):
        assert getattr(expected, name).tolist() == getattr(view(few, *requests), name).tolist()
