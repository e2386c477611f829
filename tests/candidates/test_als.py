"""ALS: a member's vector is the half step that `implicit` would have taken."""

import numpy as np
import pytest
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

from candidates import als
from candidates.als.factorization import Objective, Schedule, factorize
from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Past
from pagegen.pool.history import who_played_what
from tests.worlds import World, ask

CONFIG = als.FitConfig(embedding_size=8, epochs=3, reg=2.0, reg_exponent=0.0, alpha=3.0, threads=1)


def fitted(medium: World, config: als.FitConfig = CONFIG, **page: int) -> als.Als:
    past = Past(data=medium.data, watermark=len(medium.data.events))
    return als.fit(past, config, als.PageConfig(**page), np.random.default_rng(3))


def implicit_scores(model: als.Als, rows: np.ndarray) -> np.ndarray:
    """What `implicit` scores a user by who played these; its confidence is alpha times the value."""
    other = AlternatingLeastSquares(factors=8, regularization=2.0, alpha=3.0, dtype=np.float64)
    other.item_factors = model.factors.astype(np.float64)
    user = csr_matrix((np.ones(len(rows)), (np.zeros(len(rows), int), rows)), shape=(1, len(model.factors)))
    return other.item_factors @ other.recalculate_user(0, user)


@pytest.mark.parametrize("who", ["m001", "m007", "m030"])
def test_scores_are_those_of_implicit(medium: World, who: str) -> None:
    """Solved from the history at request time, equal to `recalculate_user` to five digits."""
    model, contexts = fitted(medium), read_contexts([ask(who)], medium.data, TrendWindows())
    rows = model.row_of[contexts.played.title]
    expected = np.full(len(medium.data.catalog), np.nan)
    expected[model.title] = implicit_scores(model, rows[rows >= 0])

    assert len(rows) > 5
    np.testing.assert_allclose(model.score(contexts)[0], expected, rtol=1e-5, atol=1e-6)


def test_factors_lie_along_their_principal_axes(medium: World) -> None:
    """V'V has nothing beside its diagonal, and the products of titles are those of the factors as they were learnt."""
    model = fitted(medium)
    _, matrix = who_played_what(Past(data=medium.data, watermark=len(medium.data.events)))
    objective, schedule = Objective(alpha=3.0, reg=2.0, reg_exponent=0.0), Schedule(epochs=3, steps=3, threads=1)
    _, learnt = factorize(matrix, 8, objective, schedule, np.random.default_rng(3))
    played = medium.events.filter(kind="play")["title_id"].unique().sort().to_list()

    assert played == medium.data.catalog.ids.of(model.title)
    np.testing.assert_allclose(model.factors.T @ model.factors, np.diag(model.spread), atol=1e-5)
    np.testing.assert_allclose(model.factors @ model.factors.T, learnt @ learnt.T, atol=1e-5)


@pytest.mark.parametrize("exponent", [0.5, 1.0])
def test_a_member_is_regularized_by_what_is_known_of_them(medium: World, exponent: float) -> None:
    """The normal equations, written out, hold for the member's vector."""
    config = als.FitConfig(embedding_size=8, epochs=3, reg=0.02, reg_exponent=exponent, alpha=3.0, threads=1)
    model, contexts = fitted(medium, config), read_contexts([ask("m001")], medium.data, TrendWindows())
    rows = model.row_of[contexts.played.title]
    factors = model.factors.astype(np.float64)
    confidence = np.ones(len(factors))
    confidence[rows[rows >= 0]] = 3.0
    reg = 0.02 * confidence.sum() ** exponent
    left = (factors * confidence[:, None]).T @ factors + reg * np.eye(8)
    vector = np.linalg.solve(left, (factors * np.where(confidence > 1, 3.0, 0.0)[:, None]).sum(axis=0))

    np.testing.assert_allclose(model.score(contexts)[0][model.title], factors @ vector, rtol=1e-5, atol=1e-6)


def test_only_the_latest_of_a_long_history_count(medium: World) -> None:
    """With `max_history` 3 a member is who played their last three titles: fewer equations than factors have axes."""
    model, contexts = fitted(medium, max_history=3), read_contexts([ask("m001")], medium.data, TrendWindows())
    rows = model.row_of[contexts.played.title]

    np.testing.assert_allclose(
        model.score(contexts)[0][model.title], implicit_scores(model, rows[rows >= 0][-3:]), rtol=1e-5, atol=1e-6
    )


def test_what_was_played_after_the_watermark_is_not_learnt(medium: World) -> None:
    """A title first played later has no factor, and a fit on the same past is the same to the bit."""
    past = Past(data=medium.data, watermark=40)
    one, other = (als.fit(past, CONFIG, als.PageConfig(), np.random.default_rng(3)) for _ in range(2))
    seen = medium.events.head(40).filter(kind="play")["title_id"].unique().sort().to_list()

    assert seen == medium.data.catalog.ids.of(one.title)
    assert one.factors.tobytes() == other.factors.tobytes()
