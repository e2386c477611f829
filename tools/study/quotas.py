"""Quotas: how many titles each scorer should bring to the pool, one changed at a time, everything learnt again."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import numpy as np
from rich.table import Table

from pagegen.training.lessons import Job
from tools.study.chart import Axis, chart
from tools.study.past import studied

QUOTAS = (0, 30, 60, 120)
RANKERS = 3  # fitted for each figure


class Tried(msgspec.Struct, frozen=True):
    """One quota in place of what is set, and what that gains, with the ends of the 95 % interval."""

    scorer: str
    quota: int
    ndcg_10: float
    gains: float
    low: float
    high: float
    pool: float  # share of the played titles that the pool holds
    pairs: float  # of a request


class Quotas(msgspec.Struct, frozen=True):
    usual: dict[str, int]
    ndcg_10: float  # with the quotas as they are set
    pool: float
    pairs: float
    tried: list[Tried]

    def chart(self) -> str:
        scorers = dict.fromkeys(tried.scorer for tried in self.tried)
        lines = {name: [(float(t.quota), t.ndcg_10) for t in self.tried if t.scorer == name] for name in scorers}
        return chart("NDCG@10 by quota, the others as set", lines, Axis(name="titles"), Axis(name="NDCG@10"))

    def table(self) -> Table:
        said = ", ".join(f"{name} {quota}" for name, quota in self.usual.items())
        title = f"NDCG@10 {self.ndcg_10:.4f} with {said}: {self.pairs:.0f} pairs that hold {self.pool:.3f}"
        table = Table("scorer", "quota", "NDCG@10", "gains", "95 %", "pool", "pairs", title=title)
        for tried in self.tried:
            quality = (f"{tried.ndcg_10:.4f}", f"{tried.gains:+.4f}", f"{tried.low:+.4f} to {tried.high:+.4f}")
            table.add_row(tried.scorer, str(tried.quota), *quality, f"{tried.pool:.3f}", f"{tried.pairs:.0f}")
        return table


def quotas(job: Job, judged: int) -> Quotas:
    """Every other quota of every scorer that is on; the pool is the one that the ranker learns from too."""
    usual = {name: int(quota) for name, quota in job.settings.page.source["top_picks"]["quotas"].items()}
    whole = studied(job, judged)
    everything = whole.typical_ndcg(RANKERS)
    tried = []
    for name in whole.scorers:
        for quota in QUOTAS:
            if quota != usual.get(name, 0):
                other = studied(_with(job, usual | {name: quota}, f"{name} {quota}"), judged)
                ndcg = other.typical_ndcg(RANKERS)
                gains = whole.difference(ndcg, everything)
                tried.append(Tried(name, quota, float(np.nanmean(ndcg)), *gains, other.pool_recall, other.pairs))
    return Quotas(usual, float(np.nanmean(everything)), whole.pool_recall, whole.pairs, tried)


def _with(job: Job, quotas: Mapping[str, int], name: str) -> Job:
    page = job.settings.page
    source = page.source | {"top_picks": {"quotas": dict(quotas)}}
    settings = msgspec.structs.replace(job.settings, page=msgspec.structs.replace(page, source=source))
    return replace(job, settings=settings, say=lambda step: job.say(f"{name}: {step}"))
