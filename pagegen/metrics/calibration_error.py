"""Expected calibration error: mean distance of predicted and observed frequency over bins of equal count (Naeini 2015)."""

import numpy as np

from pagegen.arrays import AnyArray, Float64


def calibration_error(predicted: Float64, happened: AnyArray, bins: int = 20) -> float:
    """
    Weighted mean of |predicted - observed| over bins of nearly equal count, by predicted probability.

    Examples:
        >>> calibration_error(np.array([0.1, 0.1, 0.9, 0.9]), np.array([0, 0, 1, 1]), bins=2)
        0.1
    """
    order = np.argsort(predicted, kind="stable")
    parts = zip(np.array_split(predicted[order], bins), np.array_split(happened[order], bins), strict=True)
    gaps = [abs(float(p.mean()) - float(h.mean())) * len(p) for p, h in parts if len(p)]
    return round(sum(gaps) / max(1, len(predicted)), 12)
