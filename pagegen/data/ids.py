"""
Ids: external strings outside, positions inside. The only place strings live.

Positions follow the sorted ids, so they do not depend on the order of rows in a file, and rows that are added
later never change the order of those already there.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import polars as pl

from pagegen.arrays import NONE, Int32, UInt64


def name_digests(names: Collection[str]) -> UInt64:
    """64 bits that stand for each name, the same everywhere: the beginning of its BLAKE2b, big end first."""
    found = b"".join(hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(found, ">u8").astype(np.uint64)


class Ids:
    """A sorted table of distinct ids; a position is an id's place in it."""

    __slots__ = ("_array", "_digests", "_enum", "_names", "_position")

    def __init__(self, ids: Iterable[str]) -> None:
        self._names = tuple(sorted(set(ids)))
        self._position = {name: position for position, name in enumerate(self._names)}
        self._enum = pl.Enum(self._names)
        self._array = np.array([*self._names, None], object)[:-1]  # indexing it makes no strings
        self._digests: UInt64 | None = None  # made when first asked for

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, position: int) -> str:
        return self._names[position]

    @property
    def names(self) -> Sequence[str]:
        return self._names

    @property
    def digests(self) -> UInt64:
        """[ids] what stands for each id in a page token, by position."""
        if self._digests is None:
            self._digests = name_digests(self._names)
        return self._digests

    def position(self, name: str | None) -> int:
        """The id's position; NONE when it is not in the table."""
        return NONE if name is None else self._position.get(name, NONE)

    def positions(self, names: pl.Series | Iterable[str]) -> Int32:
        """Positions of many ids; NONE for those not in the table."""
        if isinstance(names, pl.Series):
            codes = names.cast(self._enum, strict=False).to_physical().cast(pl.Int32)
            return codes.fill_null(NONE).to_numpy()
        return np.fromiter((self._position.get(name, NONE) for name in names), np.int32)

    def of(self, positions: Int32) -> list[str]:
        """The ids at these positions."""
        ids: list[str] = self._array[positions].tolist()
        return ids
