"""
Why a title is not on the page: the first truth, in the order of the line, that keeps it off.

A title stands in as many candidate rows as proposed it. That it is nowhere to be seen takes a reason for each; the one
that is told is that of the row that got furthest.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pagegen.arrays import NONE, groups
from pagegen.explaining.case import Case, RowName, Step
from pagegen.rows import Filled, fill

REASONS: Final = (  # in the order of the line
    "unknown",  # the catalog has no such title
    "filtered",  # filters removed it, and no row that is spared them proposes it
    "not_proposed",  # by any source
    "not_scored",  # too many others were proposed before it
    "row_too_short",  # its row has fewer titles than its kind wants
    "beyond_row",  # its row brings fewer titles
    "shown_above",  # an earlier answer of the page shows it, or the row that it stands in
    "row_not_placed",  # its row is not on the page
    "beyond_columns",  # its row is, and shows fewer titles
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What a candidate row lacked at the page's last position."""

    gain: float  # what it would have added
    behind: float  # how much less than the row that stands there; below 0: it would have added more
    rank: int  # from 1, of its gain among the rows that were left
    among: int  # rows that were left
    rule: str  # that kept it off; "": none did
    of_kind: str  # the row kind whose rule it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The title in one candidate row, and what keeps it from being seen there."""

    row: RowName
    reason: str  # one of REASONS
    place: int  # in the row, from 0; of a row on the page, among those that it could show there
    titles: int  # that the row has room for there, or would need (row_too_short)
    lack: Lack | None  # of a row that is not on the page; None where no position was left to stand at


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    reason: str  # one of REASONS
    filters: tuple[str, ...]  # that remove the title from rows that are not spared them
    standings: tuple[Standing, ...]  # the one that got furthest first


def absence_of(case: Case, title: int) -> Absence:
    """Of a title that the page does not show; NONE is not in the catalog."""
    if title == NONE:
        return Absence(reason="unknown", filters=(), standings=())
    eligible = case.trace.retrieved.eligible
    filters = tuple(name for bit, name in enumerate(eligible.names) if eligible.removed[0, title] >> bit & 1)
    found = sorted(_standings(case, title), key=lambda one: -REASONS.index(one.reason))
    if not found:
        return Absence(reason="filtered" if filters else "not_proposed", filters=filters, standings=())
    reason = found[0].reason
    if reason != "shown_above" and _unscored(case, title):
        reason = "not_scored"
    return Absence(reason=reason, filters=filters, standings=tuple(found))


def _unscored(case: Case, title: int) -> bool:
    """Whether it is not among the scored and stands in a row that the ranker orders, where that makes a difference."""
    pool, of_candidate = case.trace.retrieved.pool.candidates, case.trace.retrieved.pairs.of_candidate
    candidate = np.flatnonzero(pool.title == title)
    kinds = pool.rows.kind[pool.row[candidate]].tolist()
    ranked = any(case.engine.rules.kinds[kind].ranker_weight > 0 for kind in kinds)
    return ranked and bool((of_candidate[candidate] == NONE).all())


def _standings(case: Case, title: int) -> list[Standing]:
    """In the order in which the rows were proposed."""
    whole = _whole(case)
    place = np.flatnonzero(whole.title == title)
    rows = groups(whole.start)[place]
    return [
        _standing(case, title, whole, (row, column))
        for row, column in zip(rows.tolist(), (place - whole.start[rows]).tolist(), strict=True)
    ]


def _whole(case: Case) -> Filled:
    """The rows as they are filled, but with all their titles, however few or many."""
    retrieved = case.trace.retrieved
    every = np.array([len(retrieved.pool.candidates.title)], np.int32)
    free = [replace(kind, min_titles=0, max_titles=int(every[0])) for kind in case.engine.rules.kinds]
    return fill(retrieved.pool.candidates, retrieved.pairs, case.trace.prediction, free, every)


def _standing(case: Case, title: int, whole: Filled, cell: tuple[int, int]) -> Standing:
    """Of the title in a cell (row, place) of the whole rows."""
    row, place = cell
    name, filled = case.name(whole.rows, row), case.filled
    own, kind = filled.rows.about(slice(None)), case.engine.rules.kinds[whole.rows.kind[row]]
    about = whole.rows.about(slice(row, row + 1))[0]
    if about not in own:
        return Standing(row=name, reason="row_too_short", place=place, titles=kind.min_titles, lack=None)
    at = own.index(about)
    brings = int(filled.start[at + 1] - filled.start[at])
    if place >= brings:
        return Standing(row=name, reason="beyond_row", place=place, titles=brings, lack=None)
    if 0 in filled.above and (filled.above[0].row[at] or filled.above[0].title[filled.start[at] + place]):
        return Standing(row=name, reason="shown_above", place=place, titles=brings, lack=None)
    if at in case.positions:
        place = case.positions[at].laid.tolist().index(title)
        return Standing(row=name, reason="beyond_columns", place=place, titles=case.request.columns, lack=None)
    return Standing(row=name, reason="row_not_placed", place=place, titles=brings, lack=_lack(case, at))


def _lack(case: Case, row: int) -> Lack | None:
    """At the last position of the page; where the page ends although it has room, at the one that stays empty."""
    if not case.steps:
        return None
    last = case.steps[-1]
    left = last.may.copy()
    left[list(last.forbidden)] = True
    gain = float(last.gain[row])
    rule, kind = last.forbidden.get(row, ("", NONE))
    return Lack(
        gain=gain,
        behind=_placed(last) - gain,
        rank=1 + int((last.gain[left] > gain).sum()),
        among=int(left.sum()),
        rule=rule,
        of_kind=case.engine.rules.kinds[kind].name if rule else "",
    )


def _placed(step: Step) -> float:
    """What the row that stands there added; 0 where none does."""
    return 0.0 if step.row == NONE else float(step.gain[step.row])
