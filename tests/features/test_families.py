"""Every column of every feature family, recomputed in plain Python from the tables."""

from collections.abc import Callable

import numpy as np
import pytest

from pagegen.engine import Engine
from pagegen.homepage import HOME
from pagegen.trace import Retrieved
from tests.contracts import some_requests
from tests.features import oracle
from tests.features.oracle import Known
from tests.worlds import World

ORACLES: dict[str, Callable[[Known, str], tuple[float, ...]]] = {
    "title_age": oracle.title_age,
    "trend": oracle.trend,
    "grades": oracle.grades,
    "genre_affinity": oracle.genre_affinity,
    "people_affinity": oracle.people_affinity,
    "habits": oracle.habits,
    "member_activity": oracle.member_activity,
    "own_plays": oracle.own_plays,
    "since_visit": oracle.since_visit,
    "sessions": oracle.sessions,
    "year_habits": oracle.year_habits,
    "moment": oracle.moment,
}


@pytest.fixture(scope="module")
def retrieved(engine: Engine) -> Retrieved:
    return engine.retrieve(some_requests(16, seed=1))


@pytest.fixture(scope="module")
def known(medium: World, engine: Engine, retrieved: Retrieved) -> list[Known]:
    windows, local = engine.trend_windows, retrieved.contexts.trends.local.tolist()
    days = {"short_days": windows.short_days, "long_days": windows.long_days}
    return [Known(medium, r, local=here, **days) for r, here in zip(retrieved.contexts.requests, local, strict=True)]


def test_every_family_has_an_oracle() -> None:
    """A new family comes with its plain twin."""
    assert set(HOME.families) == {"source_scores", *ORACLES}


@pytest.mark.parametrize("name", ORACLES)
def test_a_family_computes_what_it_says(name: str, retrieved: Retrieved, known: list[Known]) -> None:
    """Ten pairs of each of 16 requests: members and strangers, at any time, with watermarks and recent events."""
    family, table = HOME.families[name](()), retrieved.table
    place = [table.names.index(column) for column in family.columns]
    some = np.concatenate([np.arange(low, high)[:: max(1, (high - low) // 10)] for low, high in bounds(table.start)])
    titles = retrieved.contexts.data.catalog.ids.of(table.title[some])
    rows = zip(table.request[some].tolist(), titles, strict=True)
    expected = np.array([ORACLES[name](known[request], title) for request, title in rows])

    assert len(some) > 100
    np.testing.assert_allclose(table.values[some][:, place], expected, rtol=2e-5, atol=2e-5)


def test_source_scores_stand_among_the_pairs_of_their_request(retrieved: Retrieved) -> None:
    """The score as the source gave it, its rank from 0 and its z; NaN where the source has no opinion."""
    scorers = tuple(retrieved.pool.scores)
    columns = HOME.families["source_scores"](scorers).columns
    table, place = retrieved.table, [retrieved.table.names.index(column) for column in columns]
    for b, (low, high) in enumerate(bounds(table.start)):
        cut = slice(low, high)
        expected = [oracle.standing(retrieved.pool.scores[scorer][b, table.title[cut]]) for scorer in scorers]
        np.testing.assert_allclose(table.values[cut][:, place], np.concatenate(expected, axis=1), rtol=1e-4, atol=1e-4)


def bounds(start: np.ndarray) -> list[tuple[int, int]]:
    return [(low, high) for low, high in zip(start[:-1].tolist(), start[1:].tolist(), strict=True) if high > low]
