"""Coverage against quality: what it costs to show more of the catalog by taking popularity off the scores."""

from collections.abc import Sequence

import msgspec
import numpy as np
from rich.table import Table

from pagegen.arrays import Float64
from pagegen.training.evaluate import judge
from tools.study.chart import Axis, chart
from tools.study.past import Studied

PENALTIES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8)


class Traded(msgspec.Struct, frozen=True):
    """One penalty: what is lost to it, with the ends of the 95 % interval, and the share of titles that are shown."""

    penalty: float  # of the log of 1 + plays, in log-odds
    ndcg_10: float
    gains: float
    low: float
    high: float
    coverage_20: float  # titles in anybody's first 20, of those in any pool; mean of the windows


class Coverage(msgspec.Struct, frozen=True):
    traded: list[Traded]
    alone: dict[str, float]  # coverage of each scorer's own order

    def chart(self) -> str:
        line = [(point.coverage_20, point.ndcg_10) for point in self.traded]
        return chart("Quality against coverage", {"penalties": line}, Axis(name="coverage@20"), Axis(name="NDCG@10"))

    def table(self) -> Table:
        own = ", ".join(f"{scorer} {share:.3f}" for scorer, share in self.alone.items())
        table = Table("penalty", "NDCG@10", "gains", "95 %", "coverage@20", title=f"Coverage of each alone: {own}")
        for point in self.traded:
            quality = (f"{point.ndcg_10:.4f}", f"{point.gains:+.4f}", f"{point.low:+.4f} to {point.high:+.4f}")
            table.add_row(f"{point.penalty:.2f}", *quality, f"{point.coverage_20:.3f}")
        return table


def coverage(studied: Studied) -> Coverage:
    """The ranker's log-odds less so much of the log of each title's plays, on the held-out windows."""
    ranker = studied.fit(studied.learn)
    scores = [ranker.score(window.table) for window in studied.held]
    fame = [np.log1p(window.total) for window in studied.held]
    usual = studied.ndcg(scores)
    traded = []
    for penalty in PENALTIES:
        less = [score - penalty * known for score, known in zip(scores, fame, strict=True)]
        ndcg = studied.ndcg(less)
        gains = studied.difference(ndcg, usual)
        traded.append(Traded(penalty, float(np.nanmean(ndcg)), *gains, _shown(studied, less)))
    alone = {name: _shown(studied, studied.scores_of(name)) for name in studied.scorers}
    return Coverage(traded, alone)


def _shown(studied: Studied, scores: Sequence[Float64]) -> float:
    return float(np.mean([judge(window, score).coverage for window, score in zip(studied.held, scores, strict=True)]))
