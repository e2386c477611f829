"""Index tricks against plain Python that does the same slowly."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.arrays import Float64, best, descending, earlier, groups, ranges, rank_within, starts, within

LENGTHS = st.lists(st.integers(0, 5), max_size=8)
TIED = st.sampled_from([0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, 1e-40, 3.4e38])
NUMBERS = st.floats(width=32, allow_nan=False) | TIED
SCORES = NUMBERS | st.just(math.nan)


@given(LENGTHS)
def test_starts_and_groups_say_where_elements_lie(lengths: list[int]) -> None:
    """`groups` names the group of each element, `within` its place there, `starts` where groups begin."""
    start = starts(np.array(lengths, np.int64))

    assert [sum(lengths[:g]) for g in range(len(lengths) + 1)] == start.tolist()
    assert [g for g, size in enumerate(lengths) for _ in range(size)] == groups(start).tolist()
    assert [place for size in lengths for place in range(size)] == within(start).tolist()


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 5)), max_size=8))
def test_ranges_run_one_after_the_other(pairs: list[tuple[int, int]]) -> None:
    """Each first index is followed by as many as its length says."""
    first, length = (np.array(column, np.int64) for column in (zip(*pairs, strict=True) if pairs else ((), ())))

    assert [i for low, size in pairs for i in range(low, low + size)] == ranges(first, length).tolist()


@given(st.lists(st.integers(0, 3) | st.integers(2**49, 2**49 + 2), max_size=30))
def test_earlier_counts_the_equals_before(keys: list[int]) -> None:
    """Of large keys too."""
    assert [keys[:i].count(key) for i, key in enumerate(keys)] == earlier(np.array(keys, np.int64)).tolist()


@given(st.lists(NUMBERS, max_size=30))
def test_descending_is_a_stable_sort(score: list[float]) -> None:
    """From the highest down; equal scores, zero and minus zero too, keep their order."""
    expected = sorted(range(len(score)), key=lambda i: -score[i])

    assert expected == descending(np.array(score, np.float32)).tolist()


@given(st.integers(0, 10_000), st.integers(200, 700))
def test_many_scores_are_sorted_to_the_same_order(seed: int, size: int) -> None:
    """Ties, both zeros, both infinities, subnormals and any other bits but NaN's."""
    rng = np.random.default_rng(seed)
    any_bits = rng.integers(0, 2**32, size, np.uint32).view(np.float32)
    special = rng.choice(np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, 1e-40, -1e-40], np.float32), size)
    score = np.where((rng.random(size) < 0.5) | np.isnan(any_bits), special, any_bits)

    assert sorted(range(size), key=lambda i: -score[i]) == descending(score).tolist()


@given(st.lists(st.lists(SCORES, max_size=6), max_size=6), st.sampled_from([np.float32, np.float64]))
def test_rank_within_counts_those_before(grouped: list[list[float]], dtype: type) -> None:
    """Rank 0 has the highest score of its group; ties keep their order; NaN is behind everything."""
    expected = [place for group in grouped for place in ranks(group)]
    start = starts(np.array([len(group) for group in grouped], np.int64))

    assert expected == rank_within(start, np.array([s for group in grouped for s in group], dtype)).tolist()


def ranks(group: list[float]) -> list[int]:
    order = sorted(range(len(group)), key=lambda i: (math.isnan(group[i]), 0.0 if math.isnan(group[i]) else -group[i]))
    return [order.index(i) for i in range(len(group))]


@given(
    st.lists(st.tuples(SCORES, st.booleans()), max_size=30),
    st.integers(0, 12),
    st.sampled_from([np.float32, np.float64]),
)
def test_best_takes_the_highest_that_are_allowed(rows: list[tuple[float, bool]], limit: int, dtype: type) -> None:
    """Best first, never NaN, never what is not allowed; ties go to the lower position."""
    score: Float64 = np.array([s for s, _ in rows], np.float64).astype(dtype)
    allowed = np.array([a for _, a in rows], np.bool_)
    known = [i for i, (s, may) in enumerate(rows) if may and not math.isnan(s)]
    expected = sorted(known, key=lambda i: -rows[i][0])[:limit]

    assert expected == best(score, allowed, limit).tolist()


@pytest.mark.parametrize("limit", [1, 7, 120, 600, 5_000])
@pytest.mark.parametrize("size", [2_049, 9_000, 41_000])
def test_best_of_very_many_is_the_beginning_of_a_stable_sort(size: int, limit: int) -> None:
    """Whatever a sample of them suggests: values in order, backwards, all alike, in waves, with many ties or none."""
    rng = np.random.default_rng(size + limit)
    place = np.arange(size)
    shapes = [place, -place, np.zeros(size), np.where(place % 8, 1.0, -1.0), np.where(place % 8, -1.0, place)]
    for value in (*shapes, rng.integers(5, size=size), rng.normal(size=size)):
        allowed = rng.random(size) < 0.9
        score = value.astype(np.float32)
        order = np.argsort(-score, kind="stable")

        assert order[allowed[order]][:limit].tolist() == best(score, allowed, limit).tolist()
