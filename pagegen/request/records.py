"""The requests, as records."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import msgspec
import numpy as np

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
    page_size: int | None = None  # rows of this answer, from the top; None: all that are left
    page_token: str = ""  # of the answer that this one continues; "": starts at the top

    def rng(self, use: str, step: int = 0) -> np.random.Generator:
        """All chance of this request, one generator for each use and step: fixed by seed, member and page number."""
        names = (self.rng_seed, self.member_id, self.page_number, use, step)
        digest = hashlib.sha256("\0".join(map(str, names)).encode()).digest()
        return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))

    @property
    def screen_columns(self) -> int:
        return min(self.columns, VISIBLE_COLUMNS[self.device] if self.visible_columns is None else self.visible_columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRequest:
    """One row of a page asked for further titles."""

    page: PageRequest  # that made the page; what is known by now may be newer
    row_id: str
    shown_title_ids: tuple[str, ...] = ()  # of the row, left to right; none of them comes again
    page_size: int | None = None  # titles; None: the page's columns

    @property
    def size(self) -> int:
        return self.page.columns if self.page_size is None else self.page_size


# What may be other when a page is continued: what is known by then, how much of the page is wanted, and which sources
# are left out, since one that is disabled leaves the same page as one that fails.
MOVES_ON = frozenset({"time", "watermark", "recent_events", "page_size", "page_token", "disabled_sources"})


def canonical(request: PageRequest, without: frozenset[str] = frozenset()) -> Mapping[str, Any]:
    """The fields of a request, spelt the same however it was."""
    given = {field.name: getattr(request, field.name) for field in fields(request) if field.name not in without}
    return given | {name: sorted(set(given[name])) for name in LISTS if name in given}


LISTS = ("exclude_title_ids", "row_kinds", "exclude_row_kinds", "disabled_sources")


def lasting_digest(request: PageRequest) -> bytes:
    """8 bytes for what stays the same from the first answer to the last when a page is continued."""
    content = msgspec.json.encode(canonical(request, MOVES_ON), order="sorted")
    return hashlib.blake2b(content, digest_size=8).digest()
