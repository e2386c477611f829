"""Ranking: calibration, and what is refused of a ranker."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.arrays import Float64
from pagegen.errors import SchemaError
from pagegen.features import FeatureTable
from pagegen.ranking import UNCALIBRATED, Calibration, fit_calibration, predict

OUTCOMES = st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=1, max_size=40)
LINE = Calibration(score=np.array([0.0, 10.0]), play=np.array([0.0, 1.0]))


@dataclass(frozen=True)
class Says:
    """A ranker that answers what it was told."""

    answer: Sequence[float]
    feature_names: tuple[str, ...] = ("a",)
    name: str = "says"

    def score(self, _: FeatureTable) -> Float64:
        return np.array(self.answer, np.float64)


def table(pairs: int, *names: str) -> FeatureTable:
    nothing = np.zeros(pairs, np.int32)
    values = np.zeros((pairs, len(names)), np.float32)
    return FeatureTable(names=names, values=values, start=np.array([0, pairs]), request=nothing, title=nothing)


def calibrate(outcomes: list[tuple[int, bool]]) -> Calibration:
    return fit_calibration(np.array([s for s, _ in outcomes], np.float64), np.array([p for _, p in outcomes]))


@given(OUTCOMES)
def test_calibration_never_falls_and_stays_between_0_and_1(outcomes: list[tuple[int, bool]]) -> None:
    """Knots go up, probabilities do not go down, also beyond the scores it has seen."""
    calibration = calibrate(outcomes)
    play = calibration(np.linspace(-9.0, 9.0, 50))

    assert (np.diff(calibration.score) > 0).all()
    assert (np.diff(play) >= 0).all()
    assert ((play >= 0) & (play <= 1)).all()


@given(OUTCOMES.flatmap(lambda outcomes: st.tuples(st.just(outcomes), st.permutations(outcomes))))
def test_calibration_does_not_depend_on_the_order_of_pairs(both: tuple[list[tuple[int, bool]], ...]) -> None:
    """Equal scores are one score, whoever comes first."""
    one, other = map(calibrate, both)

    assert one.score.tolist() == other.score.tolist()
    assert one.play.tolist() == pytest.approx(other.play.tolist())


def test_equal_scores_get_their_share_of_plays() -> None:
    """One play in four pairs of the same score is one in four, not none."""
    assert [0.25] == calibrate([(3, False), (3, True), (3, False), (3, False)])(np.array([3.0])).tolist()


def test_a_score_of_many_pairs_outweighs_one_of_few() -> None:
    """Two plays in four pairs of the lower score, none in one of the higher: together two in five."""
    pairs = [(1, False), (1, True), (1, False), (1, True), (2, False)]

    assert [0.4, 0.4] == pytest.approx(calibrate(pairs)(np.array([1.0, 2.0])).tolist())


def test_calibration_pools_what_is_out_of_order() -> None:
    """Scores 1 to 4 with shares 0, 1, 0, 1: the middle two become one half."""
    calibration = calibrate([(1, False), (2, True), (3, False), (4, True)])

    assert ([1.0, 2.5, 4.0], [0.0, 0.5, 1.0]) == (calibration.score.tolist(), calibration.play.tolist())


def test_predictions_are_calibrated_scores() -> None:
    """The score as the ranker gave it, the probability by the map."""
    prediction = predict(Says([2.0, 20.0]), LINE, table(2, "b", "a"))

    assert ([2.0, 20.0], [0.2, 1.0]) == (prediction.score.tolist(), prediction.play.tolist())


@pytest.mark.parametrize(
    ("ranker", "says"),
    [
        (Says([0.0], feature_names=("a", "gone", "lost")), r"\['gone', 'lost'\]"),
        (Says([float("nan")]), "not finite"),
        (Says([float("inf")]), "not finite"),
    ],
    ids=["features", "nan", "infinity"],
)
def test_a_ranker_out_of_step_is_an_error_of_the_program(ranker: Says, says: str) -> None:
    """Features nobody computes, or scores that are no numbers."""
    with pytest.raises(SchemaError, match=says):
        predict(ranker, LINE, table(1, "a"))


def test_a_calibration_that_nobody_taught_is_none() -> None:
    """Only the one that stands in for it, out of a bundle too."""
    copy = Calibration(score=UNCALIBRATED.score.copy(), play=UNCALIBRATED.play.copy())

    assert [False, False, True] == [c.fitted for c in (UNCALIBRATED, copy, calibrate([(1, True), (0, False)]))]


def test_the_usual_probability_is_the_mean_of_a_requests_pairs() -> None:
    """Of each request by itself; of none it is not known."""
    prediction = predict(Says([1.0, 3.0, 5.0]), LINE, table(3, "a"))

    np.testing.assert_array_equal([0.2, np.nan, 0.5], prediction.usual(np.array([0, 2, 2, 3])))
    assert 0 == len(prediction.usual(np.array([0])))
