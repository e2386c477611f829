"""
A second reading of the constraints, in plain Python: which of them a finished page breaks, in words.

It shares nothing with `pagegen.ordering`: it is told the rules as numbers, the rows that were ready, and the page.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Row: TypeAlias = tuple[str, Sequence[int]]  # kind, and titles from the left
RULES = (
    "pin",
    "first",
    "last",
    "max_rows",
    "distance",
    "min_titles",
    "max_titles",
    "dedup",
    "hard_rows",
    "rows",
    "columns",
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What holds for rows of one kind."""

    pin: int | None
    first: int
    last: int
    max_rows: int
    distance: int
    min_titles: int
    max_titles: int
    dedup: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was asked for, by which rules."""

    rows: int
    columns: int
    hard_rows: int
    kinds: Mapping[str, Limits]


def violations(told: Told, ready: Sequence[Row], page: Sequence[tuple[int, Sequence[int]]]) -> list[tuple[str, str]]:
    """
    What the page breaks: the rule, and a sentence.

    Args:
        told: the rules.
        ready: the rows it could be made of, their titles in order.
        page: from the top, which of them, and the titles it shows.
    """
    found = []
    if len(page) > told.rows:
        found.append(("rows", f"{len(page)} rows where {told.rows} were asked for"))
    placed = [row for row, _ in page]
    if len(set(placed)) < len(placed):
        found.append(("rows", f"a row twice: {placed}"))
    for position in range(len(page)):
        found += _of_row(told, ready, page, position)
        found += _of_place(told, ready, page, position)
    if len(page) < told.rows and (able := [*_able(told, ready, page, len(page))]):
        found.append(("rows", f"ends after {len(page)} of {told.rows} rows, where {able} could follow"))
    return found


def _of_row(
    told: Told, ready: Sequence[Row], page: Sequence[tuple[int, Sequence[int]]], position: int
) -> Iterator[tuple[str, str]]:
    """What is wrong with the titles of a row."""
    row, titles = page[position]
    kind, limits = ready[row][0], told.kinds[ready[row][0]]
    above = {t for _, shown in page[:position] for t in shown}
    here = f"row {position}, {kind}, {list(titles)}"
    if len(titles) > told.columns:
        yield "columns", f"{here}: more than {told.columns} columns"
    if len(titles) > limits.max_titles:
        yield "max_titles", f"{here}: more than {limits.max_titles} titles"
    if len(titles) < min(limits.min_titles, told.columns):
        yield "min_titles", f"{here}: fewer than {limits.min_titles} titles of {told.columns} columns"
    if limits.dedup != "exempt" and above & set(titles):
        if position < told.hard_rows:
            yield "hard_rows", f"{here}: repeats {above & set(titles)} in the first {told.hard_rows} rows"
        if limits.dedup == "hard":
            yield "dedup", f"{here}: repeats {above & set(titles)}"
    if list(titles) != _titles(told, ready, page, position, row):
        yield "dedup", f"{here}: should be {_titles(told, ready, page, position, row)}"


def _of_place(
    told: Told, ready: Sequence[Row], page: Sequence[tuple[int, Sequence[int]]], position: int
) -> Iterator[tuple[str, str]]:
    """What is wrong with the place of a row."""
    kind = ready[page[position][0]][0]
    limits, above = told.kinds[kind], [ready[row][0] for row, _ in page[:position]]
    here = f"row {position}, {kind} below {above}"
    if position > limits.last:
        yield "last", f"{here}: last = {limits.last}"
    if above.count(kind) >= limits.max_rows:
        yield "max_rows", f"{here}: max_rows = {limits.max_rows}"
    able = {ready[row][0] for row in _able(told, ready, page[:position], position)}
    others = [other for other in sorted(able) if not _waits(told.kinds[other], other, above)]
    if others and (rule := _waits(limits, kind, above)):
        yield rule, f"{here}: {rule} = {getattr(limits, rule)}, and {others} need not wait"
    pinned = [k for k in others if told.kinds[k].pin == position and k not in above]
    if pinned and kind not in pinned:
        yield "pin", f"{here}: {pinned} could stand here, where it is pinned"


def _waits(limits: Limits, kind: str, above: Sequence[str]) -> str:
    """The rule for which a row of the kind ought to stand further down; "" for none."""
    if limits.pin is not None and kind not in above and len(above) < limits.pin:
        return "pin"
    if len(above) < limits.first:
        return "first"
    near = above[max(0, len(above) - limits.distance + 1) :]
    return "distance" if kind in near else ""


def _able(told: Told, ready: Sequence[Row], page: Sequence[tuple[int, Sequence[int]]], position: int) -> Iterator[int]:
    """The rows not on the page that might follow it, whether or not they would have to wait."""
    placed, above = {row for row, _ in page}, [ready[row][0] for row, _ in page]
    for row, (kind, _) in enumerate(ready):
        limits = told.kinds[kind]
        fits = row not in placed and position <= limits.last and above.count(kind) < limits.max_rows
        if fits and len(_titles(told, ready, page, position, row)) >= min(limits.min_titles, told.columns):
            yield row


def _titles(
    told: Told, ready: Sequence[Row], page: Sequence[tuple[int, Sequence[int]]], position: int, row: int
) -> list[int]:
    """What the row would show there, below the rows above."""
    kind, titles = ready[row]
    above = {t for _, shown in page[:position] for t in shown}
    new, old = ([t for t in titles if (t in above) is again] for again in (False, True))
    dedup = told.kinds[kind].dedup
    if dedup == "exempt":
        return list(titles[: told.columns])
    return (new if dedup == "hard" or position < told.hard_rows else new + old)[: told.columns]
