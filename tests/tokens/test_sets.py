"""Packed sets: what goes in comes out, in as many bytes as were said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.tokens.sets import pack, packed_bytes, unpack


@st.composite
def sets(draw: st.DrawFn) -> tuple[list[int], int, int]:
    low, high = draw(st.integers(0, 30)), draw(st.integers(0, 10))
    return sorted(draw(st.sets(st.integers(0, (1 << low + high) - 1), max_size=60))), low, high


@given(sets())
def test_numbers_come_out_as_they_went_in(told: tuple[list[int], int, int]) -> None:
    """Whatever the split into low and high bits, none and all on one side too."""
    numbers, low, high = told
    packed = pack(np.array(numbers, np.uint64), low, high)

    assert numbers == unpack(packed, len(numbers), low, high).tolist()
    assert packed_bytes(len(numbers), low, high) == len(packed)


def test_a_set_is_packed_as_elias_and_fano_did() -> None:
    """1, 6 and 7 of one low bit: buckets 0, 3, 3 are 10 0 0 110, low bits 1, 0, 1."""
    assert [0b1000_1100, 0b1010_0000] == [*pack(np.array([1, 6, 7], np.uint64), 1, 2)]


def test_as_many_buckets_as_numbers_cost_two_bits() -> None:
    """The published bound: low + 2 bits a number; a plain list takes low + 10."""
    rng = np.random.default_rng(0)
    numbers = np.unique(rng.integers(0, 1 << 26, 1_024, np.uint64))

    assert len(pack(numbers, 16, 10)) <= 1_024 * 18 / 8 + 2


@pytest.mark.parametrize("size", [2, 4])
def test_another_number_of_numbers_is_refused(size: int) -> None:
    """More or fewer than were said."""
    packed = pack(np.array([1, 6, 7], np.uint64), 1, 2)
    with pytest.raises(ValueError, match="numbers are packed"):
        unpack(packed + bytes(8), size, 1, 2)
