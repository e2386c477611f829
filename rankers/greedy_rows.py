"""
Greedy rows: at each position the row that adds most to the page objective, charged for the titles that it uses up; on
short pages the best few for the first positions are tried (greed.py).

The objective is monotone submodular in the set of rows as long as rows only share titles, so the page that goes by it
alone, without charges and trials, is worth at least 1 - 1/e of the best one (Nemhauser, Wolsey and Fisher 1978).
"""

from pagegen.arrays import record
from pagegen.context import Contexts
from pagegen.ordering import Greed, Pages, Rules, assemble, greedy
from pagegen.rows import Filled


@record
class GreedyRows:
    config: Greed = Greed()
    name: str = "greedy"

    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages:
        return assemble(contexts, filled, rules, lambda page: greedy(page, self.config).fill())
