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
        columns = np.array(self._rows, np.int64).reshape(-1, 4)
        request, kind, seed, variant = columns.T
        rows = Rows(
            request=request.astype(np.int32),
            kind=kind.astype(np.int16),
            seed=seed.astype(np.int32),
            variant=variant.astype(np.int16),
        )
        return Candidates(
            rows=rows,
            start=starts(np.array([len(title) for title in self._titles], np.int64)),
            title=np.concatenate(self._titles).astype(np.int32) if self._titles else np.zeros(0, np.int32),
            score=np.concatenate(self._scores).astype(np.float32) if self._scores else np.zeros(0, np.float32),
        )
