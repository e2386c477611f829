"""
Signs that a title will be gone on with: how long ago, how far and how often it was played, what was played since, hour
and device. Each counts apart for series and movies; time and fraction may bend (hinges), hours and plays are logs.
"""

from collections.abc import Sequence

import numpy as np

from pagegen.arrays import Float64, Int32, lengths
from pagegen.context import Begun
from pagegen.context.begun import SERIES
from pagegen.data.catalog import Catalog
from pagegen.data.schema import DEVICES, FINISHED
from pagegen.data.trends import DAY_MS, HOUR_MS

BENDS_HOURS = np.log1p([6.0, 24.0, 72.0, 240.0])  # since the last play
BENDS_FRACTION = (0.1, 0.5)
PHONE = DEVICES.index("phone")
SIGNS = 44  # columns


def signs(begun: Begun, catalog: Catalog, last: Int32) -> Float64:
    """
    [K, SIGNS] of each title that goes on; the last column is 1.

    Args:
        begun: the titles.
        catalog: of them.
        last: [K] the number of the title's last episode, as far as is known; 0 for none.
    """
    series = (catalog.kind[begun.title] == SERIES).astype(np.float64)
    hours, phone = _hours(begun), begun.asked.device[begun.request] == PHONE
    left = np.log1p(np.nan_to_num(catalog.runtime_minutes[begun.title] * (1.0 - begun.fraction)))
    plays = np.log(begun.plays)
    whole = begun.fraction >= FINISHED  # of an episode; a movie would not go on
    ended = whole & (begun.episode > 0) & (begun.episode >= last)
    both = [
        *_bent(hours, BENDS_HOURS),
        *_bent(begun.fraction, BENDS_FRACTION),
        begun.fraction < BENDS_FRACTION[0],
        begun.place == 0,
        np.log1p(begun.place),
        np.log1p(lengths(begun.start))[begun.request],
        np.log1p(begun.since),
        plays,
        np.log1p((begun.asked.time[begun.request] - begun.first) / DAY_MS),
        _hour_gap(begun),
        left,
        phone,
    ]
    of_series = [series, plays**2 * series, plays * hours * series, whole, ended, ended * hours]
    apart = [column * kind for kind in (series, 1.0 - series) for column in both]
    return np.stack([*apart, *of_series, phone * left * (1.0 - series), np.ones(len(series))], axis=1)


def _hours(begun: Begun) -> Float64:
    """[K] log of the hours since the last play."""
    return np.log1p((begun.asked.time[begun.request] - begun.time) / HOUR_MS)


def _hour_gap(begun: Begun) -> Float64:
    """[K] hours of the day between now and when it was last played, 0 to 12."""
    gap = np.abs(begun.asked.time[begun.request] // HOUR_MS % 24 - begun.time // HOUR_MS % 24)
    return np.minimum(gap, 24 - gap).astype(np.float64)


def _bent(value: np.ndarray, bends: Sequence[float] | Float64) -> list[Float64]:
    """The value, and how far it is beyond each bend."""
    return [value.astype(np.float64), *(np.maximum(value - bend, 0.0) for bend in bends)]
