"""Cells side by side: members weigh the same, intervals are paired, several metrics are several questions."""

import numpy as np
import pytest

from pagegen.arrays import Float64, Int64
from pagegen.errors import SchemaError
from pagegen.metrics.bootstrap import mean_interval, mean_intervals
from pagegen.metrics.comparison import compare, estimate
from pagegen.metrics.results import Difference, frame

NAN = float("nan")


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def made(seed: int, members: int = 60, lift: float = 0.0) -> tuple[Float64, Float64, Int64]:
    """Two cells' values of members with 1 to 4 pages, who differ in level and, by chance, in what they prefer."""
    world = rng(seed)
    member = np.repeat(np.arange(members), world.integers(1, 5, members))
    level, preference = world.normal(size=members)[member], lift + 0.3 * world.normal(size=members)[member]
    noise = 0.2 * world.normal(size=(2, len(member)))
    return level + preference + noise[0], level + noise[1], member


def test_members_weigh_the_same() -> None:
    """Nine pages of one member are one opinion."""
    (found,) = estimate({"x": np.array([1.0] * 9 + [0.0])}, np.array([4] * 9 + [2]), rng(), cell="A")

    assert (found.mean, found.members, found.pages) == (0.5, 2, 10)
    assert (found.low, found.high) == (0.0, 1.0)


def test_identical_cells_differ_by_exactly_nothing() -> None:
    """Zero, an interval of zero, p 1, and n.s."""
    mine, _, member = made(1)
    (found,) = compare({"x": mine}, {"x": mine.copy()}, member, rng())

    assert (found.difference, found.low, found.high, found.p, found.verdict) == (0.0, 0.0, 0.0, 1.0, "n.s.")


def test_the_direction() -> None:
    """Higher and lower, from both sides, by the same amount."""
    mine, its, member = made(2, lift=0.4)
    (up,), (down,) = compare({"x": mine}, {"x": its}, member, rng()), compare({"x": its}, {"x": mine}, member, rng())

    assert (up.verdict, down.verdict) == ("higher", "lower")
    assert up.difference == pytest.approx(up.mean - up.baseline_mean) == pytest.approx(-down.difference)
    assert 0.0 < up.low < up.difference < up.high


def test_only_pages_with_both_values_are_compared() -> None:
    """And counted; a metric without any is not compared and is no question for Holm."""
    mine = {"x": np.array([1.0, NAN, 3.0, 5.0]), "y": np.full(4, NAN)}
    its = {"y": np.zeros(4), "x": np.array([0.0, 1.0, NAN, 4.0])}
    x, y = compare(mine, its, np.array([0, 0, 1, 1]), rng(), names=("new", "old"), stratum="kids")

    assert (x.members, x.pages, x.mean, x.baseline_mean, x.difference) == (2, 2, 3.0, 2.0, 1.0)
    assert (x.cell, x.baseline, x.stratum, x.p_holm == x.p) == ("new", "old", "kids", True)
    assert (y.members, y.pages, y.verdict, np.isnan(y.p)) == (0, 0, "n.s.", True)


def test_more_metrics_are_more_questions() -> None:
    """A difference that is significant alone need not be among twenty."""
    mine, its, member = made(7, members=40, lift=0.13)
    (alone,) = compare({"x": mine}, {"x": its}, member, rng())
    noise = {f"noise {n}": rng(n).normal(size=len(member)) for n in range(19)}
    flat = {name: np.zeros(len(member)) for name in noise}
    among = compare({"x": mine, **noise}, {"x": its, **flat}, member, rng())

    assert alone.verdict == "higher"
    assert among[0].p == pytest.approx(alone.p, abs=0.02)
    assert among[0].verdict == "n.s."


def test_the_order_of_metrics_and_pages_does_not_matter() -> None:
    """The same draws of members serve all metrics."""
    mine, its, member = made(6)
    order = rng(1).permutation(len(member))
    two = compare({"x": mine, "y": its}, {"x": its, "y": mine}, member, rng())
    swapped = compare({"y": its[order], "x": mine[order]}, {"x": its[order], "y": mine[order]}, member[order], rng())

    assert frame(two).sort("metric").drop("p", "p_holm").rows() == [
        pytest.approx(row) for row in frame(swapped).sort("metric").drop("p", "p_holm").rows()
    ]


def test_equal_cells_are_told_apart_as_often_as_said() -> None:
    """400 A/A comparisons, 3 metrics each that have much in common: any of them significant in at most 5 %."""
    alarms = 0
    for seed in range(400):
        mine, its, member = made(seed, members=25)
        values = [{"x": v, "y": np.tanh(v), "z": v + rng(seed).normal(size=len(v))} for v in (mine, its)]
        alarms += any(found.significant for found in compare(values[0], values[1], member, rng(seed)))

    assert alarms / 400 <= 0.065


def test_the_frame() -> None:
    """A row a result, with its verdict; members and pages beside every mean."""
    mine, its, member = made(3)
    results = compare({"x": mine}, {"x": its}, member, rng())
    told = frame(results)

    assert told.columns == [*Difference.__slots__, "significant", "verdict"]
    assert frame(estimate({"x": mine}, member, rng(), cell="A"))["cell"].to_list() == ["A"]
    assert (told["members"][0], told["pages"][0], told["p"].dtype.is_float()) == (60, len(member), True)
    assert frame([]).is_empty()


def test_values_of_other_pages_are_refused() -> None:
    """One value for each page."""
    with pytest.raises(SchemaError, match="x: not one value for each of 3 pages"):
        estimate({"x": np.zeros(2)}, np.zeros(3, np.int64), rng(), cell="A")


def test_nothing_to_say() -> None:
    """No pages: no numbers, and no error."""
    none = np.zeros(0)
    (found,) = compare({"x": none}, {"x": none}, none.astype(np.int64), rng())

    assert (found.members, found.pages, found.verdict, np.isnan(found.difference)) == (0, 0, "n.s.", True)


def test_intervals_of_several_values_are_those_of_each() -> None:
    """With the same draws; a value that is NaN somewhere is drawn with the others and left out there."""
    mine, its, member = made(4)
    holes = np.where(member % 7 == 0, NAN, its)
    both = mean_intervals(np.array([mine, holes]), member, rng())

    assert both[0].tolist() == pytest.approx(mean_interval(mine, member, rng())[1:])
    assert both[1][0] < np.nanmean(holes) < both[1][1]
    assert [[5.0, 5.0]] == mean_intervals(np.array([[5.0, NAN, 5.0, 5.0]]), np.array([0, 0, 0, 1]), rng()).tolist()
