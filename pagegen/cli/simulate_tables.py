"""What a run found, as a person reads it, and as JSON."""

import math
from typing import Any

import click
import msgspec
import polars as pl
from rich.box import HEAVY_HEAD, SIMPLE
from rich.console import Console
from rich.table import Table

from pagegen.simulation.runs.folder import RunFolder, read_json

LONG = 20  # letters of a measure's name that a narrow terminal has room for
TABLES = ("estimates", "differences", "surfaces", "leakage")


def print_json(folder: RunFolder, seconds: float) -> None:
    """The tables of the folder, with NaN as null, and what run.json says."""
    found = {name: _rows(folder, name) for name in TABLES}
    everything = {"folder": str(folder.path), "seconds": seconds, "run": read_json(folder.run), **found}
    click.echo(msgspec.json.encode(everything).decode())


def _rows(folder: RunFolder, name: str) -> list[dict[str, Any]]:
    path = folder.table(name)
    return pl.read_parquet(path).fill_nan(None).to_dicts() if path.exists() else []


def print_run(folder: RunFolder, seconds: float, console: Console) -> None:
    """Cells x measures over all occasions; the strata are told of in the folder."""
    run = read_json(folder.run)
    needed = 50 + 35 * len(run["cells"])
    if not console.is_terminal:  # whoever reads a file can scroll
        console.width = max(console.width, needed)
    console.print(_table(folder, run, narrow=console.width < needed))
    console.print(EXPLAINED, highlight=False)
    for row in leaking(folder):
        told = f"{row['leaks']} of {row['pages']} pages feel what came after them, first in {row['stage']}"
        console.print(f"[bold red]Cell {row['cell']} failed, it sees the future:[/] {told}: {row['detail']}")
    console.print(f"Report: {folder.path / 'report.html'}, after {seconds:.0f} s", soft_wrap=True)


def leaking(folder: RunFolder) -> list[dict[str, Any]]:
    """The cells that failed the leakage check."""
    return [row for row in _rows(folder, "leakage") if row["leaks"]]


EXPLAINED = (
    "Means of members, with 95 % intervals by bootstrap of members; below them paired differences from the baseline, "
    "n.s. where the randomization test does not reject at 5 %, corrected for all metrics (Holm)."
)


def _table(folder: RunFolder, run: dict[str, Any], *, narrow: bool) -> Table:
    """In a narrow terminal intervals stand below their numbers."""
    estimates = [row for row in _rows(folder, "estimates") if row["stratum"] == "all"]
    against = {(row["metric"], row["cell"]): row for row in _rows(folder, "differences") if row["stratum"] == "all"}
    counts, baseline = run["counts"], run["experiment"]["baseline"]
    title = f"{run['name']}: {counts['occasions']:,} pages a cell, of {counts['members']:,} members"
    heads = [cell + (" (baseline)" if cell == baseline else "") for cell in run["cells"]]
    table = Table(
        "", "members", "pages", *heads, title=title, title_justify="left", box=SIMPLE if narrow else HEAVY_HEAD
    )
    table.pad_edge, table.columns[0].overflow = not narrow, "fold"
    for metric in dict.fromkeys(row["metric"] for row in estimates):
        of_cell = {row["cell"]: row for row in estimates if row["metric"] == metric}
        some = next(iter(of_cell.values()))
        told = [_cell(of_cell.get(cell), against.get((metric, cell)), "\n" if narrow else " ") for cell in run["cells"]]
        name = metric.replace("(", "\n(") if narrow and len(metric) > LONG else metric
        table.add_row(name, f"{some['members']:,}", f"{some['pages']:,}", *told)
    return table


def _cell(estimate: dict[str, Any] | None, difference: dict[str, Any] | None, apart: str) -> str:
    if estimate is None or estimate["mean"] is None:
        return "-"
    told = [f"{estimate['mean']:.4f}{_interval(estimate, '.4f', apart)}"]
    if difference is not None and difference["difference"] is not None:
        verdict = "" if difference["significant"] else " n.s."
        told.append(f"{difference['difference']:+.4f}{verdict}{_interval(difference, '+.4f', apart)}")
    return "\n".join(told)


def _interval(row: dict[str, Any], form: str, apart: str) -> str:
    ends = [row["low"], row["high"]]
    known = all(end is not None and not math.isnan(end) for end in ends)
    return f"{apart}[{', '.join(format(end, form) for end in ends)}]" if known else ""
