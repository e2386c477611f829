"""Expected calibration error, by hand and by what must not change it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.metrics.calibration_error import calibration_error

PAIRS = st.lists(st.tuples(st.integers(0, 10).map(lambda tenths: tenths / 10), st.booleans()), min_size=1, max_size=60)


def error(pairs: list[tuple[float, bool]], bins: int = 20) -> float:
    return calibration_error(np.array([p for p, _ in pairs]), np.array([h for _, h in pairs]), bins)


@pytest.mark.parametrize(
    ("predicted", "happened", "bins", "expected"),
    [
        ([0.0, 0.0, 1.0, 1.0], [0, 0, 1, 1], 2, 0.0),
        ([0.1, 0.2, 0.6, 0.9], [0, 1, 1, 1], 2, (0.35 * 2 + 0.25 * 2) / 4),
        ([0.5, 0.1, 0.2, 0.6], [1, 0, 1, 0], 1, 0.15),
        ([0.25, 0.25, 0.25, 0.25], [0, 0, 0, 1], 4, 0.0),
        ([0.3], [1], 20, 0.7),
        ([], [], 20, 0.0),
    ],
    ids=["perfect", "two bins", "one bin", "equal predictions", "one pair", "nothing"],
)
def test_by_hand(predicted: list[float], happened: list[int], bins: int, expected: float) -> None:
    """Bins by predicted probability, each counted by its size."""
    assert pytest.approx(expected) == calibration_error(np.array(predicted), np.array(happened), bins)


@given(PAIRS, st.integers(1, 8), st.randoms(use_true_random=False))
def test_the_order_of_pairs_does_not_matter(pairs: list[tuple[float, bool]], bins: int, random: Any) -> None:
    """Pairs of the same prediction are one group: they are never told apart by where they happen to stand."""
    assert pytest.approx(error(pairs, bins)) == error(random.sample(pairs, len(pairs)), bins)


@given(PAIRS, st.integers(1, 8))
def test_the_observed_share_is_a_perfect_prediction(pairs: list[tuple[float, bool]], bins: int) -> None:
    """Whoever predicts each group's own share makes no error."""
    share = {p: np.mean([h for q, h in pairs if q == p]) for p, _ in pairs}

    assert error([(float(share[p]), h) for p, h in pairs], bins) == pytest.approx(0.0, abs=1e-9)


@given(PAIRS)
def test_one_bin_compares_the_means(pairs: list[tuple[float, bool]]) -> None:
    """And more bins never show less."""
    whole = abs(np.mean([p for p, _ in pairs]) - np.mean([h for _, h in pairs]))

    assert error(pairs, 1) == pytest.approx(whole)
    assert error(pairs, 8) >= whole - 1e-9
