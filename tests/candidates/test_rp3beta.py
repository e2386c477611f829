"""RP3beta: the chances of walks, step by step."""

import numpy as np
import pytest

from tests.candidates.histories import X, fitted, row, said

MEMBERS, TITLES = X.shape


def walks(alpha: float, beta: float) -> np.ndarray:
    """[K, K] from title i over a member u to title j, one walk at a time; no walk ends where it began."""
    found = np.zeros((TITLES, TITLES))
    for i in range(TITLES):
        for j in range(TITLES):
            for u in range(MEMBERS):
                if X[u, i] and X[u, j] and i != j:
                    to_member, to_title = 1 / X[:, i].sum(), 1 / X[u].sum()
                    found[i, j] += to_member**alpha * to_title**alpha / X[:, j].sum() ** beta
    return found


@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 0.0), (0.5, 0.3), (0.0, 1.0)])
def test_weights_are_those_of_walks(alpha: float, beta: float) -> None:
    """All of them, to six digits."""
    model = fitted("rp3beta", alpha=alpha, beta=beta, neighbours=6)

    for history in ("a", "bd", "cef"):
        assert (row(history) @ walks(alpha, beta)).tolist() == pytest.approx(said(model, history)[:6], rel=1e-6)


def test_without_powers_it_is_a_chance() -> None:
    """With alpha 1 and beta 0 the walks from a title reach some title with chance 1; what returns is left out."""
    returned = [sum(1 / X[u].sum() for u in range(MEMBERS) if X[u, i]) / X[:, i].sum() for i in range(TITLES)]
    model = fitted("rp3beta", alpha=1.0, beta=0.0, neighbours=6)

    assert [1 - back for back in returned] == pytest.approx([sum(said(model, name)[:6]) for name in "abcdef"])


@pytest.mark.parametrize("neighbours", [1, 3])
def test_a_title_collects_from_the_heaviest(neighbours: int) -> None:
    """Column by column."""
    expected = walks(0.5, 0.3)
    for j in range(TITLES):
        expected[np.argsort(-expected[:, j], kind="stable")[neighbours:], j] = 0.0

    model = fitted("rp3beta", alpha=0.5, beta=0.3, neighbours=neighbours)
    assert (row("abef") @ expected).tolist() == pytest.approx(said(model, "abef")[:6], rel=1e-6)


def test_popular_titles_suffer_from_beta() -> None:
    """From e, f (5 members) comes before c (4 members) and less so with a greater beta."""
    little, much = (said(fitted("rp3beta", beta=beta), "e") for beta in (0.0, 1.0))

    assert little[5] / little[2] > much[5] / much[2]
