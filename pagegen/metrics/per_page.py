"""Sums and means by page."""

import numpy as np

from pagegen.arrays import AnyArray, Float64, Int32, Mask


def sums(group: AnyArray, value: AnyArray, size: int) -> Float64:
    """[size] sums of the values [N] of each group [N]."""
    return np.bincount(group, value, minlength=size).astype(np.float64, copy=False)


def page_mean(page: Int32, value: Float64 | Mask, pages: int) -> Float64:
    """
    [B] mean of the values of each page; NaN without any.

    Args:
        page: [N]
        value: [N]
        pages: B

    Examples:
        >>> page_mean(np.array([0, 0, 2], np.int32), np.array([1.0, 2.0, 5.0]), 3).tolist()
        [1.5, nan, 5.0]
    """
    with np.errstate(invalid="ignore"):
        return np.bincount(page, value, minlength=pages) / np.bincount(page, minlength=pages)
