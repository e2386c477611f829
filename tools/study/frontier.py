"""Quality against latency: rankers of more and larger trees, judged alike, and what a pair costs on one thread."""

import time

import msgspec
import numpy as np
from rich.table import Table

from pagegen.features import FeatureTable
from pagegen.ranking import Ranker
from tools.study.chart import Axis, chart
from tools.study.past import Studied

TREES = (20, 40, 60, 100, 160, 250)
LEAVES = (7, 15, 31, 63)
TIMED = 200  # requests that are scored one by one


class Point(msgspec.Struct, frozen=True):
    """A size of the ranker: NDCG@10, its distance from the best with the 95 % interval, and the cost of a pair."""

    trees: int
    leaves: int
    ndcg_10: float
    below: float
    low: float
    high: float
    pair_us: float


class Frontier(msgspec.Struct, frozen=True):
    points: list[Point]

    @property
    def knee(self) -> Point:
        """The cheapest that is not significantly below the best."""
        return min((point for point in self.points if point.low <= 0), key=lambda point: point.pair_us)

    def chart(self) -> str:
        lines = {
            f"{leaves} leaves": [(point.pair_us, point.ndcg_10) for point in self.points if point.leaves == leaves]
            for leaves in LEAVES
        }
        return chart("Quality against latency", lines, Axis(name="us a pair", log=True), Axis(name="NDCG@10"))

    def table(self) -> Table:
        knee = self.knee
        table = Table("trees", "leaves", "NDCG@10", "below the best", "95 %", "us a pair")
        for point in self.points:
            interval = f"{point.low:+.4f} to {point.high:+.4f}"
            cells = (f"{point.ndcg_10:.4f}", f"{point.below:.4f}", interval, f"{point.pair_us:.2f}")
            table.add_row(str(point.trees), str(point.leaves), *cells, style="bold" if point is knee else None)
        table.caption = f"The knee: {knee.trees} trees of {knee.leaves} leaves, the cheapest not significantly below"
        return table


def frontier(studied: Studied) -> Frontier:
    """Every size, fitted on the same examples."""
    learn = studied.learn
    found = []
    for leaves in LEAVES:
        for trees in TREES:
            ranker = studied.fit(learn, trees=trees, leaves=leaves)
            ndcg = studied.ndcg([ranker.score(window.table) for window in studied.held])
            found.append((trees, leaves, ndcg, microseconds(ranker, studied.held[-1].table)))
    best = max((ndcg for _, _, ndcg, _ in found), key=lambda ndcg: float(np.nanmean(ndcg)))
    return Frontier(
        [
            Point(trees, leaves, float(np.nanmean(ndcg)), *studied.difference(best, ndcg), cost)
            for trees, leaves, ndcg, cost in found
        ]
    )


def microseconds(ranker: Ranker, table: FeatureTable) -> float:
    """Of a pair, when requests are scored one by one: the median request."""
    parts = [request_of(table, b) for b in range(min(TIMED, len(table.start) - 1))]
    spent = []
    for part in parts:
        begun = time.perf_counter()
        ranker.score(part)
        spent.append((time.perf_counter() - begun) / max(1, len(part.title)))
    return 1e6 * float(np.median(spent))


def request_of(table: FeatureTable, request: int) -> FeatureTable:
    """The part of one request."""
    low, high = int(table.start[request]), int(table.start[request + 1])
    return FeatureTable(
        names=table.names,
        values=table.values[low:high],
        start=np.array([0, high - low]),
        request=np.zeros(high - low, np.int32),
        title=table.title[low:high],
    )
