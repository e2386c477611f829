"""Trending: the last day counts most, and small countries listen to the world."""

from typing import Any

import pytest

from tests.contracts import proposal, proposed, source_of
from tests.worlds import HOUR, NOW, Fields, ask, days_ago, member, play, tiny_engine, title, world

HOUR_NOW = NOW // HOUR * HOUR
TITLES = ["day", "week", "season", "never", "seen"]


def rows(plays: list[Fields], who: str = "nobody", time: int = HOUR_NOW, **weights: Any) -> list[tuple[int, list[str]]]:
    people = [member("ola", country="NO"), *(member(f"x{n}", country="NO") for n in range(9))]
    settings = {"fit": {"trends": {"min_plays": 9.0}}, "page": {"source": {"trending": weights}}}
    engine = tiny_engine(world([title(name) for name in TITLES], plays, people), settings)
    (found,) = proposed(source_of(engine, "trending"), proposal(engine, [ask(who, time)]))
    return [(variant, titles) for _, _, variant, titles, _ in found]


def views(name: str, number: int, days: float, country: bool = False) -> list[Fields]:
    return [
        play(f"{'x' if country else 'y'}{n % 9}", name, HOUR_NOW - round(days * 24 * HOUR) + n) for n in range(number)
    ]


def test_trending_prefers_recent_plays() -> None:
    """Two plays today beat nine this week, which beat fifty this season; what nobody plays does not trend."""
    plays = [*views("day", 2, 0.9), *views("week", 9, 6), *views("season", 50, 80)]

    assert [(0, ["day", "week", "season"])] == rows(plays)


@pytest.mark.parametrize(
    ("weights", "first"),
    [
        ({"day_weight": 0.0}, "week"),
        ({"day_weight": 0.0, "short_weight": 0.0}, "season"),
        ({"long_weight": 0.0, "short_weight": 0.0}, "day"),
    ],
    ids=["week", "season", "day"],
)
def test_weights_say_what_a_trend_is(weights: dict[str, Any], first: str) -> None:
    """Without weight a window says nothing."""
    plays = [*views("day", 2, 0.9), *views("week", 9, 6), *views("season", 50, 80)]

    assert first == rows(plays, **weights)[0][1][0]


def test_a_country_with_enough_plays_has_its_own_trend() -> None:
    """Nine plays in its week: its own heading and order; eight: the world's."""
    world_plays = views("week", 20, 3)

    assert [(1, ["season"])] == rows([*world_plays, *views("season", 9, 3, country=True)], "ola")
    assert [(0, ["week", "season"])] == rows([*world_plays, *views("season", 8, 3, country=True)], "ola")
    assert [(0, ["week", "season"])] == rows([*world_plays, *views("season", 9, 3, country=True)], "a stranger")


def test_what_was_watched_and_what_is_still_to_come_does_not_trend() -> None:
    """The member's own titles are left out; a play of this hour is not counted yet."""
    plays = [
        *views("seen", 9, 1),
        *views("day", 3, 0.5),
        play("me", "seen", days_ago(2)),
        play("you", "never", HOUR_NOW),
    ]

    assert [(0, ["day"])] == rows(plays, "me", HOUR_NOW + HOUR - 1)
    assert [(0, ["day", "never"])] == rows(plays, "me", HOUR_NOW + HOUR)
