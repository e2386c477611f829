"""`pagegen explain`: why a page is as it is, in the terminal or as JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pagegen.cli.asked import request_message, request_options
from pagegen.cli.homepages import homepage as homepage_of
from pagegen.cli.options import FOLDER, homepage_option, set_option

if TYPE_CHECKING:
    from pagegen.explaining import Explanation


@click.command()
@click.option("--bundle", type=FOLDER, required=True, help="Bundle of models; may be a link, such as DIR/current.")
@click.option("--data", type=FOLDER, required=True, help="Data folder.")
@request_options
@click.option("--title", "title_ids", multiple=True, metavar="ID", help="Why it is here, or why not. Repeatable.")
@click.option("--gap", is_flag=True, help="What the page is worth beside the most that any page could be.")
@click.option("--json", "as_json", is_flag=True, help="Print all that is known as JSON.")
@homepage_option
@set_option
def explain(*, title_ids: tuple[str, ...], gap: bool, as_json: bool, **asked: Any) -> None:
    """Say why a page is as it is: each row's value, what the rules did, and why a title is on it or not."""
    explained = _explained(title_ids, gap=gap, **asked)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(explained)).decode())
        return
    from pagegen.cli.explain_text import show

    show(explained)


def _explained(
    title_ids: tuple[str, ...],
    *,
    gap: bool,
    bundle: Path,
    data: Path,
    now: str | None,
    homepage: str,
    override: Mapping[str, Any],
    **asked: Any,  # fields of the request
) -> "Explanation":
    """The page is asked for and made as `pagegen page` does it."""
    from pagegen.explaining import explain as explained  # not wanted for `--help`
    from pagegen.serving import wire
    from pagegen.serving.live import Sources, load_live

    message = request_message(**asked)
    live = load_live(Sources(homepage=homepage_of(homepage), page=override, now=now), bundle, data)
    return explained(live.engine, wire.page_request(message, live.door.now_ms(), live.engine), title_ids, gap=gap)
