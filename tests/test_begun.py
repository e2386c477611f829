"""What goes on: the same as told in plain Python, for many members at once."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from pagegen.context import Moments, Rule, read_begun
from pagegen.context.begun import number_of
from pagegen.context.history import last_plays, logged_history
from pagegen.data.events import PLAY
from tests.contracts import contexts_of, some_requests
from tests.worlds import DAY, NOW, World, ask, days_ago, event, play, title, world

RULE = Rule()


def told(medium: World, member_id: str, time: int) -> list[tuple[Any, ...]]:
    """Title, last play, fraction, number of the episode, first play, plays of it, plays of anything since."""
    kinds = dict(medium.catalog.select("title_id", "kind").iter_rows())
    columns = ("title_id", pl.col("time").cast(pl.Int64), "fraction", "season", "episode")
    mine = pl.col("member_id") == member_id, pl.col("kind") == "play", pl.col("time").cast(pl.Int64) < time
    plays = medium.events.filter(*mine).select(columns).rows()
    found = []
    for name in {row[0] for row in plays}:
        places = [place for place, row in enumerate(plays) if row[0] == name]
        _, last, fraction, season, episode = plays[places[-1]]
        going_on = kinds[name] == "series" or (fraction is not None and round(fraction, 6) < 0.9)
        if fraction is not None and round(fraction, 6) >= 0.05 and going_on and last >= time - 60 * DAY:
            number = (season or 0) * 65_536 + (episode or 0)
            since = len(plays) - 1 - places[-1]
            found.append((name, last, fraction, number, plays[places[0]][1], len(places), since))
    return sorted(found, key=lambda row: row[-1])  # the fewer plays since, the later


def test_what_goes_on_is_what_plain_python_finds(medium: World) -> None:
    """Of every member, at requests of all sorts, the latest first; the log alone, without what a client adds."""
    requests = [ask(r.member_id, r.time) for r in some_requests(60)]
    contexts = contexts_of(requests, medium.data)
    asked = Moments(time=contexts.time, device=np.zeros(len(requests), np.int8))
    begun = read_begun(contexts.history, contexts.played, asked, medium.data, RULE)
    columns = (begun.time, begun.fraction, begun.episode, begun.first, begun.plays, begun.since)
    rows = list(zip(medium.data.catalog.ids.of(begun.title), *(c.tolist() for c in columns), strict=True))
    found = [rows[low:high] for low, high in zip(begun.start[:-1], begun.start[1:], strict=True)]

    assert [told(medium, r.member_id, r.time) for r in requests] == found
    assert [place for part in found for place in range(len(part))] == begun.place.tolist()
    assert any(len(part) > 3 for part in found)


def test_a_member_may_have_begun_nothing() -> None:
    """Between two who have; and nobody at all is asked for."""
    data = world(
        [title("a")], [play("me", "a", fraction=0.5), play("you", "a", fraction=0.5), event("x", "a", "click", 0)]
    )
    member = data.members.ids.positions(["me", "x", "you"])
    history = logged_history(member, np.full(3, len(data.events)), data)
    asked = Moments(time=np.full(3, NOW), device=np.zeros(3, np.int8))
    begun = read_begun(history, last_plays(history, 1), asked, data, RULE)
    nobody = logged_history(member[:0], np.zeros(0, np.int64), data)
    none = Moments(time=np.zeros(0, np.int64), device=np.zeros(0, np.int8))

    assert [0, 1, 1, 2] == begun.start.tolist()
    assert 0 == len(read_begun(nobody, last_plays(nobody, 1), none, data, RULE).title)


@pytest.mark.parametrize(
    ("season", "episode", "later"),
    [(1, 2, (1, 3)), (1, 30_000, (2, 1)), (0, 0, (0, 1)), (2**15 - 2, 5, (2**15 - 1, 0))],
)
def test_later_episodes_have_higher_numbers(season: int, episode: int, later: tuple[int, int]) -> None:
    """Also the last that a log can hold."""
    columns = np.array([[season, episode], later], np.int16).T

    assert (np.diff(number_of(*columns)) > 0).all()


def test_sessions_begin_after_a_silence() -> None:
    """An hour to the millisecond; every member's first event is a beginning, whatever its kind."""
    hour = 3_600_000
    log = [
        event("me", "a", "click", days_ago(1)),
        play("me", "a", days_ago(1) + hour - 1),
        play("me", "a", days_ago(1) + 2 * hour - 1),
        play("you", "a", days_ago(1) + 5),
    ]
    events = world([title("a")], log).events

    assert [0, 1, 3] == events.beginnings(hour).tolist()
    assert [0, 1] == events.beginnings(2 * hour).tolist()
    assert PLAY == events.kind[1]
