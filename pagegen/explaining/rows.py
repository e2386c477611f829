"""Why the rows of a page stand where they stand: what each is worth, which other adds most, and what rules forbade."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pagegen.arrays import NONE
from pagegen.explaining.case import Case, RowName, Step
from pagegen.ordering.masks import Forbidden

TOLERANCE = 1e-12  # a value that another exceeds by less is no less


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """Of the other rows that might have stood there the one that would have added most."""

    row: RowName
    gain: float  # what it would have added
    behind: float  # how much less that is; below 0 where the orderer goes by more than this, or chance decided


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOff:
    """A row that would have added more than any that might stand there, and the rule that kept it off."""

    row: RowName
    gain: float  # what it would have added
    rule: str  # as in `page.constraints`; min_titles: too few of its titles are not on the page yet
    of_kind: str  # the row kind whose rule it is


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReasons:
    position: int  # from 0
    row: RowName
    kind: str
    alone: float  # what it would be worth at the top of an empty page
    gain: float  # what it added to the page objective at its position, given the rows above
    extra: float  # how much of that the extra terms of the objective are
    configured: float  # attraction of its kind, by the settings
    learnt: float  # attraction of the row, by the model; plays in it count configured x learnt
    chance: float  # that it was this row; 1: certain
    titles: int  # that it shows
    repeats: int  # of its titles stand above: left out, moved to its end, or shown again where its kind may
    second: Second | None  # None: no other row might have stood there
    kept_off: tuple[KeptOff, ...]  # most first; the first of all is what the objective alone would have placed


def rows_of(case: Case) -> tuple[RowReasons, ...]:
    """Of every placed row, from the top."""
    return tuple(_row(case, place, step) for place, step in enumerate(case.steps) if step.row != NONE)


def left_over(case: Case) -> tuple[KeptOff, ...]:
    """Where the page ends although it has room: the rows that are left, and the rule that keeps off each."""
    last = case.steps[-1:]
    return tuple(one for step in last if step.row == NONE for one in _kept_off(case, step, step.forbidden))


def _row(case: Case, place: int, step: Step) -> RowReasons:
    rules, filled, placed = case.engine.rules, case.filled, case.trace.placed
    kind = int(filled.rows.kind[step.row])
    return RowReasons(
        position=step.position,
        row=case.name(filled.rows, step.row),
        kind=rules.kinds[kind].name,
        alone=float(case.alone[step.row]),
        gain=float(placed.gain[place]),
        extra=step.extra,
        configured=float(rules.attraction[kind]),
        learnt=float(filled.attraction[step.row]),
        chance=float(placed.row_chance[place]),
        titles=int(placed.start[place + 1] - placed.start[place]),
        repeats=int(step.repeats.sum()),
        second=_second(case, step),
        kept_off=_better(case, step),
    )


def _second(case: Case, step: Step) -> Second | None:
    others = step.may.copy()
    others[step.row] = False
    if not others.any():
        return None
    row = int(np.where(others, step.gain, -np.inf).argmax())
    gain = float(step.gain[row])
    return Second(row=case.name(case.filled.rows, row), gain=gain, behind=float(step.gain[step.row]) - gain)


def _better(case: Case, step: Step) -> tuple[KeptOff, ...]:
    best = float(step.gain[step.may].max())
    kept = {row: rule for row, rule in step.forbidden.items() if step.gain[row] > best + TOLERANCE}
    return _kept_off(case, step, kept)


def _kept_off(case: Case, step: Step, rows: Mapping[int, Forbidden]) -> tuple[KeptOff, ...]:
    """Most first; ties in the order in which they were proposed."""
    kinds = case.engine.rules.kinds
    return tuple(
        KeptOff(
            row=case.name(case.filled.rows, row),
            gain=float(step.gain[row]),
            rule=rows[row][0],
            of_kind=kinds[rows[row][1]].name,
        )
        for row in sorted(rows, key=lambda row: (-step.gain[row], row))
    )
