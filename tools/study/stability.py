"""
What `page.objective.stability` keeps of a member's last page, and what that costs: pages of members who come again, by
the weight of the term, beside the pages they were shown on the visit before (made without a page to look back to).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import repeat

import msgspec
import numpy as np
from rich.table import Table

from pagegen.arrays import NONE, Float64, Int64
from pagegen.engine import Engine
from pagegen.errors import ConfigError
from pagegen.metrics.bootstrap import mean_interval
from pagegen.metrics.ndcg_2d import ndcg_2d
from pagegen.metrics.window import WHOLE
from pagegen.replay import Occasions
from pagegen.request import LastPage
from pagegen.trace import Trace
from pagegen.training.fit import rng_of
from pagegen.training.lessons import Job
from tools.study.chart import Axis, chart
from tools.study.filled import held_out
from tools.study.made import CHANGED, Made, likeness, made

WEIGHTS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)
MOST = 1_500  # second visits


class Step(msgspec.Struct, frozen=True):
    """One weight: likeness to the page before, pages that changed, NDCG2D, and its distance from that without."""

    weight: float
    alike: float
    changed: float  # share of the pages
    ndcg_2d: float
    difference: float
    low: float
    high: float


class Kept(msgspec.Struct, frozen=True):
    visits: int
    members: int
    steps: list[Step]

    def chart(self) -> str:
        line = [(step.alike, step.ndcg_2d) for step in self.steps]
        return chart("NDCG2D by likeness to the last page", {"by weight": line}, Axis(name="S"), Axis(name="NDCG2D"))

    def table(self) -> Table:
        title = f"Second pages of {self.members} members, {self.visits} in all, beside their first"
        table = Table("weight", "S", "changed > 30 %", "NDCG2D", "difference", "95 %", title=title)
        for step in self.steps:
            numbers = (f"{step.alike:.3f}", f"{100 * step.changed:.0f} %", f"{step.ndcg_2d:.4f}")
            table.add_row(
                f"{step.weight:g}", *numbers, f"{step.difference:+.4f}", f"{step.low:+.4f} to {step.high:+.4f}"
            )
        return table


def stability(job: Job, judged: int) -> Kept:
    """
    Of the newest `judged` windows.

    Raises:
        ConfigError: nobody comes twice in them.
    """
    engine, past = held_out(job, judged)
    first, second = again(past)
    if not len(second):
        message = f"no member comes twice in the newest {judged} windows; judge more of them with --judged"
        raise ConfigError(message)
    drawn = np.sort(rng_of(job.rng_seed, "stability").permutation(len(second))[:MOST])
    before, now = past.take(first[drawn]), past.take(second[drawn])
    earlier = made(_weighing(engine, 0.0), before, repeat({}))
    seen = [{"last_page": page} for page in last_pages(earlier.traces)]
    values = [_values(made(_weighing(engine, weight), now, seen), earlier) for weight in WEIGHTS]
    steps = [_step(weight, mine, values[0], now.member) for weight, mine in zip(WEIGHTS, values, strict=True)]
    return Kept(len(now), len(np.unique(now.member)), steps)


def again(past: Occasions) -> tuple[Int64, Int64]:
    """Occasions of members who had come before, and the one before each; in time order of the later one."""
    order = np.lexsort((past.time, past.member))
    same = (past.member[order[1:]] == past.member[order[:-1]]) & (past.member[order[1:]] != NONE)
    same &= past.time[order[1:]] > past.time[order[:-1]]
    first, second = order[:-1][same], order[1:][same]
    by_time = np.argsort(second, kind="stable")
    return first[by_time], second[by_time]


def last_pages(traces: Sequence[Trace]) -> Iterator[LastPage]:
    """What the members of these pages have seen."""
    for trace in traces:
        for request, page in zip(trace.retrieved.contexts.requests, trace.pages, strict=True):
            rows = tuple(row.title_ids for row in page.rows)
            yield LastPage(time=request.time, title_ids=rows, device=request.device)


def _weighing(engine: Engine, weight: float) -> Engine:
    objective = msgspec.structs.replace(engine.rules.objective, stability=weight)
    return replace(engine, rules=replace(engine.rules, objective=objective))


def _values(pages: Made, earlier: Made) -> tuple[Float64, Float64]:
    """[O] likeness to the page before, and NDCG2D."""
    return likeness(pages, earlier), np.concatenate([ndcg_2d(now, WHOLE, 1, 1) for now in pages.measured])


def _step(weight: float, mine: tuple[Float64, Float64], without: tuple[Float64, Float64], member: np.ndarray) -> Step:
    known = ~np.isnan(mine[1] - without[1])
    interval = mean_interval((mine[1] - without[1])[known], member[known], rng_of(0, "stability", "intervals"))
    changed = float((mine[0] < CHANGED).mean())
    return Step(weight, float(mine[0].mean()), changed, float(np.nanmean(mine[1])), *interval)
