"""
How the hour and the device change what one feels like: length, series or film, how dark.

A product of three numbers of the moment and three traits of the title.
"""

from typing import Final

import numpy as np

from pagegen.arrays import AnyArray, Float64, Int64
from pagegen.simulation.world.catalog import SERIES, Titles
from pagegen.simulation.world.films import GENRES
from pagegen.simulation.world.rhythm import local_week_hour

LONG_BY_DEVICE: Final = np.array([0.35, 0.0, -0.75])  # tv, web, phone
SERIES_BY_DEVICE: Final = np.array([-0.1, 0.1, 0.3])
LONG_IN_EVENING, LONG_IN_MORNING, LONG_AT_NIGHT = 0.35, -0.6, -0.5
SERIES_ON_WEEKDAYS, SERIES_ON_WEEKENDS = 0.15, -0.35
DARK_AT_NIGHT, DARK_BY_DAY = 0.8, -0.25
USUAL_MINUTES: Final = 75.0
DARKNESS: Final = {
    "Horror": 1.0,
    "Thriller": 0.6,
    "Crime": 0.4,
    "Mystery": 0.3,
    "Comedy": -0.3,
    "Musical": -0.5,
    "Animation": -0.8,
    "Family": -1.0,
}


def context_traits(titles: Titles) -> Float64:
    """[T, 3] length (log, 0 at 75 minutes), series, darkness."""
    darkness = np.array([DARKNESS.get(genre, 0.0) for genre in GENRES])
    return np.stack(
        [
            np.log(titles.runtime_minutes / USUAL_MINUTES),
            (titles.kind == SERIES).astype(np.float64),
            titles.genre @ darkness / titles.genre.sum(axis=1),
        ],
        axis=1,
    )


def context_of(time_ms: Int64, country: AnyArray, device: AnyArray) -> Float64:
    """[B, 3] how much each trait is wanted at this local hour, weekday and device."""
    day, hour = np.divmod(local_week_hour(time_ms, country), 24)
    weekend = day >= 5  # Saturday, Sunday
    night = (hour >= 22) | (hour < 4)
    long = (
        LONG_BY_DEVICE[device]
        + LONG_IN_EVENING * ((hour >= 18) & (hour < 21))
        + LONG_IN_MORNING * ((hour >= 5) & (hour < 11))
    )
    long = long + LONG_AT_NIGHT * (night & ~weekend)
    series = SERIES_BY_DEVICE[device] + np.where(weekend, SERIES_ON_WEEKENDS, SERIES_ON_WEEKDAYS)
    return np.stack([long, series, np.where(night, DARK_AT_NIGHT, DARK_BY_DAY)], axis=1)
