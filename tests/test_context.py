"""Contexts: what was known before each request, and nothing that was not."""

from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.context import Contexts, TrendWindows, read_contexts
from pagegen.data.dataset import Dataset
from pagegen.data.members import NO_CEILING
from pagegen.data.schema import EVENT_KINDS
from pagegen.request import PageRequest, RecentEvent
from tests.worlds import DAY, NOW, World, ask, days_ago, event, member, play, title, world

FILMS = [title("a"), title("b"), title("c")]
MINE = [play("me", "a", days_ago(3)), event("me", "b", "click", days_ago(2)), play("me", "c", days_ago(1))]


def read(data: Dataset, *requests: PageRequest) -> Contexts:
    return read_contexts(requests, data, TrendWindows())


def history(data: Dataset, *requests: PageRequest) -> list[list[tuple[str, str, int]]]:
    """Title, kind and time of every request's events."""
    contexts = read(data, *requests)
    h, ids = contexts.history, data.catalog.ids
    rows = list(zip(ids.of(h.title), [EVENT_KINDS[k] for k in h.kind.tolist()], h.time.tolist(), strict=True))
    return [rows[low:high] for low, high in pairwise(h.start.tolist())]


def test_only_what_came_before_the_request_is_known() -> None:
    """An event at the very millisecond of the request is not seen; one a millisecond earlier is."""
    data = world(FILMS, MINE)

    assert [[("a", "play", days_ago(3))], [("a", "play", days_ago(3)), ("b", "click", days_ago(2))]] == history(
        data, ask("me", days_ago(2)), ask("me", days_ago(2) + 1)
    )


def test_the_watermark_hides_what_comes_after_it() -> None:
    """A request sees the events below its watermark, and never more than happened before its time."""
    data = world(FILMS, MINE)
    contexts = read(data, ask("me", watermark=2), ask("me", days_ago(2), watermark=3), ask("me", watermark=99))

    assert [2, 1, 3] == contexts.watermark.tolist()
    assert [0, 2, 3, 6] == contexts.history.start.tolist()


@given(st.lists(st.tuples(st.integers(0, 64), st.integers(-1, 121), st.none() | st.integers(0, 3_100)), max_size=5))
def test_history_is_what_polars_finds(medium: World, asked: list[tuple[int, int, int | None]]) -> None:
    """The member's rows of the log before the request's time and watermark, in the log's order."""
    log = medium.events.with_row_index("position").with_columns(pl.col("time").cast(pl.Int64))
    requests = [ask(f"m{m:03d}", NOW - days * DAY, watermark=mark) for m, days, mark in asked]
    expected = [
        log.filter(
            pl.col("member_id") == r.member_id,
            pl.col("time") < r.time,
            pl.col("position") < (len(log) if r.watermark is None else r.watermark),
        )
        .select("title_id", "kind", "time")
        .rows()
        for r in requests
    ]

    assert expected == history(medium.data, *requests)


def test_recent_events_join_the_history_in_time_order() -> None:
    """What the client knows stands among the log's events; what the log has is not doubled, unknown titles go."""
    data = world(FILMS, MINE)
    recent = (
        RecentEvent(title_id="c", kind="click", time=days_ago(2.5)),
        RecentEvent(title_id="c", kind="click", time=days_ago(2.5)),
        RecentEvent(title_id="a", kind="play", time=days_ago(3)),
        RecentEvent(title_id="a", kind="play", time=days_ago(0.5), fraction=0.4, grade=3.5, season=1, episode=2),
        RecentEvent(title_id="not in the catalog", kind="play", time=days_ago(1)),
    )
    mine = [(e["title_id"], e["kind"], e["time"]) for e in MINE]

    assert [
        mine,
        [mine[0], ("c", "click", days_ago(2.5)), *mine[1:], ("a", "play", days_ago(0.5))],
        [("b", "list_add", days_ago(9))],
    ] == history(
        data,
        ask("me"),
        ask("me", recent_events=recent),
        ask("a stranger", recent_events=(RecentEvent(title_id="b", kind="list_add", time=days_ago(9)),)),
    )
    h = read(data, ask("me", recent_events=recent)).history
    assert (0.4, 3.5, 1, 2) == (
        round(float(h.fraction[-1]), 6),
        float(h.grade[-1]),
        int(h.season[-1]),
        int(h.episode[-1]),
    )


@pytest.mark.parametrize(
    ("runtime", "fields", "fraction"),
    [
        (100.0, {"watched_seconds": 3_000.0}, 0.5),
        (100.0, {"watched_seconds": 3_000.0, "fraction": 0.1}, 0.1),
        (100.0, {"watched_seconds": 9_000.0}, 1.0),
        (None, {"watched_seconds": 3_000.0}, None),
        (0.0, {"watched_seconds": 3_000.0}, None),
        (100.0, {}, None),
    ],
)
def test_watched_seconds_become_a_fraction(
    runtime: float | None, fields: dict[str, Any], fraction: float | None
) -> None:
    """Seconds count against the runtime, at most as the whole; without a runtime nobody knows."""
    data = world([title("a", runtime_minutes=runtime)])
    recent = RecentEvent(title_id="a", kind="play", time=days_ago(1), **fields)
    (found,) = read(data, ask("me", recent_events=(recent,))).history.fraction.tolist()

    assert fraction == (None if found != found else pytest.approx(found))


def test_played_holds_each_title_once_at_its_last_play() -> None:
    """Distinct titles, the most recently played last, with grade and fraction of that play; clicks are no plays."""
    data = world(
        FILMS,
        [
            play("me", "a", days_ago(5), 0.25, grade=4.0),
            play("you", "b", days_ago(4)),
            play("me", "b", days_ago(3), 0.5),
            play("me", "a", days_ago(2), 0.75),
            event("me", "c", "click", days_ago(1)),
        ],
    )
    p = read(data, ask("you"), ask("nobody"), ask("me")).played

    assert ([0, 1, 1, 3], ["b", "b", "a"]) == (p.start.tolist(), data.catalog.ids.of(p.title))
    assert ([days_ago(4), days_ago(3), days_ago(2)], [1.0, 0.5, 0.75]) == (p.time.tolist(), p.fraction.tolist())
    assert all(p.grade != p.grade)


def test_the_request_overrides_the_member() -> None:
    """Country: the request's; kids: either's; ceiling: the lower one. Strangers have nothing."""
    data = world(
        FILMS,
        members=[
            member("kid", country="NO", kids=True, maturity_ceiling=12),
            member("adult", country="SE"),
            member("nowhere"),
        ],
    )
    contexts = read(
        data,
        ask("kid"),
        ask("kid", kids=False, country="SE", maturity_ceiling=18),
        ask("adult", kids=True, maturity_ceiling=7),
        ask("adult", country="XX"),
        ask("nowhere"),
        ask("stranger"),
        ask("stranger", country="NO"),
    )
    names = [data.countries[c] if c >= 0 else None for c in contexts.country.tolist()]

    assert ["NO", "SE", "SE", None, None, None, "NO"] == names
    assert [True, True, True, False, False, False, False] == contexts.kids.tolist()
    assert [12, 12, 7, *[NO_CEILING] * 4] == contexts.maturity_ceiling.tolist()
