"""Top picks: what each scorer would show first, fused by rank."""

import numpy as np
import pytest

from pagegen.bundle.resolve import resolve
from pagegen.errors import ConfigError
from pagegen.homepage import HOME
from tests.contracts import proposal, proposed, source_of
from tests.worlds import World, ask, days_ago, play, tiny_engine, title, world

BOTH = {"page": {"source": {"top_picks": {"quotas": {"als": 2, "trending": 2}}}}}


def test_they_are_the_best_of_what_is_allowed() -> None:
    """Two tastes: who played two of one gets the third, and nothing they have seen; strangers get no row."""
    crowd = [play(f"x{n}", t) for n in range(8) for t in ("x1", "x2", "x3")]
    crowd += [play(f"y{n}", t) for n in range(8) for t in ("y1", "y2", "y3")]
    data = world([title(t) for t in ("x1", "x2", "x3", "y1", "y2", "y3")], [*crowd, play("me", "x1"), play("me", "x3")])
    engine = tiny_engine(data)
    (rows,) = proposed(source_of(engine, "top_picks"), proposal(engine, [ask("me")]))

    assert ["x2", "y1", "y2", "y3"] == sorted(rows[0][3])
    assert "x2" == rows[0][3][0]
    assert [[]] == proposed(source_of(engine, "top_picks"), proposal(engine, [ask("a stranger")]))
    assert [[]] == proposed(source_of(engine, "top_picks"), proposal(engine, [ask("me", days_ago(30))]))


def test_ranks_are_fused_within_the_quotas(medium: World) -> None:
    """Each of two scorers brings two titles; worth is the sum of 1 / (60 + rank), by hand."""
    engine = tiny_engine(medium.data, BOTH)
    asked = proposal(engine, [ask("m001")])
    allowed = asked.eligible.allowed(0)
    worth: dict[int, float] = {}
    for scorer in ("als", "trending"):
        score = np.where(allowed, asked.scores[scorer][0].astype(np.float64), np.nan)
        for rank, place in enumerate(np.argsort(-np.nan_to_num(score, nan=-np.inf), kind="stable")[:2], start=1):
            worth[int(place)] = worth.get(int(place), 0.0) + 1 / (60 + rank)
    found = source_of(engine, "top_picks").propose(asked)

    assert sorted(worth, key=lambda place: (-worth[place], place)) == found.title.tolist()
    np.testing.assert_allclose(found.score, sorted(worth.values(), reverse=True), rtol=1e-6)


def test_a_scorer_that_is_off_brings_nothing(medium: World) -> None:
    """Its quota waits until it is on again."""
    engine = tiny_engine(medium.data, BOTH | {"fit": {"sources": ["trending", "top_picks"]}})

    assert 2 == len(source_of(engine, "top_picks").propose(proposal(engine, [ask("m001")])).title)


def test_a_quota_for_what_does_not_exist_is_refused() -> None:
    """A misspelt scorer is not a scorer that is off."""
    with pytest.raises(ConfigError, match=r"page.source.top_picks names 'asl'; there are als, "):
        resolve(HOME, {"page": {"source": {"top_picks": {"quotas": {"asl": 3}}}}})
