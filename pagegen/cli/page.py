"""`pagegen page`: one page, from a bundle on disk or from a server, by the same functions."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from pagegen.cli.asked import request_message, request_options
from pagegen.cli.homepages import homepage as homepage_of
from pagegen.cli.options import FOLDER, homepage_option, server_ca_option, set_option
from pagegen.cli.page_html import html, provenance
from pagegen.client import Client, Tls
from pagegen.errors import ConfigError, RequestError, Violation
from pagegen.serving.network import read_pem
from pagegen.v1.page_pb2 import Row
from pagegen.v1.page_service_pb2 import (
    ExtendRowRequest,
    ExtendRowResponse,
    GeneratePageRequest,
    GeneratePageResponse,
)


@click.command()
@click.option("--bundle", type=FOLDER, help="Bundle of models; may be a link, such as DIR/current.")
@click.option("--data", type=FOLDER, help="Data folder.")
@click.option("--server", metavar="HOST:PORT", help="Ask this server, instead of reading a bundle and data.")
@server_ca_option
@request_options
@click.option("--more", "row_id", metavar="ROW_ID", help="Show what comes after the titles that this row of it shows.")
@click.option("--json", "as_json", is_flag=True, help="Print the page as proto JSON.")
@click.option("--html", "html_file", type=FOLDER, metavar="F", help="Write the page as one HTML file.")
@homepage_option
@set_option
def page(
    *,
    bundle: Path | None,
    data: Path | None,
    server: str | None,
    server_ca: Path | None,
    now: str | None,
    row_id: str | None,
    as_json: bool,
    html_file: Path | None,
    homepage: str,
    override: Mapping[str, Any],
    **asked: Any,  # fields of the request
) -> None:
    """Make one page and show it."""
    message = request_message(**asked)
    if row_id is not None and html_file is not None:
        text = "--html writes whole pages; leave out --more"
        raise ConfigError(text)
    if server:
        if bundle or data or now or override:
            text = "--server has its own bundle, data, settings and now; leave out --bundle, --data, --set and --now"
            raise ConfigError(text)
        answering = online(server, server_ca)
    elif bundle and data:
        answering = offline(bundle, data, now=now, homepage=homepage, override=override)
    else:
        text = "a page needs --bundle and --data, or --server"
        raise ConfigError(text)
    with answering as answers:
        made = answers.page(message)
        if row_id is not None:
            _show_row(answers.row(row_message(message, made, row_id)), as_json=as_json)
            return
    _show(made, message, as_json=as_json, html_file=html_file)


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answers."""

    page: Callable[[GeneratePageRequest], GeneratePageResponse]
    row: Callable[[ExtendRowRequest], ExtendRowResponse]


def row_message(asked: GeneratePageRequest, made: GeneratePageResponse, row_id: str) -> ExtendRowRequest:
    """
    The message that asks what comes after the titles of a row of the page.

    Raises:
        RequestError: the page has no such row.
    """
    shown = {row.row_id: row.title_ids for row in made.rows}
    if row_id not in shown:
        raise RequestError(Violation("row_id", f"is {row_id!r}; the page has {', '.join(shown) or 'no rows'}"))
    message = ExtendRowRequest(page_request=asked, row_id=row_id, shown_title_ids=shown[row_id])
    message.page_request.time.CopyFrom(made.time)
    message.page_request.watermark = made.watermark
    return message


@contextmanager
def online(server: str, server_ca: Path | None) -> Iterator[Answers]:
    """A server."""
    with Client(server, tls=tls_of(server_ca)) as client:
        yield Answers(page=client.generate_page, row=client.extend_row)


def tls_of(server_ca: Path | None) -> Tls | None:
    """What `--server-ca` asks for."""
    return None if server_ca is None else Tls(server_ca=read_pem(str(server_ca)))


@contextmanager
def offline(
    bundle: Path, data: Path, *, now: str | None, homepage: str, override: Mapping[str, Any]
) -> Iterator[Answers]:
    """What a server of this bundle and these data would send."""
    from pagegen.serving.live import Sources, load_live  # with --server nothing of it is loaded

    live = load_live(Sources(homepage=homepage_of(homepage), page=override, now=now), bundle, data)
    yield Answers(page=live.answer, row=live.extend)


def _show(made: GeneratePageResponse, message: GeneratePageRequest, *, as_json: bool, html_file: Path | None) -> None:
    if html_file is not None:
        html_file.write_text(html(made, message.member_id, message.language), "utf-8")
        click.echo(f"Wrote {html_file}", err=True)
    if as_json:
        from pagegen.serving.wire import json_text

        click.echo(json_text(made))
    elif html_file is None:
        _print(made)


def _show_row(extended: ExtendRowResponse, *, as_json: bool) -> None:
    if as_json:
        from pagegen.serving.wire import json_text

        click.echo(json_text(extended))
    else:
        _print_row(Console(), extended.row)


def _print(made: GeneratePageResponse) -> None:
    """Each row's heading and its titles, and what made the page."""
    console = Console()
    for row in made.rows:
        _print_row(console, row)
    left_out = [degradation.source for degradation in made.degradations]
    said = provenance(made) | ({"without": ", ".join(left_out)} if left_out else {})
    console.print(Text("  ".join(f"{name} {value}" for name, value in said.items()), "dim"), soft_wrap=True)


def _print_row(console: Console, row: Row) -> None:
    """The heading, and as many titles with their reasons as the terminal is wide."""
    console.print(Text(row.heading, "bold"), Text(f"{row.row_id}, {len(row.title_ids)}", "dim"), soft_wrap=True)
    titles = Text("  ")
    for place, (name, why) in enumerate(zip(row.names, row.reason_texts or [""] * len(row.names), strict=True)):
        titles.append(" · " * (place > 0) + name).append(f" ({why})" if why else "", "dim")
    console.print(titles, no_wrap=True, overflow="ellipsis")
