"""
What the answers so far have shown of a page: its rows by kind and seed, its titles as a set.

Everything is a digest of a name, so whoever goes on may have another bundle, other settings or newer data. A title's
digest has 64 bits, of which as many are kept as fit, at most 40: n titles of b bits make one that was not shown look
shown with a chance of n / 2^b. It is then left out, or moved to the end of its row, as if it had been.
"""

from collections.abc import Collection

import numpy as np

from pagegen.arrays import Mask, UInt32, UInt64, record
from pagegen.data.ids import name_digests
from pagegen.tokens.sets import packed_bytes

ROOM = 3_050  # bytes for rows and titles
ROW_BYTES = 8
MOST_BITS = 40
FEWEST_BITS = 10  # that a title takes, low and high ones and its share of the buckets: of 1,200 titles each has 18


@record
class Shown:
    kind: UInt32  # [P] of each row, from the top
    row: UInt32  # [P]
    title: UInt64  # [S] ascending, the first `bits` bits of their digests
    bits: int

    def holds(self, digest: UInt64) -> Mask:
        """Which titles, by their whole digests, are among those shown."""
        if not len(self.title):
            return np.zeros(len(digest), np.bool_)
        wanted = digest >> np.uint64(64 - self.bits)
        return self.title[np.minimum(np.searchsorted(self.title, wanted), len(self.title) - 1)] == wanted


NOTHING = Shown(kind=np.zeros(0, np.uint32), row=np.zeros(0, np.uint32), title=np.zeros(0, np.uint64), bits=MOST_BITS)


def joined(before: Shown, kinds: Collection[str], rows: Collection[str], title: UInt64) -> Shown:
    """With further rows below, their kinds and ids, and their titles' whole digests, in as many bits as fit."""
    row = np.concatenate([before.row, short_digests(rows)])
    known = np.unique(np.concatenate([before.title, title >> np.uint64(64 - before.bits)]))
    bits = _bits(len(known), before.bits, ROOM - ROW_BYTES * len(row))
    return Shown(
        kind=np.concatenate([before.kind, short_digests(kinds)]),
        row=row,
        title=np.unique(known >> np.uint64(before.bits - bits)),
        bits=bits,
    )


def _bits(size: int, most: int, room: int) -> int:
    """In how many bits each of so many titles fits into `room` bytes."""
    return next(bits for bits in range(most, 0, -1) if packed_bytes(size, *cut(size, bits)) <= room)


def cut(size: int, bits: int) -> tuple[int, int]:
    """How many low and how many high bits pack so many titles best: about as many buckets as titles."""
    near = size.bit_length()
    highs = [min(high, bits) for high in (near, max(0, near - 1))]
    high = min(highs, key=lambda high: packed_bytes(size, bits - high, high))
    return bits - high, high


def short_digests(names: Collection[str]) -> UInt32:
    """32 bits that stand for each name."""
    return (name_digests(names) >> np.uint64(32)).astype(np.uint32)


def most_titles(rows: int) -> int:
    """How many titles of a page of so many rows a token holds for sure; 2,248 of 30 rows, 1,800 of 100."""
    return (ROOM - ROW_BYTES * rows) * 8 // FEWEST_BITS
