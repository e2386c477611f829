"""
Measures what simulated pages cost: runs `pagegen simulate` on one bundle with one worker and with several, and watches.

    python -m tools.bench.simulation --bundle B --data D [--pages 100000] [--json]

Every cell is the same bundle, so that there are as many pages as wanted: those of the sessions after 80 % of the
log, 30 x 20, each measured by 15 measures and all pages together by three more. Leaks are not looked for: that is a
fixed cost. The bundle may have seen what follows; here only its pages' cost counts.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from pagegen.simulation.runs.folder import RunFolder, read_json
from pagegen.simulation.runs.tasks import PART
from tools.bench.figures import Machine
from tools.bench.machine import this_machine
from tools.bench.watched import CommandFailedError, Sample, Watched, watch

CELL_PAGES: Final = 10_000  # of a cell, at most: a log has so many sessions
MEASURES: Final = (
    *("ndcg_2d(1,1)", "recall@3x4", "recall@1xscreen", "hit_rate@3x4", "precision@3x4", "ndcg@10", "map@10", "mrr"),
    *("novelty", "diversity", "miscalibration", "stability", "repeat_share", "cold_share(10)", "row_share(genre)"),
    *("coverage", "gini", "recall_surface@10x10"),
)
SHARES: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0)  # of the pages, at which memory is told
NANO: Final = 1e9


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """MB (PSS) when so many pages were made."""

    pages: int
    parent_mb: float
    worker_mb: float  # the larger; 0 where the parent makes the pages


class Run(msgspec.Struct, frozen=True, kw_only=True):
    workers: int
    pages: int
    first_metric_s: float  # from the command to the first part of the pages measured
    seconds: float  # from the command to the report
    cpu_seconds: float  # of all processes
    pages_per_second: float  # of all seconds: start-up, comparisons and report too
    pages_per_core_second: float  # of all CPU seconds
    steady_pages_per_second: float  # from the first part of the last worker to the last part
    steady_pages_per_core_second: float | None  # None: this system does not tell
    peak_mb: float | None  # of all processes together
    memory: tuple[Held, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    machine: Machine
    cells: int
    measures: int
    runs: tuple[Run, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    told = Console(stderr=True)
    try:
        with told.status("") as status, tempfile.TemporaryDirectory() as folder:
            report = measure(chosen, Path(folder), status.update)
    except CommandFailedError as error:
        told.print(str(error), style="red", markup=False)
        return 1
    if chosen.json:
        print(msgspec.json.format(msgspec.json.encode(report), indent=1).decode())
    else:
        show(report, Console())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.simulation", description="Cost of simulated pages.")
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=20_000, help="made by each run (20000)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="of each run (1 2)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def measure(chosen: argparse.Namespace, folder: Path, say: Callable[[str], None]) -> Report:
    """
    Every run, one after another.

    Raises:
        CommandFailedError: one failed.
    """
    cells = max(2, -(-chosen.pages // CELL_PAGES))
    (folder / "bench.toml").write_text(experiment(chosen.bundle.resolve(), cells, chosen.pages // cells))
    runs = []
    for place, workers in enumerate(chosen.workers):
        say(f"{chosen.pages:,} pages, workers: {workers}")
        out = RunFolder(path=folder / str(place))
        command = [sys.executable, "-m", "pagegen", "simulate", str(folder / "bench.toml"), "--out", str(out.path)]
        command += ["--data", str(chosen.data), "--workers", str(workers)]
        runs.append(_run(workers, out, watch(command, partial(_made, out))))
    return Report(machine=this_machine(), cells=cells, measures=len(MEASURES), runs=tuple(runs))


def experiment(bundle: Path, cells: int, occasions: int) -> str:
    """The experiment's file."""
    return "\n".join(
        [
            'name = "what simulated pages cost"',
            f"measures = {msgspec.json.encode(MEASURES).decode()}",
            'baseline = "cell_0"',
            "leak_pages = 0",
            f'protocol = {{kind = "session", cuts = [0.8], occasions = {occasions}}}',
            "page = {rows = 30, columns = 20}",
            *(
                f"cells.cell_{cell} = {{bundle = {msgspec.json.encode(str(bundle)).decode()}, trained_later = true}}"
                for cell in range(cells)
            ),
        ]
    )


def _made(out: RunFolder) -> int:
    """Pages so far, those of begun parts counted as whole ones."""
    return len([*_parts(out, "pages")]) * PART


def _parts(out: RunFolder, kind: str) -> Iterable[Path]:
    return (out.path / kind).glob("*/[!.]*.parquet")


def _run(workers: int, out: RunFolder, watched: Watched) -> Run:
    """What the folder and the watch say."""
    first_metric = _written(out, "values")[0][0] - watched.began
    run, parts = read_json(out.run), _written(out, "pages")
    begun = parts[:workers]  # from here on every worker is at work
    first, last = begun[-1][0], parts[-1][0]
    pages = run["counts"]["occasions"] * len(run["cells"])
    steady = pages - pl.scan_parquet([path for _, path in begun]).select(pl.len()).collect().item()
    samples = watched.samples
    clock, used = [s.seconds for s in samples], [s.cpu_seconds for s in samples]
    worked = float(np.ptp(np.interp([first - watched.began, last - watched.began], clock, used))) if samples else 0.0
    return Run(
        workers=workers,
        pages=pages,
        first_metric_s=first_metric,
        seconds=watched.seconds,
        cpu_seconds=watched.cpu_seconds,
        pages_per_second=pages / watched.seconds,
        pages_per_core_second=pages / watched.cpu_seconds,
        steady_pages_per_second=steady / (last - first),
        steady_pages_per_core_second=steady / worked if worked else None,
        peak_mb=max((s.parent_mb + sum(s.children_mb) for s in samples), default=None),
        memory=tuple(_held(samples, share * pages) for share in SHARES if samples),
    )


def _written(out: RunFolder, kind: str) -> list[tuple[float, Path]]:
    """The files of a kind as they were written, with the time in seconds since the epoch."""
    return sorted((path.stat().st_mtime_ns / NANO, path) for path in _parts(out, kind))


def _held(samples: Sequence[Sample], pages: float) -> Held:
    """As soon as so many pages were made."""
    sample = next((s for s in samples if s.made >= pages), samples[-1])
    return Held(pages=round(pages), parent_mb=sample.parent_mb, worker_mb=max(sample.children_mb, default=0.0))


def show(report: Report, console: Console) -> None:
    """Print all figures."""
    machine, runs = report.machine, report.runs
    console.print(f"{machine.cpu}, {machine.cores} cores, {machine.memory_gb:g} GB, Python {machine.python}")
    table = Table(
        "workers", title=f"{runs[0].pages:,} pages of 30 x 20, {report.cells} cells, {report.measures} measures"
    )
    for run in runs:
        table.add_column(str(run.workers), justify="right")
    for name, figure in FIGURES.items():
        table.add_row(name, *(figure(run) for run in runs))
    console.print(table)
    first, *others = runs
    for run in others:
        steady = run.steady_pages_per_second / first.steady_pages_per_second
        whole = run.pages_per_second / first.pages_per_second
        told = (
            f"{steady:.2f} times the pages/s of {first.workers} while pages are made, {whole:.2f} times with all else"
        )
        console.print(f"workers: {run.workers}; {told}", highlight=False)
    for run in runs:
        held = ", ".join(f"{h.parent_mb:.0f} + {h.worker_mb:.0f} after {h.pages:,}" for h in run.memory)
        console.print(f"workers: {run.workers}; MB of the parent + its largest worker: {held}", highlight=False)


FIGURES: Final[Mapping[str, Callable[[Run], str]]] = {
    "s to the first pages measured": lambda run: f"{run.first_metric_s:.1f}",
    "s to the report": lambda run: f"{run.seconds:.1f}",
    "pages/s while pages are made": lambda run: f"{run.steady_pages_per_second:.0f}",
    "pages/s with start-up, comparisons, report": lambda run: f"{run.pages_per_second:.0f}",
    "pages/s of CPU time while pages are made": lambda run: f"{run.steady_pages_per_core_second or 0:.0f}",
    "pages/s of CPU time, all in": lambda run: f"{run.pages_per_core_second:.0f}",
    "MB of all processes, at most": lambda run: f"{run.peak_mb or 0:.0f}",
}


if __name__ == "__main__":
    sys.exit(main())
