"""
Independent rows: the best rows first, each by what it would be worth at the top of an empty page.

What rows above took makes no difference to the order, so near-identical rows stand one below the other (the second of
four families in "Learning a Personalized Homepage", Netflix 2015). The rows themselves still leave out repeats.
"""

import numpy as np

from pagegen.arrays import record
from pagegen.context import Contexts
from pagegen.ordering import Assembly, Pages, Rules, assemble
from pagegen.rows import Filled


@record
class IndependentRows:
    name: str = "independent"

    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages:
        return assemble(contexts, filled, rules, _fill_page)


def _fill_page(page: Assembly) -> None:
    own = page.objective.alone(page.objective.worth)
    while not page.full():
        gain, may = page.gains()
        row = int(np.where(may, own, -np.inf).argmax())  # ties: the row proposed first
        if not may[row]:
            return
        row, chance = page.explored(row, own, may)
        page.place(row, float(gain[row]), chance)
