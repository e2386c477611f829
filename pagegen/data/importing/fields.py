"""Where each of our columns comes from in an input: a column, a constant or nowhere; and whether the types fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from pagegen.data.importing.mapping import AnyMapping, Constant
from pagegen.data.importing.times import ISO, MS_PER_UNIT, NATIVE, YEAR, instant
from pagegen.data.importing.values import Column, texts

SOME_TIME = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
FORMATS = {ISO: "%Y-%m-%dT%H:%M:%S", YEAR: "%Y", **dict.fromkeys(MS_PER_UNIT, "%s")}
NOT_TEXT = (pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """One input: its columns' types, and the mapping's word on them."""

    columns: Mapping[str, str]
    constants: Mapping[str, Constant]
    types: Mapping[str, pl.DataType]

    def has(self, name: str) -> bool:
        return name in self.columns or name in self.constants

    def raw(self, name: str) -> pl.Expr:
        """The input column, the constant, or null."""
        if name in self.columns:
            return pl.col(self.columns[name])
        return pl.lit(str(self.constants[name])) if name in self.constants else pl.lit(None, pl.String)

    def list(self, name: str, separator: str) -> Column:
        is_list = isinstance(self._type(name), pl.List | pl.Array)
        return texts(name, self.raw(name), None if is_list else separator)

    def time(self, name: str, unit: str, zone: str) -> Column:
        """A Parquet time as it is, in `zone` if it has none of its own; anything else by its format."""
        kind = self._type(name)
        if isinstance(kind, pl.Datetime) and kind.time_zone is None:
            aware = self.raw(name).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            return instant(name, aware, NATIVE)
        return instant(name, self.raw(name), NATIVE if isinstance(kind, pl.Datetime | pl.Date) else unit, zone=zone)

    def _type(self, name: str) -> pl.DataType:
        return self.types[self.columns[name]] if name in self.columns else pl.String()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Columns a table of ours can be fed with."""

    names: Sequence[str]
    needed: Sequence[str]
    ids: Sequence[str] = ()
    lists: Sequence[str] = ()


def field_problems(table: str, fields: Fields, wanted: Wanted) -> list[str]:
    """Everything about the mapping's columns and constants that cannot work with this input."""
    problems = [f"[{table}] does not say where {name} comes from" for name in wanted.needed if not fields.has(name)]
    strange = [name for name in (*fields.columns, *fields.constants) if name not in wanted.names]
    problems += [f"[{table}] cannot take {name}; it takes {', '.join(wanted.names)}" for name in strange]
    problems += [
        f"[{table}] {name} is both a column and a constant" for name in fields.columns if name in fields.constants
    ]
    missing = sorted({theirs for theirs in fields.columns.values() if theirs not in fields.types})
    if missing:
        problems.append(f"the {table} file has no column {', '.join(missing)}; it has {', '.join(fields.types)}")
    return problems + [
        f"[{table}] {ours}: column {theirs} is {fields.types[theirs]}, {reason}"
        for ours, theirs in fields.columns.items()
        if theirs in fields.types and (reason := _misfit(ours, fields.types[theirs], wanted))
    ]


def _misfit(ours: str, theirs: pl.DataType, wanted: Wanted) -> str | None:
    if isinstance(theirs, NOT_TEXT) and not (ours in wanted.lists and isinstance(theirs, pl.List | pl.Array)):
        return "which holds no single value"
    if ours in wanted.ids and not (theirs.is_integer() or isinstance(theirs, pl.String | pl.Categorical | pl.Enum)):
        return "and ids are text or whole numbers"
    return None


def time_problems(table: str, mapping: AnyMapping, *settings: str) -> list[str]:
    """Time formats that cannot be read and zones that do not exist."""
    found = [(setting, _time_problem(getattr(mapping, setting), mapping.zone)) for setting in settings]
    return [f"[{table}] {setting} = {getattr(mapping, setting)!r}: {problem}" for setting, problem in found if problem]


def _time_problem(unit: str, zone: str) -> str | None:
    """A time is written in the format and read back."""
    shape = FORMATS.get(unit, unit)
    try:
        written = pl.select(pl.lit(SOME_TIME).dt.strftime(shape).alias("time"))
        read = written.select(instant("time", pl.col("time"), unit, zone=zone).value).item()
    except pl.exceptions.PolarsError as error:
        return str(error).splitlines()[0]
    return "no format that a whole date can be read from" if read is None else None
