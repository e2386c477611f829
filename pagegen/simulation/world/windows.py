"""
Licences: where and from when to when a title may be shown.

Most titles have no window. 15 % do: old ones that arrive while the world runs, ones that leave, ones licensed in one or
two countries only. A new release arrives everywhere on its release day.
"""

from typing import Final

import numpy as np

from pagegen.arrays import Int64, Mask, record
from pagegen.simulation.world.catalog import Titles
from pagegen.simulation.world.rhythm import COUNTRIES, DAY_MS, EPOCH_MS

ARRIVING: Final = 0.06  # share of titles whose licence starts while the world runs
LEAVING: Final = 0.045  # or ends
REGIONAL: Final = 0.045  # or holds in some countries only
ALWAYS: Final = -(1 << 62)
NEVER: Final = 1 << 62


@record
class Windows:
    """One window a country and title; without a licence `start` is NEVER."""

    windowed: Mask  # [T] the catalog lists windows for it
    start_ms: Int64  # [country, T]
    end_ms: Int64  # [country, T]
    arrival_ms: Int64  # [T] first moment it may be shown anywhere


def draw(titles: Titles, days: int, rng: np.random.Generator) -> Windows:
    count = len(titles)
    old = np.flatnonzero(titles.release_ms < EPOCH_MS)
    chosen = rng.permutation(old)[: round(count * (ARRIVING + LEAVING + REGIONAL))]
    arriving, leaving, regional = np.split(chosen, np.cumsum([round(count * ARRIVING), round(count * LEAVING)]))
    start = np.full((len(COUNTRIES), count), ALWAYS, np.int64)
    end = np.full((len(COUNTRIES), count), NEVER, np.int64)
    start[:, arriving] = EPOCH_MS + DAY_MS * rng.integers(1, days, len(arriving))
    end[:, leaving] = EPOCH_MS + DAY_MS * rng.integers(days // 3, days + 14, len(leaving))
    without = rng.random((len(COUNTRIES), len(regional))) < 0.5
    kept = rng.integers(0, len(COUNTRIES), len(regional))
    without[kept, np.arange(len(regional))] = False
    start[:, regional] = np.where(without, NEVER, ALWAYS)
    windowed = np.zeros(count, bool)
    windowed[chosen] = True
    return Windows(
        windowed=windowed, start_ms=start, end_ms=end, arrival_ms=np.maximum(titles.release_ms, start.min(axis=0))
    )
