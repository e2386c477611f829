"""
From an input column to one of ours: the value, and every way it can be wrong, as polars expressions.

A value that cannot be had is null *and* named in `wrong`; a value that is merely absent is null and not wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from pagegen.data.schema import MAX_ID_BYTES

TRUE: Final = ("true", "t", "yes", "y", "1")
FALSE: Final = ("false", "f", "no", "n", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One of our columns. `wrong` pairs reasons with the rows they hold for; the first that holds is reported."""

    name: str
    value: pl.Expr
    wrong: tuple[tuple[str, pl.Expr], ...] = ()


def identity(name: str, raw: pl.Expr) -> Column:
    """An id: text of 1 to 128 bytes, exactly as it stands, spaces included."""
    value = raw.cast(pl.String)
    wrong = (
        (f"{name} is empty", value.is_null() | (value == "")),
        (f"{name} is over {MAX_ID_BYTES} bytes", value.str.len_bytes() > MAX_ID_BYTES),
    )
    return Column(name=name, value=value, wrong=wrong)


def text(name: str, raw: pl.Expr, *, required: bool = False) -> Column:
    """Text without surrounding space; empty is null."""
    value = stripped(raw)
    return Column(name=name, value=value, wrong=((f"{name} missing", value.is_null()),) if required else ())


def choice(name: str, raw: pl.Expr, allowed: Sequence[str], *, label: str, required: bool = False) -> Column:
    """One of a closed set."""
    value = stripped(raw)
    unknown = (f"unknown {label}", value.is_not_null() & ~value.is_in(list(allowed)))
    missing = ((f"{label} missing", value.is_null()),) if required else ()
    return Column(name=name, value=value, wrong=(*missing, unknown))


def number(name: str, raw: pl.Expr, *, low: float, high: float, whole: bool = False, required: bool = False) -> Column:
    """A number in [low, high]; a whole one if asked."""
    given = stripped(raw)
    value = given.cast(pl.Float64, strict=False)
    wrong = [
        (f"{name} missing", given.is_null() & pl.lit(required)),
        (f"{name} is not a number", given.is_not_null() & value.is_null()),
        (f"{name} is NaN", value.is_nan()),
        (f"{name} outside {low:g} to {high:g}", (value < low) | (value > high)),
    ]
    if whole:
        wrong.append((f"{name} is not a whole number", value != value.floor()))
    return Column(name=name, value=pl.when(value.is_between(low, high)).then(value), wrong=tuple(wrong))


def flag(name: str, raw: pl.Expr) -> Column:
    """True or false, in the usual spellings."""
    given = stripped(raw).str.to_lowercase()
    value = pl.when(given.is_in(TRUE)).then(True).when(given.is_in(FALSE)).then(False)  # values, not options
    return Column(
        name=name, value=value, wrong=((f"{name} is neither true nor false", given.is_not_null() & value.is_null()),)
    )


def texts(name: str, raw: pl.Expr, separator: str | None) -> Column:
    """A list of texts, split at `separator` (None: it is a list already). Empty items go; an empty cell is null."""
    items = raw.cast(pl.List(pl.String)) if separator is None else stripped(raw).str.split(separator)
    tidy = items.list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))
    return Column(name=name, value=tidy)


def stripped(raw: pl.Expr) -> pl.Expr:
    """Text without surrounding space, null when nothing is left."""
    value = raw.cast(pl.String).str.strip_chars()
    return pl.when(value != "").then(value)
