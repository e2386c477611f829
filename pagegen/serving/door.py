"""
The door: where a request that does not say when gets its time. The only place that reads the clock.

Now is one of three things: `wall`, the clock's time; `data-end`, one second after the last event of the data, which
is the present of data that somebody collected long ago; or a fixed instant.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pagegen.data.trends import DAY_MS
from pagegen.errors import ConfigError
from pagegen.request import MAX_TIME_MS

WALL, DATA_END = "wall", "data-end"


@dataclass(frozen=True, slots=True)
class Door:
    now_ms: Callable[[], int]
    says: str  # what now is, for people


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


def open_door(wanted: str | None, data_end_ms: int, clock: Callable[[], int]) -> Door:
    """
    The door of some data.

    Args:
        wanted: `wall`, `data-end` or an instant. None: `data-end` when the data are older than a day, else `wall`.
        data_end_ms: one second after the last event; 0 when there is none.
        clock: the present, in ms.

    Raises:
        ConfigError: `wanted` is none of these.
    """
    if wanted is None:
        old = 0 < data_end_ms < clock() - DAY_MS
        return _fixed(data_end_ms, DATA_END, "; the data are older than a day") if old else Door(clock, WALL)
    if wanted == WALL:
        return Door(clock, WALL)
    if wanted == DATA_END:
        return _fixed(data_end_ms, DATA_END)
    return _fixed(instant_ms(wanted), "fixed")


def _fixed(ms: int, name: str, why: str = "") -> Door:
    return Door(lambda: ms, f"{name} ({written(ms)}{why})")


def instant_ms(text: str) -> int:
    """
    Milliseconds of an instant: ISO 8601, UTC unless it says otherwise, or the milliseconds themselves.

    Raises:
        ConfigError: neither, before the epoch or after the year 9999.

    Examples:
        >>> instant_ms("2003-02-28T17:49:51Z"), instant_ms("1046454591000")
        (1046454591000, 1046454591000)
    """
    try:
        when = int(text) if text.isdecimal() else _iso_ms(text)
    except (ValueError, OverflowError) as error:
        message = f"{text[:40]!r} is no time; write it such as 2024-05-01T20:15:00Z, or in ms since the epoch"
        raise ConfigError(message) from error
    if not 0 <= when <= MAX_TIME_MS:
        message = f"{text[:40]!r} is not between 1970 and 9999"
        raise ConfigError(message)
    return when


def _iso_ms(text: str) -> int:
    when = datetime.fromisoformat(text)
    return round((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1_000)


def written(ms: int) -> str:
    """
    An instant for people and logs.

    Examples:
        >>> written(1046454591000), written(1046454591250)
        ('2003-02-28T17:49:51Z', '2003-02-28T17:49:51.250Z')
    """
    precision = "milliseconds" if ms % 1_000 else "seconds"
    return datetime.fromtimestamp(ms / 1_000, UTC).isoformat(timespec=precision).replace("+00:00", "Z")
