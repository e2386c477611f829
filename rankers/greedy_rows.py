"""
Greedy rows: at each position the row that adds most to the page objective, charged for the titles that it uses up.

The objective is monotone submodular in the set of rows as long as rows only share titles, so the page that goes by it
alone is worth at least 1 - 1/e of the best one (Nemhauser, Wolsey and Fisher 1978).
"""

from functools import partial

from pagegen.arrays import record
from pagegen.context import Contexts
from pagegen.ordering import Assembly, Greed, Pages, Rules, assemble, greedy
from pagegen.rows import Filled


@record
class GreedyRows:
    config: Greed = Greed()
    name: str = "greedy"

    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages:
        return assemble(contexts, filled, rules, partial(_fill_page, self.config))


def _fill_page(greed: Greed, page: Assembly) -> None:
    greedy(page, greed).fill()
