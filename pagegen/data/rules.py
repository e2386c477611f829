"""What must hold for every row of a data folder, as expressions that are true where it does not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import polars as pl

from pagegen.data.schema import DEVICES, EVENT_KINDS, MAX_ID_BYTES, NEVER_NULL, TITLE_KINDS

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`broken` is true for rows that break the rule; `show` is the column to quote from them."""

    says: str
    broken: pl.Expr
    show: str
    severity: Severity = "error"


def column_rules(table: str) -> list[Rule]:
    """Rules that need nothing but the table itself."""
    nulls = [Rule(says=f"{name} is null", broken=pl.col(name).is_null(), show=name) for name in NEVER_NULL[table]]
    ids = [rule for name in IDS[table] for rule in _id_rules(name)]
    return [*nulls, *ids, *OWN[table]]


def reference_rule(column: str, known: pl.Series, what: str, severity: Severity = "error") -> Rule:
    """Ids that name nothing."""
    missing = pl.col(column).is_not_null() & ~pl.col(column).is_in(known.implode())
    return Rule(says=f"{column} is not in the {what}", broken=missing, show=column, severity=severity)


def shown_titles_rule(known: pl.Series) -> Rule:
    strange = pl.col("title_ids").list.eval(~pl.element().is_in(known.implode())).list.any()
    return Rule(says="title_ids has titles that are not in the catalog", broken=strange, show="page_id")


def future_rule(now_ms: int) -> Rule:
    return Rule(says="time is in the future", broken=_ms("time") > now_ms, show="time")


def _id_rules(name: str) -> tuple[Rule, Rule]:
    size = pl.col(name).str.len_bytes()
    long = Rule(says=f"{name} is over {MAX_ID_BYTES} bytes", broken=size > MAX_ID_BYTES, show=name)
    return Rule(says=f"{name} is empty", broken=size == 0, show=name), long


def _ms(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64)


def _unique(name: str) -> Rule:
    again = pl.col(name).is_not_null() & ~pl.col(name).is_first_distinct()
    return Rule(says=f"{name} is there more than once", broken=again, show=name)


def _one_of(name: str, allowed: Iterable[str]) -> Rule:
    strange = pl.col(name).is_not_null() & ~pl.col(name).is_in(list(allowed))
    return Rule(says=f"{name} is none of {', '.join(allowed)}", broken=strange, show=name)


def _number(name: str, low: float, high: float) -> Rule:
    strange = pl.col(name).is_nan() | ~pl.col(name).is_between(low, high)
    return Rule(says=f"{name} is NaN or outside {low:g} to {high:g}", broken=strange, show=name)


def _age(name: str) -> Rule:
    return Rule(says=f"{name} is below 0", broken=pl.col(name) < 0, show=name)


def _in_order() -> tuple[Rule, Rule]:
    back = Rule(says="time is before the row above", broken=_ms("time").diff() < 0, show="time")
    return Rule(says="time is before 1970", broken=_ms("time") < 0, show="time"), back


def _same_length(first: str, second: str) -> Rule:
    differ = pl.col(first).list.len() != pl.col(second).list.len()
    return Rule(says=f"{first} and {second} differ in length", broken=differ, show="page_id")


def _each(name: str, strange: pl.Expr, says: str) -> Rule:
    return Rule(says=f"{name} has {says}", broken=pl.col(name).list.eval(strange).list.any(), show="page_id")


IDS: Final[Mapping[str, tuple[str, ...]]] = {
    "catalog": ("title_id",),
    "members": ("member_id", "household_id"),
    "events": ("event_id", "member_id", "title_id"),
    "pages": ("page_id", "member_id"),
}

_backwards = pl.element().struct.field("end") <= pl.element().struct.field("start")
_nowhere = pl.element().struct.field("country").is_null()
_halves = pl.col("title_ids").list.len().cast(pl.Int64) != pl.col("row_lengths").list.sum().cast(pl.Int64)

OWN: Final[Mapping[str, tuple[Rule, ...]]] = {
    "catalog": (
        _unique("title_id"),
        _one_of("kind", TITLE_KINDS),
        _number("runtime_minutes", 0.0, float("inf")),
        _age("maturity"),
        Rule(
            says="a window ends before it starts",
            broken=pl.col("windows").list.eval(_backwards).list.any(),
            show="title_id",
        ),
        Rule(says="a window has no country", broken=pl.col("windows").list.eval(_nowhere).list.any(), show="title_id"),
    ),
    "members": (_unique("member_id"), _age("maturity_ceiling")),
    "events": (
        _unique("event_id"),
        _one_of("kind", EVENT_KINDS),
        *_in_order(),
        _number("grade", -1e9, 1e9),
        _number("watched_seconds", 0.0, 1e9),
        _number("fraction", 0.0, 1.0),
        _age("season"),
        _age("episode"),
        _one_of("device", DEVICES),
        Rule(
            says="a play without a fraction, which cannot count as finished or unfinished",
            broken=(pl.col("kind") == "play") & pl.col("fraction").is_null(),
            show="event_id",
            severity="warning",
        ),
    ),
    "pages": (
        _unique("page_id"),
        *_in_order(),
        _one_of("device", DEVICES),
        _same_length("row_kinds", "row_seeds"),
        _same_length("row_kinds", "row_lengths"),
        _same_length("row_kinds", "seen_columns"),
        _same_length("title_ids", "step_probabilities"),
        Rule(says="row_lengths does not add up to the length of title_ids", broken=_halves, show="page_id"),
        _each("row_lengths", pl.element() < 1, "a row without titles"),
        _each("step_probabilities", ~pl.element().is_between(0.0, 1.0, closed="right"), "a probability outside 0 to 1"),
        _each("seen_columns", pl.element() < 0, "a negative number"),
    ),
}
