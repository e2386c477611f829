"""The randomization test and Holm's correction: exact where it can be counted, and false alarms as often as it says."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.metrics.holm import holm
from pagegen.metrics.randomization import sign_flip_test

P = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def counted(difference: list[float]) -> float:
    """The share of all sign vectors that are at least as far from 0."""
    sums = [abs(sum(s * d for s, d in zip(signs, difference, strict=True))) for signs in product((-1, 1), repeat=8)]
    return float(np.mean([total >= abs(sum(difference)) - 1e-9 for total in sums]))


@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_share_of_all_signs(seed: int) -> None:
    """Of eight members there are 256 sign vectors, and 20,000 drawn ones come close; equal differences tie."""
    difference = rng(seed).normal(0.4, 1.0, 8).round(seed % 3)

    assert counted(difference.tolist()) == pytest.approx(
        sign_flip_test(difference[None], rng(), flips=20_000)[0], abs=0.02
    )


def test_no_difference_and_a_plain_one() -> None:
    """Identical cells: 1, exactly. Forty members who all prefer one: as small as the draws allow, never 0."""
    p = sign_flip_test(np.array([np.zeros(40), np.full(40, 0.1), np.full(40, np.nan)]), rng(), flips=999)

    assert [1.0, 0.001, 1.0] == p.tolist()


def test_signs_do_not_depend_on_the_side() -> None:
    """A against B is as sure as B against A; any scale; whoever has no value is as good as not there."""
    difference = rng(1).normal(0.2, 1.0, (1, 30))
    sided = [sign_flip_test(scale * difference, rng())[0] for scale in (1.0, -1.0, 1e-6)]
    padded = np.hstack([np.full((1, 5), np.nan), difference])

    assert sided[0] == sided[1] == sided[2] == sign_flip_test(padded, rng())[0]


def test_two_equal_cells_are_told_apart_as_often_as_said() -> None:
    """2,000 A/A comparisons of 40 members, whose differences are skewed and unequal: 5 % +- 1.5 below .05."""
    world, alarms = rng(7), 0
    for _ in range(100):
        spread = world.gamma(1.0, size=(1, 40)) * (world.random((20, 40)) < 0.6)
        p = sign_flip_test(spread * world.choice([-1.0, 1.0], (20, 40)), world, flips=400)
        alarms += int((p <= 0.05).sum())

    assert 0.035 <= alarms / 2_000 <= 0.065


def test_holm_by_hand() -> None:
    """The smallest of four counts four times, the next three times, and none less than one before it."""
    adjusted = holm(np.array([0.04, 0.01, 0.03, 0.02]))

    assert adjusted.tolist() == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert [] == holm(np.zeros(0)).tolist()


@given(P)
def test_holm_is_its_definition(p: list[float]) -> None:
    """Rejecting step by step, at level / questions left, until one is not rejected."""
    adjusted = holm(np.array(p))
    for level in (0.01, 0.05, 0.2):
        left, rejected = sorted(p), 0
        while rejected < len(p) and left[rejected] * (len(p) - rejected) < level:
            rejected += 1

        assert rejected == int((adjusted < level).sum())


@given(P)
def test_holm_keeps_the_order_and_never_helps(p: list[float]) -> None:
    """Nothing is surer than it was alone; NaN asks nothing and costs nothing."""
    adjusted = holm(np.array([*p, np.nan]))

    assert np.isnan(adjusted[-1])
    assert all(after >= before for after, before in zip(adjusted[:-1].tolist(), p, strict=True))
    assert (np.diff(adjusted[:-1][np.argsort(p, kind="stable")]) >= 0).all()
