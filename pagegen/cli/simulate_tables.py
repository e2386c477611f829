"""What a run found, as a person reads it, and as JSON."""

import math
from typing import Any

import click
import msgspec
import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pagegen.simulation.runs.folder import RunFolder, read_json

REFERENCE = "[dim]a reference[/]"
TABLES = ("estimates", "differences", "surfaces", "leakage")
EXPLAINED = (
    "Means of members and their paired differences, with 95 % intervals by bootstrap of members; n.s. where the "
    "randomization test does not reject at 5 %, corrected for all measures (Holm). They say how much other members "
    "could change it, not how much another training of the same recipe could. More of it is in the report."
)


def print_json(folder: RunFolder, seconds: float) -> None:
    """The tables of the folder, with NaN as null, and what run.json says."""
    found = {name: _rows(folder, name) for name in TABLES}
    everything = {"folder": str(folder.path), "seconds": seconds, "run": read_json(folder.run), **found}
    click.echo(msgspec.json.encode(everything).decode())


def _rows(folder: RunFolder, name: str) -> list[dict[str, Any]]:
    path = folder.table(name)
    return pl.read_parquet(path).fill_nan(None).to_dicts() if path.exists() else []


def print_run(folder: RunFolder, seconds: float, console: Console) -> None:
    """Measure by measure, cell below cell, over all occasions; the strata are told of in the folder."""
    run = read_json(folder.run)
    if not console.is_terminal:  # whoever reads a file can scroll
        console.width = max(console.width, 120)
    asked = f"{run['counts']['occasions']:,} pages a cell, of {run['counts']['members']:,} members"
    console.print(f"[bold]{escape(run['name'])}[/]: {asked}\n", soft_wrap=True)
    console.print(_table(folder, run), f"\n{EXPLAINED}")
    for row in leaking(folder):
        told = f"{row['leaks']} of {row['pages']} pages feel what came after them, first in {row['stage']}"
        console.print(f"[bold red]Cell {row['cell']} failed, it sees the future:[/] {told}: {escape(row['detail'])}")
    console.print(f"Report: {escape(str(folder.path / 'report.html'))}, after {seconds:.0f} s", soft_wrap=True)


def leaking(folder: RunFolder) -> list[dict[str, Any]]:
    """The cells that failed the leakage check."""
    return [row for row in _rows(folder, "leakage") if row["leaks"]]


def _table(folder: RunFolder, run: dict[str, Any]) -> Table:
    estimates, differences = (_everybody(folder, name) for name in ("estimates", "differences"))
    baseline, specs, table = run["experiment"]["baseline"], run["experiment"]["cells"], Table(box=None, pad_edge=False)
    table.add_column("", overflow="fold")
    table.add_column("mean", no_wrap=True)
    table.add_column(f"difference from {baseline}", no_wrap=True)
    for metric in dict.fromkeys([*run["experiment"]["measures"], *(metric for metric, _ in estimates)]):
        mine = {cell: estimates[metric, cell] for cell in run["cells"] if (metric, cell) in estimates}
        if not mine:  # a surface: drawn in the report
            continue
        some = next(iter(mine.values()))
        table.add_row(f"[bold]{escape(metric)}[/]", f"[dim]{some['members']:,} members, {some['pages']:,} pages[/]")
        for cell, estimate in mine.items():
            said = REFERENCE if specs[cell].get("reference") else _difference(differences.get((metric, cell)))
            table.add_row(f"  {cell}", _number(estimate, "mean", ".4f"), said)
    return table


def _everybody(folder: RunFolder, name: str) -> dict[tuple[str, str], dict[str, Any]]:
    """What was found over all occasions, by measure and cell."""
    return {(row["metric"], row["cell"]): row for row in _rows(folder, name) if row["stratum"] == "all"}


def _difference(row: dict[str, Any] | None) -> str:
    if row is None or row["difference"] is None:
        return ""
    return _number(row, "difference", "+.4f") + ("" if row["significant"] else " n.s.")


def _number(row: dict[str, Any], name: str, form: str) -> str:
    """With its interval, where it has one."""
    ends = [row["low"], row["high"]]
    known = all(end is not None and not math.isnan(end) for end in ends)
    told = "-" if row[name] is None else format(row[name], form)
    return escape(told + (f" [{', '.join(format(end, form) for end in ends)}]" if known else ""))
