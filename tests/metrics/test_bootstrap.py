"""The bootstrap interval: whom it draws, and how often it holds the truth."""

import numpy as np
import pytest

from pagegen.metrics.bootstrap import mean_interval


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def test_the_interval_holds_the_true_mean_about_as_often_as_it_says() -> None:
    """300 samples of 40 members with 1 to 4 requests, who differ from each other: 95 % intervals hold the mean 0."""
    held = 0
    for seed in range(300):
        world = rng(seed)
        member = np.repeat(np.arange(40), world.integers(1, 5, 40))
        value = world.normal(size=40)[member] + 0.3 * world.normal(size=len(member))
        _, low, high = mean_interval(value, member, rng(1_000 + seed), draws=300)
        held += low <= 0.0 <= high

    assert 0.90 <= held / 300 <= 0.98


def test_a_lower_level_is_a_narrower_interval() -> None:
    """Half of the draws lie within the 50 % interval, which the 95 % interval holds."""
    value, member = rng().normal(size=60), np.arange(60)
    _, low, high = mean_interval(value, member, rng(), level=0.5)
    _, lower, higher = mean_interval(value, member, rng())

    assert lower < low < high < higher


def test_members_are_drawn_not_requests() -> None:
    """Ten times the same requests of the same members say nothing new; of ten times the members they would."""
    value, member = rng(1).normal(size=30), np.arange(30)
    once = mean_interval(value, member, rng())
    repeated = mean_interval(np.tile(value, 10), np.tile(member, 10), rng())
    strangers = mean_interval(np.tile(value, 10), np.arange(300), rng())

    assert repeated == pytest.approx(once)
    assert strangers[2] - strangers[1] < 0.5 * (once[2] - once[1])


def test_the_names_of_members_do_not_matter() -> None:
    """Any numbers, in any order of first appearance that sorts the same."""
    value, member = rng(2).normal(size=30), np.repeat(np.arange(10), 3)

    assert mean_interval(value, member, rng()) == mean_interval(value, member * 1_000 + 7, rng())


def test_a_paired_difference_is_sure_where_two_intervals_overlap() -> None:
    """What all cells share (some requests are hard) cancels."""
    hard, member = rng(3).normal(size=50), np.arange(50)
    better = hard + 0.1 + 0.01 * rng(4).normal(size=50)
    _, low, _ = mean_interval(better - hard, member, rng())
    _, low_better, high_better = mean_interval(better, member, rng())
    _, low_hard, high_hard = mean_interval(hard, member, rng())

    assert low > 0.0
    assert max(low_better, low_hard) < min(high_better, high_hard)


def test_small_samples() -> None:
    """Two members can be drawn in three ways; one in one; none is no number."""
    assert mean_interval(np.array([0.0, 1.0]), np.array([4, 9]), rng()) == (0.5, 0.0, 1.0)
    assert mean_interval(np.array([1.0, 2.0]), np.array([4, 4]), rng()) == (1.5, 1.5, 1.5)
    assert np.isnan(mean_interval(np.zeros(0), np.zeros(0, np.int32), rng())).tolist() == [True] * 3
