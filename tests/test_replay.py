"""Replay: when a page was or could have been asked for, and what followed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.data.dataset import Dataset
from pagegen.data.schema import DEVICES
from pagegen.engine import Engine
from pagegen.replay import BATCH, Occasions, occasions, outcomes, replay, session_occasions, window_occasions
from tests.random_worlds import member_ids
from tests.worlds import DAY, HOUR, NOW, World, ask, event, play, tell, title, world

TITLES = [title(name) for name in "abcdef"]


def told(data: Dataset, past: Occasions) -> list[tuple[str, int, int]]:
    """Who asks, and when in ms before NOW, and for how long what follows counts."""
    member = data.members.ids.of(past.member)
    return list(zip(member, (past.time - NOW).tolist(), (past.until - past.time).tolist(), strict=True))


def followed(data: Dataset, *asked: tuple[str, int], horizon: int = DAY) -> list[list[str]]:
    """The outcomes of (member, time) by title id."""
    member = data.members.ids.positions([who for who, _ in asked])
    found = outcomes(data, occasions(member, np.array([time for _, time in asked], np.int64), horizon))
    return [data.catalog.ids.of(part) for part in np.split(found.title, found.start[1:-1])] if asked else []


def test_a_session_begins_with_the_first_event_ever_and_after_a_silence() -> None:
    """A silence of exactly the gap counts, one of a millisecond less does not; any kind of event breaks it."""
    times = (0, HOUR - 1, 2 * HOUR - 1, 3 * HOUR - 2)  # silences of HOUR - 1, HOUR and HOUR - 1
    log = [play("ann", name, NOW + time) for name, time in zip("abcd", times, strict=True)]
    data = world(TITLES, [*log, event("bob", "a", "click", NOW + 5), play("bob", "b", NOW + HOUR)])

    assert told(data, session_occasions(data, HOUR, DAY)) == [
        ("ann", 0, DAY),
        ("bob", 5, DAY),
        ("ann", 2 * HOUR - 1, DAY),
    ]


def test_events_of_one_moment_are_one_session() -> None:
    """They begin it together, and none of them is history of its request."""
    data = world(TITLES, [play("ann", "a", NOW), play("ann", "b", NOW), play("bob", "c", NOW)])
    past = session_occasions(data, 1, DAY)

    assert told(data, past) == [("ann", 0, DAY), ("bob", 0, DAY)]
    assert followed(data, ("ann", NOW)) == [["a", "b"]]


def test_no_events_no_sessions() -> None:
    """An empty log has no past."""
    data = world(TITLES)

    assert told(data, session_occasions(data, HOUR, DAY)) == []
    assert told(data, window_occasions(data, NOW, NOW + DAY)) == []
    assert followed(data) == []


def test_a_window_has_one_request_for_each_member_who_comes() -> None:
    """All at its begin; an event at the begin is in it, one at the end is not; members come by id."""
    log = [play("zoe", "a", NOW), play("ann", "a", NOW + 5), play("ann", "b", NOW + 6), play("bob", "a", NOW + DAY)]
    data = world(TITLES, [play("carl", "a", NOW - 1), *log])

    assert told(data, window_occasions(data, NOW, NOW + DAY)) == [("ann", 0, DAY), ("zoe", 0, DAY)]


def test_only_what_is_played_for_the_first_time_follows() -> None:
    """Another play of a known title says nothing; a click, a list or a thumb is no play; a title counts once."""
    log = [
        play("ann", "a", NOW - DAY),
        play("ann", "a", NOW + 1),
        event("ann", "b", "click", NOW + 2),
        event("ann", "c", "thumbs_up", NOW - 5),
        play("ann", "c", NOW + 3),
        play("ann", "d", NOW + 4, fraction=0.01),
        play("ann", "d", NOW + 5),
        play("bob", "e", NOW + 6),
    ]

    assert followed(world(TITLES, log), ("ann", NOW), ("bob", NOW)) == [["c", "d"], ["e"]]


def test_the_horizon_holds_its_begin_and_not_its_end() -> None:
    """[time, time + horizon)."""
    log = [play("ann", name, NOW + at) for name, at in (("a", -1), ("b", 0), ("c", DAY - 1), ("d", DAY))]
    data = world(TITLES, log)

    assert followed(data, ("ann", NOW), ("ann", NOW + DAY), ("ann", NOW + 2 * DAY)) == [["b", "c"], ["d"], []]


def test_overlapping_horizons_share_what_follows() -> None:
    """Two requests within a day of the same play: it followed both."""
    data = world(TITLES, [play("ann", "a", NOW + 2 * HOUR)])

    assert followed(data, ("ann", NOW), ("ann", NOW + HOUR)) == [["a"], ["a"]]


def test_the_grade_is_that_of_the_first_play() -> None:
    """Opinions change later."""
    log = [play("ann", "a", NOW, grade=2.0), play("ann", "a", NOW + 1, grade=5.0), play("ann", "b", NOW + 2)]
    data = world(TITLES, log)
    found = outcomes(data, occasions(np.array([0], np.int32), np.array([NOW]), DAY))

    assert found.grade.tolist() == pytest.approx([2.0, np.nan], nan_ok=True)


def test_a_member_nobody_knows_has_no_outcomes() -> None:
    """Position NONE is not the last member."""
    assert followed(world(TITLES, [play("zoe", "a", NOW)]), ("stranger", NOW)) == [[]]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 12), st.booleans()), max_size=25),
    st.integers(0, 12),
    st.integers(1, 6),
)
def test_outcomes_are_their_definition(log: list[tuple[int, int, int, bool]], begin: int, horizon: int) -> None:
    """Titles with a play in the horizon and none before it, for any log."""
    data = world(TITLES, [event(f"m{m}", "abcdef"[t], "play" if p else "click", NOW + at) for m, t, at, p in log])
    members = sorted({f"m{m}" for m, *_ in log})

    def plays(name: str, low: int, high: int) -> set[str]:
        return {"abcdef"[t] for m, t, at, p in log if p and f"m{m}" == name and low <= at < high}

    expected = [sorted(plays(name, begin, begin + horizon) - plays(name, 0, begin)) for name in members]

    assert followed(data, *((name, NOW + begin) for name in members), horizon=horizon) == expected


def test_the_mask_marks_the_pairs_that_followed() -> None:
    """By request and title."""
    log = [play("ann", "b", NOW), play("bob", "a", NOW), play("bob", "c", NOW)]
    data = world(TITLES, log)
    found = outcomes(data, occasions(np.array([0, 1], np.int32), np.array([NOW, NOW]), DAY))
    request, name = np.array([0, 0, 1, 1, 1], np.int32), np.array([0, 1, 0, 1, 2], np.int32)

    assert [False, True, True, False, True] == found.mask(request, name, len(data.catalog)).tolist()


def test_replay_asks_as_the_member_did_then() -> None:
    """Each request has the occasion's member, time and device; batches are whole until the last."""
    data = world(TITLES, [play(f"m{i:03d}", "a", NOW + i) for i in range(BATCH + 3)])
    member = np.arange(BATCH + 3, dtype=np.int32)
    device = (member % len(DEVICES)).astype(np.int8)
    batches = [
        list(step) for step, _ in replay(list, data, occasions(member, NOW + member.astype(np.int64), DAY, device))
    ]

    assert [BATCH, 3] == [len(batch) for batch in batches]
    assert [request for batch in batches for request in batch] == [
        ask(f"m{i:03d}", NOW + i, device=DEVICES[i % len(DEVICES)]) for i in range(BATCH + 3)
    ]


def test_the_past_can_be_taken_in_parts() -> None:
    """By positions, by mask and by slice."""
    data = tell(TITLES, [play("ann", "a", NOW), play("bob", "b", NOW + DAY)]).data
    past = session_occasions(data, HOUR, DAY)

    assert [("bob", DAY, DAY)] == told(data, past.take(np.array([1])))
    assert [("bob", DAY, DAY)] == told(data, past.take(np.array([False, True])))
    assert [("ann", 0, DAY)] == told(data, past.take(slice(0, 1)))


def test_pages_of_a_batch_are_the_pages_of_each_alone(medium: World, engine: Engine) -> None:
    """A past request's page, features and outcomes do not depend on what is replayed with it."""
    past = session_occasions(medium.data, HOUR, DAY).take(slice(-2 * BATCH - 5, None, 2))
    together = [(trace, followed) for trace, followed in replay(engine.run, medium.data, past)]
    alone = [next(replay(engine.run, medium.data, past.take(slice(i, i + 1)))) for i in range(len(past))]

    assert len(past) > BATCH
    assert [page for trace, _ in together for page in trace.pages] == [trace.pages[0] for trace, _ in alone]
    assert b"".join(t.retrieved.table.values.tobytes() for t, _ in together) == b"".join(
        t.retrieved.table.values.tobytes() for t, _ in alone
    )
    assert (
        np.concatenate([o.title for _, o in together]).tolist() == np.concatenate([o.title for _, o in alone]).tolist()
    )


def test_members_without_a_history_can_be_replayed(medium: World, engine: Engine) -> None:
    """The medium world's last members are in its table and not in its log."""
    last = medium.data.members.ids.positions(member_ids()[-1:])
    [(trace, found)] = replay(engine.run, medium.data, occasions(last, np.array([NOW], np.int64), DAY))

    assert [0] == found.start[1:].tolist()
    assert trace.pages[0].rows
