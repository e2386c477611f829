"""`pagegen simulate` and `pagegen measure`: experiments, from a file to a table one can trust."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from pagegen import __version__
from pagegen.cli.dry_tables import print_dry, print_dry_json
from pagegen.cli.homepages import OURS
from pagegen.cli.homepages import homepage as homepage_of
from pagegen.cli.options import FOLDER, homepage_option, read_toml
from pagegen.cli.simulate_tables import leaking, print_json, print_run
from pagegen.cli.task_progress import telling
from pagegen.serving.children import ONE_THREAD
from pagegen.simulation.report import write_report
from pagegen.simulation.runs.dry import dry_run as try_experiment
from pagegen.simulation.runs.folder import RunFolder
from pagegen.simulation.runs.measure import measure as measure_run
from pagegen.simulation.runs.prepare import Order, data_of
from pagegen.simulation.runs.simulate import simulate as run_experiment

LEAKS = 3  # exit code: a cell failed
workers_option = click.option(
    "--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes; they change no result."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")


@click.command()
@click.argument("experiment", type=FOLDER)
@click.option("--out", type=FOLDER, required=True, help="Folder of the run; one that was begun is finished.")
@click.option("--data", type=FOLDER, help="Data folder, in place of the experiment's.")
@workers_option
@click.option(
    "--dry-run", is_flag=True, help="50 pages of each cell, as of the first cut: the plan, its cost and its time."
)
@json_option
@homepage_option
def simulate(
    *, experiment: Path, out: Path, data: Path | None, workers: int, dry_run: bool, as_json: bool, homepage: str
) -> None:
    """
    Make the pages of past requests again with every cell of EXPERIMENT, a TOML file, and measure and compare them.

    The README says how to write one; tools/experiments/demo.toml is one. A run that was stopped goes on where it was.
    Files are the same for any number of workers. Exit codes: 0 done, 1 an error, 2 a wrong command line, 3 a cell has
    seen what it was to foresee.
    """
    order = Order(
        table=_table(experiment, data),
        source=experiment,
        data=data,
        out=out,
        home=partial(homepage_of, homepage),
        homepage=homepage,
        workers=workers,
        clock=time.perf_counter,
        version=__version__,
        command=_command(experiment, homepage),
    )
    if dry_run:
        with telling() as tell:
            tried = try_experiment(order, tell)
        print_dry_json(tried) if as_json else print_dry(tried)
        return
    begun = time.perf_counter()
    with telling() as tell, one_thread_each(), going_on():
        folder = run_experiment(order, tell)
    _finish(folder, data, begun, as_json=as_json)


@contextmanager
def going_on() -> Iterator[None]:
    """Who stops a run is told that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nStopped. What is finished stays; the same command goes on from there.", err=True)
        raise


def _table(experiment: Path, data: Path | None) -> dict[str, Any]:
    table = dict(read_toml(experiment))
    return table if data is None else {"data": data.name} | table


def _command(experiment: Path, homepage: str) -> str:
    return f"pagegen simulate {experiment.name}" + (f" --homepage {homepage}" if homepage != OURS else "")


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--measures", required=True, multiple=True, help="Such as ndcg@10; repeatable, or separated by blanks.")
@click.option("--data", type=FOLDER, help="Data folder of the run, if it has moved.")
@workers_option
@json_option
def measure(*, folder: Path, measures: tuple[str, ...], data: Path | None, workers: int, as_json: bool) -> None:
    """
    Add measures to the finished run in DIR; its pages stay.

    The README has a table of all measures. Exit codes as of `pagegen simulate`.
    """
    names = [name for text in measures for name in text.split()]
    begun, place = time.perf_counter(), RunFolder(path=folder)
    with telling() as tell, one_thread_each():
        measure_run(place, names, data, workers, (time.perf_counter, tell))
    _finish(place, data, begun, as_json=as_json)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Processes that are started inside run side by side, so their libraries have one thread each."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _finish(folder: RunFolder, data: Path | None, begun: float, *, as_json: bool) -> None:
    """Write the report, print the tables; exit code 3 when a cell has seen what it was to foresee."""
    write_report(folder.path, data_of(folder, data))
    seconds = time.perf_counter() - begun
    print_json(folder, seconds) if as_json else print_run(folder, seconds, Console(highlight=False))
    if leaking(folder):
        sys.exit(LEAKS)
