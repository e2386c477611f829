"""What everybody plays, as of each request's last closed hour."""

import numpy as np

from pagegen.arrays import AnyArray, Float64, Int32, Int64, Mask, record
from pagegen.data.dataset import Dataset
from pagegen.data.trends import DAY_MS, HOUR_MS, Trends


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
    """The trends of each request; those of one hour and country, as at the cut of an experiment, are read once."""
    asked = [*zip((until // HOUR_MS * HOUR_MS).tolist(), country.tolist(), strict=True)]
    read = {key: _read(data.trends, windows, *key) for key in dict.fromkeys(asked)}
    rows = [read[key] for key in asked]

    def of(column: str, kind: type = np.float64) -> AnyArray:
        return np.array([row[column] for row in rows], kind).reshape(len(rows), len(data.catalog))

    return TrendView(
        local=np.array([row["local"] for row in rows], np.bool_),
        day=of("day"),
        short=of("short"),
        long=of("long"),
        total=of("total"),
        last_ms=of("last", np.int64),
        graded=of("graded"),
        grade_sum=of("grade_sum"),
        first_ms=np.where(data.trends.first < until[:, None], data.trends.first, np.iinfo(np.int64).max),
    )


def _read(trends: Trends, windows: TrendWindows, hour: int, country: int) -> dict[str, AnyArray]:
    """[T] each, as of a closed hour."""
    week_ago = hour - int(windows.short_days * DAY_MS)
    log = trends.of_country(country, week_ago, hour, windows.min_plays)
    local = log is not trends.worldwide
    now = log.before(hour)
    graded, grade_sum = trends.grades.before(hour)
    return {
        "local": np.array(local),
        "day": now - log.before(hour - DAY_MS),
        "short": now - log.before(week_ago),
        "long": now - log.before(hour - int(windows.long_days * DAY_MS)),
        "total": trends.worldwide.before(hour) if local else now,
        "last": trends.last.before(hour),
        "graded": graded,
        "grade_sum": grade_sum,
    }
