"""The title's side: how old it is, how it is doing, how it was liked; all as of the request's time."""

import numpy as np

from pagegen.arrays import record
from pagegen.data.catalog import NOT_KNOWN
from pagegen.data.trends import DAY_MS, NEVER
from pagegen.features.pairs import Pairs

PRIOR_GRADES = 10.0  # grades of the overall mean that a title's own grades are mixed with
FUTURE = np.iinfo(np.int64).max


@record
class TitleAge:
    """Days since release, since the arrival (the later of release and first event) and since anybody's last play."""

    name: str = "title_age"
    columns: tuple[str, ...] = ("release_age_days", "arrival_age_days", "idle_days", "release_year")

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        catalog, trends = pairs.contexts.data.catalog, pairs.contexts.trends
        now = pairs.spread(pairs.contexts.time)
        release = catalog.release_ms[pairs.title]
        first, last = pairs.lookup(trends.first_ms), pairs.lookup(trends.last_ms)
        released = np.where(release == NOT_KNOWN, np.nan, (now - release) / DAY_MS)
        seen = np.where(first == FUTURE, np.nan, (now - first) / DAY_MS)
        idle = np.where(last == NEVER, np.nan, (now - last) / DAY_MS)
        return [released, np.fmin(released, seen), idle, catalog.release_year[pairs.title]]


@record
class Trend:
    """Plays of the last day, week and season in the country, in total, and how the week compares with the season."""

    name: str = "trend"
    columns: tuple[str, ...] = ("plays_day", "plays_short", "plays_long", "plays_total", "trend_ratio")

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        trends, windows = pairs.contexts.trends, pairs.contexts.trend_windows
        day, short, long, total = (pairs.lookup(t) for t in (trends.day, trends.short, trends.long, trends.total))
        expected = long * (windows.short_days / windows.long_days)
        return [
            np.log1p(day),
            np.log1p(short),
            np.log1p(long),
            np.log1p(total),
            np.log((short + 1.0) / (expected + 1.0)),
        ]


@record
class Grades:
    """Mean grade, shrunk towards the mean of all grades (NaN before the first one), and how many there are."""

    name: str = "grades"
    columns: tuple[str, ...] = ("mean_grade", "grades")

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        trends = pairs.contexts.trends
        number, total = pairs.lookup(trends.graded), pairs.lookup(trends.grade_sum)
        everything = trends.graded.sum(axis=1)
        with np.errstate(invalid="ignore"):
            overall = pairs.spread(trends.grade_sum.sum(axis=1) / everything)
        return [(total + PRIOR_GRADES * overall) / (number + PRIOR_GRADES), np.log1p(number)]
