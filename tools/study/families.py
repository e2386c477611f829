"""What each feature family is worth: the ranker refitted without it, judged on the same held-out requests."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from rich.table import Table

from pagegen.arrays import Float64
from pagegen.features import FeatureTable
from pagegen.ranking import Examples
from tools.study.chart import Axis, chart
from tools.study.past import Studied


class Worth(msgspec.Struct, frozen=True):
    """One family: its columns, NDCG@10 without it, and what it adds, with the ends of the 95 % interval."""

    family: str
    columns: int
    without: float
    adds: float
    low: float
    high: float


class Worths(msgspec.Struct, frozen=True):
    ndcg_10: float  # with all of them
    families: list[Worth]

    def chart(self) -> str:
        lines = {worth.family: [(worth.low, -place), (worth.high, -place)] for place, worth in enumerate(self.families)}
        return chart("What each adds to NDCG@10, 95 %", lines, Axis(name="NDCG@10"), Axis(name=""))

    def table(self) -> Table:
        table = Table("family", "columns", "NDCG@10 without", "adds", "95 %", title=f"With all: {self.ndcg_10:.4f}")
        for worth in self.families:
            interval = f"{worth.low:+.4f} to {worth.high:+.4f}"
            table.add_row(worth.family, str(worth.columns), f"{worth.without:.4f}", f"{worth.adds:+.4f}", interval)
        return table


def families(studied: Studied) -> Worths:
    """NDCG@10 with all families, and each family's worth."""
    learn = studied.learn
    everything = _ndcg(studied, learn, ())
    found = []
    for name, columns in _columns(studied).items():
        without = _ndcg(studied, learn, columns)
        difference = studied.difference(everything, without)
        found.append(Worth(name, len(columns), float(np.nanmean(without)), *difference))
    return Worths(float(np.nanmean(everything)), sorted(found, key=lambda worth: -worth.adds))


def _columns(studied: Studied) -> Mapping[str, tuple[str, ...]]:
    """The columns of each family, and those of each scorer."""
    scorers, job = studied.scorers, studied.job
    found = {name: tuple(job.home.families[name](scorers).columns) for name in job.settings.fit.families}
    return found | {
        f"scores of {scorer}": tuple(f"{scorer}_{what}" for what in ("score", "rank", "z")) for scorer in scorers
    }


def _ndcg(studied: Studied, learn: Examples, without: Sequence[str]) -> Float64:
    """[B] NDCG@10 of a ranker that does not see these columns."""
    kept = [column for column, name in enumerate(learn.table.names) if name not in without]
    fewer = Examples(table=_take(learn.table, kept), label=learn.label, weight=learn.weight)
    ranker = studied.fit(fewer)
    return studied.ndcg([ranker.score(_take(window.table, kept)) for window in studied.held])


def _take(table: FeatureTable, columns: Sequence[int]) -> FeatureTable:
    names = tuple(table.names[column] for column in columns)
    return FeatureTable(
        names=names, values=table.values[:, columns], start=table.start, request=table.request, title=table.title
    )
