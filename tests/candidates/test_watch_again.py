"""Watch again: finished, liked, and long ago."""

import pytest

from tests.contracts import proposal, proposed, source_of
from tests.worlds import ALL_SOURCES, Fields, ask, days_ago, event, play, tiny_engine, title, world

FILMS = [*(title(t) for t in "abcdefgh"), title("s", kind="series"), title("z", windows=[])]


def up(name: str, days: float) -> Fields:
    return event("me", name, "thumbs_up", days_ago(days))


def row(*events: Fields) -> list[str]:
    """The titles of the row of `me`, in its order."""
    engine = tiny_engine(world(FILMS, [*events, play("you", "h")]), ALL_SOURCES)
    (rows,) = proposed(source_of(engine, "watch_again"), proposal(engine, [ask("me")]))
    return [name for _, _, _, titles, _ in rows for name in titles]


def test_who_liked_four_films_a_season_ago_gets_a_row_who_liked_none_does_not() -> None:
    """On the page, under its name; four films finished without a word are no reason to bring them back."""
    plays = [play("me", name, days_ago(90), 1.0) for name in "abcd"]
    liking, silent = ([*plays, *(up(name, 90) for name in "abcd" if likes)] for likes in (True, False))
    pages = [tiny_engine(world(FILMS, log), ALL_SOURCES).run([ask("me")]).pages[0] for log in (liking, silent)]
    rows = [[(row.heading, sorted(row.title_ids)) for row in page.rows if row.kind == "watch_again"] for page in pages]

    assert [[("Watch again", [*"abcd"])], []] == rows


@pytest.mark.parametrize(
    ("name", "fraction", "days", "shown"),
    [
        ("a", 0.9, 30, True),
        ("a", 0.89, 40, False),
        ("a", None, 40, False),
        ("a", 1.0, 29.9, False),
        ("s", 1.0, 40, False),
        ("z", 1.0, 40, False),
    ],
)
def test_a_movie_finished_a_month_ago(name: str, fraction: float | None, days: float, shown: bool) -> None:
    """To the day; not one that was left, whatever the thumb; no series; only where it is licensed."""
    assert ([name] if shown else []) == row(play("me", name, days_ago(days), fraction), up(name, days))


def test_the_longest_unseen_comes_first() -> None:
    """By the last play; one that is going on again is not of the past."""
    log = [play("me", name, days_ago(days), 1.0) for name, days in (("b", 80), ("a", 70), ("c", 60), ("b", 50))]
    again = play("me", "c", days_ago(2), 0.3)

    assert ["a", "b"] == row(*log, again, *(up(name, 40) for name in "abc"))


def test_grades_above_the_members_own_mean_are_liking() -> None:
    """The last one given, also of what was finished twice."""
    grades = {"a": 5.0, "b": 4.0, "c": 3.0, "d": 5.0}
    log = [play("me", name, days_ago(60), 1.0, grade=grade) for name, grade in grades.items()]
    later = play("me", "d", days_ago(50), 1.0, grade=2.0)

    assert ["a", "b"] == row(*log, later)


def test_finished_twice_is_liking() -> None:
    """A day apart; two plays of one evening are one, and a second one that was left says nothing."""
    log = [play("me", name, days_ago(60), 1.0) for name in "abc"]

    assert ["a"] == row(
        *log,
        play("me", "a", days_ago(59), 1.0),
        play("me", "b", days_ago(59.5), 1.0),
        play("me", "c", days_ago(58), 0.4),
    )


def test_the_last_verdict_counts() -> None:
    """A thumb down takes back a thumb up, and the other way round."""
    log = [play("me", name, days_ago(60), 1.0) for name in "ab"]
    down = [event("me", "a", "thumbs_down", days_ago(50)), event("me", "b", "thumbs_down", days_ago(50))]

    assert ["b"] == row(*log, up("a", 55), *down, up("b", 45))
