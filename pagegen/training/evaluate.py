"""Judging a ranker on labelled requests: how well it orders, how true its probabilities are, what the pool misses."""

import numpy as np

from pagegen.arrays import Float64, rank_within, record
from pagegen.metrics.calibration_error import calibration_error
from pagegen.metrics.ndcg import ndcg
from pagegen.ranking import Calibration, fit_calibration
from pagegen.training.examples import Window

DEPTH = 10
COVERAGE_DEPTH = 20


@record
class Judged:
    """One way of ordering the requests of a window."""

    ndcg: Float64  # [B] NDCG@10; NaN for requests without targets
    coverage: float  # distinct titles among all requests' first 20, as a share of those in any pool

    @property
    def mean(self) -> float:
        return float(np.nanmean(self.ndcg)) if (~np.isnan(self.ndcg)).any() else float("nan")


def judge(window: Window, score: Float64) -> Judged:
    """Order every request's pairs by this score [M] and compare with what was played."""
    rank = rank_within(window.table.start, score)
    hit = window.label > 0
    first = rank < COVERAGE_DEPTH
    pool = len(np.unique(window.table.title))
    return Judged(
        ndcg=ndcg(window.request[hit], rank[hit], window.targets, DEPTH),
        coverage=len(np.unique(window.table.title[first])) / max(1, pool),
    )


def pool_recall(window: Window) -> float:
    """Share of the played titles that were among the scored pairs."""
    return float(window.label.sum() / max(1, window.targets.sum()))


def calibrate(score: Float64, window: Window, rng: np.random.Generator) -> tuple[Calibration, float]:
    """
    The isotonic map of these scores [M] fitted on the whole window, and its error: each half of the members judged by a
    map fitted on the other half.
    """
    members, unit = np.unique(window.member, return_inverse=True)
    half = (rng.permutation(len(members)) % 2).astype(bool)[unit][window.request]
    predicted = np.empty(len(score))
    for side in (half, ~half):
        others = ~side if not side.all() else side  # a window of one member has no other half
        if side.any():
            predicted[side] = fit_calibration(score[others], window.label[others])(score[side])
    return fit_calibration(score, window.label), calibration_error(predicted, window.label)
