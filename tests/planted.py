"""Homepages that are ours but for one planted mistake: those of a server whose code is not what it should be."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from candidates.trending import TRENDING_NOW, Config, Trending
from pagegen.arrays import record
from pagegen.bundle.parts import Homepage, Part, computed
from pagegen.context import Contexts
from pagegen.features import Pairs
from pagegen.features.titles import Trend
from pagegen.homepage import HOME
from pagegen.ordering import Greed, Orderer, Pages, Rules
from pagegen.rows import Filled
from rankers.greedy_rows import GreedyRows


@record
class OneMorePlay:
    """The family `trend`, with one play too many."""

    name: str = "trend"
    columns: tuple[str, ...] = Trend().columns

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        columns = Trend().compute(pairs)
        columns[self.columns.index("plays_total")] += 1.0
        return columns


@record
class WorstFirst:
    """The orderer `greedy`, for whom what is least wanted is worth most."""

    name: str = "greedy"

    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages:
        return GreedyRows().order(contexts, replace(filled, play=1.0 - filled.play), rules)


def _worst_first(_: Greed) -> Orderer:
    return WorstFirst()


FEATURE: Homepage = replace(HOME, families={**HOME.families, "trend": lambda _: OneMorePlay()})
ORDERING: Homepage = replace(HOME, orderers={**HOME.orderers, "greedy": Part(config=Greed, make=_worst_first)})
SOURCE: Homepage = replace(
    HOME,
    sources={
        **HOME.sources,
        "trending": computed((TRENDING_NOW,), Config, lambda _: Trending(config=Config(day_weight=400.0))),
    },
)
PLANTED: Mapping[str, Homepage] = {
    "features: plays_total": FEATURE,
    "ordering": ORDERING,
    "pool: trending": SOURCE,
}  # by the stage at which it must be found
