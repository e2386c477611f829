"""Collecting rows one by one."""

from dataclasses import dataclass, field

import numpy as np

from pagegen.arrays import Float32, Int32, starts
from pagegen.pool.types import Candidates, Rows


@dataclass(slots=True)
class RowsBuilder:
    """Collects a source's rows one by one, by request."""

    _rows: list[tuple[int, int, int, int]] = field(default_factory=list)
    _titles: list[Int32] = field(default_factory=list)
    _scores: list[Float32] = field(default_factory=list)

    def add(self, row: tuple[int, int, int, int], title: Int32, score: Float32) -> None:
        """Add a row (request, kind, seed, variant) unless it is empty."""
        if len(title):
            self._rows.append(row)
            self._titles.append(title)
            self._scores.append(score)

    def build(self) -> Candidates:
        request, kind, seed, variant = zip(*self._rows, strict=True) if self._rows else ((),) * 4
        return Candidates(
            rows=Rows(
                request=np.array(request, np.int32),
                kind=np.array(kind, np.int16),
                seed=np.array(seed, np.int32),
                variant=np.array(variant, np.int16),
            ),
            start=starts(np.array([len(title) for title in self._titles], np.int64)),
            title=np.concatenate([_NO_TITLES, *self._titles], dtype=np.int32),
            score=np.concatenate([_NO_SCORES, *self._scores], dtype=np.float32),
        )


_NO_TITLES, _NO_SCORES = np.zeros(0, np.int32), np.zeros(0, np.float32)
NO_ROWS = RowsBuilder().build()
