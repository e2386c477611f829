"""
The wire: requests as they come in, pages as they go out.

`pagegen page` uses the same two functions without a server, so what it prints is what a server would have sent.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp

from pagegen.data.schema import DEVICES, EVENT_KINDS
from pagegen.engine import Engine
from pagegen.errors import RequestError, Violation
from pagegen.page import Page, PageRow
from pagegen.request import MAX_NAMES, MAX_RECENT_EVENTS, PageRequest, RecentEvent, check_request
from pagegen.v1.event_pb2 import RecentEvent as EventMessage
from pagegen.v1.page_pb2 import PAGE_VIEW_FULL, PAGE_VIEW_TRACE, Degradation, Evidence, PageView, Row, StageDigest
from pagegen.v1.page_service_pb2 import GeneratePageRequest, GeneratePageResponse

LEFT_OUT = "source_left_out"  # the code of a degradation
PRESENT = ("watermark", "rng_seed", "rows", "columns", "visible_columns", "maturity_ceiling", "kids")
TEXTS = ("country", "language")
LISTS = ("exclude_title_ids", "row_kinds", "exclude_row_kinds", "disabled_sources")
NO_DIGESTS: Final[Mapping[str, str]] = MappingProxyType({})
EVENT_PRESENT = ("watched_seconds", "grade", "fraction", "season", "episode")


def page_request(message: GeneratePageRequest, now_ms: int, engine: Engine) -> PageRequest:
    """
    The request a message asks for, at `now_ms` unless it says when.

    Raises:
        RequestError: with every violation, under the message's field names.
    """
    given = {name: getattr(message, name) for name in PRESENT if message.HasField(name)}  # type: ignore[arg-type]
    given |= {name: getattr(message, name) for name in TEXTS if getattr(message, name)}
    given |= {name: tuple(getattr(message, name)) for name in LISTS}
    if 1 <= message.device <= len(DEVICES):
        given["device"] = DEVICES[message.device - 1]
    request = PageRequest(
        member_id=message.member_id,
        time=_ms(message.time) if message.HasField("time") else now_ms,
        recent_events=tuple(_event(event) for event in message.recent_events),
        **given,
    )
    violations = [*_message_violations(message), *_unknown_names(message, engine)]
    try:
        check_request(request)
    except RequestError as error:
        violations += error.violations
    if violations:
        raise RequestError(*violations)
    return request


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
        degradations=[Degradation(code=LEFT_OUT, source=name) for name in page.absent_sources],
        rows=[_row(row, full=full) for row in page.rows],
        valid_for_seconds=page.valid_for_seconds,
        stage_digests=[StageDigest(stage=stage, digest=digest) for stage, digest in digests.items()],
    )


def json_text(message: GeneratePageResponse) -> str:
    """A page as proto JSON."""
    return json_format.MessageToJson(message, preserving_proto_field_name=True)


def timestamp(ms: int) -> Timestamp:
    return Timestamp(seconds=ms // 1_000, nanos=ms % 1_000 * 1_000_000)


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


def _message_violations(message: GeneratePageRequest) -> Iterator[Violation]:
    """What is wrong with a message and cannot be said of a request."""
    if not 0 <= message.device <= len(DEVICES):
        yield Violation("device", f"is {message.device}; from 0 to {len(DEVICES)}")
    if message.view not in PageView.values():
        yield Violation("view", f"is {message.view}; one of {', '.join(PageView.keys())}")
    if message.page_token:
        yield Violation("page_token", "is not a token of this server, which answers with whole pages and gives none")
    if message.HasField("page_size"):
        yield Violation("page_size", "is not supported yet; leave it out, or ask for fewer `rows`")
    for event in message.recent_events[:MAX_RECENT_EVENTS]:
        if not event.HasField("time"):
            yield Violation("recent_events.time", "is missing")


def _unknown_names(message: GeneratePageRequest, engine: Engine) -> Iterator[Violation]:
    """Row kinds and sources that the engine does not have."""
    kinds = [kind.name for kind in engine.rules.kinds]
    known = {"row_kinds": kinds, "exclude_row_kinds": kinds, "disabled_sources": engine.identity.sources}
    for field, names in known.items():
        for name in getattr(message, field)[:MAX_NAMES]:
            if name not in names:
                yield Violation(field, f"names {name[:40]!r}; there are {', '.join(names)}")
