"""
From an input column to one of ours: the value, and every way it can be wrong, as polars expressions.

A value that cannot be had is null *and* named in `wrong`; a value that is merely absent is null and not wrong.
Values are computed first and `wrong` looks at them through `mine`: else polars computes a value again for every reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from pagegen.data.importing.ledger import OURS
from pagegen.data.schema import MAX_ID_BYTES

TRUE: Final = ("true", "t", "yes", "y", "1")
FALSE: Final = ("false", "f", "no", "n", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One of our columns. `wrong` pairs reasons with the rows they hold for; the first that holds is reported."""

    name: str
    value: pl.Expr
    wrong: tuple[tuple[str, pl.Expr], ...] = ()


def mine(name: str) -> pl.Expr:
    """The value of our column `name`, where it has been computed."""
    return pl.col(f"{OURS}{name}")


def identity(name: str, raw: pl.Expr, *, required: bool = True) -> Column:
    """An id: text of 1 to 128 bytes, exactly as it stands, spaces included."""
    text = raw.cast(pl.String)
    long = (f"{name} is over {MAX_ID_BYTES} bytes", mine(name).str.len_bytes() > MAX_ID_BYTES)
    empty = ((f"{name} is empty", mine(name).is_null()),) if required else ()
    return Column(name=name, value=pl.when(text != "").then(text), wrong=(*empty, long))


def text(name: str, raw: pl.Expr, *, required: bool = False) -> Column:
    """Text without surrounding space; empty is null."""
    return Column(name=name, value=stripped(raw), wrong=_missing(name, name) if required else ())


def choice(name: str, raw: pl.Expr, allowed: Sequence[str], *, label: str, required: bool = False) -> Column:
    """One of a closed set."""
    unknown = (f"unknown {label}", mine(name).is_not_null() & ~mine(name).is_in(list(allowed)))
    return Column(name=name, value=stripped(raw), wrong=(*(_missing(name, label) if required else ()), unknown))


def number(name: str, raw: pl.Expr, *, low: float, high: float, scale: float = 1.0) -> Column:
    """A number, times `scale`, in [low, high]."""
    given = stripped(raw)
    wrong = (
        (f"{name} is not a number", given.is_not_null() & mine(name).is_null()),
        (f"{name} is NaN", mine(name).is_nan()),
        (f"{name} outside {low:g} to {high:g}", (mine(name) < low) | (mine(name) > high)),
    )
    return Column(name=name, value=given.cast(pl.Float64, strict=False) * scale, wrong=wrong)


def whole_number(name: str, raw: pl.Expr, *, low: float, high: float) -> Column:
    """A number without a fraction in [low, high]."""
    column = number(name, raw, low=low, high=high)
    broken = (f"{name} is not a whole number", mine(name) != mine(name).floor())
    return Column(name=name, value=column.value, wrong=(*column.wrong, broken))


def flag(name: str, raw: pl.Expr) -> Column:
    """True or false, in the usual spellings."""
    given = stripped(raw).str.to_lowercase()
    value = pl.when(given.is_in(TRUE)).then(pl.lit(value=True)).when(given.is_in(FALSE)).then(pl.lit(value=False))
    odd = (f"{name} is neither true nor false", given.is_not_null() & mine(name).is_null())
    return Column(name=name, value=value, wrong=(odd,))


def texts(name: str, raw: pl.Expr, separator: str | None) -> Column:
    """A list of texts, split at `separator` (None: it is a list already). Empty items go; an empty cell is null."""
    items = raw.cast(pl.List(pl.String)) if separator is None else stripped(raw).str.split(separator)
    tidy = items.list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))
    return Column(name=name, value=tidy)


def required(column: Column) -> Column:
    """The column, wrong also where there is no value."""
    return Column(name=column.name, value=column.value, wrong=(*column.wrong, *_missing(column.name, column.name)))


def stripped(raw: pl.Expr) -> pl.Expr:
    """Text without surrounding space, null when nothing is left."""
    value = raw.cast(pl.String).str.strip_chars()
    return pl.when(value != "").then(value)


def _missing(name: str, label: str) -> tuple[tuple[str, pl.Expr]]:
    return ((f"{label} missing", mine(name).is_null()),)
