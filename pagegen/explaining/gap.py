"""What the page is worth beside the most that any page of the same rows could be."""

from dataclasses import dataclass

import numpy as np

from pagegen.explaining.bound import Field, upper_bound
from pagegen.explaining.case import Case, begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    orderer: str
    plays: float  # expected plays of the page, as the objective counts them; extra terms left aside
    bound: float  # no page of these rows has more, whatever its order, constraints left aside
    share: float  # of the bound that the page lacks at most; 0 where nothing could be had
    extra_terms: bool  # the objective has extra terms, which the bound does not count


def gap_of(case: Case) -> Gap:
    """Of the rows of this answer."""
    plays = float(case.trace.placed.gain.sum()) - sum(step.extra for step in case.steps)
    bound = upper_bound(field_of(case)) if len(case.filled.rows.kind) else 0.0
    return Gap(
        orderer=case.engine.orderer.name,
        plays=plays,
        bound=bound,
        share=max(0.0, 1.0 - plays / bound) if bound > 0 else 0.0,
        extra_terms=bool(begun(case.engine, case.trace).objective.terms),
    )


def field_of(case: Case) -> Field:
    """The rows that were left, and the positions of the answer; what earlier answers have shown is worth nothing."""
    page, request = begun(case.engine, case.trace), case.request
    title = page.grid.titles
    left, new = np.ones(len(title), np.bool_), ~np.isin(title, page.taken())
    if 0 in case.filled.above:
        left = ~case.filled.above[0].row
    last = min(request.rows, page.position + (request.rows if request.page_size is None else request.page_size))
    return Field(
        worth=(page.objective.worth * new)[left],
        title=title[left],
        row_x=page.objective.row_x[page.position : last],
        column_x=page.objective.column_x[1 : request.columns + 1],
    )
