"""
`pagegen train`: the retraining job. Exit codes: 0 done, or nothing had changed; 1 an error; 3 the gate refused.

A cron line: `pagegen train --data DATA --out /var/lib/pagegen/next --publish /var/lib/pagegen/bundles --json`.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from pagegen.bundle.parts import Homepage
from pagegen.bundle.resolve import merged, resolve
from pagegen.bundle.settings import Table
from pagegen.cli.homepages import homepage as homepage_of
from pagegen.cli.options import FOLDER, homepage_option, instant, read_toml, set_option
from pagegen.cli.train_tables import print_done
from pagegen.training.job import Order, retrain


@click.command()
@click.option("--data", type=FOLDER, required=True, help="Data folder.")
@click.option("--out", type=FOLDER, required=True, help="Bundle to write; an earlier bundle there is replaced.")
@click.option("--config", "config_file", type=FOLDER, help="TOML over the homepage's settings.")
@click.option("--as-of", "as_of_ms", callback=instant, metavar="TIME", help="Only what happened before it counts.")
@click.option("--rng-seed", type=click.IntRange(0), default=0, show_default=True, help="Fixes all randomness.")
@click.option("--previous", type=FOLDER, help="Bundle to compare with. [DIR/current of --publish]")
@click.option("--publish", type=FOLDER, metavar="DIR", help="Adds DIR/<bundle id> and moves the link DIR/current.")
@click.option("--gate/--no-gate", default=True, help="Whether a bundle must beat popularity and hold its ground.")
@click.option("--threads", type=click.IntRange(1), help="Threads of the sources and rankers that use several. [2]")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@homepage_option
@set_option
def train(
    *,
    config_file: Path | None,
    threads: int | None,
    as_json: bool,
    homepage: str,
    override: Mapping[str, Any],
    **order: Any,  # the fields of an Order
) -> None:
    """
    Learn a bundle, judge it on the newest past requests, and publish it if it is good enough.

    The same data, settings, seed and libraries make the same bundle, byte for byte; where the bundle to compare with
    has them all, nothing is done.
    """
    home = homepage_of(homepage)
    config = read_toml(config_file) if config_file else {}
    copies = resolve(home, config, override).fit.copies
    layers = [config, _threads(home.with_copies(copies), threads), override]
    begun, console = time.monotonic(), Console(stderr=True)

    def say(step: str) -> None:
        console.print(f"[dim]{time.monotonic() - begun:6.1f} s[/]  {step}", highlight=False)

    done = retrain(home, resolve(home, *layers), Order(**order), say)
    if as_json:
        click.echo(msgspec.json.encode(done, enc_hook=str).decode())  # str: of the paths
    else:
        print_done(done)


def _threads(home: Homepage, threads: int | None) -> Table:
    """A setting for each part that has one for threads."""
    rooms = {
        "source": {name: part.fit_config for name, part in home.sources.items()},
        "rankers": {name: part.config for name, part in home.rankers.items()},
        "orderers": {name: part.config for name, part in home.learnt_orderers.items()},
        "attractions": {name: part.config for name, part in home.attractions.items()},
    }
    table: dict[str, Any] = {}
    for room, configs in rooms.items():
        for name, config in configs.items():
            if threads is not None and "threads" in config.__struct_fields__:
                table = merged(table, {"fit": {room: {name: {"threads": threads}}}})
    return table
