"""`pagegen world`: make a simulated world, a data folder whose truth is known."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import msgspec

from pagegen.cli.progress import progress_on_stderr
from pagegen.data.folder import DataInfo
from pagegen.errors import DataError
from pagegen.simulation.world import WorldConfig, generate

DEFAULT = WorldConfig()


@click.command("world")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Data folder to make; new or empty.")
@click.option("--members", type=int, default=DEFAULT.members, show_default=True, help="Members of the service.")
@click.option("--titles", type=int, default=DEFAULT.titles, show_default=True, help="Titles of its catalog.")
@click.option("--days", type=int, default=DEFAULT.days, show_default=True, help="Days that are simulated.")
@click.option("--seed", type=int, default=DEFAULT.seed, show_default=True, help="The same seed, the same world.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def world(*, out: Path, as_json: bool, **size: int) -> None:
    """
    Make a simulated world in OUT, with its truth in OUT/truth.

    A service with members in three countries: what it would log (catalog, members, events, pages with their
    propensities), and what it cannot know. Only the simulation reads OUT/truth.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        message = f"{out} already exists and is not an empty folder; choose another --out or remove it"
        raise DataError(message)
    config = WorldConfig(**size)
    begun = time.perf_counter()
    with progress_on_stderr() as report:
        made = generate(config, lambda done, total: report("days", done, total))
        info = made.write(out)
    seconds = time.perf_counter() - begun
    answer = {"out": str(out), "seconds": round(seconds, 1), "config": asdict(config), **_counts(info)}
    click.echo(msgspec.json.encode(answer).decode() if as_json else _sentence(answer))


def _counts(info: DataInfo) -> dict[str, Any]:
    return {"tables": {name: table.rows for name, table in info.tables.items()}, "digest": info.digest}


def _sentence(answer: dict[str, Any]) -> str:
    counts = ", ".join(f"{rows:,} {name}" for name, rows in answer["tables"].items())
    return f"{answer['out']}: {counts}; its truth lies in {answer['out']}/truth ({answer['seconds']} s)"
