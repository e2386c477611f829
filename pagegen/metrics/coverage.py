"""Catalog coverage: the share of the catalog shown to anybody (Ge, Delgado-Battenfeld, Jannach, RecSys 2010)."""

from pagegen.arrays import Float64


def coverage(exposure: Float64) -> float:
    """
    Share of titles with any exposure [T].

    Examples:
        >>> import numpy as np
        >>> coverage(np.array([0.5, 0.0, 2.0, 0.0]))
        0.5
    """
    return float((exposure > 0).mean()) if len(exposure) else float("nan")
