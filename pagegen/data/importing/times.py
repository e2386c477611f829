"""Times of other people's files, in seconds, text or Parquet times, to ours: UTC milliseconds."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from pagegen.data.importing.values import Column, mine, required, stripped
from pagegen.data.schema import TIME

NATIVE: Final = "native"  # a Parquet date or time
YEAR: Final = "year"  # stands for its 1 January
ISO: Final = "iso"  # 2024-05-01, 2024-05-01 20:15[:30[.125]], with T for the space and an offset if wanted
MS_PER_UNIT: Final[Mapping[str, float]] = {"s": 1000.0, "ms": 1.0, "us": 1e-3, "ns": 1e-6}
FIRST_MS: Final = -62_135_596_800_000  # year 1
LAST_MS: Final = 253_402_300_799_999  # year 9999


def instant(name: str, raw: pl.Expr, unit: str, *, zone: str = "UTC") -> Column:
    """
    A time. `unit` is s, ms, us, ns (since 1970), year, iso, native, or a strftime format.

    Text without an offset is local time in `zone`: the earlier of two where clocks go back, none where they skip.
    """
    given = raw if unit == NATIVE else stripped(raw)
    ms, size = _since_1970(given, MS_PER_UNIT[unit]) if unit in MS_PER_UNIT else _calendar(given, unit, zone)
    value = pl.when(size.is_between(FIRST_MS, LAST_MS)).then(ms).cast(TIME)
    unread = (f"{name} cannot be read as a time", given.is_not_null() & mine(name).is_null())
    return Column(name=name, value=value, wrong=(unread,))


def event_time(column: Column, now_ms: int) -> Column:
    """An event's time: there, not before 1970, not after `now_ms`."""
    ms = mine(column.name).cast(pl.Int64)
    outside = (("time before the epoch", ms < 0), ("time in the future", ms > now_ms))
    return Column(name=column.name, value=column.value, wrong=(*required(column).wrong, *outside))


def _since_1970(given: pl.Expr, scale: float) -> tuple[pl.Expr, pl.Expr]:
    """Milliseconds, and their size as a float: the integer product may overflow, the float cannot."""
    size = given.cast(pl.Float64, strict=False) * scale
    whole = given.cast(pl.Int64, strict=False)
    exact = whole * int(scale) if scale >= 1 else whole.floordiv(round(1 / scale))
    return pl.coalesce(exact, size.floor().cast(pl.Int64, strict=False)), size


def _calendar(given: pl.Expr, unit: str, zone: str) -> tuple[pl.Expr, pl.Expr]:
    ms = _parsed(given, unit, zone).cast(TIME).cast(pl.Int64)
    return ms, ms.cast(pl.Float64)


def _parsed(given: pl.Expr, unit: str, zone: str) -> pl.Expr:
    if unit == NATIVE:
        return given
    if unit == YEAR:
        year = pl.when(given.str.contains(r"^[1-9]\d{3}$")).then(given)
        return _utc(year + "-01-01", "%Y-%m-%d")
    if unit == ISO:
        joined = given.str.replace(" ", "T", literal=True)
        local = pl.coalesce(_naive(joined, shape) for shape in ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d"))
        return pl.coalesce(_utc(joined, "%+"), _in_zone(local, zone))
    if "%z" in unit or "%#z" in unit:
        return _utc(given, unit)
    return _in_zone(_naive(given, unit), zone)


def _utc(given: pl.Expr, shape: str) -> pl.Expr:
    return given.str.to_datetime(shape, strict=False, time_unit="ms", time_zone="UTC")


def _naive(given: pl.Expr, shape: str) -> pl.Expr:
    return given.str.to_datetime(shape, strict=False, time_unit="ms")


def _in_zone(local: pl.Expr, zone: str) -> pl.Expr:
    return local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
