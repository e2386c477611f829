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
    cuts = Table("cut", "requests", "members", "with targets", title="Requests", title_justify="left", box=None)
    for cut in found.cuts:
        time = str(np.datetime64(cut.time_ms, "ms").astype("M8[m]"))
        cuts.add_row(time, f"{cut.occasions:,}", f"{cut.members:,}", f"{cut.with_targets:,}")
    cells = Table("cell", "bundles to train", "s each", "ms a page", "kB a page", "poor pages", box=None)
    cells.title, cells.title_justify = "Cells", "left"
    for cell in found.cells:
        poor, size = f"{cell.poor} of {cell.tried}", f"{cell.page_bytes / 1e3:.1f}"
        times = (f"{cell.bundle_seconds:.1f}", f"{cell.page_seconds * 1e3:.1f}")
        cells.add_row(cell.name, f"{cell.bundles}", *times, size, poor)
    console.print(cuts, cells)
    minutes, workers = found.seconds / 60, f"{found.workers} worker" + ("s" if found.workers > 1 else "")
    told = f"Left to do: {found.pages:,} pages, about {minutes:.1f} minutes with {workers}; {found.megabytes:.0f} MB"
    console.print(told, highlight=False)
