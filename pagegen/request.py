"""A page request: everything a page may depend on besides the bundle, the data and the settings."""

import hashlib
import re
from dataclasses import dataclass

import numpy as np

from pagegen.data.schema import DEVICES, EVENT_KINDS, MAX_ID_BYTES
from pagegen.errors import RequestError, Violation

MAX_ROWS = 100
MAX_COLUMNS = 100
MAX_RECENT_EVENTS = 200
MAX_EXCLUDED = 1_000
MAX_NAMES = 100
MAX_TIME_MS = 253_402_300_799_999  # the last millisecond of the year 9999, where Timestamp ends
MAX_LANGUAGE = 35  # characters of a language tag (RFC 5646, 4.4.1)
MAX_NUMBER = 2**15 - 1  # of a season or an episode
COUNTRY = re.compile("[A-Z]{2}")
VISIBLE_COLUMNS = {"tv": 6, "web": 6, "tablet": 4, "phone": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentEvent:
    """An event the client knows and the event log may not have yet; the fields are those of the events table."""

    title_id: str
    kind: str
    time: int  # ms since the epoch, UTC; before the request's time
    watched_seconds: float | None = None
    fraction: float | None = None  # of the title or episode; None: from the seconds, where the runtime is known
    grade: float | None = None
    season: int | None = None
    episode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPage:
    """A page that the member was shown before, as much of it as anybody remembers."""

    time: int  # ms since the epoch, UTC; before the request's time
    title_ids: tuple[tuple[str, ...], ...]  # rows from the top, titles from the left
    device: str = "tv"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """One member asking for one page at one time. What is None is taken from the member, the device or the data."""

    member_id: str  # unknown members get a good cold page
    time: int  # ms since the epoch, UTC; every stage uses it, none reads a clock
    watermark: int | None = None  # only events before this position are seen; None: all
    device: str = "tv"
    rows: int = 30
    columns: int = 40  # titles a row
    visible_columns: int | None = None  # on the first screen
    country: str | None = None
    language: str = "en"
    maturity_ceiling: int | None = None  # years; the lower of this and the member's own counts
    kids: bool | None = None
    rng_seed: int = 0  # with the member and the page number it fixes all randomness
    page_number: int = 0
    recent_events: tuple[RecentEvent, ...] = ()
    last_page: LastPage | None = None  # the newest; read where `page.objective.stability` has a weight
    exclude_title_ids: tuple[str, ...] = ()
    row_kinds: tuple[str, ...] = ()  # only these; empty: all
    exclude_row_kinds: tuple[str, ...] = ()
    disabled_sources: tuple[str, ...] = ()

    def rng(self, use: str) -> np.random.Generator:
        """All chance of this request, one generator for each use: fixed by seed, member and page number."""
        names = (self.rng_seed, self.member_id, self.page_number, use)
        digest = hashlib.sha256("\0".join(map(str, names)).encode()).digest()
        return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))

    @property
    def screen_columns(self) -> int:
        return min(self.columns, VISIBLE_COLUMNS[self.device] if self.visible_columns is None else self.visible_columns)


def check_request(request: PageRequest) -> None:
    """
    Refuse a request that cannot be answered.

    Raises:
        RequestError: with every violation.
    """
    if violations := [*_id_violations(request), *_number_violations(request), *_list_violations(request)]:
        raise RequestError(*violations)


def _id_violations(request: PageRequest) -> list[Violation]:
    named = [("member_id", request.member_id)]
    named += [("recent_events.title_id", event.title_id) for event in request.recent_events]
    for field in ("exclude_title_ids", "row_kinds", "exclude_row_kinds", "disabled_sources"):
        named += [(field, value) for value in getattr(request, field)]
    violations = [
        Violation(
            field, f"is {value[:40]!r}, {len(value)} characters; ids and names have 1 to {MAX_ID_BYTES} bytes of UTF-8"
        )
        for field, value in named
        if not _is_id(value)
    ]
    if request.device not in DEVICES:
        violations.append(Violation("device", f"is {request.device[:40]!r}; one of {', '.join(DEVICES)}"))
    if request.country is not None and not COUNTRY.fullmatch(request.country):
        violations.append(
            Violation("country", f"is {request.country[:40]!r}; two capital letters of ISO 3166, such as NO")
        )
    if not (request.language.isascii() and len(request.language) <= MAX_LANGUAGE):
        violations.append(Violation("language", f"is {request.language[:40]!r}; a tag of BCP 47, such as en or pt-BR"))
    return violations


def _is_id(value: str) -> bool:
    try:
        return 1 <= len(value.encode()) <= MAX_ID_BYTES
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
