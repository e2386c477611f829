"""
The wire: requests as they come in, pages as they go out.

`pagegen page` uses the same two functions without a server, so what it prints is what a server would have sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import Final, TypeVar

from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp

from pagegen.data.schema import DEVICES, EVENT_KINDS
from pagegen.engine import Engine
from pagegen.errors import RequestError, Violation
from pagegen.page import ExtendedRow, Page, PageRow
from pagegen.request import (
    LISTS,
    MAX_NAMES,
    MAX_RECENT_EVENTS,
    MAX_ROWS,
    LastPage,
    PageRequest,
    RecentEvent,
    RowRequest,
    check_request,
    check_row_request,
)
from pagegen.v1.event_pb2 import RecentEvent as EventMessage
from pagegen.v1.page_pb2 import (
    PAGE_VIEW_FULL,
    PAGE_VIEW_TRACE,
    Degradation,
    Evidence,
    PageView,
    Row,
    ShownPage,
    StageDigest,
)
from pagegen.v1.page_service_pb2 import (
    ExtendRowRequest,
    ExtendRowResponse,
    GeneratePageRequest,
    GeneratePageResponse,
)

LEFT_OUT = "source_left_out"  # the code of a degradation
PRESENT = ("watermark", "rng_seed", "rows", "columns", "visible_columns", "maturity_ceiling", "kids", "page_size")
TEXTS = ("country", "language", "page_token")
NO_DIGESTS: Final[Mapping[str, str]] = MappingProxyType({})
R = TypeVar("R", PageRequest, RowRequest)
EVENT_PRESENT = ("watched_seconds", "grade", "fraction", "season", "episode")


def page_request(message: GeneratePageRequest, now_ms: int, engine: Engine) -> PageRequest:
    """
    The request a message asks for, at `now_ms` unless it says when.

    Raises:
        RequestError: with every violation, under the message's field names.
    """
    request = _asked(message, now_ms)
    if violations := [
        *_message_violations(message),
        *_unknown_names(message, engine),
        *_refused(check_request, request),
    ]:
        raise RequestError(*violations)
    return request


def row_request(message: ExtendRowRequest, now_ms: int, engine: Engine) -> RowRequest:
    """
    The further titles a message asks for.

    Raises:
        RequestError: with every violation, under the message's field names.
    """
    page = message.page_request
    request = RowRequest(
        page=_asked(page, now_ms),
        row_id=message.row_id,
        shown_title_ids=tuple(message.shown_title_ids),
        page_size=message.page_size if message.HasField("page_size") else None,
    )
    inside = [*_message_violations(page), *_unknown_names(page, engine)]
    violations = [Violation(f"page_request.{wrong.field}", wrong.description) for wrong in inside]
    if violations := [*violations, *_refused(check_row_request, request)]:
        raise RequestError(*violations)
    return request


def _asked(message: GeneratePageRequest, now_ms: int) -> PageRequest:
    """What it asks for, right or wrong."""
    given = {name: getattr(message, name) for name in PRESENT if message.HasField(name)}  # type: ignore[arg-type]
    given |= {name: getattr(message, name) for name in TEXTS if getattr(message, name)}
    given |= {name: tuple(getattr(message, name)) for name in LISTS}
    if 1 <= message.device <= len(DEVICES):
        given["device"] = DEVICES[message.device - 1]
    if message.HasField("last_page"):
        given["last_page"] = _last_page(message.last_page)
    return PageRequest(
        member_id=message.member_id,
        time=_ms(message.time) if message.HasField("time") else now_ms,
        recent_events=tuple(_event(event) for event in message.recent_events),
        **given,
    )


def _refused(check: Callable[[R], None], request: R) -> Sequence[Violation]:
    """Why the engine would refuse it."""
    try:
        check(request)
    except RequestError as error:
        return error.violations
    return ()


def response(
    page: Page, request: PageRequest, view: int, digests: Mapping[str, str] = NO_DIGESTS
) -> GeneratePageResponse:
    """The message that carries a page, and the digests of its stages."""
    full = view in (PAGE_VIEW_FULL, PAGE_VIEW_TRACE)
    return GeneratePageResponse(
        page_id=page.page_id,
        bundle_id=page.bundle_id,
        config_digest=page.config_digest,
        watermark=page.watermark,
        time=timestamp(page.time),
        rng_seed=request.rng_seed,
        degradations=_degradations(page.absent_sources),
        rows=[_row(row, full=full) for row in page.rows],
        valid_for_seconds=page.valid_for_seconds,
        next_page_token=page.next_page_token,
        stage_digests=[StageDigest(stage=stage, digest=digest) for stage, digest in digests.items()],
    )


def row_response(extended: ExtendedRow, view: int) -> ExtendRowResponse:
    """The message that carries further titles of a row."""
    return ExtendRowResponse(
        bundle_id=extended.bundle_id,
        config_digest=extended.config_digest,
        watermark=extended.watermark,
        time=timestamp(extended.time),
        degradations=_degradations(extended.absent_sources),
        row=_row(extended.row, full=view in (PAGE_VIEW_FULL, PAGE_VIEW_TRACE)),
    )


def json_text(message: GeneratePageResponse | ExtendRowResponse) -> str:
    """A page or a row as proto JSON."""
    return json_format.MessageToJson(message, preserving_proto_field_name=True)


def timestamp(ms: int) -> Timestamp:
    return Timestamp(seconds=ms // 1_000, nanos=ms % 1_000 * 1_000_000)


def _degradations(absent: Sequence[str]) -> list[Degradation]:
    return [Degradation(code=LEFT_OUT, source=name) for name in absent]


def _row(row: PageRow, *, full: bool) -> Row:
    evidence = row.evidence
    return Row(
        row_id=row.row_id,
        kind=row.kind,
        seed=evidence.seed_id,
        heading=row.heading,
        evidence=Evidence(reason=evidence.reason, arguments=[evidence.seed_id] if evidence.seed_id else []),
        title_ids=row.title_ids,
        names=row.names if full else (),
        scores=row.scores if full else (),
        reasons=row.reasons if full else (),
        reason_arguments=row.reason_arguments if full else (),
        reason_texts=row.reason_texts if full else (),
        has_more=row.has_more,
        row_probability=row.chance if row.chance < 1 else None,
        title_probabilities=row.title_chances if any(chance < 1 for chance in row.title_chances) else (),
    )


def _ms(time: Timestamp) -> int:
    return time.seconds * 1_000 + time.nanos // 1_000_000


def _event(event: EventMessage) -> RecentEvent:
    known = 1 <= event.kind <= len(EVENT_KINDS)
    kind = EVENT_KINDS[event.kind - 1] if known else str(event.kind)
    given = {name: getattr(event, name) for name in EVENT_PRESENT if event.HasField(name)}  # type: ignore[arg-type]
    return RecentEvent(title_id=event.title_id, kind=kind, time=_ms(event.time), **given)


def _last_page(page: ShownPage) -> LastPage:
    """The page as far as its row lengths make sense; one row more than there may be is enough to be refused."""
    ends = accumulate((max(0, length) for length in page.row_lengths[: MAX_ROWS + 1]), initial=0)
    titles, device = tuple(page.title_ids), page.device if 1 <= page.device <= len(DEVICES) else 1
    rows = tuple(titles[low:high] for low, high in pairwise(ends))
    return LastPage(time=_ms(page.time), title_ids=rows, device=DEVICES[device - 1])


def _message_violations(message: GeneratePageRequest) -> Iterator[Violation]:
    """What is wrong with a message and cannot be said of a request."""
    if not 0 <= message.device <= len(DEVICES):
        yield Violation("device", f"is {message.device}; from 0 to {len(DEVICES)}")
    if message.view not in PageView.values():
        yield Violation("view", f"is {message.view}; one of {', '.join(PageView.keys())}")
    if message.HasField("last_page"):
        yield from _last_page_violations(message.last_page)
    for event in message.recent_events[:MAX_RECENT_EVENTS]:
        if not event.HasField("time"):
            yield Violation("recent_events.time", "is missing")


def _last_page_violations(page: ShownPage) -> Iterator[Violation]:
    if not page.HasField("time"):
        yield Violation("last_page.time", "is missing")
    if not 0 <= page.device <= len(DEVICES):
        yield Violation("last_page.device", f"is {page.device}; from 0 to {len(DEVICES)}")
    if min(page.row_lengths, default=0) < 0 or sum(page.row_lengths) != len(page.title_ids):
        found = f"add up to {sum(page.row_lengths)}, with {len(page.title_ids)} titles"
        yield Violation("last_page.row_lengths", f"{found}; each is 0 or more, and together they hold every title")


def _unknown_names(message: GeneratePageRequest, engine: Engine) -> Iterator[Violation]:
    """Row kinds and sources that the engine does not have."""
    kinds = [kind.name for kind in engine.rules.kinds]
    known = {"row_kinds": kinds, "exclude_row_kinds": kinds, "disabled_sources": engine.identity.sources}
    for field, names in known.items():
        for name in getattr(message, field)[:MAX_NAMES]:
            if name not in names:
                yield Violation(field, f"names {name[:40]!r}; there are {', '.join(names)}")
