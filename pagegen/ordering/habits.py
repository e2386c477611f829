"""
Habits: how much more often a member enters rows of a kind than others do, against how often he or she enters any.

    habit(member, kind) = log (rows entered + s) / (rows others would have entered * the member's ratio over all + s)

A row is entered when something is played from it or when it is seen beyond the first screen. s = 20 such rows speak for
nobody having any habit: who has seen few pages is like everybody (Efron and Morris 1975). Habits are counted in the log
of pages when a bundle is trained, and kept by a digest of the member's id.
"""

import hashlib
from collections.abc import Sequence

import numpy as np

from pagegen.arrays import Float32, Float64, UInt64, record
from pagegen.pool import RowKind
from pagegen.request import PageRequest

SHRINKAGE = 20.0  # s


@record
class Habits:
    kinds: tuple[str, ...]
    member: UInt64  # [H] keys, ascending
    habit: Float32  # [H, kinds]

    def of(self, requests: Sequence[PageRequest], kinds: Sequence[RowKind]) -> Float64:
        """[B, kinds] of each request's member; 0, no habit, where nothing is known."""
        out = np.zeros((len(requests), len(kinds)))
        if not len(self.member):
            return out
        key = np.array([member_key(request.member_id) for request in requests], np.uint64)
        at = np.minimum(np.searchsorted(self.member, key), len(self.member) - 1)
        known = np.flatnonzero(self.member[at] == key)
        for column, kind in enumerate(kinds):
            if kind.name in self.kinds:
                out[known, column] = self.habit[at[known], self.kinds.index(kind.name)]
        return out


def member_key(member_id: str) -> int:
    """64 bits that stand for the member."""
    return int.from_bytes(hashlib.blake2b(member_id.encode(), digest_size=8).digest(), "little")


def habit(entered: Float64, expected: Float64) -> Float64:
    """
    Habits [..., kinds] from counts.

    Args:
        entered: [..., kinds] reached rows of each kind that were entered.
        expected: [..., kinds] what others would have entered of as many.
    """
    own = (entered.sum(axis=-1, keepdims=True) + SHRINKAGE) / (expected.sum(axis=-1, keepdims=True) + SHRINKAGE)
    return np.asarray(np.log((entered + SHRINKAGE) / (expected * own + SHRINKAGE)), np.float64)
