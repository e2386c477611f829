"""`pagegen parity`: are a running server's pages those that are made here? Exit codes: 0 yes; 1 an error; 3 no."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
import msgspec
import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pagegen.cli.homepages import homepage as homepage_of
from pagegen.cli.options import FOLDER, homepage_option, server_ca_option, set_option
from pagegen.cli.page import tls_of
from pagegen.client import Client
from pagegen.serving.door import written
from pagegen.serving.live import Live, Sources, load_live
from pagegen.serving.parity import Compared, compare, sampled

DIFFERS: Final = 3  # exit code
SHOWN = 10  # pages that differ, in the terminal


@click.command()
@click.option("--server", metavar="HOST:PORT", required=True, help="The server to compare with.")
@server_ca_option
@click.option("--bundle", type=FOLDER, required=True, help="The bundle that it serves; may be a link.")
@click.option("--data", type=FOLDER, required=True, help="The data folder that it serves.")
@click.option("--members", type=click.IntRange(0), default=50, show_default=True, help="Whose pages, and a stranger's.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Draws members and times.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@homepage_option
@set_option
def parity(
    *,
    server: str,
    server_ca: Path | None,
    members: int,
    seed: int,
    as_json: bool,
    **made_of: Any,  # what the pages are made of here
) -> None:
    """
    Take pages of a running server, make them again offline, compare.

    Not only the bytes: the server tells the digests of all stages, down to each feature, and the first that differs is
    named. --homepage and --set are to be those of the server.
    """
    live = _live(**made_of)
    with Client(server, tls=tls_of(server_ca)) as client:
        messages = sampled(live.engine.data, members, np.random.default_rng(seed))
        pages = [compare(live, message, client.generate_page(message)) for message in messages]
    if as_json:
        click.echo(msgspec.json.encode(_report(live, pages)).decode())
    else:
        _print(live, pages)
    if any(page.differ for page in pages):
        click.get_current_context().exit(DIFFERS)


def _live(bundle: Path, data: Path, homepage: str, override: Mapping[str, Any]) -> Live:
    return load_live(Sources(homepage=homepage_of(homepage), page=override, now=None), bundle, data)


def _report(live: Live, pages: Sequence[Compared]) -> dict[str, Any]:
    differ = [page for page in pages if page.differ]
    return {
        "bundle_id": live.engine.identity.bundle_id,
        "config_digest": live.engine.identity.config_digest,
        "pages": len(pages),
        "equal": len(pages) - len(differ),
        "first": _first(pages),
        "differences": differ,
        "left_out": sorted({source for page in pages for source in page.left_out}),
    }


def _first(pages: Sequence[Compared]) -> dict[str, int]:
    """How many pages differ first at each stage."""
    return dict(Counter(page.differ[0] for page in pages if page.differ).most_common())


def _print(live: Live, pages: Sequence[Compared]) -> None:
    console, report = Console(), _report(live, pages)
    for page in report["differences"][:SHOWN]:
        more = f" and {len(page.differ) - 1} later stages" if page.differ[1:] else ""
        whose = f"{escape(page.member_id)} at {written(page.time)}"
        console.print(f"[red]{escape(page.differ[0])}[/]{more}: {whose}, page {page.page_id}", soft_wrap=True)
    if report["differences"]:
        table = Table("differs first at", "pages", box=None, pad_edge=False, header_style="bold")
        for stage, number in report["first"].items():
            table.add_row(escape(stage), str(number))
        console.print(table)
    if report["left_out"]:
        console.print(f"[yellow]left out[/] by the server, and so here: {', '.join(report['left_out'])}")
    stages = max((page.stages for page in pages), default=0)
    said = f"{report['equal']} of {report['pages']} pages are equal, byte for byte and at all {stages} stages"
    console.print(f"{said} (bundle {report['bundle_id']})", highlight=False, soft_wrap=True)
