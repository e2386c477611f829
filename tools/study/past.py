"""What every study begins with: windows of the past, labelled as `pagegen train` labels them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
import numpy as np
import polars as pl
from rich.console import Console

from pagegen.arrays import Float64, Int32, record
from pagegen.bundle.resolve import resolve
from pagegen.cli.options import FOLDER, set_option
from pagegen.data.dataset import Past, read_dataset
from pagegen.data.folder import read_table
from pagegen.data.schema import TIME
from pagegen.homepage import HOME
from pagegen.metrics.bootstrap import mean_interval
from pagegen.ordering.examination import fit_examination
from pagegen.ranking import Examples, Ranker
from pagegen.training.evaluate import judge
from pagegen.training.examples import Window, examples
from pagegen.training.fit import rng_of
from pagegen.training.lessons import Job
from pagegen.training.train import label_windows, past_windows

F = TypeVar("F", bound=Callable[..., Any])


@record
class Studied:
    job: Job
    windows: list[Window]
    judged: int  # the newest windows, on which nothing is fitted

    @property
    def learn(self) -> Examples:
        return examples(self.windows[: -self.judged])

    @property
    def held(self) -> list[Window]:
        return self.windows[-self.judged :]

    @property
    def member(self) -> Int32:
        """[B] of every held-out request."""
        return np.concatenate([window.member for window in self.held])

    @property
    def scorers(self) -> tuple[str, ...]:
        """Those whose scores the ranker sees."""
        names = self.held[-1].table.names
        return tuple(name.removesuffix("_score") for name in names if name.endswith("_score"))

    def scores_of(self, scorer: str) -> list[Float64]:
        """[M] what the scorer says of every pair of each held-out window; below all others where it says nothing."""
        column = self.held[0].table.names.index(f"{scorer}_score")
        values = [window.table.values[:, column].astype(np.float64) for window in self.held]
        return [np.nan_to_num(value, nan=-np.inf) for value in values]

    def fit(self, examples: Examples, **config: object) -> Ranker:
        """The ranker of the settings, some of them replaced."""
        name = self.job.settings.fit.ranker
        part = self.job.home.rankers[name]
        settings = msgspec.convert({**self.job.settings.fit.rankers[name], **config}, part.config)
        return part.fit(examples, settings, rng_of(self.job.rng_seed, "ranker", name))

    def ndcg(self, scores: Sequence[Float64]) -> Float64:
        """[B] NDCG@10 of every held-out request, given each window's scores; NaN without a target."""
        return np.concatenate([judge(window, score).ndcg for window, score in zip(self.held, scores, strict=True)])

    def typical_ndcg(self, rankers: int) -> Float64:
        """[B] of the held-out requests: the mean of so many rankers, fitted on the others, that differ by chance."""
        found = []
        for seed in range(rankers):
            ranker = replace(self, job=replace(self.job, rng_seed=seed)).fit(self.learn)
            found.append(self.ndcg([ranker.score(window.table) for window in self.held]))
        return np.asarray(np.mean(found, axis=0))

    @property
    def pool_recall(self) -> float:
        """Share of the titles played that the held-out requests' pools hold."""
        held = [(window.label.sum(), window.targets.sum()) for window in self.held]
        return float(sum(found for found, _ in held) / max(1, sum(wanted for _, wanted in held)))

    @property
    def pairs(self) -> float:
        """Of a held-out request."""
        return float(np.mean([len(window.label) / max(1, len(window.targets)) for window in self.held]))

    def difference(self, mine: Float64, theirs: Float64) -> tuple[float, float, float]:
        """Mean paired difference of two [B], and the ends of its 95 % interval, members drawn."""
        known = ~np.isnan(mine - theirs)
        return mean_interval((mine - theirs)[known], self.member[known], rng_of(self.job.rng_seed, "study"))


def job_of(data: Path, until: float, override: Mapping[str, Any]) -> Job:
    """
    A training on the first `until` of the events of a data folder; what comes after them is left for reports.

    Args:
        data: a data folder.
        until: share of the events.
        override: of the homepage's settings.
    """
    read = read_dataset(data)
    past = Past(data=read, watermark=int(until * len(read.events)))
    console = Console(stderr=True)
    return Job(
        home=HOME,
        settings=resolve(HOME, override),
        past=past.alone(),
        pages=read_table(data, "pages").filter(pl.col("time") < pl.lit(past.time).cast(TIME)),
        rng_seed=0,
        say=lambda step: console.print(step, style="dim"),
    )


def studied(job: Job, judged: int) -> Studied:
    """Its windows; the newest `judged` are whole, the others thinned for learning."""
    asked = past_windows(job, fit_examination(job.pages))
    return Studied(job=job, windows=label_windows(job, asked, judged), judged=judged)


def study_options(command: F) -> F:
    """Adds `--data`, `--until`, `--judged`, `--set` and `--json`."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="For machines."),
        set_option,
        click.option("--judged", default=2, show_default=True, help="Newest windows that nothing is fitted on."),
        click.option("--until", default=1.0, show_default=True, help="Share of the events that is looked at."),
        click.option("--data", type=FOLDER, required=True, help="A data folder."),
    ):
        command = option(command)
    return command
