"""Asked: which past requests are learnt from, and in which windows."""

from typing import Any

from pagegen.bundle.settings import ExampleSettings
from pagegen.data.dataset import Dataset, Past
from pagegen.training.asked import Asked, asked_windows
from tests.training.builders import asked, everything, log_of, page, pages_log
from tests.worlds import HOUR, NOW, play, tell, title

NAMES = "abcdefgh"


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
