"""
`pagegen train`: the retraining job. Exit codes: 0 done, or nothing had changed; 1 an error; 3 the gate refused.

A cron line: `pagegen train --data DATA --out /var/lib/pagegen/next --publish /var/lib/pagegen/bundles --json`.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from pagegen.bundle.settings import Table, merged, resolve
from pagegen.cli.options import homepage_option, instant, read_config, set_option
from pagegen.cli.train_tables import print_done
from pagegen.training.job import Order, retrain

FOLDER = click.Path(path_type=Path, file_okay=False)
THREADED = {"source": {"als": {}}, "rankers": {"lambdamart": {}}}


@click.command("train")
@click.option("--data", type=FOLDER, required=True, help="Data folder.")
@click.option("--out", type=FOLDER, help="Bundle to write; an earlier one there is replaced. Not needed with --publish.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="TOML over the homepage's settings.")
@click.option("--as-of", callback=instant, metavar="TIME", help="Only what happened before counts. [everything]")
@click.option("--rng-seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--previous", type=FOLDER, help="Bundle to compare with. [DIR/current of --publish]")
@click.option("--publish", type=FOLDER, help="Folder of bundles: adds DIR/<bundle id> and moves DIR/current.")
@click.option("--gate/--no-gate", default=True, help="Refuse a bundle that is not better than popularity or worse.")
@click.option("--threads", type=click.IntRange(1), help="Threads of the sources and rankers that have a setting for it.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@homepage_option
@set_option
def train(**options: Any) -> None:
    """Train a bundle, judge it on the newest past requests, and publish it if it is good enough."""
    if options["out"] is None and options["publish"] is None:
        message = "say where the bundle goes: --out, --publish, or both"
        raise click.UsageError(message)
