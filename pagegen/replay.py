"""
Replay: past moments at which a page was or could have been asked for, and what the member did next.

The only loop over past requests. Kinds of occasion: `page` (the log of pages shows when one was asked for), `session`
(the member's first event after a silence), `window` (one a member, at a cut).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from pagegen.arrays import NONE, Float32, Int8, Int32, Int64, Mask, groups, record, starts
from pagegen.data.dataset import Dataset
from pagegen.data.events import PLAY
from pagegen.data.schema import DEVICES
from pagegen.request import PageRequest

Result = TypeVar("Result")
BATCH = 64  # requests at a time, and
CELLS = 1 << 20  # so many cells of a [B, T] array at most: a few dozen of them live at once, and should fit a cache
USUAL_GRID = (30, 40)  # rows and columns, as a request has them that names none


@record
class Occasions:
    """Requests of the past, in time order."""

    member: Int32  # [O]
    time: Int64  # [O] ms
    until: Int64  # [O] ms; what followed the request counts up to here
    device: Int8  # [O] position in DEVICES

    def __len__(self) -> int:
        return len(self.member)

    def take(self, which: Int64 | Mask | slice) -> "Occasions":
        return Occasions(
            member=self.member[which], time=self.time[which], until=self.until[which], device=self.device[which]
        )


@record
class Outcomes:
    """What followed B requests: the titles each member played for the first time within the horizon."""

    start: Int64  # [B + 1]
    title: Int32  # [K] distinct within a request, ascending
    grade: Float32  # [K] of the first such play; NaN without one

    def mask(self, request: Int32, title: Int32, titles: int) -> Mask:
        """[M] whether each pair is among them."""
        wanted = groups(self.start).astype(np.int64) * titles + self.title
        return np.isin(request.astype(np.int64) * titles + title, wanted)


def occasions(member: Int32, time: Int64, horizon_ms: int, device: Int8 | None = None) -> Occasions:
    """Occasions of these members at these times, on a television unless another device is known."""
    return Occasions(
        member=member,
        time=time,
        until=time + horizon_ms,
        device=np.zeros(len(member), np.int8) if device is None else device,
    )


def session_occasions(data: Dataset, gap_ms: int, horizon_ms: int) -> Occasions:
    """One at each first event after a silence of `gap_ms` (or ever); the request is made just before that event."""
    events = data.events
    begin = events.beginnings(gap_ms)
    return occasions(events.member[begin], events.time[begin], horizon_ms)


def window_occasions(data: Dataset, begin_ms: int, end_ms: int) -> Occasions:
    """One at `begin_ms` for each member with an event in [begin_ms, end_ms)."""
    low, high = data.events.before(begin_ms), data.events.before(end_ms)
    member = np.unique(data.events.member[low:high])
    return occasions(member, np.full(len(member), begin_ms), end_ms - begin_ms)


def joined_occasions(parts: Sequence[Occasions]) -> Occasions:
    """All parts' occasions, one part after the other."""
    none = occasions(np.zeros(0, np.int32), np.zeros(0, np.int64), 0)
    columns = ("member", "time", "until", "device")
    return Occasions(**{name: np.concatenate([getattr(part, name) for part in (none, *parts)]) for name in columns})


def earlier_events(data: Dataset, past: Occasions) -> Int64:
    """[O] events of each occasion's member before its time."""
    events = data.events
    rows = zip(past.member.tolist(), past.time.tolist(), strict=True)
    counts = [len(events.positions_of(member, events.before(time))) if member != NONE else 0 for member, time in rows]
    return np.array(counts, np.int64)


def outcomes(data: Dataset, past: Occasions) -> Outcomes:
    """The titles each occasion's member first played in [time, until)."""
    events = data.events
    rows = zip(past.member.tolist(), past.time.tolist(), past.until.tolist(), strict=True)
    found = [_first_plays(data, *row) for row in rows]
    position = np.concatenate([np.zeros(0, np.int64), *found])
    return Outcomes(
        start=starts(np.array([len(plays) for plays in found], np.int64)),
        title=events.title[position],
        grade=events.grade[position],
    )


def _first_plays(data: Dataset, member: int, time: int, until: int) -> Int64:
    """Event positions of the member's first ever plays that fall in [time, until), by title."""
    events = data.events
    mine = events.positions_of(member, len(events))
    mine = mine[events.kind[mine] == PLAY]
    begin, end = np.searchsorted(events.time[mine], [time, until])
    _, first = np.unique(events.title[mine[:end]], return_index=True)
    return mine[first[first >= begin]]


def requests_of(data: Dataset, past: Occasions, grid: tuple[int, int] = USUAL_GRID) -> list[PageRequest]:
    """What each occasion's member asked for, or would have; pages of so many rows and columns."""
    columns = (data.members.ids.of(past.member), past.time.tolist(), past.device.tolist())
    return [
        PageRequest(member_id=member, time=time, device=DEVICES[device], rows=grid[0], columns=grid[1])
        for member, time, device in zip(*columns, strict=True)
    ]


def replay(
    step: Callable[[Sequence[PageRequest]], Result],
    data: Dataset,
    past: Occasions,
    grid: tuple[int, int] = USUAL_GRID,
) -> Iterator[tuple[Result, Outcomes]]:
    """
    Ask for the page of every occasion again, and tell what followed.

    Args:
        step: `engine.run`, or `engine.retrieve` where no page is needed.
        data: those of the engine.
        past: O occasions.
        grid: rows and columns of the pages.
    """
    size = max(1, min(BATCH, CELLS // max(1, len(data.catalog))))
    for low in range(0, len(past), size):
        part = past.take(slice(low, low + size))
        yield step(requests_of(data, part, grid)), outcomes(data, part)
