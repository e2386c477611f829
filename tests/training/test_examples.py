"""Examples: which past requests are learnt from, in which windows, and how their pairs are labelled."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from pagegen.arrays import lengths
from pagegen.bundle.settings import ExampleSettings
from pagegen.data.dataset import Dataset, Past
from pagegen.engine import Engine
from pagegen.ordering.examination import default_examination
from pagegen.training.asked import Asked, Log, asked_at_cuts, asked_pages, asked_sessions, asked_windows, kind_of
from pagegen.training.examples import MOST_WEIGHT, Window, examples, label_window
from tests.training.builders import NO_PAGES, everything, page, pages_log
from tests.worlds import DAY, HOUR, NOW, World, event, play, tell, tiny_engine, title, window

NAMES = "abcdefgh"


def log_of(past: Past, pages: pl.DataFrame = NO_PAGES) -> Log:
    return Log(past=past, pages=pages, examination=default_examination(), rng=np.random.default_rng(0))


def asked(past: Past, pages: pl.DataFrame = NO_PAGES, **settings: Any) -> Asked:
    """All windows' requests together."""
    wanted, log = ExampleSettings(**{"warmup": 0.0, **settings}), log_of(past, pages)
    kinds = {"page": asked_pages, "session": asked_sessions, "window": asked_at_cuts}
    return kinds[kind_of(log, wanted)](log, wanted)


def windows_of(past: Past, **settings: Any) -> list[Asked]:
    return asked_windows(log_of(past), ExampleSettings(**{"warmup": 0.0, **settings}))


def when(found: Asked) -> list[int]:
    """Hours before NOW."""
    return ((found.occasions.time - NOW) // HOUR).tolist()


def hourly(count: int, gap: int = 2) -> Dataset:
    """One member who plays something every other hour, the last time at NOW."""
    log = [play("ann", NAMES[i % 8], NOW - (count - 1 - i) * gap * HOUR) for i in range(count)]
    return tell([title(name) for name in NAMES], log).data


def test_requests_whose_horizon_is_not_over_are_left_out() -> None:
    """The log ends a second after its last event; six hours before that, nobody knows yet what followed."""
    assert [-12, -10, -8, -6] == when(asked(everything(hourly(7)), horizon_hours=6))[:4]
    assert [-12, -10, -8] == when(asked(everything(hourly(7)), horizon_hours=6.001))


def test_the_horizon_ends_where_the_past_does() -> None:
    """As of an earlier event, its time is the end; what came later is not asked for."""
    data = hourly(7)

    assert [-12, -10, -8] == when(asked(Past(data=data, watermark=5), horizon_hours=2))[:3]
    assert [-12, -10] == when(asked(Past(data=data, watermark=5), horizon_hours=8 - 4))[:2]


def test_the_newest_requests_are_taken_after_a_warm_up() -> None:
    """At most so many; none before its share of all events has happened."""
    past = everything(hourly(11))

    assert [-6, -4, -2] == when(asked(past, horizon_hours=1, occasions=3))[-3:]
    assert [-10, -8, -6, -4, -2] == [hour for hour in when(asked(past, horizon_hours=1, warmup=0.5)) if hour < 0]


def test_windows_are_consecutive_and_of_equal_count() -> None:
    """Ten requests in four windows; more windows than requests are that many windows of one."""
    found = asked(everything(hourly(11)), horizon_hours=1)

    assert [[-20, -18, -16], [-14, -12, -10], [-8, -6], [-4, -2]] == [when(part) for part in found.windows(4)]
    assert [[hour] for hour in when(found)] == [when(part) for part in found.windows(99)]
    assert [] == asked(Past(data=hourly(3), watermark=1), horizon_hours=99).windows(4)


def test_logged_pages_are_the_requests_where_there_are_any() -> None:
    """Sessions are not asked for then, and each request keeps its own page."""
    data = hourly(11)
    log = pages_log([page("ann", NOW - hours * HOUR, [["a"]], [1]) for hours in (30, 9, 7, 5, 1)])
    found = asked(everything(data), log, horizon_hours=3)

    assert ([-9, -7, -5], [1, 2, 3]) == (when(found)[-3:], found.page.tolist()[-3:])
    assert [[2], [3]] == [part.page.tolist() for part in found.windows(len(found.page))][-2:]


def test_pages_of_members_the_data_do_not_have_are_not_learnt_from() -> None:
    """Nobody else is taken for them."""
    log = pages_log([page(who, NOW - 9 * HOUR, [["a"]], [1]) for who in ("stranger", "ann", "aaron")])
    found = asked(everything(hourly(11)), log, horizon_hours=3)

    assert ([1], [0]) == (found.page.tolist(), found.occasions.member.tolist())


@pytest.fixture(scope="module")
def friends() -> World:
    """
    Eight titles, of which h may not be shown any more. All that may is in the pool, except what a member knows.

    Four days ago everybody knew something; then ann plays b, c and h; bob plays a again and d; carl only clicks.
    """
    early = [play(who, name, NOW - 4 * DAY) for who, name in (("ann", "a"), ("bob", "a"), ("carl", "b"), ("dora", "e"))]
    log = [
        play("ann", "b", NOW - 2 * DAY),
        play("ann", "c", NOW - 2 * DAY + HOUR // 2),
        play("ann", "h", NOW - 2 * DAY + HOUR // 2),
        play("bob", "a", NOW - 2 * DAY),
        play("bob", "d", NOW - 2 * DAY + 1),
        event("carl", "f", "click", NOW - 2 * DAY),
        play("dora", "f", NOW),
    ]
    catalog = [title(name) for name in NAMES[:7]] + [title("h", windows=[window("ZZ", None, NOW - 9 * DAY)])]
    return tell(catalog, [*early, *log])


def labelled(world: World, pages: pl.DataFrame = NO_PAGES) -> tuple[Engine, Window]:
    """The requests of two days ago, replayed on what was known before."""
    data = world.data
    engine = tiny_engine(data, {"fit": {"sources": ["facets"]}}, watermark=data.events.before(NOW - 2 * DAY))
    found = asked(everything(data), pages, warmup=0.4)
    return engine, label_window(engine, found)


def by_name(engine: Engine, found: Window, column: str) -> dict[str, dict[str, float]]:
    """A column of the pairs by member and title."""
    out: dict[str, dict[str, float]] = {}
    names, members = engine.data.catalog.ids.of(found.table.title), engine.data.members.ids.of(found.member)
    for b, name, value in zip(found.request.tolist(), names, getattr(found, column).tolist(), strict=True):
        out.setdefault(members[b], {})[name] = value
    return out


def test_a_title_first_played_within_the_horizon_is_a_positive(friends: World) -> None:
    """All other pairs of the pool are not: the again-played, the clicked; without pages all weigh the same."""
    engine, found = labelled(friends)
    label = by_name(engine, found, "label")

    assert {who: [name for name, one in row.items() if one] for who, row in label.items()} == {
        "ann": ["b", "c"],
        "bob": ["d"],
        "carl": [],
    }
    assert {1.0} == set(found.weight.tolist())


def test_a_positive_outside_the_pool_is_counted_and_never_added(friends: World) -> None:
    """Ann played h, which the pool may not hold: it is a target, and no pair."""
    engine, found = labelled(friends)

    assert [3, 1, 0] == found.targets.tolist()
    assert {who: "".join(row) for who, row in by_name(engine, found, "label").items()} == {
        "ann": "bcdefg",
        "bob": "bcdefg",
        "carl": "acdefg",
    }
    assert 3 == found.label.sum()


def test_the_baseline_sees_the_plays_until_the_request(friends: World) -> None:
    """Two members had played a, one had played e, in the hours that were over."""
    engine, found = labelled(friends)
    total = by_name(engine, found, "total")["carl"]

    assert {"a": 2.0, "e": 1.0, "c": 0.0} == {name: total[name] for name in "aec"}


def test_pages_weigh_the_pairs(friends: World) -> None:
    """Shown and seen: the inverse of the chance, at most 10; all others 1."""
    log = pages_log([page("ann", NOW - 2 * DAY, [["d", "b", "e"]], [2])])
    engine, found = labelled(friends, log)
    weight = by_name(engine, found, "weight")["ann"]
    near = 1 / 0.93
    deep = pages_log([page("ann", NOW - 2 * DAY, [*[["e"]] * 39, ["d"]], [1] * 40)])
    clipped = by_name(*labelled(friends, deep), "weight")["ann"]

    assert weight == pytest.approx(dict.fromkeys(weight, 1.0) | {"b": near})
    assert MOST_WEIGHT == clipped["d"]
    assert {"b": 1, "c": 1, "d": 0} == {name: by_name(engine, found, "label")["ann"][name] for name in "bcd"}


def test_a_ranker_learns_from_requests_with_a_positive(friends: World) -> None:
    """Carl's request has none; the others' pairs come in order, of all windows, as groups."""
    _, found = labelled(friends)
    learnt = examples([found, found])
    sizes = lengths(found.table.start)[:2].tolist()

    assert sizes * 2 == lengths(learnt.table.start).tolist()
    assert np.repeat([0, 1, 2, 3], sizes * 2).tolist() == learnt.table.request.tolist()
    rows = sum(sizes)
    assert found.label[:rows].tolist() * 2 == learnt.label.tolist()
    assert found.weight[:rows].tolist() * 2 == learnt.weight.tolist()
    assert found.table.values[:rows].tobytes() * 2 == learnt.table.values.tobytes()
    assert found.table.title[:rows].tolist() * 2 == learnt.table.title.tolist()


def test_labels_do_not_depend_on_batches(medium: World, engine: Engine) -> None:
    """A window of many batches is its requests one by one."""
    found = asked(everything(medium.data), horizon_hours=24, occasions=70)
    whole = label_window(engine, found)
    alone = [label_window(engine, found.part(np.array([i]))) for i in range(70)]

    assert np.concatenate([one.label for one in alone]).tolist() == whole.label.tolist()
    assert np.concatenate([one.targets for one in alone]).tolist() == whole.targets.tolist()
    assert b"".join(one.table.values.tobytes() for one in alone) == whole.table.values.tobytes()
    assert np.repeat(np.arange(70), [len(one.label) for one in alone]).tolist() == whole.request.tolist()


def test_a_log_is_cut_into_equal_shares_of_its_events() -> None:
    """Eight events after a warm-up of two: four cuts, at each a request until the next; the last until the log ends."""
    data = hourly(10)
    found = asked(everything(data), kind="window", warmup=0.2, windows=4)

    assert [-14, -10, -6, -2] == when(found)
    assert [-10, -6, -2] == ((found.occasions.until - NOW) // HOUR).tolist()[:-1]
    assert data.end_ms == found.occasions.until[-1]
    parts = windows_of(everything(data), kind="window", warmup=0.2, windows=4)
    assert [[-14], [-10], [-6], [-2]] == [when(part) for part in parts]
    assert [2, 4, 6, 8] == [part.past.watermark for part in parts]


def test_windows_of_so_many_events_are_the_newest_of_the_log() -> None:
    """Two of three events before the end; where the log is too short for more, as many as there are."""

    def watermarks(windows: int) -> list[int]:
        settings: Any = {"kind": "window", "warmup": 0.2, "window_events": 3}
        return [part.past.watermark for part in windows_of(everything(hourly(10)), windows=windows, **settings)]

    assert ([4, 7], [4, 7]) == (watermarks(2), watermarks(5))


def test_at_a_cut_stands_a_request_of_everybody_who_comes_before_the_next() -> None:
    """Ann and bob come in the first window, only ann in the second; windows are those of the cuts."""
    log = [play(who, "a", NOW - h * HOUR) for who, h in (("ann", 9), ("bob", 8), ("ann", 6), ("bob", 5), ("ann", 3))]
    data = tell([title("a")], [*log, play("ann", "a", NOW - 2 * HOUR)]).data
    found = windows_of(everything(data), kind="window", warmup=1 / 3, windows=2)

    assert [[0, 1], [0]] == [part.occasions.member.tolist() for part in found]
    assert [[-6, -6], [-3]] == [when(part) for part in found]


def test_members_who_come_with_too_little_history_are_left_out() -> None:
    """Bob has one event before the cut, ann two; of more requests than wanted the newest stay."""
    log = [play(who, "a", NOW - h * HOUR) for who, h in (("ann", 9), ("bob", 8), ("ann", 6), ("bob", 5), ("ann", 3))]
    data = tell([title("a")], [*log, play("ann", "a", NOW - 2 * HOUR)]).data

    def members(**settings: Any) -> list[int]:
        cut: Any = {"kind": "window", "warmup": 0.5, "windows": 1} | settings
        return asked(everything(data), **cut).occasions.member.tolist()

    assert ([0, 1], [0], []) == (members(), members(min_history=2), members(min_history=3))
    assert [1] == members(occasions=1)


def test_windows_of_the_log_never_look_past_its_end() -> None:
    """As of an earlier time, every horizon ends there."""
    past = Past(data=hourly(10), watermark=5)
    found = asked(past, kind="window", windows=2)

    assert len(found.occasions) == 2
    assert (found.occasions.until <= past.time).all()
    assert 0 == len(asked(Past(data=hourly(3), watermark=0), kind="window").occasions)
