"""The member's own past: their events, and the titles they played."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from pagegen.arrays import AnyArray, Float32, Int8, Int16, Int32, Int64, Mask, groups, record, starts
from pagegen.data.dataset import Dataset
from pagegen.data.events import PLAY
from pagegen.data.schema import EVENT_KINDS, FINISHED
from pagegen.request import PageRequest, RecentEvent


@record
class History:
    """The events of each request's member, oldest first."""

    start: Int64  # [B + 1]
    title: Int32  # [H]
    time: Int64  # [H] ms
    kind: Int8  # [H]
    grade: Float32  # [H] NaN without one
    fraction: Float32  # [H] NaN when not known
    season: Int16  # [H] 0 without one
    episode: Int16  # [H] 0 without one

    def of(self, request: int) -> slice:
        return slice(int(self.start[request]), int(self.start[request + 1]))

    def finished(self, request: int) -> Mask:
        """[events of the request] which are plays to the end; of a series, to the end of an episode."""
        mine = self.of(request)
        return (self.kind[mine] == PLAY) & (self.fraction[mine] >= FINISHED)


@record
class Played:
    """The distinct titles each member played, the most recently played last."""

    start: Int64  # [B + 1]
    title: Int32  # [K]
    time: Int64  # [K] ms, of the last play
    grade: Float32  # [K] of the last play
    fraction: Float32  # [K] of the last play

    def of(self, request: int) -> slice:
        return slice(int(self.start[request]), int(self.start[request + 1]))


def read_history(requests: Sequence[PageRequest], member: Int32, watermark: Int64, data: Dataset) -> History:
    """The history of each request's member below its watermark, and what the request itself tells."""
    history = logged_history(member, watermark, data)
    return _with_recent(history, requests, data) if any(request.recent_events for request in requests) else history


def logged_history(member: Int32, watermark: Int64, data: Dataset) -> History:
    """What the log holds of these members, each below its watermark."""
    events = data.events
    known = [
        events.positions_of(m, w) if m >= 0 else _NOTHING
        for m, w in zip(member.tolist(), watermark.tolist(), strict=True)
    ]
    start = starts(np.array([len(positions) for positions in known], np.int64))
    position = known[0] if len(known) == 1 else np.concatenate(known) if known else _NOTHING
    return History(
        start=start,
        title=events.title[position],
        time=events.time[position],
        kind=events.kind[position],
        grade=events.grade[position],
        fraction=events.fraction[position],
        season=events.season[position],
        episode=events.episode[position],
    )


_NOTHING = np.zeros(0, np.int64)


def _with_recent(history: History, requests: Sequence[PageRequest], data: Dataset) -> History:
    """The history and the requests' recent events; those already in it and those of unknown titles add nothing."""
    request = groups(history.start)
    known = set(
        zip(request.tolist(), history.title.tolist(), history.time.tolist(), history.kind.tolist(), strict=True)
    )
    rows = [row for row in dict.fromkeys(_recent(requests, data)) if row[:4] not in known]
    columns = list(zip(*rows, strict=True)) or [()] * 8
    joined = np.concatenate([request, np.array(columns[0], np.int32)])
    time = np.concatenate([history.time, np.array(columns[2], np.int64)])
    order = np.lexsort((time, joined))  # stable: of equal times, the log's come first

    def column(old: AnyArray, new: tuple[float, ...]) -> AnyArray:
        return np.concatenate([old, np.array(new, old.dtype)])[order]

    return History(
        start=starts(np.bincount(joined, minlength=len(requests))),
        title=column(history.title, columns[1]),
        time=time[order],
        kind=column(history.kind, columns[3]),
        grade=column(history.grade, columns[4]),
        fraction=column(history.fraction, columns[5]),
        season=column(history.season, columns[6]),
        episode=column(history.episode, columns[7]),
    )


Row: TypeAlias = tuple[int, int, int, int, float, float, int, int]  # an event, as the columns of a history


def _recent(requests: Sequence[PageRequest], data: Dataset) -> list[Row]:
    """Every recent event of a known title, with its request in front."""
    return [
        (
            b,
            position,
            event.time,
            EVENT_KINDS.index(event.kind),
            _nan(event.grade),
            _fraction(event, position, data),
            event.season or 0,
            event.episode or 0,
        )
        for b, request in enumerate(requests)
        for event in request.recent_events
        if (position := data.catalog.ids.position(event.title_id)) >= 0
    ]


def _fraction(event: RecentEvent, title: int, data: Dataset) -> float:
    """How much of the title was watched; NaN when neither the event nor the runtime tells."""
    if event.fraction is not None or event.watched_seconds is None:
        return _nan(event.fraction)
    runtime = 60.0 * float(data.catalog.runtime_minutes[title])  # s, NaN when not known
    return min(1.0, event.watched_seconds / runtime) if runtime > 0 else np.nan


def _nan(value: float | None) -> float:
    return np.nan if value is None else value


def last_plays(history: History, titles: int) -> Played:
    play = np.flatnonzero(history.kind == PLAY)
    request = groups(history.start)[play]
    pair = request.astype(np.int64) * titles + history.title[play]
    place = np.arange(len(play))
    newest = np.empty((len(history.start) - 1) * titles, np.int64)  # only the cells of pairs are written and read
    newest[pair] = place  # repeated index: the last wins
    kept = np.flatnonzero(newest[pair] == place)
    position = play[kept]
    return Played(
        start=starts(np.bincount(request[kept], minlength=len(history.start) - 1)),
        title=history.title[position],
        time=history.time[position],
        grade=history.grade[position],
        fraction=history.fraction[position],
    )
