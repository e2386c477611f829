"""What pages are asked for with on the command line: the options, and the message that says the same."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, Final

import click
from google.protobuf.timestamp_pb2 import Timestamp

from pagegen.cli.options import F, instant, now_option
from pagegen.data.schema import DEVICES
from pagegen.errors import RequestError, Violation
from pagegen.v1.device_pb2 import Device
from pagegen.v1.event_pb2 import EVENT_KIND_PLAY, RecentEvent
from pagegen.v1.page_pb2 import PAGE_VIEW_FULL
from pagegen.v1.page_service_pb2 import GeneratePageRequest

OPTIONS: Final[tuple[Callable[..., Any], ...]] = (
    click.option("--member", "member_id", required=True, help="For whom; somebody unknown gets a page too."),
    click.option(
        "--time", callback=instant, metavar="TIME", help="When the page is asked for. [--now, or the server's]"
    ),
    now_option,
    click.option(
        "--played",
        metavar="TITLE_ID",
        multiple=True,
        help="Watched to its end just before --time. Repeatable, in order.",
    ),
    click.option("--device", type=click.Choice(DEVICES), help="[tv]"),
    click.option("--rows", type=int, help="At most so many. [30]"),
    click.option("--columns", type=int, help="Titles a row, at most. [40]"),
    click.option(
        "--page-size", type=int, help="Only so many rows, from the top; --json tells what continues them. [all]"
    ),
    click.option("--page-token", metavar="TOKEN", help="Go on below the page whose next_page_token it is."),
    click.option("--country", help="Two letters. [the member's]"),
    click.option("--language", help="Of headings. [en]"),
    click.option("--kids", is_flag=True, default=None, help="A page for children. [as the member's profile says]"),
    click.option("--maturity-ceiling", type=int, help="Only titles suitable at this age."),
    click.option("--seed", "rng_seed", type=int, help="Fixes all randomness. [0]"),
    click.option("--watermark", type=int, help="Use only so many events of the log. [all before the time]"),
    click.option("--disable-source", "disabled_sources", multiple=True, help="Leave out this source. Repeatable."),
)


def request_options(command: F) -> F:
    """Adds the options of a request; the command gets them under the names of the message, and `now`."""
    return reduce(lambda made, option: option(made), reversed(OPTIONS), command)


def request_message(time: int | None, device: str | None, played: Sequence[str], **fields: Any) -> GeneratePageRequest:
    """
    The message that asks for it; what is None is left to the answerer.

    Raises:
        RequestError: what no message can say.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    if played:
        given["recent_events"] = _just_played(played, time)
    if time is not None:
        given["time"] = _timestamp(time)
    if device is not None:
        given["device"] = Device.Value(f"DEVICE_{device.upper()}")
    try:
        return GeneratePageRequest(view=PAGE_VIEW_FULL, **given)
    except ValueError as error:  # a number beyond its type, text that is not UTF-8
        raise RequestError(Violation("request", str(error))) from error


def _just_played(title_ids: Sequence[str], time: int | None) -> list[RecentEvent]:
    """A finished play of each title, the last of them a second before the page is asked for."""
    if time is None:
        raise RequestError(Violation("recent_events", "--played is just before --time; say when with --time"))
    begun = time - 1_000 * len(title_ids)
    return [
        RecentEvent(title_id=title, kind=EVENT_KIND_PLAY, time=_timestamp(begun + 1_000 * place), fraction=1.0)
        for place, title in enumerate(title_ids)
    ]


def _timestamp(time_ms: int) -> Timestamp:
    return Timestamp(seconds=time_ms // 1_000, nanos=time_ms % 1_000 * 1_000_000)
