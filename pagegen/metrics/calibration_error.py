"""Expected calibration error: predicted against observed frequency in bins of equal count (Naeini 2015)."""

import numpy as np

from pagegen.arrays import AnyArray, Float64, starts


def calibration_error(predicted: Float64, happened: AnyArray, bins: int = 20) -> float:
    """
    Weighted mean of |predicted - observed| over bins of nearly equal count, by predicted probability.

    Pairs of the same prediction share a bin, however many they are: an isotonic map makes few distinct predictions,
    and splitting one of its levels would count chance as error.

    Examples:
        >>> calibration_error(np.array([0.1, 0.1, 0.9, 0.9]), np.array([0, 0, 1, 1]), bins=2)
        0.1
    """
    size = max(1, len(predicted))
    _, place, same = np.unique(predicted, return_inverse=True, return_counts=True)
    bin_ = (starts(same)[:-1] * bins // size)[place]
    gap = np.bincount(bin_, predicted, minlength=bins) - np.bincount(bin_, happened, minlength=bins)
    return round(float(np.abs(gap).sum()) / size, 12)
