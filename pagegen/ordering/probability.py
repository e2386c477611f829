"""The chance of pages that are there: the orderer makes them once more, told at each step what was done."""

from dataclasses import replace

import numpy as np

from pagegen.arrays import NONE, AnyArray, Float64, Int64, groups, record, within
from pagegen.context import Contexts
from pagegen.ordering.orderer import Orderer, Pages
from pagegen.ordering.rules import Rules
from pagegen.rows import Filled


@record
class Told:
    """A chooser that takes the steps of a page, where they can be taken; else any."""

    rows: list[int]  # of the page, positions in the filled rows; NONE where there is no such row
    slots: list[list[int]]  # the titles of each row

    def row(self, position: int, row: Int64, value: Float64) -> int:  # noqa: ARG002  # what was done, not what is likely
        wanted = self.rows[position] if position < len(self.rows) else None
        return row.tolist().index(wanted) if wanted in row else 0

    def titles(self, position: int, title: Int64, value: Float64) -> Int64:  # noqa: ARG002
        wanted = self.slots[position][: len(title)] if position < len(self.slots) else []
        places = {t: place for place, t in enumerate(title.tolist())}
        return np.array([places[t] for t in wanted] if places.keys() == set(wanted) else range(len(title)), np.int64)


def log_probability(orderer: Orderer, contexts: Contexts, filled: Filled, rules: Rules, pages: Pages) -> Float64:
    """
    [Q] the log of the chance with which the orderer takes each step of these pages, given the steps before it.

    The choice of a row belongs to the step of its first title, so that the sum over a page is the log of its chance
    (of a page that ends early: of that beginning). -inf from the first step on that the orderer would not take.

    Args:
        orderer: any.
        contexts: B.
        filled: the candidate rows of the same requests.
        rules: with the exploration in question.
        pages: B pages of these requests.
    """
    exploration = replace(rules.exploration, chooser=lambda b, _: told(b, filled, pages))
    made = orderer.order(contexts, filled, replace(rules, exploration=exploration))
    out = np.full(len(pages.title), -np.inf)
    mine, theirs = _slots(pages), _slots(made)
    for b in range(len(contexts)):
        own, other = _of(pages, b), _of(made, b)
        size = min(own.stop - own.start, other.stop - other.start)
        same = (mine[own][:size] == theirs[other][:size]).all(axis=1)
        known = size if same.all() else int(same.argmin())
        out[own][:known] = np.log(made.chance[other][:known])
    return out


def _of(pages: Pages, b: int) -> slice:
    """The slots of a page."""
    first, last = pages.row_start[b : b + 2]
    return slice(int(pages.start[first]), int(pages.start[last]))


def _slots(pages: Pages) -> AnyArray:
    """[Q, 6] what stands where: position and row, column and title."""
    row = groups(pages.start)
    about = (within(pages.row_start), pages.rows.kind, pages.rows.seed, pages.rows.variant)
    return np.stack([*(column[row] for column in about), within(pages.start), pages.title], axis=1)


def told(b: int, filled: Filled, pages: Pages) -> Told:
    """The steps of the b-th page, whose request has these candidate rows."""
    low, high = np.searchsorted(filled.rows.request, [b, b + 1]).tolist()
    about = {row: low + place for place, row in enumerate(filled.rows.about(slice(low, high)))}
    places = slice(int(pages.row_start[b]), int(pages.row_start[b + 1]))
    cuts = pages.start[places.start : places.stop + 1]
    return Told(
        rows=[about.get(row, NONE) for row in pages.rows.about(places)],
        slots=[title.tolist() for title in np.split(pages.title[cuts[0] : cuts[-1]], cuts[1:-1] - cuts[0])],
    )
