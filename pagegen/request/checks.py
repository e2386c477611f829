"""What may be asked for: every violation of a request is named at once."""

import re
from collections.abc import Iterable, Iterator

from pagegen.data.schema import DEVICES, EVENT_KINDS, MAX_ID_BYTES
from pagegen.errors import RequestError, Violation
from pagegen.request.records import LISTS, MOVES_ON, LastPage, PageRequest, RecentEvent, RowRequest, lasting_digest
from pagegen.tokens import read_token

MAX_ROWS = 100
MAX_COLUMNS = 100
MAX_RECENT_EVENTS = 200
MAX_EXCLUDED = 1_000
MAX_SHOWN = 1_000  # titles of a row that is extended
MAX_ROW_ID = 512  # bytes
MAX_NAMES = 100
MAX_TIME_MS = 253_402_300_799_999  # the last millisecond of the year 9999, where Timestamp ends
MAX_LANGUAGE = 35  # characters of a language tag (RFC 5646, 4.4.1)
MAX_NUMBER = 2**15 - 1  # of a season or an episode
COUNTRY = re.compile("[A-Z]{2}")


def check_request(request: PageRequest) -> None:
    """
    Refuse a request that cannot be answered.

    Raises:
        RequestError: with every violation.
    """
    violations = [*_id_violations(request), *_number_violations(request), *_list_violations(request)]
    if violations := [*violations, *_token_violations(request, readable=not violations)]:
        raise RequestError(*violations)


def check_row_request(request: RowRequest) -> None:
    """
    Refuse a request for further titles that cannot be answered.

    Raises:
        RequestError: with every violation.
    """
    violations = [*_row_violations(request)]
    try:
        check_request(request.page)
    except RequestError as error:
        violations += [Violation(f"page_request.{wrong.field}", wrong.description) for wrong in error.violations]
    if violations:
        raise RequestError(*violations)


def _row_violations(request: RowRequest) -> Iterator[Violation]:
    if not _is_id(request.row_id, MAX_ROW_ID):
        found = f"is {request.row_id[:40]!r}, {len(request.row_id)} characters"
        yield Violation("row_id", f"{found}; send that of a row, which has 1 to {MAX_ROW_ID} bytes of UTF-8")
    yield from _names_violations([("shown_title_ids", value) for value in request.shown_title_ids])
    if len(request.shown_title_ids) > MAX_SHOWN:
        yield Violation("shown_title_ids", f"has {len(request.shown_title_ids)} entries; at most {MAX_SHOWN}")
    if request.page_size is not None and not 1 <= request.page_size <= MAX_COLUMNS:
        yield Violation("page_size", f"is {request.page_size}; from 1 to {MAX_COLUMNS}")


def _token_violations(request: PageRequest, *, readable: bool) -> list[Violation]:
    """What is wrong with the token; whether it belongs to the request is asked when the rest can be read."""
    if not request.page_token:
        return []
    try:
        token = read_token(request.page_token)
    except RequestError as error:
        return [*error.violations]
    if not readable or token.request == lasting_digest(request):
        return []
    return [Violation("page_token", f"continues another request; all but {', '.join(sorted(MOVES_ON))} must be equal")]


def _id_violations(request: PageRequest) -> list[Violation]:
    named = [("member_id", request.member_id)]
    named += [("recent_events.title_id", event.title_id) for event in request.recent_events]
    for field in LISTS:
        named += [(field, value) for value in getattr(request, field)]
    violations = _names_violations(named)
    if request.device not in DEVICES:
        violations.append(Violation("device", f"is {request.device[:40]!r}; one of {', '.join(DEVICES)}"))
    if request.country is not None and not COUNTRY.fullmatch(request.country):
        violations.append(
            Violation("country", f"is {request.country[:40]!r}; two capital letters of ISO 3166, such as NO")
        )
    if not (request.language.isascii() and len(request.language) <= MAX_LANGUAGE):
        violations.append(Violation("language", f"is {request.language[:40]!r}; a tag of BCP 47, such as en or pt-BR"))
    return violations


def _names_violations(named: Iterable[tuple[str, str]]) -> list[Violation]:
    """Those of fields' values that are no ids."""
    must = f"ids and names have 1 to {MAX_ID_BYTES} bytes of UTF-8"
    return [
        Violation(field, f"is {value[:40]!r}, {len(value)} characters; {must}")
        for field, value in named
        if not _is_id(value)
    ]


def _is_id(value: str, most: int = MAX_ID_BYTES) -> bool:
    try:
        return 1 <= len(value.encode()) <= most
    except UnicodeEncodeError:  # a lone surrogate
        return False


def _number_violations(request: PageRequest) -> list[Violation]:
    limits = [
        ("time", request.time, 0, MAX_TIME_MS),
        ("rows", request.rows, 1, MAX_ROWS),
        ("columns", request.columns, 1, MAX_COLUMNS),
        ("visible_columns", request.visible_columns, 1, MAX_COLUMNS),
        ("watermark", request.watermark, 0, 2**63 - 1),
        ("maturity_ceiling", request.maturity_ceiling, 0, 99),
        ("rng_seed", request.rng_seed, 0, 2**63 - 1),
        ("page_number", request.page_number, 0, 2**31 - 1),
        ("page_size", request.page_size, 1, min(request.rows, MAX_ROWS)),
    ]
    return [
        Violation(field, f"is {value}; from {low} to {high}")
        for field, value, low, high in limits
        if value is not None and not low <= value <= high
    ]


def _list_violations(request: PageRequest) -> list[Violation]:
    sizes = [
        ("recent_events", request.recent_events, MAX_RECENT_EVENTS),
        ("exclude_title_ids", request.exclude_title_ids, MAX_EXCLUDED),
        ("row_kinds", request.row_kinds, MAX_NAMES),
        ("exclude_row_kinds", request.exclude_row_kinds, MAX_NAMES),
        ("disabled_sources", request.disabled_sources, MAX_NAMES),
    ]
    violations = [
        Violation(field, f"has {len(v)} entries; at most {most}") for field, v, most in sizes if len(v) > most
    ]
    for event in request.recent_events[:MAX_RECENT_EVENTS]:
        violations += _event_violations(event, request.time)
    return violations + (_last_page_violations(request.last_page, request.time) if request.last_page else [])


def _last_page_violations(page: LastPage, now: int) -> list[Violation]:
    violations, longest = [], max(map(len, page.title_ids), default=0)
    if not 0 <= page.time < now:
        violations.append(Violation("last_page.time", f"is {page.time}; from 0 to before the request's time {now}"))
    if page.device not in DEVICES:
        violations.append(Violation("last_page.device", f"is {page.device[:40]!r}; one of {', '.join(DEVICES)}"))
    if len(page.title_ids) > MAX_ROWS or longest > MAX_COLUMNS:
        found = f"has {len(page.title_ids)} rows of up to {longest} titles"
        violations.append(Violation("last_page.title_ids", f"{found}; at most {MAX_ROWS} of {MAX_COLUMNS}"))
    elif wrong := [title for titles in page.title_ids for title in titles if not _is_id(title)]:
        violations.append(
            Violation("last_page.title_ids", f"has {wrong[0][:40]!r}; ids have 1 to {MAX_ID_BYTES} bytes")
        )
    return violations


def _event_violations(event: RecentEvent, now: int) -> list[Violation]:
    violations = []
    if event.kind not in EVENT_KINDS:
        violations.append(Violation("recent_events.kind", f"is {event.kind[:40]!r}; one of {', '.join(EVENT_KINDS)}"))
    if not 0 <= event.time < now:
        violations.append(
            Violation("recent_events.time", f"is {event.time}; from 0 to before the request's time {now}")
        )
    if event.fraction is not None and not 0 <= event.fraction <= 1:
        violations.append(Violation("recent_events.fraction", f"is {event.fraction}; from 0 to 1"))
    if event.watched_seconds is not None and not 0 <= event.watched_seconds < 1e9:
        violations.append(Violation("recent_events.watched_seconds", f"is {event.watched_seconds}; 0 or more"))
    for field, number in (("season", event.season), ("episode", event.episode)):
        if number is not None and not 0 <= number <= MAX_NUMBER:
            violations.append(Violation(f"recent_events.{field}", f"is {number}; from 0 to {MAX_NUMBER}"))
    if event.grade is not None and not abs(event.grade) <= 1e6:
        violations.append(Violation("recent_events.grade", f"is {event.grade}; a finite number"))
    return violations
