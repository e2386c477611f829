"""
Sets of numbers in few bits (Elias, Journal of the ACM 1974; Fano 1971).

The low bits of each number lie side by side. The high bits are told by one run of bits: for each bucket, from 0, a one
for every number in it, then a zero. n numbers in about as many buckets take low + 2 bits each.
"""

import numpy as np

from pagegen.arrays import UInt64


def packed_bytes(size: int, low: int, high: int) -> int:
    """The length of `size` packed numbers of `low` + `high` bits."""
    return -(-(size + (1 << high)) // 8) + -(-size * low // 8)


def pack(number: UInt64, low: int, high: int) -> bytes:
    """
    Ascending numbers of `low` + `high` bits.

    Examples:
        >>> pack(np.array([1, 6, 7], np.uint64), 1, 2).hex()
        '8ca0'
    """
    buckets = np.zeros(len(number) + (1 << high), np.uint8)
    buckets[(number >> np.uint64(low)).astype(np.int64) + np.arange(len(number))] = 1
    rest = number[:, None] >> np.arange(low, dtype=np.uint64) & np.uint64(1)
    return np.packbits(buckets).tobytes() + np.packbits(rest.astype(np.uint8)).tobytes()


def unpack(packed: bytes, size: int, low: int, high: int) -> UInt64:
    """
    The numbers that were packed.

    Raises:
        ValueError: there are more or fewer than `size`.
    """
    cells = size + (1 << high)
    bits = np.unpackbits(np.frombuffer(packed, np.uint8))
    place = np.flatnonzero(bits[:cells])
    if len(place) != size:
        message = f"{len(place)} numbers are packed, not {size}"
        raise ValueError(message)
    first = -(-cells // 8) * 8
    rest = bits[first : first + size * low].reshape(size, low).astype(np.uint64)
    return ((place - np.arange(size)).astype(np.uint64) << np.uint64(low)) + rest @ (
        1 << np.arange(low, dtype=np.uint64)
    )
