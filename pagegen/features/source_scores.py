"""What every scorer thinks of every pair, whoever proposed it: its score, and the score's rank and z in the request."""

import numpy as np

from pagegen.arrays import Float32, Float64, Int64, rank_within, record
from pagegen.features.pairs import Pairs


@record
class SourceScores:
    scorers: tuple[str, ...]  # names
    name: str = "source_scores"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(f"{scorer}_{what}" for scorer in self.scorers for what in ("score", "rank", "z"))

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        columns: list[np.ndarray] = []
        for scorer in self.scorers:
            score = pairs.lookup(pairs.scores[scorer])
            missing = np.isnan(score)
            rank = rank_within(pairs.start, score).astype(np.float32)
            rank[missing] = np.nan
            columns += [score, rank, standardized(pairs.start, score)]
        return columns


def standardized(start: Int64, score: Float32) -> Float64:
    """[M] distance from the mean of the group in standard deviations; 0 where all are equal, NaN where missing."""
    z = np.full(len(score), np.nan)
    for low, high in zip(start[:-1].tolist(), start[1:].tolist(), strict=True):
        group = score[low:high].astype(np.float64)
        known = (group == group).nonzero()[0]
        if len(known):
            away = group.take(known)
            away -= away.sum() / len(known)
            spread = np.sqrt(np.square(away).sum() / len(known))
            z[low:high][known] = away / (spread if spread > 0 else 1.0)
    return z
