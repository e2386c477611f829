"""
What each feature family is worth: the ranker refitted without it, judged on the same held-out requests.

    python -m tools.families --data DATA [--set fit.examples.occasions=2000] [--json]

Windows, labels and fits are those of `pagegen train`; only columns are taken away. Intervals are paired, members drawn.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from pagegen.bundle.settings import resolve
from pagegen.cli.options import FOLDER, set_option
from pagegen.data.dataset import Past, read_dataset
from pagegen.data.folder import read_table
from pagegen.features import FeatureTable
from pagegen.homepage import HOME
from pagegen.metrics.bootstrap import mean_interval
from pagegen.ordering.examination import fit_examination
from pagegen.ranking import Examples
from pagegen.training.evaluate import judge
from pagegen.training.examples import Window, examples
from pagegen.training.fit import rng_of
from pagegen.training.train import Job, label_windows, past_windows


class Worth(msgspec.Struct, frozen=True):
    """One family: its columns, NDCG@10 without it, and what it adds, with the ends of the 95 % interval."""

    family: str
    columns: int
    without: float
    adds: float
    low: float
    high: float


def worths(job: Job, windows: Sequence[Window]) -> tuple[float, list[Worth]]:
    """NDCG@10 with all families, and each family's worth."""
    learn, held = examples(windows[:-1]), windows[-1]
    everything = _ndcg(job, learn, held, ())
    known = ~np.isnan(everything)
    found = []
    for name, columns in _columns(job, held.table.names).items():
        without = _ndcg(job, learn, held, columns)
        interval = mean_interval((everything - without)[known], held.member[known], rng_of(job.rng_seed, "families"))
        found.append(Worth(name, len(columns), float(without[known].mean()), *interval))
    return float(everything[known].mean()), sorted(found, key=lambda worth: -worth.adds)


def _columns(job: Job, names: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    scorers = tuple(name.removesuffix("_score") for name in names if name.endswith("_score"))
    return {name: tuple(job.home.families[name](scorers).columns) for name in job.settings.fit.families}


def _ndcg(job: Job, learn: Examples, held: Window, without: Sequence[str]) -> np.ndarray[Any, Any]:
    """[B] NDCG@10 on the held-out requests of a ranker that does not see these columns."""
    kept = [column for column, name in enumerate(learn.table.names) if name not in without]
    name = job.settings.fit.ranker
    config = msgspec.convert(job.settings.fit.rankers[name], job.home.rankers[name].config)
    fewer = Examples(table=_take(learn.table, kept), label=learn.label, weight=learn.weight)
    ranker = job.home.rankers[name].fit(fewer, config, rng_of(job.rng_seed, "ranker", name))
    return judge(held, ranker.score(_take(held.table, kept))).ndcg


def _take(table: FeatureTable, columns: Sequence[int]) -> FeatureTable:
    names = tuple(table.names[column] for column in columns)
    return FeatureTable(
        names=names, values=table.values[:, columns], start=table.start, request=table.request, title=table.title
    )


@click.command()
@click.option("--data", type=FOLDER, required=True)
@click.option("--json", "as_json", is_flag=True)
@set_option
def main(*, data: Path, as_json: bool, override: Mapping[str, Any]) -> None:
    """What each feature family is worth on DATA's newest window."""
    read = read_dataset(data)
    console = Console(stderr=True)
    job = Job(
        home=HOME,
        settings=resolve(HOME, override),
        past=Past(data=read, watermark=len(read.events)),
        pages=read_table(data, "pages"),
        rng_seed=0,
        say=lambda step: console.print(step, style="dim"),
    )
    everything, found = worths(job, label_windows(job, past_windows(job, fit_examination(job.pages))))
    if as_json:
        click.echo(msgspec.json.encode({"ndcg_10": everything, "families": found}).decode())
        return
    table = Table("family", "columns", "NDCG@10 without", "adds", "95 %", title=f"NDCG@10 with all: {everything:.4f}")
    for worth in found:
        interval = f"{worth.low:+.4f} to {worth.high:+.4f}"
        table.add_row(worth.family, str(worth.columns), f"{worth.without:.4f}", f"{worth.adds:+.4f}", interval)
    Console().print(table)


if __name__ == "__main__":
    main()
