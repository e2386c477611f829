"""What an orderer is, and the pages it makes."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np

from pagegen.arrays import Float64, Int32, Int64, Mask, lengths, record, starts
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
    more: Mask  # [P] the row has further titles, which it does not show
    left: Mask  # [B] rows are left, which the answer has no room for
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


def assemble(
    contexts: Contexts, filled: Filled, rules: Rules, fill_page: Callable[[Assembly], None], *, whole: bool = False
) -> Pages:
    """
    Every request's page, put together by the same function, and of it what its answer has room for.

    Args:
        contexts: of B requests.
        filled: their rows.
        rules: what holds for them.
        fill_page: places rows until the page is full.
        whole: what stands above depends on what stands below, so each page is made to its end.
    """
    bounds = filled.of_request(len(contexts)).tolist()
    pages: list[Sequence[Placed]] = []
    for b, (low, high) in enumerate(pairwise(bounds)):
        assembly = Assembly(contexts, b, filled, range(low, high), rules)
        if b in filled.above:
            assembly.go_on(filled.above[b])
        size = contexts.requests[b].page_size
        if size is not None and not whole:
            assembly.stop_after(size + 1)  # the last one tells that rows are left
        fill_page(assembly)
        pages.append(assembly.placed)
    return pages_of(pages, [request.page_size for request in contexts.requests], filled)


def pages_of(pages: Sequence[Sequence[Placed]], sizes: Sequence[int | None], filled: Filled) -> Pages:
    """Pages of these rows, each cut to its size."""
    placed = [row for page, size in zip(pages, sizes, strict=True) for row in page[:size]]
    source, rows = np.array([row.row for row in placed], np.int64), filled.rows
    candidate = np.concatenate([np.zeros(0, np.int64), *(row.candidate for row in placed)])
    length = np.array([len(row.candidate) for row in placed], np.int64)
    whole = np.array([len(page) for page in pages], np.int64)
    shown = np.array([len(page[:size]) for page, size in zip(pages, sizes, strict=True)], np.int64)
    return Pages(
        row_start=starts(shown),
        rows=Rows(
            request=rows.request[source], kind=rows.kind[source], seed=rows.seed[source], variant=rows.variant[source]
        ),
        gain=np.array([row.gain for row in placed]),
        start=starts(length),
        title=filled.title[candidate],
        play=filled.play[candidate],
        score=filled.score[candidate],
        more=lengths(filled.start)[source] > length,
        left=shown < whole,
        row_chance=np.array([row.chance for row in placed]),
        title_chance=np.concatenate([np.zeros(0), *(row.slots for row in placed)]),
    )
