"""What everybody plays, as of each request's last closed hour."""

import numpy as np

from pagegen.arrays import Float64, Int32, Int64, Mask, record
from pagegen.data.dataset import Dataset
from pagegen.data.trends import DAY_MS, HOUR_MS


@record
class TrendView:
    """Plays as of the last closed hour before what each request knows; [B, T] each."""

    local: (
        Mask  # [B] day, short and long count the request's country; else it is unknown or too small, and they count all
    )
    day: Float64  # plays of the last 24 hours
    short: Float64  # plays of the last `short_days`
    long: Float64  # plays of the last `long_days`
    total: Float64  # plays anywhere, ever
    last_ms: Int64  # last play anywhere, NEVER before the first
    graded: Float64  # number of grades
    grade_sum: Float64
    first_ms: Int64  # first event; the far future when none is known yet


@record
class TrendWindows:
    """Which plays make a trend."""

    short_days: float = 7.0
    long_days: float = 90.0
    min_plays: float = 100.0  # in a country's last `short_days`; with fewer, the whole world speaks for it


def read_trends(until: Int64, country: Int32, data: Dataset, windows: TrendWindows) -> TrendView:
    trends = data.trends
    shape = (len(until), len(data.catalog))
    local = np.zeros(len(until), np.bool_)
    day, short, long, total, graded, grade_sum = (np.empty(shape) for _ in range(6))
    last = np.empty(shape, np.int64)
    asked = [*zip((until // HOUR_MS * HOUR_MS).tolist(), country.tolist(), strict=True)]
    for b, (hour, place) in enumerate(asked):
        if b and asked[b] == asked[b - 1]:  # as at the cut of an experiment: the same hour, the same country
            for column in (local, total, day, short, long, last, graded, grade_sum):
                column[b] = column[b - 1]
            continue
        week_ago = hour - int(windows.short_days * DAY_MS)
        log = trends.of_country(place, week_ago, hour, windows.min_plays)
        local[b] = log is not trends.worldwide
        now = log.before(hour)
        total[b] = trends.worldwide.before(hour) if local[b] else now
        day[b] = now - log.before(hour - DAY_MS)
        short[b] = now - log.before(week_ago)
        long[b] = now - log.before(hour - int(windows.long_days * DAY_MS))
        last[b] = trends.last.before(hour)
        graded[b], grade_sum[b] = trends.grades.before(hour)
    first = np.where(trends.first < until[:, None], trends.first, np.iinfo(np.int64).max)
    return TrendView(
        local=local,
        day=day,
        short=short,
        long=long,
        total=total,
        last_ms=last,
        graded=graded,
        grade_sum=grade_sum,
        first_ms=first,
    )
