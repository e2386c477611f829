"""Leaving soon: what goes within thirty days from where the member lives, and nothing that stays."""

from collections.abc import Mapping

import pytest

from tests.contracts import proposal, proposed, source_of
from tests.worlds import ALL_SOURCES, Fields, ask, days_ago, member, play, tiny_engine, title, window, world

PEOPLE = [member("me", country="NO")]


def ends(days: float, country: str = "NO") -> list[Fields]:
    """One window, to close in so many days."""
    return [window(country, None, days_ago(-days))]


def row(
    windows: Mapping[str, list[Fields] | None], *events: Fields, who: str = "me", country: str | None = None
) -> set[str]:
    """The titles of the row."""
    films = [*(title(name, windows=its) for name, its in windows.items()), title("stays")]
    engine = tiny_engine(world(films, events, PEOPLE), ALL_SOURCES)
    (rows,) = proposed(source_of(engine, "leaving_soon"), proposal(engine, [ask(who, country=country)]))
    return {name for _, _, _, titles, _ in rows for name in titles}


def test_four_films_that_leave_make_a_row_and_in_another_country_none() -> None:
    """On the page, under its name, of what leaves Norway; Sweden keeps it all."""
    kept = [window("SE"), *ends(9)]
    engine = tiny_engine(world([title(name, windows=kept) for name in "abcd"], [], PEOPLE), ALL_SOURCES)
    asked = [ask("me", row_kinds=("leaving_soon",), country=country) for country in ("NO", "SE")]
    shown = [[(r.heading, sorted(r.title_ids)) for r in page.rows] for page in engine.run(asked).pages]

    assert [[("Leaving soon", [*"abcd"])], []] == shown


@pytest.mark.parametrize(
    ("windows", "leaves"),
    [
        (ends(29.9), True),
        (ends(30), False),
        (ends(9, "ZZ"), True),
        (ends(9, "SE"), False),  # it was never here
        (ends(-1), False),  # it has left
        (None, False),
        ([], False),
        ([window("NO")], False),
        ([*ends(9), window("ZZ")], False),  # elsewhere and here
        ([*ends(9), window("NO", days_ago(-9), days_ago(-60))], False),  # extended
        ([*ends(9), window("NO", days_ago(-9), days_ago(-20))], True),  # extended, not for long
        ([*ends(9), window("NO", days_ago(-10))], True),  # it comes back, but leaves
        ([window("NO", days_ago(-9), days_ago(-60)), *ends(9)], False),  # in any order
        ([window("NO", days_ago(-3), days_ago(-9))], False),  # not here yet
    ],
)
def test_a_title_leaves_when_the_last_window_without_a_gap_ends(windows: list[Fields] | None, leaves: bool) -> None:
    """In the member's country or anywhere; to the millisecond."""
    assert ({"a"} if leaves else set()) == row({"a": windows})


def test_the_requests_country_counts() -> None:
    """A traveller sees what leaves where he or she is; who is nowhere, what leaves everywhere."""
    windows = {"no": [*ends(9), window("SE")], "se": [*ends(9, "SE"), window("NO")], "all": ends(9, "ZZ")}

    assert {"no", "all"} == row(windows)
    assert {"se", "all"} == row(windows, country="SE")
    assert {"all"} == row(windows, who="a stranger")


def test_what_was_watched_need_not_be_hurried_for() -> None:
    """Not even what was begun: continue watching has it."""
    assert {"b"} == row({"a": ends(9), "b": ends(9)}, play("me", "a", days_ago(2), 0.5))
