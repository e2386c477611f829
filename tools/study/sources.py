"""What each source is worth, and what it costs: all is learnt and asked again without it, on the same past requests."""

import time
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import numpy as np
from rich.table import Table

from pagegen.bundle.parts import arrays_of
from pagegen.data.dataset import Past
from pagegen.ordering.examination import fit_examination
from pagegen.pool import Proposal, Source, as_scorer
from pagegen.replay import requests_of
from pagegen.trace import Retrieved
from pagegen.training.fit import engine_of, fit_sources
from pagegen.training.lessons import FALLBACK, Job
from pagegen.training.train import past_windows
from tools.study.chart import Axis, chart
from tools.study.past import Studied, studied

RANKERS = 3  # fitted for each figure: one that is drawn otherwise orders otherwise
TIMED = 200  # requests, one by one
ROW_TITLES = 60  # that a row may bring


class Worth(msgspec.Struct, frozen=True):
    """One source: what all lose without it, with the ends of the 95 % interval, and what it costs."""

    source: str
    alone: float  # NDCG@10 of its scores' order of the pool; NaN for one without scores
    without: float
    adds: float
    low: float
    high: float
    pool: float  # share of the played titles that the pool holds without it
    fit_seconds: float
    request_ms: float  # the median of one request: its scores and its rows
    megabytes: float


class Worths(msgspec.Struct, frozen=True):
    ndcg_10: float  # with all of them
    pool: float
    sources: list[Worth]

    def chart(self) -> str:
        lines = {worth.source: [(worth.low, -place), (worth.high, -place)] for place, worth in enumerate(self.sources)}
        return chart("What each adds to NDCG@10, 95 %", lines, Axis(name="NDCG@10"), Axis(name=""))

    def table(self) -> Table:
        heads = ("source", "alone", "without", "adds", "95 %", "pool without", "fit s", "ms a request", "MB")
        table = Table(*heads, title=f"NDCG@10 with all {self.ndcg_10:.4f}; the pool holds {self.pool:.3f}")
        for worth in self.sources:
            quality = (f"{worth.alone:.4f}", f"{worth.without:.4f}", f"{worth.adds:+.4f}")
            interval = f"{worth.low:+.4f} to {worth.high:+.4f}"
            cost = (f"{worth.fit_seconds:.1f}", f"{worth.request_ms:.2f}", f"{worth.megabytes:.1f}")
            table.add_row(worth.source, *quality, interval, f"{worth.pool:.3f}", *cost)
        return table


def sources(job: Job, judged: int) -> Worths:
    """NDCG@10 with all sources, and the worth of each; what it fits and asks lies in the newest window."""
    whole = studied(job, judged)
    everything = whole.typical_ndcg(RANKERS)
    costs = dict(_costs(job))
    found = []
    for name in job.settings.fit.sources:
        less = studied(_without(job, name), judged)
        ndcg = less.typical_ndcg(RANKERS)
        difference = whole.difference(everything, ndcg)
        quality = (_alone(whole, name), float(np.nanmean(ndcg)), *difference, less.pool_recall)
        found.append(Worth(name, *quality, *costs[name]))
    ordered = sorted(found, key=lambda worth: -worth.adds)
    return Worths(float(np.nanmean(everything)), whole.pool_recall, ordered)


def _without(job: Job, name: str) -> Job:
    """The same training without a source, its rows, its scores and the ranker's columns of it."""
    fit = job.settings.fit
    kept = msgspec.structs.replace(fit, sources=tuple(source for source in fit.sources if source != name))
    settings = msgspec.structs.replace(job.settings, fit=kept)
    return replace(job, settings=settings, say=lambda step: job.say(f"without {name}: {step}"))


def _alone(studied: Studied, name: str) -> float:
    if name not in studied.scorers:
        return float("nan")
    return float(np.nanmean(studied.ndcg(studied.scores_of(name))))


def _costs(job: Job) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """Of every source the seconds of its fit, the milliseconds of a request, and its megabytes."""
    asked = past_windows(job, fit_examination(job.pages))[-1]
    fitted = {name: _fitted(job, name, asked.past) for name in job.settings.fit.sources}
    sources = {name: source for name, (source, _) in fitted.items()}
    engine = engine_of(job.home, job.settings, asked.past, sources, job.home.rankers[FALLBACK].load({}))
    requests = requests_of(job.past.data, asked.occasions.take(slice(TIMED)))
    retrieved = [engine.retrieve([request]) for request in requests]
    for name, (source, seconds) in fitted.items():
        megabytes = sum(array.nbytes for array in arrays_of(source).values()) / 1e6
        yield name, (seconds, float(np.median([_milliseconds(source, one) for one in retrieved])), megabytes)


def _fitted(job: Job, name: str, past: Past) -> tuple[Source, float]:
    begun = time.perf_counter()
    alone = msgspec.structs.replace(job.settings.fit, sources=(*job.home.sources[name].given, name))
    source = fit_sources(job.home, msgspec.structs.replace(job.settings, fit=alone), past, job.rng_seed)[name]
    return source, time.perf_counter() - begun


def _milliseconds(source: Source, retrieved: Retrieved) -> float:
    """Of the scores and the rows of one request."""
    proposal = Proposal(
        contexts=retrieved.contexts,
        eligible=retrieved.eligible,
        scores=retrieved.pool.scores,
        limit=np.array([ROW_TITLES], np.int32),
    )
    begun = time.perf_counter()
    if scorer := as_scorer(source):
        scorer.score(retrieved.contexts)
    source.propose(proposal)
    return (time.perf_counter() - begun) * 1e3
