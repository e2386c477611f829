"""Messages: the requests of Python as they go out."""

from typing import Literal, TypeAlias

from google.protobuf.timestamp_pb2 import Timestamp

from pagegen.errors import RequestError, Violation
from pagegen.request import LISTS, LastPage, PageRequest, RecentEvent, RowRequest
from pagegen.v1.device_pb2 import Device
from pagegen.v1.event_pb2 import EventKind
from pagegen.v1.event_pb2 import RecentEvent as EventMessage
from pagegen.v1.page_pb2 import PageView, ShownPage
from pagegen.v1.page_service_pb2 import ExtendRowRequest, GeneratePageRequest

View: TypeAlias = Literal["BASIC", "FULL", "TRACE"]
NUMBERS = ("watermark", "rng_seed", "rows", "columns", "visible_columns", "maturity_ceiling", "kids", "page_size")
EVENT_NUMBERS = ("watched_seconds", "fraction", "grade", "season", "episode")


def message(request: PageRequest, view: View = "FULL") -> GeneratePageRequest:
    """
    The message that asks for this page.

    Raises:
        RequestError: what no message can say.
    """
    if request.page_number:
        raise RequestError(
            Violation(
                "page_number", "is not on the wire, where it is always 0; for other chances take another `rng_seed`"
            )
        )
    try:
        return GeneratePageRequest(
            member_id=request.member_id,
            time=_timestamp(request.time),
            device=Device.Value(f"DEVICE_{request.device.upper()}"),
            country=request.country or "",
            language=request.language,
            page_token=request.page_token,
            recent_events=[_event(event) for event in request.recent_events],
            last_page=_shown(request.last_page) if request.last_page else None,
            view=PageView.Value(f"PAGE_VIEW_{view}"),
            **{name: getattr(request, name) for name in (*NUMBERS, *LISTS)},
        )
    except ValueError as error:  # a name or a number that the message's types do not have
        raise RequestError(Violation("", str(error))) from error


def row_message(request: RowRequest, view: View = "FULL") -> ExtendRowRequest:
    """
    The message that asks for these further titles.

    Raises:
        RequestError: what no message can say.
    """
    try:
        return ExtendRowRequest(
            page_request=message(request.page, view),
            row_id=request.row_id,
            shown_title_ids=request.shown_title_ids,
            page_size=request.page_size,
        )
    except ValueError as error:
        raise RequestError(Violation("", str(error))) from error


def _event(event: RecentEvent) -> EventMessage:
    return EventMessage(
        title_id=event.title_id,
        kind=EventKind.Value(f"EVENT_KIND_{event.kind.upper()}"),
        time=_timestamp(event.time),
        **{name: getattr(event, name) for name in EVENT_NUMBERS},
    )


def _shown(page: LastPage) -> ShownPage:
    return ShownPage(
        time=_timestamp(page.time),
        device=Device.Value(f"DEVICE_{page.device.upper()}"),
        row_lengths=[len(titles) for titles in page.title_ids],
        title_ids=[title for titles in page.title_ids for title in titles],
    )


def _timestamp(ms: int) -> Timestamp:
    return Timestamp(seconds=ms // 1_000, nanos=ms % 1_000 * 1_000_000)
