"""What a dry run tells: the plan, its cost and its time."""

from dataclasses import asdict

import click
import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from pagegen.simulation.runs.dry import DryRun


def print_dry_json(found: DryRun) -> None:
    click.echo(msgspec.json.encode(asdict(found)).decode())


def print_dry(found: DryRun) -> None:
    """Cuts, cells, and what is left to do."""
    console = Console()
    cuts = _table("Requests", "cut", "requests", "members", "with targets")
    for cut in found.cuts:
        time = str(np.datetime64(cut.time_ms, "ms").astype("M8[m]"))
        cuts.add_row(time, f"{cut.occasions:,}", f"{cut.members:,}", f"{cut.with_targets:,}")
    cells = _table("Cells", "cell", "bundles to train", "s each", "ms a page", "kB a page", "poor pages")
    for cell in found.cells:
        poor, size = f"{cell.poor} of {cell.tried}", f"{cell.page_bytes / 1e3:.1f}"
        times = (f"{cell.bundle_seconds:.1f}", f"{cell.page_seconds * 1e3:.1f}")
        cells.add_row(cell.name, f"{cell.bundles}", *times, size, poor)
    console.print(cuts, cells)
    workers = f"{found.workers} worker" + ("s" if found.workers > 1 else "")
    told = f"Left to do: {found.pages:,} pages, about {_time(found.seconds)} with {workers}; {found.megabytes:.0f} MB"
    console.print(told, highlight=False)


def _table(title: str, *columns: str) -> Table:
    """Names at the left, numbers at the right."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if table.columns else "left")
    return table


def _time(seconds: float) -> str:
    """
    So that one can plan with it.

    Examples:
        >>> _time(42.4), _time(200), _time(9_000)
        ('42 s', '3.3 minutes', '2.5 hours')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} minutes" if seconds < 7_200 else f"{seconds / 3_600:.1f} hours"
