"""
Ranking: how much this member wants this title now, once for every pair.

A ranker gives a score that orders the pairs of one request; a calibration turns scores into probabilities of a play
within the horizon, by isotonic regression (Zadrozny and Elkan, KDD 2002) on occasions the ranker was not fitted on.
"""

from typing import Protocol

import numpy as np

from pagegen.arrays import AnyArray, Float64, record
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
