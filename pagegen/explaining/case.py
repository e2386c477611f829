"""One run of one request, and how its page came about: the same rows, placed once more one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pagegen.arrays import NONE, Float64, Int64, Mask, record
from pagegen.engine import Engine
from pagegen.evidence import row_evidence
from pagegen.headings import heading, voice_of
from pagegen.ordering import Assembly, Pages
from pagegen.ordering.masks import Forbidden
from pagegen.ordering.probability import told
from pagegen.pool import Rows
from pagegen.request import PageRequest
from pagegen.rows import Filled
from pagegen.trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class RowName:
    """A candidate row, for programs and for people."""

    row_id: str
    heading: str


@record
class Step:
    """One position of the page, before its row was placed."""

    position: int
    row: int  # of the candidate rows, the one placed here; NONE where the page ends although it has room
    gain: Float64  # [R] what each row would have added to the page objective
    may: Mask  # [R] rows that might have stood here
    forbidden: Mapping[int, Forbidden]  # rows that were left and might not, and the rule that forbade it
    laid: Int64  # titles of the placed row from the left, past the page's columns too
    repeats: Mask  # [titles of the row as it was filled] that stand above
    extra: float  # what the row added to the extra terms of the objective


@record
class Case:
    engine: Engine
    request: PageRequest
    trace: Trace
    alone: Float64  # [R] what each row would be worth at the top of an empty page
    steps: tuple[Step, ...]  # from the top

    @property
    def filled(self) -> Filled:
        return self.trace.filled

    @property
    def positions(self) -> Mapping[int, Step]:
        """The step of each placed row."""
        return {step.row: step for step in self.steps if step.row != NONE}

    def name(self, rows: Rows, row: int) -> RowName:
        """Of one of these rows."""
        kind, seed, contexts = (
            self.engine.rules.kinds[rows.kind[row]],
            int(rows.seed[row]),
            self.trace.retrieved.contexts,
        )
        evidence = row_evidence(kind, seed, contexts)
        said = heading(kind.headings[rows.variant[row]], evidence, voice_of(contexts, 0))
        return RowName(row_id=evidence.row_id, heading=said)


def look(engine: Engine, request: PageRequest) -> Case:
    """
    The request's page with all that led to it; as long as `Engine.run` takes, and again as long as ordering takes.

    Raises:
        RequestError: a request that cannot be answered.
    """
    trace = engine.run([request])
    alone = begun(engine, trace, goes_on=False).gains()[0] if len(trace.filled.rows.kind) else np.zeros(0)
    return Case(engine=engine, request=request, trace=trace, alone=alone, steps=_steps(engine, trace, trace.placed))


def begun(engine: Engine, trace: Trace, *, goes_on: bool = True) -> Assembly:
    """The page before its first row; without `goes_on` as if no earlier answer had shown anything of it."""
    filled = trace.filled
    page = Assembly(trace.retrieved.contexts, 0, filled, range(len(filled.rows.kind)), engine.rules)
    if goes_on and 0 in filled.above:
        page.go_on(filled.above[0])
    return page


def _steps(engine: Engine, trace: Trace, pages: Pages) -> tuple[Step, ...]:
    page, steps = begun(engine, trace), list[Step]()
    for row, chance in zip(told(0, trace.filled, pages).rows, pages.row_chance.tolist(), strict=True):
        steps.append(_step(page, row, trace.filled, chance))
    if not page.full() and not pages.left[0]:
        steps.append(_step(page, NONE, trace.filled, 1.0))
    return tuple(steps)


def _step(page: Assembly, row: int, filled: Filled, chance: float) -> Step:
    """The step at the page's next position, which the row then takes."""
    gain, may = page.gains()
    forbidden, position, before = page.forbidden(), page.position, page.objective.extra
    laid, repeats = np.zeros(0, np.int64), np.zeros(0, np.bool_)
    if row != NONE:
        laid = page.grid.titles[row, page.order(row)]
        repeats = np.isin(filled.title[filled.start[row] : filled.start[row + 1]], page.taken())
        page.place(row, float(gain[row]), chance)
    return Step(
        position=position,
        row=row,
        gain=gain,
        may=may,
        forbidden=forbidden,
        laid=laid,
        repeats=repeats,
        extra=float(page.objective.extra - before),
    )
