"""What pages are asked for with on the command line: the options, and the message that says the same."""

from collections.abc import Callable
from functools import reduce
from typing import Any, Final

import click
from google.protobuf.timestamp_pb2 import Timestamp

from pagegen.cli.options import F, instant, now_option
from pagegen.data.schema import DEVICES
from pagegen.errors import RequestError, Violation
from pagegen.v1.device_pb2 import Device
from pagegen.v1.page_pb2 import PAGE_VIEW_FULL
from pagegen.v1.page_service_pb2 import GeneratePageRequest

OPTIONS: Final[tuple[Callable[..., Any], ...]] = (
    click.option("--member", "member_id", required=True, help="For whom; somebody unknown gets a page too."),
    click.option(
        "--time", callback=instant, metavar="TIME", help="When the page is asked for. [--now, or the server's]"
    ),
    now_option,
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


def request_message(time: int | None, device: str | None, **fields: Any) -> GeneratePageRequest:
    """
    The message that asks for it; what is None is left to the answerer.

    Raises:
        RequestError: what no message can say.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    if time is not None:
        given["time"] = Timestamp(seconds=time // 1_000, nanos=time % 1_000 * 1_000_000)
    if device is not None:
        given["device"] = Device.Value(f"DEVICE_{device.upper()}")
    try:
        return GeneratePageRequest(view=PAGE_VIEW_FULL, **given)
    except ValueError as error:  # a number beyond its type, text that is not UTF-8
        raise RequestError(Violation("request", str(error))) from error
