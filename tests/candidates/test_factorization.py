"""Factorization: each half step is the closed form, and epochs lower the objective that is written down."""

from itertools import pairwise

import numpy as np
import pytest
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

from candidates.als.factorization import Objective, Schedule, factorize, half_step

SIZE = 6


def played(members: int = 40, titles: int = 25, rng_seed: int = 0) -> csr_matrix:
    """A matrix with an empty row, a full one, and everything between."""
    rng = np.random.default_rng(rng_seed)
    dense = rng.random((members, titles)) < np.linspace(0, 1, members)[:, None]
    dense[0], dense[-1] = False, True
    return csr_matrix(dense.astype(np.float32))


def objective(exponent: float = 1.0) -> Objective:
    return Objective(alpha=7.0, reg=0.05, reg_exponent=exponent)


def confidences(matrix: csr_matrix) -> np.ndarray:
    return np.where(matrix.toarray() > 0, 7.0, 1.0)


def closed_form(matrix: csr_matrix, theirs: np.ndarray, exponent: float) -> np.ndarray:
    """Every row by its normal equations, in double precision."""
    rows = []
    for row, confidence in zip(matrix.toarray(), confidences(matrix), strict=True):
        reg = 0.05 * confidence.sum() ** exponent
        left = theirs.T @ np.diag(confidence) @ theirs + reg * np.eye(SIZE)
        rows.append(np.linalg.solve(left, theirs.T @ (confidence * row)))
    return np.array(rows)


def loss(matrix: csr_matrix, members: np.ndarray, titles: np.ndarray, exponent: float) -> float:
    """The objective of the docstring, cell by cell."""
    confidence, label = confidences(matrix), matrix.toarray()
    total = (confidence * (label - members @ titles.T) ** 2).sum()
    total += (0.05 * confidence.sum(axis=1) ** exponent * (members**2).sum(axis=1)).sum()
    return float(total + (0.05 * confidence.sum(axis=0) ** exponent * (titles**2).sum(axis=1)).sum())


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_a_half_step_is_the_closed_form(exponent: float) -> None:
    """Conjugate gradients end after as many steps as there are dimensions; begun twice, they are exact to 1e-6."""
    matrix, rng = played(), np.random.default_rng(1)
    theirs = (rng.standard_normal((25, SIZE)) / 3).astype(np.float32)
    mine = rng.standard_normal((40, SIZE)).astype(np.float32)
    half = half_step(matrix, mine, theirs, objective(exponent), steps=3 * SIZE)
    blocks = list(half.blocks())
    for rows in 2 * blocks:
        half.solve(rows)

    assert sorted(np.concatenate(blocks).tolist()) == list(range(40))
    np.testing.assert_allclose(half.mine, closed_form(matrix, theirs.astype(np.float64), exponent), atol=1e-6)


@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_every_epoch_lowers_the_objective(exponent: float) -> None:
    """Of six runs, each one epoch longer than the one before."""
    matrix = played()
    losses = []
    for epochs in range(6):
        schedule = Schedule(epochs=epochs, steps=3, threads=1)
        members, titles = factorize(matrix, SIZE, objective(exponent), schedule, np.random.default_rng(2))
        losses.append(loss(matrix, members.astype(np.float64), titles.astype(np.float64), exponent))

    assert all(later < earlier for earlier, later in pairwise(losses))


def test_with_one_regularization_for_all_it_does_as_well_as_implicit() -> None:
    """The same objective, minimized by the package: its loss is not lower by more than a thousandth."""
    matrix = played(200, 60)
    members, titles = factorize(
        matrix, SIZE, objective(0.0), Schedule(epochs=30, steps=3, threads=1), np.random.default_rng(3)
    )
    other = AlternatingLeastSquares(
        factors=SIZE, regularization=0.05, alpha=7.0, iterations=30, num_threads=1, random_state=3
    )
    other.fit(matrix, show_progress=False)
    mine, theirs = loss(matrix, members, titles, 0.0), loss(matrix, other.user_factors, other.item_factors, 0.0)

    assert mine < theirs * 1.001


def test_the_bytes_do_not_depend_on_the_number_of_threads() -> None:
    """Blocks of rows are the same, and each is solved on one thread."""
    matrix = played(300, 80)
    one, three = (
        factorize(matrix, SIZE, objective(), Schedule(epochs=3, steps=3, threads=n), np.random.default_rng(4))
        for n in (1, 3)
    )

    assert one[1].tobytes() == three[1].tobytes()
    assert np.abs(one[1]).max() > 0.1
