"""NDCG@k, by hand and beside its definition."""

from dataclasses import dataclass
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.metrics.ndcg import ndcg


@dataclass(frozen=True)
class Ranked:
    """One request: the ranks at which its targets came, and how many targets were never ranked."""

    ranks: frozenset[int]
    missed: int


REQUESTS = st.lists(st.builds(Ranked, st.frozensets(st.integers(0, 15), max_size=8), st.integers(0, 4)), max_size=6)


def measured(requests: list[Ranked], k: int) -> list[float]:
    hits = [(b, rank) for b, one in enumerate(requests) for rank in sorted(one.ranks)]
    request, rank = (
        (np.array(column, np.int64) for column in zip(*hits, strict=True)) if hits else (np.zeros(0, int),) * 2
    )
    return ndcg(request, rank, np.array([len(one.ranks) + one.missed for one in requests], np.int64), k).tolist()


def by_definition(one: Ranked, k: int) -> float:
    """Gains down the list over the gains of the best list there could be."""
    targets = len(one.ranks) + one.missed
    got = sum(1 / log2(place + 2) for place in range(k) if place in one.ranks)
    best = sum(1 / log2(place + 2) for place in range(min(k, targets)))
    return got / best if targets else float("nan")


@given(REQUESTS, st.integers(1, 12))
def test_it_is_its_definition(requests: list[Ranked], k: int) -> None:
    """Any requests, any depth; NaN where there was nothing to find."""
    assert measured(requests, k) == pytest.approx([by_definition(one, k) for one in requests], nan_ok=True)


@pytest.mark.parametrize(
    ("ranks", "missed", "expected"),
    [
        ({0}, 0, 1.0),
        ({1}, 0, 1 / log2(3)),
        ({0, 1, 2}, 0, 1.0),
        ({2}, 1, 0.5 / (1 + 1 / log2(3))),
        ({3}, 0, 0.0),
        (set(), 2, 0.0),
        ({0, 1, 2, 3, 4}, 3, 1.0),
    ],
    ids=["first", "second", "perfect", "one missed", "below k", "all missed", "more targets than k"],
)
def test_by_hand_at_3(ranks: set[int], missed: int, expected: float) -> None:
    """A miss stays in the ideal; more targets than places cannot be held against a full list."""
    assert [pytest.approx(expected)] == measured([Ranked(frozenset(ranks), missed)], 3)


def test_no_requests() -> None:
    """Nothing asked, nothing measured."""
    assert [] == measured([], 10)
