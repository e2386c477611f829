"""Protocols: who is asked for when, as of which cut, and until when what follows counts."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from pagegen.data.dataset import Dataset
from pagegen.data.schema import PAGES
from pagegen.errors import ConfigError
from pagegen.simulation.experiment import Experiment, Protocol
from pagegen.simulation.protocol import Asked, asked, asked_frame, cut_times, occasions_of
from pagegen.simulation.strata import STRATA
from tests.training.builders import page, pages_log
from tests.worlds import DAY, HOUR, NOW, World, member, play, title, world

TITLES = [title(name) for name in "abcdefghij"]
NO_PAGES = PAGES.to_frame()


def ask(data: Dataset, pages: pl.DataFrame = NO_PAGES, rng_seed: int = 0, **protocol: Any) -> Asked:
    experiment = Experiment(
        rng_seed=rng_seed, protocol=Protocol(**({"horizon_hours": 24.0, "min_history": 0} | protocol))
    )
    return asked(experiment, data, pages)


def told(data: Dataset, found: Asked) -> list[tuple[str, int, int, int]]:
    """Who, when and until when in hours after NOW, as of which cut."""
    past = found.occasions
    hours = [((time - NOW) // HOUR).tolist() for time in (past.time, past.until)]
    return list(zip(data.members.ids.of(past.member), *hours, found.cut.tolist(), strict=True))


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Ann plays at 0, 1, 5, 6 and 40 h, Bob at 2 h, and at 50 h ten times; a session ends with 3 h of silence."""
    ann = [play("ann", name, NOW + at * HOUR) for name, at in zip("abcde", (0, 1, 5, 6, 40), strict=True)]
    bob = [play("bob", "a", NOW + 2 * HOUR)] + [play("bob", t, NOW + 50 * HOUR + i) for i, t in enumerate("abcdefghij")]
    return world(TITLES, ann + bob)


def at(hours: float) -> datetime:
    return datetime.fromtimestamp((NOW + hours * HOUR) / 1_000, UTC)


def test_sessions_last_until_the_next_and_no_longer_than_the_horizon(data: Dataset) -> None:
    """From each cut to the next; the outcome may lie after the next cut."""
    found = ask(data, cuts=(at(1), at(30)), session_gap_hours=3)

    assert [("bob", 2, 26, 0), ("ann", 5, 29, 0), ("ann", 40, 64, 1), ("bob", 50, 74, 1)] == told(data, found)
    short = ask(data, cuts=(at(-0.5 + 1), at(30)), session_gap_hours=3, horizon_hours=48.0)
    assert [2 + 48, 40, 40 + 48, 50 + 48] == [until for _, _, until, _ in told(data, short)]


def test_windows_are_one_a_member_until_the_next_cut(data: Dataset) -> None:
    """Who comes between cuts is asked at the first; the last window ends with the data, a horizon may end it sooner."""
    cuts = (at(1), at(30))

    assert [("ann", 1, 30, 0), ("bob", 1, 30, 0), ("ann", 30, 50, 1), ("bob", 30, 50, 1)] == told(
        data, ask(data, kind="window", cuts=cuts, horizon_hours=None)
    )
    assert [11, 11, 40, 40] == [u for _, _, u, _ in told(data, ask(data, kind="window", cuts=cuts, horizon_hours=10.0))]


def test_what_is_not_over_by_the_end_is_not_asked_for(data: Dataset) -> None:
    """Of sessions those that end by then; the last window ends there."""
    sessions = ask(data, cuts=(at(1),), until=at(29), session_gap_hours=3)
    windows = ask(data, kind="window", cuts=(at(1), at(30)), until=at(45), horizon_hours=None)

    assert [("bob", 2, 26, 0), ("ann", 5, 29, 0)] == told(data, sessions)
    assert [("ann", 1, 30, 0), ("bob", 1, 30, 0), ("ann", 30, 45, 1)] == told(data, windows)
    share = ask(data, kind="window", cuts=(0.1,), until=0.3, horizon_hours=None)
    assert {int(data.events.time[int(0.3 * len(data.events))])} == set(share.occasions.until.tolist())


def test_logged_pages_are_asked_for_again(data: Dataset) -> None:
    """On the device they were shown on, in time order whatever the log's; not those of members nobody knows."""
    log = pages_log([page(who, NOW + hour * HOUR, [["a"]], None, device="phone") for who, hour in reversed(LOGGED)])
    found = ask(data, log, kind="page", cuts=(at(1), at(30)), horizon_hours=2.0)

    assert [("bob", 3, 5, 0), ("ann", 31, 33, 1)] == told(data, found)
    assert ["phone", "phone"] == asked_frame(found, data, ())["device"].to_list()
    with pytest.raises(ConfigError, match="the data have no pages log; use session or window"):
        ask(data, kind="page", cuts=(at(1),))


LOGGED = [("ann", 0), ("bob", 3), ("stranger", 4), ("ann", 31)]


def test_members_need_a_history(data: Dataset) -> None:
    """Events before the occasion's own time are counted, whatever came later."""
    assert [("ann", 40, 64, 0)] == told(data, ask(data, cuts=(at(1),), session_gap_hours=3, min_history=4))
    with pytest.raises(ConfigError, match=r"no session after .* of a member with 20 earlier events; cut earlier"):
        ask(data, cuts=(at(1),), min_history=20)


def test_a_share_is_the_time_of_the_event_there(data: Dataset) -> None:
    """Half of sixteen events: the ninth."""
    times = data.events.time

    assert (int(times[8]), int(times[12])) == cut_times(Protocol(cuts=(0.5, 0.8)), data)
    with pytest.raises(ConfigError, match=r"protocol\.cuts has .*; events lie from 2024-03-15T20:30:00 to"):
        cut_times(Protocol(cuts=(at(100),)), data)
    with pytest.raises(ConfigError, match="the data have no events"):
        cut_times(Protocol(), world(TITLES))


def test_cuts_may_not_fall_together() -> None:
    """Of events that all have one time, shares are one cut."""
    data = world(TITLES, [play("ann", "a", NOW), *(play("bob", name, NOW + 5) for name in "abcdefghij")])

    with pytest.raises(ConfigError, match=r"protocol\.cuts fall together"):
        cut_times(Protocol(cuts=(0.5, 0.8)), data)


def test_a_sample_is_of_whole_members_and_of_the_seed(medium: World) -> None:
    """Members keep all their occasions; the same seed draws the same, another one others."""
    whole, some = (ask(medium.data, cuts=(0.5,), members=members) for members in (0, 10))
    kept = np.isin(whole.occasions.member, some.occasions.member)

    assert 10 == len(np.unique(some.occasions.member))
    assert whole.take(np.flatnonzero(kept)).occasions.time.tolist() == some.occasions.time.tolist()
    drawn = [ask(medium.data, cuts=(0.5,), occasions=30, rng_seed=seed).occasions.time.tolist() for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] == sorted(drawn[0])
    assert (30, True) == (len(drawn[0]), drawn[0] != drawn[2])


def test_occasions_are_what_their_table_says(medium: World) -> None:
    """There and back."""
    found = ask(medium.data, cuts=(0.5, 0.9))
    back = occasions_of(asked_frame(found, medium.data, ("country",)), medium.data)

    for name in ("member", "time", "until", "device"):
        assert getattr(found.occasions, name).tolist() == getattr(back, name).tolist()


def test_strata_are_as_of_the_occasion() -> None:
    """Bounds belong to the level above; nobody's later events count."""
    early = [play("ann", "a", NOW - 400 * DAY + i * HOUR) for i in range(99)]
    log = [*early, play("ann", "b", NOW), play("ann", "b", NOW + DAY), *(play("bob", "a", NOW + i) for i in range(6))]
    data = world(TITLES, log, [member("ann", country="NO")])
    found = ask(data, cuts=(at(-1),), min_history=0)
    frame = asked_frame(found, data, tuple(STRATA))

    assert ["ann", "bob", "ann"] == frame["member_id"].to_list()
    assert {
        "activity": ["medium", "light", "heavy"],
        "tenure": ["longer", "first_month", "longer"],
        "country": ["NO", "ZZ", "NO"],
        "device": ["tv"] * 3,
        "cold": ["warm", "cold", "warm"],
    } == {name: frame[name].to_list() for name in STRATA}
