"""ALS: a member's vector is the half step that `implicit` would have taken."""

import numpy as np
import pytest
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

from candidates import als
from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Past
from tests.contracts import proposal, proposed, source_of
from tests.worlds import World, ask, days_ago, play, tiny_engine, title, world

CONFIG = als.FitConfig(embedding_size=8, epochs=3, reg=2.0, alpha=3.0, threads=1)


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


def test_factors_are_those_of_implicit(medium: World) -> None:
    """Fitted on who played what, each title once a member, with the seed drawn from the generator."""
    played = medium.events.filter(kind="play").select("member_id", "title_id").unique()
    titles = sorted(played["title_id"].unique())
    members = sorted(played["member_id"].unique())
    cells = ([members.index(m) for m in played["member_id"]], [titles.index(t) for t in played["title_id"]])
    matrix = csr_matrix((np.ones(len(played), np.float32), cells), shape=(len(members), len(titles)))
    rng = np.random.default_rng(3)
    seed = int(rng.integers(2**31))
    other = AlternatingLeastSquares(
        factors=8, regularization=2.0, alpha=3.0, iterations=3, num_threads=1, random_state=seed
    )
    other.fit(matrix, show_progress=False)
    model = fitted(medium)

    assert titles == medium.data.catalog.ids.of(model.title)
    np.testing.assert_allclose(model.factors, other.item_factors, rtol=1e-4, atol=1e-5)


def test_only_the_latest_of_a_long_history_count(medium: World) -> None:
    """With `max_history` 3 a member is who played their last three titles."""
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


def test_top_picks_are_the_best_of_what_is_allowed() -> None:
    """Two tastes: who played two of one gets the third, and nothing they have seen."""
    crowd = [play(f"x{n}", t) for n in range(8) for t in ("x1", "x2", "x3")]
    crowd += [play(f"y{n}", t) for n in range(8) for t in ("y1", "y2", "y3")]
    data = world([title(t) for t in ("x1", "x2", "x3", "y1", "y2", "y3")], [*crowd, play("me", "x1"), play("me", "x3")])
    engine = tiny_engine(data)
    (rows,) = proposed(source_of(engine, "als"), proposal(engine, [ask("me")]))

    assert ["x2", "y1", "y2", "y3"] == sorted(rows[0][3])
    assert "x2" == rows[0][3][0]
    assert [[]] == proposed(source_of(engine, "als"), proposal(engine, [ask("a stranger")]))
    assert [[]] == proposed(source_of(engine, "als"), proposal(engine, [ask("me", days_ago(30))]))
