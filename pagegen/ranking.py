"""
Ranking: how much this member wants this title now, once for every pair.

A ranker gives a score that orders the pairs of one request; a calibration turns scores into probabilities of a play
within the horizon, by isotonic regression (Zadrozny and Elkan, KDD 2002) on occasions the ranker was not fitted on.
"""

from typing import Final, Protocol

import numpy as np

from pagegen.arrays import AnyArray, Float64, Int64, record
from pagegen.errors import SchemaError
from pagegen.features import FeatureTable


class Ranker(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features it was fitted on, in its order."""
        ...

    def score(self, table: FeatureTable) -> Float64:
        """[M] higher is better; finite; comparable within a request."""
        ...


@record
class Calibration:
    """A non-decreasing map from score to probability, linear between its knots."""

    score: Float64  # [knots] increasing
    play: Float64  # [knots] non-decreasing, 0 to 1

    def __call__(self, score: Float64) -> Float64:
        return np.interp(score, self.score, self.play)

    @property
    def fitted(self) -> bool:
        """Whether requests have taught it; else its probabilities are none."""
        same = np.array_equal(self.score, UNCALIBRATED.score) and np.array_equal(self.play, UNCALIBRATED.play)
        return not same


# Without a labelled request to calibrate by: keeps the order of the scores and claims next to nothing.
UNCALIBRATED: Final = Calibration(score=np.array([0.0, 20.0]), play=np.array([0.0, 0.01]))


@record
class Examples:
    """Labelled pairs: what `fit` of a ranker learns from."""

    table: FeatureTable
    label: AnyArray  # [M] int, 1: first played within the horizon
    weight: AnyArray  # [M] float


@record
class Prediction:
    score: Float64  # [M] higher is better
    play: Float64  # [M] probability that the member plays the title within the horizon

    def usual(self, start: Int64) -> Float64:
        """[B] the mean probability of each request's pairs, which begin at `start` [B + 1]; NaN without any."""
        parts = np.split(self.play, start[1:-1])
        return np.array([part.mean() if len(part) else np.nan for part in parts[: len(start) - 1]])


def fit_calibration(score: Float64, played: AnyArray) -> Calibration:
    """
    Isotonic regression of `played` (0 or 1) on the score; each knot is the middle of a level set.

    Pairs of the same score count as one, with their share of plays: popularity scores tie often.
    """
    from scipy.optimize import isotonic_regression  # only training wants it, and every process would wait for it

    value, place, pairs = np.unique(score, return_inverse=True, return_counts=True)
    share = np.bincount(place, played.astype(np.float64)) / pairs
    fitted = isotonic_regression(share, weights=pairs).x
    level = np.flatnonzero(np.diff(fitted, prepend=-1.0))
    last = np.append(level[1:], len(fitted)) - 1
    return Calibration(score=(value[level] + value[last]) / 2.0, play=fitted[level])


def predict(ranker: Ranker, calibration: Calibration, table: FeatureTable) -> Prediction:
    """
    The ranker's view of every pair.

    Raises:
        SchemaError: the ranker wants features that are not computed, or answers with numbers that are not finite.
    """
    if missing := [name for name in ranker.feature_names if name not in table.names]:
        message = f"ranker {ranker.name} wants features {missing} that are not computed; train a new bundle"
        raise SchemaError(message)
    score = ranker.score(table)
    if not np.isfinite(score).all():
        message = f"ranker {ranker.name} gave scores that are not finite"
        raise SchemaError(message)
    return Prediction(score=score, play=calibration(score))
