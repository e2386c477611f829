"""What an orderer is, and the pages it makes."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np

from pagegen.arrays import Float64, Int32, Int64, record, starts
from pagegen.context import Contexts
from pagegen.ordering.assembly import Assembly, Placed
from pagegen.ordering.rules import Rules
from pagegen.pool import Rows
from pagegen.rows import Filled


@record
class Pages:
    """B pages: P placed rows from the top, Q placed titles from the left."""

    row_start: Int64  # [B + 1] the rows of each page
    rows: Rows  # [P]
    gain: Float64  # [P] what the row added to the page objective when it was placed
    start: Int64  # [P + 1] the titles of each row
    title: Int32  # [Q] no title twice in a row
    play: Float64  # [Q] probability of a play
    score: Float64  # [Q] the ranker's score; NaN where not scored
    row_chance: Float64  # [P] that it was this row, given those above; 1: certain
    title_chance: Float64  # [Q] that it was this title, given the row and the titles to its left

    @property
    def chance(self) -> Float64:
        """[Q] of each step, given all before it; the choice of a row belongs to the step of its first title."""
        chance = self.title_chance.copy()
        chance[self.start[:-1]] *= self.row_chance
        return chance


class Orderer(Protocol):
    @property
    def name(self) -> str: ...
    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages: ...


def assemble(contexts: Contexts, filled: Filled, rules: Rules, fill_page: Callable[[Assembly], None]) -> Pages:
    """Every request's page, put together by the same function."""
    bounds = filled.of_request(len(contexts)).tolist()
    pages: list[Sequence[Placed]] = []
    for b, (low, high) in enumerate(pairwise(bounds)):
        request = contexts.requests[b]
        assembly = Assembly(request, filled, range(low, high), rules, rules.exploration.of(b, request))
        fill_page(assembly)
        pages.append(assembly.placed)
    return _pages(pages, filled)


def _pages(pages: Sequence[Sequence[Placed]], filled: Filled) -> Pages:
    placed = [row for page in pages for row in page]
    source, rows = np.array([row.row for row in placed], np.int64), filled.rows
    candidate = np.concatenate([np.zeros(0, np.int64), *(row.candidate for row in placed)])
    return Pages(
        row_start=starts(np.array([len(page) for page in pages], np.int64)),
        rows=Rows(
            request=rows.request[source], kind=rows.kind[source], seed=rows.seed[source], variant=rows.variant[source]
        ),
        gain=np.array([row.gain for row in placed]),
        start=starts(np.array([len(row.candidate) for row in placed], np.int64)),
        title=filled.title[candidate],
        play=filled.play[candidate],
        score=filled.score[candidate],
        row_chance=np.array([row.chance for row in placed]),
        title_chance=np.concatenate([np.zeros(0), *(row.slots for row in placed)]),
    )
