"""Likings: what a member's past says of titles and people; of people `test_people.py` asks more."""

from pagegen.context import TrendWindows, enjoyed, followed, read_contexts
from tests.worlds import NOW, ask, days_ago, event, play, title, world


def test_enjoyed_is_the_last_word() -> None:
    """A thumb or a grade that came later counts; a grade is low below the member's own mean."""
    films = [title(name) for name in "abcdef"]
    log = [
        event("me", "a", "thumbs_down", days_ago(9)),
        *(play("me", name, days_ago(8)) for name in "abc"),
        event("me", "a", "thumbs_up", days_ago(7)),
        event("me", "b", "thumbs_up", days_ago(7)),
        event("me", "b", "not_interested", days_ago(6)),
        play("me", "d", days_ago(5), grade=2.0),
        play("me", "d", days_ago(4), grade=4.0),
        play("me", "e", days_ago(3), grade=3.0),
        play("me", "f", days_ago(2), 0.5, grade=5.0),
    ]
    contexts = read_contexts([ask("me")], world(films, log), TrendWindows())

    assert ["a", "c", "d"] == [name for name, likes in zip("abcdef", enjoyed(contexts, 0), strict=True) if likes]


def test_what_was_just_finished_counts_among_what_is_played() -> None:
    """3 of 6 with Ann, of 10 that anybody played: 1.7 times the usual, though trends will know it in an hour only."""
    films = [*(title(f"a{n}", cast=["Ann"]) for n in range(3)), *(title(f"r{n}") for n in range(7))]
    old = [play("you", f"r{n}", days_ago(3)) for n in range(3, 7)]
    now = [play("me", name, NOW - 1) for name in ("a0", "a1", "a2", "r0", "r1", "r2")]
    most, nobody = (
        followed(read_contexts([ask("me")], world(films, [*old, *log]), TrendWindows()), 0).tolist()
        for log in (now[:4], now)
    )

    assert ([0], []) == (most, nobody)
