"""Item-kNN: similarities by loops, and who collects from whom."""

from math import log, sqrt

import numpy as np
import pytest

from tests.candidates.histories import X, fitted, row, said

MEMBERS, TITLES = X.shape


def member_weight(member: int, weighting: str) -> float:
    played = X[member].sum()
    return {"none": 1.0, "tfidf": log(TITLES) - log(1 + played), "activity": 1 / sqrt(played)}[weighting]


def similarities(weighting: str, shrinkage: float) -> np.ndarray:
    """[K, K] the formula of the module, one number at a time."""
    weights = [[X[u, i] * member_weight(u, weighting) for i in range(TITLES)] for u in range(MEMBERS)]
    found = np.zeros((TITLES, TITLES))
    for i in range(TITLES):
        for j in range(TITLES):
            dot = sum(weights[u][i] * weights[u][j] for u in range(MEMBERS))
            squares = [sum(weights[u][t] ** 2 for u in range(MEMBERS)) + shrinkage for t in (i, j)]
            found[i, j] = dot / sqrt(squares[0] * squares[1]) if i != j else 0.0
    return found


def nearest(similarity: np.ndarray, neighbours: int) -> np.ndarray:
    """[K, K] in column j only the greatest."""
    kept = similarity.copy()
    for j in range(TITLES):
        kept[np.argsort(-similarity[:, j], kind="stable")[neighbours:], j] = 0.0
    return kept


@pytest.mark.parametrize("weighting", ["none", "tfidf", "activity"])
@pytest.mark.parametrize("shrinkage", [0.0, 3.0])
def test_similarities_are_those_of_the_formula(weighting: str, shrinkage: float) -> None:
    """All of them, to six digits."""
    model = fitted("item_knn", weighting=weighting, shrinkage=shrinkage, neighbours=6)

    for history in ("a", "bd", "cef"):
        expected = row(history) @ similarities(weighting, shrinkage)
        assert expected.tolist() == pytest.approx(said(model, history)[:6], rel=1e-6)


@pytest.mark.parametrize("neighbours", [1, 2, 3])
def test_a_title_collects_from_its_own_neighbours(neighbours: int) -> None:
    """Not from all whose neighbour it is: the columns are cut, not the rows."""
    model = fitted("item_knn", weighting="activity", neighbours=neighbours)
    similarity = similarities("activity", 0.0)
    expected = row("abe") @ nearest(similarity, neighbours)

    assert expected.tolist() == pytest.approx(said(model, "abe")[:6], rel=1e-6)
    assert expected.tolist() != pytest.approx((row("abe") @ nearest(similarity, neighbours).T).tolist())


def test_titles_without_a_common_member_say_nothing_of_each_other() -> None:
    """Nobody played both b and e."""
    model = fitted("item_knn", neighbours=6)

    assert said(model, "b")[4] == 0.0
    assert said(model, "a")[4] > 0.0
