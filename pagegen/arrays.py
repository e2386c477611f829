"""
Array types and the few index tricks everything else is written with.

Dimensions, everywhere: B requests, R candidate rows, N candidates, M pairs, F features, T titles, P placed rows,
Q placed titles. Ragged data are a flat array and `start` [G + 1]: group g is `flat[start[g]:start[g + 1]]`.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, dataclass_transform

import numpy as np
from numpy.typing import NDArray

Int8: TypeAlias = NDArray[np.int8]
Int16: TypeAlias = NDArray[np.int16]
Int32: TypeAlias = NDArray[np.int32]
Int64: TypeAlias = NDArray[np.int64]
UInt16: TypeAlias = NDArray[np.uint16]
UInt32: TypeAlias = NDArray[np.uint32]
UInt64: TypeAlias = NDArray[np.uint64]
Float32: TypeAlias = NDArray[np.float32]
Float64: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
AnyArray: TypeAlias = NDArray[Any]
C = TypeVar("C")

NONE = -1  # the position of nothing: an unknown member, a row without a seed


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def record(cls: type[C]) -> type[C]:
    """A frozen record. No __eq__: arrays have no single truth value."""
    return dataclass(frozen=True, slots=True, kw_only=True, eq=False)(cls)


def starts(length: NDArray[np.integer[Any]]) -> Int64:
    """
    Offsets of consecutive groups.

    Examples:
        >>> starts(np.array([2, 0, 3])).tolist()
        [0, 2, 2, 5]
    """
    start = np.zeros(len(length) + 1, np.int64)
    np.cumsum(length, out=start[1:])
    return start


def lengths(start: Int64) -> Int64:
    """
    The lengths of consecutive groups.

    Examples:
        >>> lengths(np.array([0, 2, 2, 5])).tolist()
        [2, 0, 3]
    """
    return start[1:] - start[:-1]


def groups(start: Int64) -> Int32:
    """
    The group of each element.

    Examples:
        >>> groups(np.array([0, 2, 2, 5])).tolist()
        [0, 0, 2, 2, 2]
    """
    return np.repeat(np.arange(len(start) - 1, dtype=np.int32), lengths(start))


def ranges(first: NDArray[np.integer[Any]], length: NDArray[np.integer[Any]]) -> Int64:
    """
    The indices first[i] .. first[i] + length[i] - 1 of all i, one after the other.

    Examples:
        >>> ranges(np.array([10, 5]), np.array([3, 2])).tolist()
        [10, 11, 12, 5, 6]
    """
    start = starts(length)
    return np.arange(start[-1], dtype=np.int64) + np.repeat(first - start[:-1], length)


def within(start: Int64) -> Int64:
    """
    The place of each element inside its group.

    Examples:
        >>> within(np.array([0, 2, 2, 5])).tolist()
        [0, 1, 0, 1, 2]
    """
    return np.arange(start[-1], dtype=np.int64) - np.repeat(start[:-1], lengths(start))


def earlier(key: Int64) -> Int64:
    """
    How many equal elements stand before each.

    Args:
        key: [N] 0 or more, less than 2^62 / N

    Examples:
        >>> earlier(np.array([5, 7, 5, 5, 7])).tolist()
        [0, 0, 1, 2, 1]
    """
    size, place = max(1, len(key)), np.arange(len(key))
    value, element = np.divmod(np.sort(key * size + place), size)  # all different: the fastest sort is stable too
    other = np.ones(len(key), np.bool_)
    np.not_equal(value[1:], value[:-1], out=other[1:])
    before = np.empty(len(key), np.int64)
    before[element] = place - np.maximum.accumulate(np.where(other, place, 0))
    return before


def rank_within(start: Int64, score: NDArray[np.floating[Any]]) -> Int32:
    """
    Rank of each element inside its group, 0 for the highest score. Ties keep their order; NaN ranks last.

    Args:
        start: [G + 1]
        score: [N]

    Examples:
        >>> rank_within(np.array([0, 2, 5]), np.array([0.1, 0.9, 0.5, np.nan, 0.7])).tolist()
        [1, 0, 1, 2, 0]
    """
    rank, place = np.empty(len(score), np.int32), np.arange(len(score), dtype=np.int32)
    for low, high in zip(start[:-1].tolist(), start[1:].tolist(), strict=True):
        group = score[low:high].astype(np.float32)
        known, missing = (group == group).nonzero()[0], (group != group).nonzero()[0]
        order = np.concatenate([known[descending(group[known])], missing])
        rank[low:high][order] = place[: high - low]
    return rank


def descending(score: Float32) -> Int64:
    """
    The order from the highest score to the lowest; ties go to the lower position.

    Many scores are sorted by the lower and then by the upper half of their bits: numpy sorts 16 bits by counting,
    several times faster than a stable argsort of the whole, and the answer is the same.

    Args:
        score: [N] without NaN

    Examples:
        >>> descending(np.array([0.5, 2.0, -1.0, 2.0], np.float32)).tolist()
        [1, 3, 0, 2]
    """
    if len(score) < MANY:
        return (-score).argsort(kind="stable")
    bits = (np.float32(0.0) - score).view(np.int32)  # 0 - x: no negative zero
    key = bits ^ (bits >> 31 & 0x7FFFFFFF)  # integers in the order of the floats
    order = key.astype(np.uint16).argsort(kind="stable")
    return order[(key >> 16).astype(np.int16)[order].argsort(kind="stable")]


MANY = 256  # from here on counting beats comparing


def best(score: NDArray[np.floating[Any]], allowed: Mask, limit: int) -> Int32:
    """
    Positions of the `limit` highest allowed scores, best first; NaN is never taken, ties go to the lower position.

    Args:
        score: [T] compared as float32
        allowed: [T]
        limit: how many at most.

    Examples:
        >>> best(np.array([3.0, 9.0, np.nan, 3.0, 5.0]), np.array([True, False, True, True, True]), 3).tolist()
        [4, 0, 3]
    """
    position = (allowed & (score == score)).nonzero()[0]
    value = score.take(position).astype(np.float32)
    if len(position) > limit:
        near = (value >= _highest(value, limit)).nonzero()[0]
        position, value = position.take(near), value.take(near)
    return position[descending(value)[:limit]].astype(np.int32)


def _highest(value: Float32, place: int) -> np.float32:
    """
    The `place`-th highest value; 0 < place <= N.

    Of very many, those below the place that a sample suggests are left out first, if enough remain.
    """
    if len(value) > MANY * STEP and len(value) > 4 * place:
        sample = value[::STEP]
        low = -np.partition(-sample, 2 * place // STEP + STEP)[2 * place // STEP + STEP]
        top = value[value >= low]
        value = top if len(top) >= place else value
    return -np.partition(-value, place - 1)[place - 1]


STEP = 8  # one in so many values is in the sample
