"""
`pagegen demo`: the whole road once, on a world of its own making.

world -> train -> serve on loopback -> pages of three members through the client -> the same pages offline, compared
byte for byte -> HTML. Everything it writes lies in one folder; it ends by itself.
"""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from pagegen.bundle.publish import CURRENT
from pagegen.bundle.resolve import resolve
from pagegen.cli.demo_members import Visitor, visitors
from pagegen.cli.options import FOLDER
from pagegen.cli.page_html import html
from pagegen.cli.train_tables import print_report
from pagegen.client import Client
from pagegen.data.dataset import read_dataset
from pagegen.errors import PagegenError
from pagegen.homepage import HOME
from pagegen.serving.live import Sources, load_live
from pagegen.serving.parity import compare
from pagegen.simulation.world import WorldConfig, generate
from pagegen.training.job import Order, retrain
from pagegen.v1.page_service_pb2 import GeneratePageResponse

MARK = ".pagegen-demo"  # a folder with this file may be replaced
START_SECONDS = 60.0
SHOWN_ROWS, SHOWN_TITLES = 8, 5


class DemoError(PagegenError):
    """The demo met what must not happen."""


@click.command()
@click.option("--out", type=FOLDER, default=Path("demo"), show_default=True, help="Folder for all it makes.")
@click.option("--members", type=click.IntRange(50), default=WorldConfig().members, show_default=True)
@click.option("--titles", type=click.IntRange(100), default=WorldConfig().titles, show_default=True)
@click.option("--days", type=click.IntRange(14), default=WorldConfig().days, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=WorldConfig().seed, show_default=True)
def demo(*, out: Path, **size: int) -> None:
    """Simulate a world, train, serve it, and show pages."""
    console, begun = Console(), time.monotonic()

    def say(text: str, style: str = "") -> None:
        console.print(f"[dim]{time.monotonic() - begun:6.1f} s[/]  {escape(text)}", style=style, highlight=False)

    _make_room(out)
    say("1 of 5  A world: members, titles, what they watched and what they were shown", "bold")
    _world(WorldConfig(**size), out / "data", say)
    say("2 of 5  Training a bundle", "bold")
    done = retrain(HOME, resolve(HOME), _order(out), lambda step: say(f"        {step}"))
    print_report(console, done.report)
    say("3 of 5  Serving it on loopback, and asking as a client does", "bold")
    who = visitors(read_dataset(out / "data"))
    with _server(out) as target:
        served = {visitor.name: _ask(target, visitor) for visitor in who}
    for visitor in who:
        _show(console, visitor, served[visitor.name])
    say("4 of 5  The same pages offline, by the same engine", "bold")
    _compare(out, who, served)
    say(f"        {len(who)} of {len(who)} pages are equal, byte for byte")
    say("5 of 5  The pages as HTML", "bold")
    for visitor in who:
        path = out / f"page-{visitor.name}.html"
        path.write_text(html(served[visitor.name], visitor.request.member_id, visitor.request.language), "utf-8")
        say(f"        {path}")
    _what_next(console, out, who[0])


def _make_room(out: Path) -> None:
    """Only an earlier demo is ever replaced."""
    if out.exists() and not (out / MARK).is_file() and (not out.is_dir() or any(out.iterdir())):
        message = f"{out} exists and is no earlier demo; choose another --out or remove it"
        raise DemoError(message)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / MARK).touch()


def _world(config: WorldConfig, folder: Path, say: Callable[[str], None]) -> None:
    tenth = max(1, config.days // 4)
    made = generate(config, lambda day, days: None if day % tenth else say(f"        day {day} of {days}"))
    info = made.write(folder)
    say("        " + ", ".join(f"{table.rows:,} {name}" for name, table in info.tables.items()))


def _order(out: Path) -> Order:
    return Order(
        data=out / "data",
        out=out / "bundle",
        as_of_ms=None,
        rng_seed=0,
        previous=None,
        publish=out / "bundles",
        gate=True,
    )


@contextmanager
def _server(out: Path) -> Iterator[str]:
    """A server of the published bundle on a free port, for as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ["--bundle", str(out / "bundles" / CURRENT), "--data", str(out / "data"), "--port", str(port)]
    server = subprocess.Popen([sys.executable, "-m", "pagegen", "serve", *where, "--now", "data-end"])
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)


def _ask(target: str, visitor: Visitor) -> GeneratePageResponse:
    with Client(target) as client:
        client.wait_until_serving(START_SECONDS)
        return client.generate_page(visitor.message)


def _show(console: Console, visitor: Visitor, page: GeneratePageResponse) -> None:
    """The top of the page."""
    console.print(f"\n[bold]{escape(visitor.description)}[/]: {len(page.rows)} rows")
    for row in page.rows[:SHOWN_ROWS]:
        titles = escape(" · ".join(row.names[:SHOWN_TITLES]))
        console.print(f"  [cyan]{escape(row.heading)}[/]  {titles}", no_wrap=True, overflow="ellipsis", highlight=False)
    console.print()


def _compare(out: Path, who: list[Visitor], served: dict[str, GeneratePageResponse]) -> None:
    """
    Raises:
        DemoError: a page made offline differs from the one that was served.
    """
    sources = Sources(homepage=HOME, page={}, now="data-end")
    live = load_live(sources, out / "bundles" / CURRENT, out / "data")
    for visitor in who:
        page = compare(live, visitor.message, served[visitor.name])
        if page.differ:
            message = (
                f"the page of {visitor.name} differs between server and engine at {page.differ[0]}; please report this"
            )
            raise DemoError(message)


def _what_next(console: Console, out: Path, visitor: Visitor) -> None:
    bundle, data = out / "bundles" / CURRENT, out / "data"
    console.print("\n[bold]What to try next[/]")
    for command in (
        f"pagegen page --bundle {bundle} --data {data} --member {visitor.request.member_id}",
        f"pagegen serve --bundle {bundle} --data {data} --port 50051",
        f"pagegen bundle show {bundle}",
        f"pagegen check {data}",
        "pagegen import movielens ml-latest-small --out data/movielens",
    ):
        console.print(f"  {command}", highlight=False, soft_wrap=True)
