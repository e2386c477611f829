"""Judging: how well a score orders, what its probabilities are worth, and what the pool misses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from pagegen.arrays import Float64, groups, starts
from pagegen.features import FeatureTable
from pagegen.training.evaluate import calibrate, judge, pool_recall
from pagegen.training.examples import Window


def window(labels: Sequence[Sequence[int]], targets: Sequence[int] | None = None, member: Sequence[int] = ()) -> Window:
    """Requests with these labels on titles 0, 1, 2...; the only feature is `x`, all 0."""
    start = starts(np.array([len(row) for row in labels]))
    flat = np.array([one for row in labels for one in row], np.int8)
    title = np.concatenate([np.arange(len(row), dtype=np.int32) for row in labels])
    values = np.zeros((len(flat), 1), np.float32)
    return Window(
        member=np.array(member or range(len(labels)), np.int32),
        table=FeatureTable(names=("x",), values=values, start=start, request=groups(start), title=title),
        label=flat,
        weight=np.ones(len(flat), np.float32),
        shown=np.zeros(len(flat), np.bool_),
        total=np.zeros(len(flat)),
        targets=np.array(targets or [sum(row) for row in labels], np.int64),
    )


@dataclass(frozen=True)
class Feature:
    """A ranker whose score is the feature."""

    name: str = "feature"
    feature_names: tuple[str, ...] = ("x",)

    def score(self, table: FeatureTable) -> Float64:
        return table.values[:, 0].astype(np.float64)

    def save(self) -> dict[str, str]:
        return {}


def with_scores(found: Window, score: Sequence[float]) -> Window:
    return replace(found, table=replace(found.table, values=np.array(score, np.float32)[:, None]))


def scores(found: Window) -> Float64:
    return Feature().score(found.table)


def rng() -> np.random.Generator:
    return np.random.Generator(np.random.Philox(0))


def test_a_request_is_worth_where_its_plays_came() -> None:
    """First, second of which one was missed, nowhere; without a play there is nothing to judge."""
    found = window([[1, 0], [0, 1], [0, 1], [0, 0]], targets=[1, 2, 1, 0])
    judged = judge(found, np.array([0.9, 0.1, 0.9, 0.1, 0.1, 0.9, 0.5, 0.4]))
    second = 1 / np.log2(3)

    assert judged.ndcg.tolist() == pytest.approx([1.0, second / (1 + second), 1.0, np.nan], nan_ok=True)
    assert judged.mean == pytest.approx(np.nanmean(judged.ndcg))


def test_no_request_with_a_play_has_no_mean() -> None:
    """It is no number, and no warning either."""
    assert np.isnan(judge(window([[0, 0]]), np.zeros(2)).mean)


def test_equal_scores_keep_the_order_of_the_pairs() -> None:
    """Every score the same: the first title comes first, whichever was played."""
    assert [1.0, pytest.approx(1 / np.log2(3))] == judge(window([[1, 0], [0, 1]]), np.zeros(4)).ndcg.tolist()


def test_only_the_first_ten_count() -> None:
    """An eleventh place is a miss, a tenth is not."""
    tenth, eleventh = [[int(i == place) for i in range(12)] for place in (9, 10)]

    assert [pytest.approx(1 / np.log2(11)), 0.0] == judge(window([tenth, eleventh]), np.zeros(24)).ndcg.tolist()


def test_coverage_is_the_share_of_all_titles_that_come_first_for_somebody() -> None:
    """Two requests with pools of 40: the same twenty are half of it, the other way round is all of it."""
    found = window([[0] * 40, [0] * 40])
    down = np.arange(40.0, 0.0, -1.0)

    assert 0.5 == judge(found, np.tile(down, 2)).coverage
    assert 1.0 == judge(found, np.concatenate([down, -down])).coverage


def test_pool_recall_is_the_share_of_plays_among_the_pairs() -> None:
    """Three of five; none of none is 0."""
    assert 0.6 == pool_recall(window([[1, 1], [1, 0]], targets=[3, 2]))
    assert 0.0 == pool_recall(window([[0, 0]]))


def test_calibration_is_monotone_and_fitted_on_all_of_the_window() -> None:
    """Four levels of score with one, two, two and four plays in four pairs: the middle is pooled."""
    levels = [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1]]
    found = with_scores(window(levels * 8), [b % 4 for b in range(32) for _ in range(4)])
    calibration, _ = calibrate(scores(found), found, rng())

    assert [0.25, 0.5, 1.0] == calibration.play.tolist()
    assert (np.diff(calibration(np.linspace(-1.0, 4.0, 99))) >= 0.0).all()


def test_the_error_is_that_of_members_the_map_has_not_seen() -> None:
    """Of two members with the same score one plays all and one nothing: each is expected to do as the other."""
    found = window([[1, 1], [0, 0]])
    calibration, error = calibrate(scores(found), found, rng())

    assert ([0.5], 1.0) == (calibration.play.tolist(), error)


def test_halves_are_halves_of_the_members_whoever_else_there_is() -> None:
    """Members who are not in the window change nothing, nor do their numbers."""
    labels = [[int((b * 7 + i) % 5 == 0) for i in range(6)] for b in range(30)]
    score = [float((b * 3 + i * 5) % 11) for b in range(30) for i in range(6)]
    one, other = (
        calibrate(np.array(score), window(labels, member=member), rng()) for member in (range(30), range(100, 400, 10))
    )

    assert one[1] == other[1]
    assert one[0].play.tolist() == other[0].play.tolist()


def test_one_member_is_enough() -> None:
    """With nobody to hold out the map is judged by what it was fitted on."""
    calibration, error = calibrate(np.array([1.0, 2.0]), window([[0, 1]]), rng())

    assert ([0.0, 1.0], 0.0) == (calibration.play.tolist(), error)
