"""Spectral: both filters from a whole singular value decomposition."""

import numpy as np
import pytest

from tests.candidates.histories import X, fitted, row, said

MEMBERS, TITLES = X.shape


def filters(size: int, low_pass: float) -> np.ndarray:
    """[K, K] the formula of the module, with the graph written one number at a time."""
    graph = np.zeros_like(X)
    for u in range(MEMBERS):
        for i in range(TITLES):
            graph[u, i] = X[u, i] / np.sqrt(X[u].sum() * X[:, i].sum())
    right = np.linalg.svd(graph)[2][:size]
    root = np.sqrt(X.sum(axis=0))
    return graph.T @ graph + low_pass * (right.T @ right) / root[:, None] * root[None, :]


@pytest.mark.parametrize(("size", "low_pass"), [(1, 0.3), (3, 0.3), (5, 2.0), (2, 0.0)])
def test_scores_are_those_of_both_filters(size: int, low_pass: float) -> None:
    """To five digits: the singular vectors are found by iteration."""
    model = fitted("spectral", embedding_size=size, low_pass=low_pass)

    for history in ("a", "bd", "cef"):
        assert (row(history) @ filters(size, low_pass)).tolist() == pytest.approx(said(model, history)[:6], rel=1e-5)


def test_there_are_no_more_vectors_than_can_be_found() -> None:
    """Six titles: five vectors, however many are asked for."""
    assert (6, 5) == fitted("spectral", embedding_size=64).vectors.shape
    assert said(fitted("spectral", embedding_size=5), "ab")[:6] == said(fitted("spectral"), "ab")[:6]


def test_the_linear_filter_may_keep_only_the_heaviest() -> None:
    """Column by column; the ideal filter stays whole."""
    linear = filters(1, 0.0)
    for j in range(TITLES):
        linear[np.argsort(-linear[:, j], kind="stable")[2:], j] = 0.0
    expected = row("abef") @ (linear + filters(3, 0.3) - filters(3, 0.0))

    model = fitted("spectral", embedding_size=3, low_pass=0.3, neighbours=2)
    assert expected.tolist() == pytest.approx(said(model, "abef")[:6], rel=1e-5)


def test_the_same_generator_finds_the_same_vectors() -> None:
    """To the bit."""
    assert fitted("spectral").vectors.tobytes() == fitted("spectral").vectors.tobytes()
