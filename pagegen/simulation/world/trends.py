"""
What moves a whole country: a bump after a title arrives, and shocks that feed on plays.

bump(t, time)  = height_t exp(-(time - arrival_t) / fading_t)
shock(c, d, t) = KEEP shock(c, d - 1, t) + FEED max(0, log((plays yesterday + 2) / (plays usual + 2))) + news
"""

from typing import Final

import numpy as np

from pagegen.arrays import AnyArray, Float32, Float64, Int64, record
from pagegen.simulation.world.rhythm import COUNTRIES, DAY_MS, EPOCH_MS

BUMP_HEIGHT: Final = 1.6  # mean of a new arrival's extra logit, Gamma
BUMP_SHAPE: Final = 2.5
FADING_DAYS: Final = (5.0, 24.0)
KEEP: Final = 0.78  # of a shock from one day to the next
FEED: Final = 0.22
USUAL: Final = 0.9  # memory of the usual plays, a day
NEWS_CHANCE: Final = 0.0006  # a title, country and day
NEWS_HEIGHT: Final = 1.5
MAX_SHOCK: Final = 2.2
EARLY: Final = 2.0  # plays added to both sides, so that one play is no trend


@record
class Trends:
    arrival_ms: Int64  # [T]
    height: Float32  # [T]
    fading_days: Float32  # [T]
    shock: Float32  # [country, day, T]; day d is made from the plays before it. Filled while the world runs.

    def at(self, country: AnyArray, time_ms: Int64) -> Float32:
        """[B, T] added to the utility of each title."""
        last = self.shock.shape[1] - 1
        day = np.clip((time_ms - EPOCH_MS) // DAY_MS, 0, last)
        extra = self.shock[country, day]
        fresh = np.flatnonzero(self.arrival_ms > EPOCH_MS - 4 * DAY_MS * int(FADING_DAYS[1]))
        age = (time_ms[:, None] - self.arrival_ms[fresh]) / DAY_MS
        bump = self.height[fresh] * np.exp(-np.maximum(age, 0) / self.fading_days[fresh], dtype=np.float32)
        extra[:, fresh] += np.where(age >= 0, bump, 0)
        return extra


def draw(arrival_ms: Int64, days: int, rng: np.random.Generator) -> Trends:
    """Only the exogenous news is known before the world runs."""
    count = len(arrival_ms)
    news = rng.exponential(NEWS_HEIGHT, (len(COUNTRIES), days + 1, count)) * (
        rng.random((len(COUNTRIES), days + 1, count)) < NEWS_CHANCE
    )
    return Trends(
        arrival_ms=arrival_ms,
        height=rng.gamma(BUMP_SHAPE, BUMP_HEIGHT / BUMP_SHAPE, count).astype(np.float32),
        fading_days=rng.uniform(*FADING_DAYS, count).astype(np.float32),
        shock=news.astype(np.float32),
    )


def feed(trends: Trends, day: int, plays: Float64, usual: Float64) -> Float64:
    """
    Fill the shocks of `day` from the plays of the day before.

    Args:
        trends: changed in place.
        day: counted from the epoch, from 1 on.
        plays: [country, T] of the day before.
        usual: [country, T] a moving average of the days before that.

    Returns:
        The moving average with that day in it.
    """
    excess = np.maximum(np.log((plays + EARLY) / (usual + EARLY)), 0)
    fed = KEEP * trends.shock[:, day - 1] + FEED * excess + trends.shock[:, day]
    trends.shock[:, day] = np.minimum(fed, MAX_SHOCK)
    return USUAL * usual + (1 - USUAL) * plays
