"""Continue watching: begun and not finished, the latest first."""

from collections.abc import Mapping

import numpy as np
import pytest

from candidates.continue_watching import Config, ContinueWatching
from pagegen.arrays import AnyArray, Float64, record
from pagegen.context import Begun
from pagegen.data.catalog import Catalog
from tests.contracts import proposal, proposed, source_of
from tests.worlds import Fields, ask, days_ago, event, play, tiny_engine, title, world

FILMS = [*(title(t) for t in "abc"), title("s", kind="series"), title("z", kind="series", windows=[])]


def row(*events: Fields) -> list[str]:
    """The titles of the row of `me`, in its order."""
    engine = tiny_engine(world(FILMS, [*events, play("you", "a", fraction=0.5)]))
    (rows,) = proposed(source_of(engine, "continue_watching"), proposal(engine, [ask("me")]))
    return [name for _, _, _, titles, _ in rows for name in titles]


@pytest.mark.parametrize(
    ("name", "fraction", "days", "shown"),
    [
        ("a", 0.5, 1, True),
        ("a", 0.05, 1, True),
        ("a", 0.04, 1, False),
        ("a", 0.89, 1, True),
        ("a", 0.9, 1, False),
        ("a", 1.0, 1, False),
        ("a", None, 1, False),
        ("a", 0.5, 60, True),
        ("a", 0.5, 60.01, False),
        ("s", 0.5, 1, True),
        ("s", 1.0, 1, True),
        ("s", 0.01, 1, False),
        ("s", 1.0, 61, False),
        ("z", 0.5, 1, False),
    ],
)
def test_what_is_begun_and_not_finished_goes_on(name: str, fraction: float | None, days: float, shown: bool) -> None:
    """A film from 5 to 90 %, a series also after a whole episode; within 60 days; only where it is licensed."""
    assert ([name] if shown else []) == row(play("me", name, days_ago(days), fraction))


def test_the_latest_comes_first_and_the_last_play_counts() -> None:
    """Begun again after it was finished: shown. Finished after it was begun: not."""
    plays = [
        play("me", "a", days_ago(9), 1.0),
        play("me", "b", days_ago(8), 0.5),
        play("me", "c", days_ago(7), 0.5),
        play("me", "s", days_ago(6), 1.0, season=1, episode=1),
        play("me", "a", days_ago(5), 0.5),
        play("me", "c", days_ago(4), 1.0),
    ]

    assert ["a", "s", "b"] == row(*plays)


@record
class ShortestFirst:
    """Foretells that what was seen least is gone on with."""

    learnt: bool = True

    def chance(self, begun: Begun, catalog: Catalog) -> Float64:
        del catalog
        return 1.0 - begun.fraction.astype(np.float64)

    def save(self) -> Mapping[str, AnyArray]:
        return {}


def test_what_will_be_gone_on_with_comes_first_where_that_was_learnt() -> None:
    """By chance, ties by the latest; by the latest where the settings say so, with the days as scores."""
    fractions = {"a": 0.5, "b": 0.2, "c": 0.5}
    plays = [play("me", name, days_ago(9 - day), fraction) for day, (name, fraction) in enumerate(fractions.items())]
    engine = tiny_engine(world(FILMS, plays))
    asked = proposal(engine, [ask("me")])
    by_chance, latest = (
        ContinueWatching(config=Config(order=order), resume=ShortestFirst()).propose(asked)
        for order in ("chance", "latest")
    )

    assert ["b", "c", "a"] == engine.data.catalog.ids.of(by_chance.title)
    assert [0.8, 0.5, 0.5] == pytest.approx(by_chance.score.tolist())
    assert ["c", "b", "a"] == engine.data.catalog.ids.of(latest.title)
    assert [-7.0, -8.0, -9.0] == latest.score.tolist()
    assert ["c", "b", "a"] == row(*plays)  # too little to learn from


@pytest.mark.parametrize(("verdict", "shown"), [("not_interested", []), ("thumbs_down", []), ("thumbs_up", ["a"])])
def test_a_title_the_member_is_done_with_does_not_go_on(verdict: str, shown: list[str]) -> None:
    """Not interested is hard: this row is not spared it."""
    assert shown == row(play("me", "a", days_ago(3), 0.5), event("me", "a", verdict, days_ago(2)))
