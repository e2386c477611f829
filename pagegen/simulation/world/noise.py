"""
The part of a member's feeling for a title that nothing explains: fixed for the pair, never stored.

A counter-based hash (splitmix64, Steele et al. 2014) of seed, member and title gives four 16-bit uniforms; their sum is
close to normal (Irwin-Hall), bounded at 3.46 standard deviations.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pagegen.arrays import AnyArray, Float32

NOISE_SD: Final = 1.45
PIECES: Final = 4
PIECE_MAX: Final = 65_535
SCALE: Final = np.sqrt(12.0 / PIECES) / PIECE_MAX
GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
MIX_2: Final = np.uint64(0x94D049BB133111EB)
LOW: Final = np.uint64(PIECE_MAX)


def mixed(key: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64 of each key."""
    z = key * GOLDEN
    z = (z ^ (z >> np.uint64(30))) * MIX_1
    z = (z ^ (z >> np.uint64(27))) * MIX_2
    return z ^ (z >> np.uint64(31))


def standard(seed: int, member: AnyArray, title: AnyArray) -> Float32:
    """One number a pair, nearly standard normal; `member` and `title` broadcast."""
    key = (member.astype(np.uint64) << np.uint64(32)) + title.astype(np.uint64)
    bits = mixed(key ^ mixed(np.array([seed], np.uint64)))
    total = np.zeros(bits.shape, np.int64)
    for shift in range(0, 64, 16):
        total += ((bits >> np.uint64(shift)) & LOW).astype(np.int64)
    return np.asarray((total - PIECES * PIECE_MAX / 2) * SCALE, np.float32)
