"""EASE and EDLAE: the closed forms minimize what the papers say they minimize."""

import itertools

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from candidates.ease import EdlaeConfig, solved
from pagegen.errors import ConfigError
from tests.candidates.histories import X, fitted, row, said

REG = 2.0


def plain(reg: float, dropout: float = 0.0) -> EdlaeConfig:
    """As in the papers."""
    return EdlaeConfig(reg=reg, dropout=dropout, activity=0.0, discount=0.0)


def ridge(column: int, penalty: np.ndarray, member: np.ndarray | float = 1.0) -> np.ndarray:
    """The weights of one title: least squares from all the others, each with its penalty; no inverse of the whole."""
    others = [i for i in range(X.shape[1]) if i != column]
    weighed = X[:, others].T * member
    weights = np.zeros(X.shape[1])
    left = weighed @ X[:, others] + np.diag(penalty[others])
    weights[others] = np.linalg.lstsq(left, weighed @ X[:, column], rcond=None)[0]
    return weights


def left_out(weights: np.ndarray, dropout: float, reg: float) -> float:
    """
    The expected loss of EDLAE with a = 1 and b = 0, over every way to leave out titles, as the paper tells it.

    Weights are those of serving, where nothing is left out: while learning each is 1 / (1 - p) of that. Entries that
    were left out are what counts. The penalty `reg` is on the weights of serving.
    """
    loss = 0.0
    for kept in itertools.product((0.0, 1.0), repeat=X.shape[1]):
        mask = np.array(kept)
        chance = float(np.prod(np.where(mask > 0, 1 - dropout, dropout)))
        error = (X - (X * mask) @ (weights / (1 - dropout))) * (1 - mask)
        loss += chance * float((error**2).sum())
    return loss / dropout + reg * float((weights**2).sum())


def test_ease_is_a_regression_of_each_title_on_the_others() -> None:
    """Column by column, with the same penalty for all; the diagonal is 0."""
    expected = np.stack([ridge(j, np.full(6, REG)) for j in range(6)], axis=1)

    np.testing.assert_allclose(fitted("ease", reg=REG).weight, expected, atol=1e-6)


def test_edlae_is_a_regression_with_a_penalty_by_plays() -> None:
    """p / (1 - p) times the plays of a title, and the common penalty."""
    penalty = 0.25 / 0.75 * X.sum(axis=0) + REG
    expected = np.stack([ridge(j, penalty) for j in range(6)], axis=1)

    np.testing.assert_allclose(
        fitted("edlae", reg=REG, dropout=0.25, activity=0.0, discount=0.0).weight, expected, atol=1e-6
    )


def test_busy_members_count_less() -> None:
    """Their squared errors, and what is expected of them left out, by (titles / the mean)^-activity."""
    length = X.sum(axis=1)
    member = (length / length.mean()) ** -0.7
    penalty = 0.25 / 0.75 * (X * member[:, None]).sum(axis=0) + REG
    expected = np.stack([ridge(j, penalty, member) for j in range(6)], axis=1)
    model = fitted("edlae", reg=REG, dropout=0.25, activity=0.7, discount=0.0)

    np.testing.assert_allclose(model.weight, expected, atol=1e-6)


def test_popular_titles_score_less() -> None:
    """Scores are divided by plays^discount."""
    scores, less = (
        said(fitted("edlae", reg=REG, dropout=0.5, activity=0.0, discount=discount), "ae")[:6] for discount in (0, 0.5)
    )

    assert less == pytest.approx((np.array(scores) / X.sum(axis=0) ** 0.5).tolist())


def test_a_history_adds_rows_not_columns() -> None:
    """x B: what a title says of another, not what the other says of it; RecTools has it transposed."""
    model = fitted("ease", reg=REG)
    weight = model.weight.astype(np.float64)

    assert (row("ae") @ weight).tolist() == pytest.approx(said(model, "ae")[:6], abs=1e-6)
    assert abs(row("ae") @ weight.T - row("ae") @ weight).max() > 0.01


@pytest.mark.parametrize(("dropout", "reg"), [(0.25, 0.0), (0.5, REG)])
def test_no_other_weights_lose_less(dropout: float, reg: float) -> None:
    """The expectation over all 64 ways to leave out titles: every step away from the solution costs."""
    weights = solved(csr_matrix(X), plain(reg + 1e-9, dropout)).astype(np.float64)
    least, rng = left_out(weights, dropout, reg), np.random.default_rng(0)
    steps = [0.02 * step for step in np.eye(36).reshape(36, 6, 6)] + list(0.01 * rng.normal(size=(30, 6, 6)))
    steps = [step * (1 - np.eye(6)) for step in steps if (step * (1 - np.eye(6))).any()]
    losses = [left_out(weights + sign * step, dropout, reg) for step in steps for sign in (1, -1)]

    assert len(losses) == 120
    assert min(losses) > least
    assert left_out(solved(csr_matrix(X), plain(REG)).astype(np.float64), dropout, reg) > least


def test_edlae_without_dropout_is_ease() -> None:
    """To the bit."""
    other = fitted("edlae", reg=REG, dropout=0.0, activity=0.0, discount=0.0)

    assert fitted("ease", reg=REG).weight.tobytes() == other.weight.tobytes()


@pytest.mark.parametrize("titles", [1, 1023, 1024, 1025, 2100])
def test_blocks_make_no_difference(titles: int) -> None:
    """The same as in one piece, for matrices below, at and above the size of a block."""
    rng = np.random.default_rng(titles)
    played = csr_matrix((rng.random((40, titles)) < 0.3).astype(np.float32))
    wide = played.toarray().astype(np.float64)
    inverse = np.linalg.inv(wide.T @ wide + 50.0 * np.eye(titles))
    expected = -inverse / np.diagonal(inverse)
    np.fill_diagonal(expected, 0.0)

    np.testing.assert_allclose(solved(played, plain(50.0)), expected, atol=1e-6)


def test_only_the_most_played_titles_have_weights() -> None:
    """With `max_titles` 4 it is EASE of a, b, d and f alone, and says nothing of c and e, nor from them."""
    model = fitted("ease", reg=REG, max_titles=4)
    expected = solved(csr_matrix(X[:, [0, 1, 3, 5]]), plain(REG))
    scores = np.array(said(model, "acf"))

    np.testing.assert_allclose(model.weight, expected, atol=1e-7)
    assert [2, 4, 6] == np.flatnonzero(np.isnan(scores)).tolist()
    assert (expected[0] + expected[3]).tolist() == pytest.approx(scores[[0, 1, 3, 5]].tolist())


def test_too_little_regularization_is_refused() -> None:
    """Two titles with the same members: without a penalty there is no one answer."""
    twins = csr_matrix(np.ones((3, 2)))

    with pytest.raises(ConfigError, match=r"reg is 1e-30, too little for 2 titles"):
        solved(twins, plain(1e-30))
    assert solved(twins, plain(1e-3)).tolist() == pytest.approx(np.array([[0, 1], [1, 0]]), abs=1e-3)
