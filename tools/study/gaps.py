"""What orderers lose to the best page there is: brute force on pages of 5 of 12 rows x 6 slots that share titles."""

import time
from collections.abc import Mapping
from dataclasses import replace

import msgspec
import numpy as np
from rich.table import Table

from pagegen.errors import ConfigError
from pagegen.ordering import Orderer, Rules
from pagegen.ordering.rules import PLAYS_ALONE
from pagegen.replay import requests_of
from pagegen.training.fit import rng_of
from pagegen.training.lessons import Job
from tools.study.brute import Cases, cases, gaps_of, overlap
from tools.study.chart import Axis, chart
from tools.study.filled import held_out

MOST = 100  # pages
COLUMNS = 6


class Gap(msgspec.Struct, frozen=True):
    """Shares of the best page's value, and milliseconds a page."""

    orderer: str
    mean: float
    p95: float
    most: float
    page_ms: float


class Gaps(msgspec.Struct, frozen=True):
    pages: int
    overlap: float  # mean share of slots whose title another row has too
    gaps: list[Gap]

    def chart(self) -> str:
        lines = {gap.orderer: [(gap.mean, -place), (gap.p95, -place)] for place, gap in enumerate(self.gaps)}
        return chart("Lost to the best page, mean to p95", lines, Axis(name="share"), Axis(name=""))

    def table(self) -> Table:
        title = f"Lost to the best of {self.pages} pages, whose rows overlap by {self.overlap:.2f}"
        table = Table("orderer", "mean", "p95", "most", "ms a page", title=title)
        for gap in self.gaps:
            shares = (f"{100 * share:.2f} %" for share in (gap.mean, gap.p95, gap.most))
            table.add_row(gap.orderer, *shares, f"{gap.page_ms:.2f}")
        return table


def gaps(job: Job, judged: int) -> Gaps:
    """
    Of every orderer of the homepage, with its settings and no extra terms, on rows of requests of the newest windows.

    Raises:
        ConfigError: no request has rows enough that share titles.
    """
    engine, past = held_out(job, judged)
    rng = rng_of(job.rng_seed, "gaps")
    drawn = np.sort(rng.choice(len(past), min(2 * MOST, len(past)), replace=False))
    found = cases(engine, requests_of(engine.data, past.take(drawn)), rng)[:MOST]
    if not found:
        message = f"none of {len(drawn)} past requests has twelve rows that share titles; give it more data or sources"
        raise ConfigError(message)
    orderers, rules = _orderers(job), replace(engine.rules, objective=PLAYS_ALONE)
    lost = gaps_of(list(orderers.values()), found, rules)
    shared = float(np.mean([overlap(filled, COLUMNS) for _, filled in found]))
    told = [
        Gap(name, float(own.mean()), float(np.quantile(own, 0.95)), float(own.max()), _ms(orderer, found, rules))
        for (name, orderer), own in zip(orderers.items(), lost, strict=True)
    ]
    return Gaps(len(found), shared, sorted(told, key=lambda gap: gap.mean))


def _orderers(job: Job) -> Mapping[str, Orderer]:
    settings = job.settings.page.orderers
    return {name: part.make(msgspec.convert(settings[name], part.config)) for name, part in job.home.orderers.items()}


def _ms(orderer: Orderer, found: Cases, rules: Rules) -> float:
    """Of the median page."""
    spent = []
    for contexts, filled in found:
        begin = time.perf_counter()
        orderer.order(contexts, filled, rules)
        spent.append(time.perf_counter() - begin)
    return 1e3 * float(np.median(spent))
