"""
When a simulated week happens: the epoch, three countries with their clocks, and how visits spread over the hours.

All times are int64 milliseconds UTC, whole seconds. Local time is UTC plus the country's offset: nobody changes clocks.
"""

from typing import Final

import numpy as np

from pagegen.arrays import AnyArray, Float64, Int64, record

EPOCH_MS: Final = 1_709_510_400_000  # Monday 4 March 2024, 00:00 UTC: the first moment of every world
SECOND_MS: Final = 1_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
PARTS: Final = 4  # a day is simulated in four parts; a member visits at most once in each
PART_HOURS: Final = 24 // PARTS
WEEK_HOURS: Final = 7 * 24


@record
class Country:
    code: str
    language: str
    utc_offset_hours: int
    share: float  # of the members


COUNTRIES: Final = (
    Country(code="BR", language="pt", utc_offset_hours=-3, share=0.45),
    Country(code="JP", language="ja", utc_offset_hours=9, share=0.35),
    Country(code="NO", language="nb", utc_offset_hours=1, share=0.20),
)
OFFSETS_MS: Final = np.array([country.utc_offset_hours * HOUR_MS for country in COUNTRIES])

# Relative visits an hour, 0 to 23 local time. Viewing peaks after dinner; a child's day ends at eight.
ADULT_HOURS: Final = (5, 3, 2, 1, 1, 1, 2, 4, 4, 3, 3, 4, 6, 5, 4, 4, 5, 7, 10, 14, 17, 17, 13, 9)
CHILD_HOURS: Final = (0.1, 0, 0, 0, 0, 0.1, 3, 7, 6, 5, 4, 4, 4, 4, 5, 8, 11, 13, 12, 7, 2, 0.6, 0.3, 0.2)
ADULT_DAYS: Final = (0.87, 0.86, 0.88, 0.92, 1.12, 1.26, 1.17)  # Monday to Sunday
CHILD_DAYS: Final = (0.8, 0.78, 0.86, 0.8, 1.0, 1.45, 1.4)


def _weekly(hours: tuple[float, ...], days: tuple[float, ...]) -> Float64:
    shape = np.outer(np.array(days), np.array(hours)).ravel()
    return np.asarray(shape / shape.sum(), np.float64)


WEEK: Final = np.stack(
    [_weekly(ADULT_HOURS, ADULT_DAYS), _weekly(CHILD_HOURS, CHILD_DAYS)]
)  # [2, WEEK_HOURS]: adult, child


def part_shares(part: int) -> Float64:
    """[country, adult or child, PART_HOURS]: each hour's share of a week's visits, for the part-th quarter day."""
    hour = part * PART_HOURS + np.arange(PART_HOURS)
    local = np.stack([(hour + country.utc_offset_hours) % WEEK_HOURS for country in COUNTRIES])
    return WEEK[:, local].transpose(1, 0, 2)


def local_week_hour(time_ms: Int64, country: AnyArray) -> Int64:
    """Hour of the local week, 0 (Monday, midnight) to 167."""
    return np.asarray((time_ms - EPOCH_MS + OFFSETS_MS[country]) // HOUR_MS % WEEK_HOURS, np.int64)


def days_since_epoch(time_ms: Int64) -> Float64:
    return (time_ms - EPOCH_MS) / DAY_MS
