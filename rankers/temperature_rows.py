"""
Temperature rows: titles that were shown are hot, and cool down row by row (Full-Page Recommender, RecSys 2025).

    score(row) = sum over k of m_k * sort_desc(s_i * rho^T_i)_k

s is a title's worth in the row (probability of a play times attraction), T its temperature: 0 at first, then after each
row T <- gamma * T, + 1 for the titles it shows. m is the examination of the k-th column. Rows whose titles stay where
they are, since their source orders them or they may repeat anything (`dedup = "exempt"`), are not sorted. The paper's
rows repeat titles; ours do below `page.constraints.hard_rows`. When a page is continued, all that it has shown counts
as its last row. Like the template it has an order of its own, to which extra terms of the page objective make no
difference; what its rows add to them is counted.
"""

from functools import partial
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import Float64, Mask, record
from pagegen.context import Contexts
from pagegen.ordering import Assembly, Pages, Rules, assemble
from pagegen.rows import Filled


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    penalty: Annotated[float, Meta(ge=0, le=1)] = 0.1  # rho: what is left of a title that was just shown
    cooling: Annotated[float, Meta(ge=0, le=1)] = 0.85  # gamma: how much of its temperature stays, row by row


@record
class TemperatureRows:
    config: Config
    name: str = "temperature"

    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages:
        return assemble(contexts, filled, rules, partial(self._fill_page, rules.ranked & ~rules.exempt))

    def _fill_page(self, sorts: Mask, page: Assembly) -> None:
        title = page.grid.titles
        heat = np.zeros(int(title.max(initial=0)) + 1)
        heat[page.taken()] = 1.0
        while not page.full():
            gain, may = page.gains()
            left = (self.config.penalty**heat)[title]
            score = _scores(page, left, sorts[page.kind])
            row = int(np.where(may, score, -np.inf).argmax())  # ties: the row proposed first
            if not may[row]:
                return
            row, chance = page.explored(row, score, may)
            page.place(row, float(gain[row]), chance)
            heat *= self.config.cooling
            heat[page.shown()] += 1.0


def _scores(page: Assembly, left: Float64, sorts: Mask) -> Float64:
    """[R] each row's score, given what is left [R, L] of each title; `sorts` [R] says whose titles move for it."""
    value = page.objective.worth * left
    value[sorts] = -np.sort(-value[sorts], axis=1)
    return page.objective.alone(value)
