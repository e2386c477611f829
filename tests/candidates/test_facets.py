"""Facets: genre rows by the member's taste, and what is new."""

from typing import Any

import numpy as np

from candidates.facets import Config, Facets
from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Dataset
from pagegen.filters import Licence, Watched, apply
from pagegen.pool import Proposal
from tests.contracts import proposed
from tests.worlds import NOW, Fields, ask, days_ago, play, title, world

SCORE = {"c1": 9.0, "c2": 1.0, "d1": 5.0, "d2": 4.0, "both": 3.0, "plain": 8.0, "later": 99.0}
GENRES = {
    "c1": ["Comedy"],
    "c2": ["Comedy"],
    "d1": ["Drama"],
    "d2": ["Drama"],
    "both": ["Comedy", "Drama"],
    "plain": [],
}


def data(*plays: Fields, **release: int | None) -> Dataset:
    films = [title(t, genres=g, release_time=release.get(t, days_ago(999))) for t, g in GENRES.items()]
    return world([*films, title("later", genres=["Drama"], release_time=NOW + 1)], plays)


def rows(
    world_: Dataset, *, limit: int = 40, who: str = "me", score: dict[str, float] | None = SCORE, **config: Any
) -> dict[str, list[str]]:
    """The titles of each row; all facets of one member under given scores."""
    contexts = read_contexts([ask(who)], world_, TrendWindows(min_plays=1e9))
    values = [np.nan if score is None else score.get(name, np.nan) for name in world_.catalog.ids.names]
    asked = Proposal(
        contexts=contexts,
        eligible=apply([Watched(), Licence()], contexts),
        scores={"als": np.array([values], np.float32)},
        limit=np.array([limit], np.int32),
    )
    (found,) = proposed(Facets(config=Config(**config)), asked)
    return {"new releases" if kind else seed: titles for kind, seed, _, titles, _ in found}


def test_a_genre_row_has_its_titles_best_first() -> None:
    """By the scorer, without what was watched or is not released; a title is in the row of each of its genres."""
    assert {"Comedy": ["c1", "both", "c2"], "Drama": ["d1", "d2", "both"]} == rows(data())
    assert {"Comedy": ["c1", "c2"], "Drama": ["d1", "d2"]} == rows(data(play("me", "both")))
    assert {"Comedy": ["c1"], "Drama": ["d1"]} == rows(data(), limit=1)


def test_genres_come_in_the_order_of_what_a_screen_would_show() -> None:
    """Comedy's titles add up to 13, Drama's to 12; without c1 Drama is first."""
    assert ["Comedy", "Drama"] == list(rows(data()))
    assert ["Drama", "Comedy"] == list(rows(data(play("me", "c1"))))


def test_titles_without_an_opinion_are_placed_by_their_plays() -> None:
    """The scorer knows nothing of d1, which is played as much as the best of the others, or not at all."""
    unknown = {**SCORE, "d1": np.nan, "plain": np.nan}
    lively = data(*(play("you", "d1", days_ago(day)) for day in range(1, 4)))

    assert ["d2", "both", "d1"] == rows(data(play("you", "d2", days_ago(1))), score=unknown)["Drama"]
    assert "d1" == rows(lively, score=unknown)["Drama"][0]


def test_plays_decide_where_the_scorer_knows_only_what_was_watched() -> None:
    """Its opinion of c1 says nothing of the others; without plays, ties by id."""
    plays = [play("me", "c1"), play("you", "d2", days_ago(3))]

    assert {"Drama": ["d2", "both", "d1"], "Comedy": ["both", "c2"]} == rows(data(*plays), score={"c1": 9.0})


def test_who_has_no_history_gets_the_plays_of_the_season() -> None:
    """Where the scorer has no opinion at all, titles go by plays; ties by their id."""
    plays = [play("you", "d2", days_ago(3)), play("you", "d2", days_ago(2)), play("you", "c2", days_ago(80))]

    assert {"Drama": ["d2", "both", "d1"], "Comedy": ["c2", "both", "c1"]} == rows(data(*plays), who="cold", score=None)


def test_new_releases_are_as_young_as_they_are_asked_to_be() -> None:
    """Released within `new_days`, to the millisecond; not later than now; a release nobody knows is not new."""
    released = {"c1": days_ago(10), "c2": days_ago(10) - 1, "d1": NOW - 1, "d2": None, "both": days_ago(3)}

    assert ["c1", "d1", "both"] == rows(data(play("you", "d2"), **released), new_days=10)["new releases"]
