"""What members go on with: the learnt chance against the latest first, in sessions that it was not fitted on."""

from collections.abc import Mapping

import msgspec
import numpy as np
from rich.table import Table
from scipy.stats import rankdata

from pagegen.arrays import Float64, Int64, Mask, ranges, starts
from pagegen.context import Rule
from pagegen.data.dataset import Past
from pagegen.data.trends import HOUR_MS
from pagegen.errors import DataError
from pagegen.metrics.bootstrap import mean_interval
from pagegen.training.fit import rng_of
from pagegen.training.lessons import Job
from rankers import resume
from rankers.resume.past import Learnable, begun_at, learnable
from tools.study.chart import Axis, chart

SHARE = 0.7  # of the events is fitted on


class Compared(msgspec.Struct, frozen=True):
    """A measure of both orders, and how far the chance is ahead, with the ends of the 95 % interval, members drawn."""

    measure: str
    latest: float
    chance: float
    difference: float
    low: float
    high: float


class Answer(msgspec.Struct, frozen=True):
    sessions: int
    members: int
    measures: list[Compared]

    def chart(self) -> str:
        lines = {one.measure: [(one.low, -place), (one.high, -place)] for place, one in enumerate(self.measures)}
        return chart("The chance over the latest first, 95 %", lines, Axis(name="difference"), Axis(name=""))

    def table(self) -> Table:
        title = f"{self.sessions:,} sessions of {self.members:,} members who had a choice"
        table = Table("measure", "latest first", "by chance", "difference", "95 %", title=title)
        for one in self.measures:
            interval = f"{one.low:+.4f} to {one.high:+.4f}"
            table.add_row(one.measure, f"{one.latest:.4f}", f"{one.chance:.4f}", f"{one.difference:+.4f}", interval)
        return table


def resumed(job: Job, judged: int) -> Answer:
    """
    Fitted on the first 70 % of the events, judged on the sessions that begin after them.

    Raises:
        DataError: too little to learn from, or nobody had a choice.
    """
    del judged
    page = job.settings.page.source["continue_watching"]
    config = msgspec.convert(job.settings.fit.source["continue_watching"], resume.Config)
    return compared(job.past, config, Rule(min_fraction=page["min_fraction"], keep_days=page["keep_days"]))


def compared(past: Past, config: resume.Config, rule: Rule) -> Answer:
    """The same with these numbers."""
    before = Past(data=past.data, watermark=int(SHARE * past.watermark))
    model, horizon = resume.fit(before, config, rule), round(config.horizon_hours * HOUR_MS)
    begin = past.data.events.beginnings(round(config.session_gap_hours * HOUR_MS))
    told = (
        (begin >= before.watermark) & (begin < past.watermark) & (past.data.events.time[begin] + horizon <= past.time)
    )
    held = learnable(past, begin[told], horizon, rule)
    if not model.learnt or not held.label.any():
        message = "too little was gone on with to learn from, or to judge by; `pagegen world` makes data with series"
        raise DataError(message)
    latest = begun_at(past, begin[told], rule).time - past.data.events.time[held.request]
    return _compared(past, held, {"latest": latest.astype(np.float64), "chance": held.signs @ model.weight})


def _compared(past: Past, held: Learnable, scores: Mapping[str, Float64]) -> Answer:
    """The measures of both orders, on the sessions with a choice."""
    _, first, length = np.unique(held.request, return_index=True, return_counts=True)
    gone_on = np.add.reduceat(held.label, first, dtype=np.int64)
    choice = (gone_on > 0) & (gone_on < length)
    cells = ranges(first[choice], length[choice])
    member = past.data.events.member[held.request[first[choice]]]
    start, label = starts(length[choice]), held.label[cells]
    latest, chance = (_measured(start, label, scores[name][cells]) for name in ("latest", "chance"))
    measures = [
        Compared(
            name,
            float(latest[name].mean()),
            float(chance[name].mean()),
            *mean_interval(chance[name] - latest[name], member, rng_of(0, "study")),
        )
        for name in latest
    ]
    return Answer(len(member), len(np.unique(member)), measures)


def _measured(start: Int64, label: Mask, score: Float64) -> dict[str, Float64]:
    """[S] of every session: AUC, 1 / rank of the first title gone on with, NDCG; the latest first where scores tie."""
    out: list[tuple[float, float, float]] = []
    for low, high in zip(start[:-1].tolist(), start[1:].tolist(), strict=True):
        rank = np.flatnonzero(label[low:high][np.argsort(-score[low:high], kind="stable")])
        ideal = (1.0 / np.log2(np.arange(len(rank)) + 2)).sum()
        gain = (1.0 / np.log2(rank + 2)).sum()
        out.append((_auc(score[low:high], label[low:high]), 1.0 / (rank[0] + 1), gain / ideal))
    return dict(zip(("AUC", "MRR", "NDCG"), np.array(out).T, strict=True))


def _auc(score: Float64, label: Mask) -> float:
    """Chance that something gone on with stands before something that was not; a tie is half."""
    rank, positives = rankdata(score), int(label.sum())
    pairs = positives * (len(label) - positives)
    return float((rank[label].sum() - positives * (positives + 1) / 2) / pairs)
