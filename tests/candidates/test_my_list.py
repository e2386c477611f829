"""My list: what the member put there and has not finished since, the newest first."""

from typing import Any

import pytest

from pagegen.request import RecentEvent
from tests.contracts import proposal, proposed, source_of
from tests.worlds import ALL_SOURCES, NOW, Fields, ask, days_ago, event, play, tiny_engine, title, world

FILMS = [*(title(t) for t in "abc"), title("s", kind="series"), title("z", windows=[]), title("adult", maturity=18)]


def add(name: str, days: float) -> Fields:
    return event("me", name, "list_add", days_ago(days))


def row(*events: Fields, **request: Any) -> list[str]:
    """The titles of the row of `me`, in its order."""
    mine = [*events, play("you", "a"), event("you", "b", "list_add", days_ago(9))]
    engine = tiny_engine(world(FILMS, mine), ALL_SOURCES)
    (rows,) = proposed(source_of(engine, "my_list"), proposal(engine, [ask("me", **request)]))
    return [name for _, _, _, titles, _ in rows for name in titles]


def test_a_list_makes_a_row_and_no_list_makes_none() -> None:
    """On the page, under its name, for who has a list; a stranger gets none."""
    engine = tiny_engine(world(FILMS, [add("a", 9)]), ALL_SOURCES)
    mine, theirs = engine.run([ask("me"), ask("a stranger")]).pages

    assert [("My list", ("a",))] == [(row.heading, row.title_ids) for row in mine.rows if row.kind == "my_list"]
    assert "my_list" not in {row.kind for row in theirs.rows}


def test_the_newest_comes_first_and_each_title_once() -> None:
    """Putting a title there again moves it up; what others put on theirs is not on mine."""
    assert ["a", "s", "c"] == row(add("a", 9), add("c", 8), add("s", 7), add("a", 6))


def test_what_is_taken_off_is_off() -> None:
    """Until it is put there again."""
    off = event("me", "a", "list_remove", days_ago(5))

    assert ["b"] == row(add("b", 9), add("a", 8), off)
    assert ["a", "b"] == row(add("b", 9), add("a", 8), off, add("a", 4))


@pytest.mark.parametrize(
    ("name", "fraction", "days", "shown"),
    [
        ("a", 0.89, 3, True),
        ("a", 0.9, 3, False),
        ("a", None, 3, True),
        ("a", 1.0, 9, True),  # finished before it was put there: wanted again
        ("s", 1.0, 3, True),  # an episode is not the series
    ],
)
def test_what_was_finished_since_is_no_longer_to_be_watched(
    name: str, fraction: float | None, days: float, shown: bool
) -> None:
    """A movie from 90 % on; one that is only begun stays, though it was watched in part."""
    assert ([name] if shown else []) == row(add(name, 6), play("me", name, days_ago(days), fraction))


def test_a_second_look_does_not_bring_back_what_was_finished() -> None:
    """Finished since it was put there, then begun once more."""
    assert [] == row(add("a", 6), play("me", "a", days_ago(5), 1.0), play("me", "a", days_ago(4), 0.2))


def test_nothing_hard_is_spared() -> None:
    """Not where it is not licensed, not above the ceiling, not what the member turned against."""
    against = event("me", "b", "not_interested", days_ago(1))

    assert ["a"] == row(add("a", 9), add("z", 8), add("adult", 7), add("b", 6), against, maturity_ceiling=12)
    assert ["adult", "a"] == row(add("a", 9), add("z", 8), add("adult", 7), add("b", 6), against)


def test_what_the_client_has_just_sent_is_on_the_list() -> None:
    """Before the log has it."""
    sent = (RecentEvent(title_id="c", kind="list_add", time=NOW - 1),)

    assert ["c", "a"] == row(add("a", 9), recent_events=sent)
