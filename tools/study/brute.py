"""Brute force: the most that any page of these rows is worth, and how much orderers lose to it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from pagegen.arrays import Float64, Int64, ranges, starts
from pagegen.context import Contexts
from pagegen.engine import Engine
from pagegen.ordering import Assembly, Orderer, Rules
from pagegen.pool import Rows
from pagegen.request import PageRequest
from pagegen.rows import Filled

Cases: TypeAlias = list[tuple[Contexts, Filled]]  # the rows of one request each
CANDIDATES = 12


def best_value(contexts: Contexts, filled: Filled, rules: Rules) -> float:
    """Of one request's pages that the constraints allow, by plays alone: the rules must have no extra terms."""
    page = Assembly(contexts, 0, filled, range(len(filled.rows.kind)), rules)
    return _best(page, page.objective.at_most(), min(contexts.requests[0].rows, len(filled.rows.kind)), 0.0)


def _best(page: Assembly, at_most: Float64, rows: int, found: float) -> float:
    """The most that the page can become, if it is more than what was found."""
    if page.full():
        return max(found, page.value)
    gain, may = page.gains()
    if not may.any():
        return max(found, page.value)
    left = np.sort(np.delete(at_most, page.picked))[::-1]
    reached = page.objective.row_x[page.position + 1 : rows]
    below = float((left[: len(reached)] * reached[: len(left)]).sum())
    for row in np.argsort(np.where(may, -gain, np.inf), kind="stable")[: may.sum()].tolist():
        if page.value + gain[row] + below <= found:
            break
        other = page.fork()
        other.place(row, float(gain[row]))
        found = _best(other, at_most, rows, found)
    return found


def gaps_of(orderers: Sequence[Orderer], cases: Cases, rules: Rules) -> Float64:
    """[orderers, cases] share of the best page's value that each orderer's page lacks."""
    best = [best_value(contexts, filled, rules) for contexts, filled in cases]
    made = [[float(o.order(contexts, filled, rules).gain.sum()) for contexts, filled in cases] for o in orderers]
    return 1.0 - np.array(made) / np.array(best)


def cases(
    engine: Engine, requests: Sequence[PageRequest], rng: np.random.Generator, *, least_overlap: float = 0.3
) -> Cases:
    """Twelve rows of each request for a page of 5 x 6, drawn; those that overlap less are left out."""
    found = []
    for request in requests:
        trace = engine.run([replace(request, rows=5, columns=6)])
        rows = len(trace.filled.rows.kind)
        if rows >= CANDIDATES:
            drawn = some_rows(trace.filled, np.sort(rng.choice(rows, CANDIDATES, replace=False)))
            if overlap(drawn, 6) >= least_overlap:
                found.append((trace.retrieved.contexts, drawn))
    return found


def overlap(filled: Filled, columns: int) -> float:
    """Share of the first so many slots of all rows whose title another slot has too."""
    sizes = np.minimum(np.diff(filled.start), columns)
    first = filled.title[ranges(filled.start[:-1], sizes)]
    return 1.0 - len(np.unique(first)) / len(first)


def some_rows(filled: Filled, which: Int64) -> Filled:
    """Only these rows, of a single request."""
    sizes = np.diff(filled.start)[which]
    titles = ranges(filled.start[which], sizes)
    rows = Rows(
        request=filled.rows.request[which],
        kind=filled.rows.kind[which],
        seed=filled.rows.seed[which],
        variant=filled.rows.variant[which],
    )
    return replace(
        filled,
        rows=rows,
        start=starts(sizes),
        title=filled.title[titles],
        play=filled.play[titles],
        score=filled.score[titles],
    )
