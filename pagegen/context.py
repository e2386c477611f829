"""Contexts: what is known about B requests, each at its own time and watermark."""

from collections.abc import Sequence

import numpy as np

from pagegen.arrays import Float32, Float64, Int8, Int16, Int32, Int64, Mask, groups, record, starts
from pagegen.data.dataset import Dataset
from pagegen.data.events import PLAY
from pagegen.data.members import NO_CEILING
from pagegen.data.schema import EVENT_KINDS
from pagegen.data.trends import DAY_MS, HOUR_MS
from pagegen.request import PageRequest, RecentEvent

NO_EVENT = np.iinfo(np.int16).min


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


@record
class TrendView:
    """Plays as of the last closed hour before what each request knows; [B, T] each."""

    local: (
        Mask  # [B] day, short and long count the request's country; else it is unknown or too small, and they count all
    )
    day: Float64  # plays of the last 24 hours
    short: Float64  # plays of the last `short_days`
    long: Float64  # plays of the last `long_days`
    total: Float64  # plays anywhere, ever
    last_ms: Int64  # last play anywhere, NEVER before the first
    graded: Float64  # number of grades
    grade_sum: Float64
    first_ms: Int64  # first event; the far future when none is known yet


@record
class TrendWindows:
    """Which plays make a trend."""

    short_days: float = 7.0
    long_days: float = 90.0
    min_plays: float = 100.0  # in a country's last `short_days`; with fewer, the whole world speaks for it


@record
class Contexts:
    requests: tuple[PageRequest, ...]
    data: Dataset
    watermark: Int64  # [B] events below it are seen; never more than happened before the request's time
    time: Int64  # [B] ms
    member: Int32  # [B] NONE when unknown
    country: Int32  # [B] NONE when not known
    kids: Mask  # [B]
    maturity_ceiling: Int16  # [B] years; NO_CEILING without one
    history: History
    played: Played
    trends: TrendView
    trend_windows: TrendWindows

    def __len__(self) -> int:
        return len(self.requests)


def read_contexts(requests: Sequence[PageRequest], data: Dataset, windows: TrendWindows) -> Contexts:
    """Contexts that hold only what was known before each request's own time and watermark."""
    member = data.members.ids.positions(request.member_id for request in requests)
    time = np.array([request.time for request in requests], np.int64)
    watermark = np.array([_watermark(request, data) for request in requests], np.int64)
    country = np.array([_country(r, m, data) for r, m in zip(requests, member.tolist(), strict=True)], np.int32)
    history = _read_history(requests, member, watermark, data)
    return Contexts(
        requests=tuple(requests),
        data=data,
        watermark=watermark,
        time=time,
        member=member,
        country=country,
        kids=np.array([_kids(r, m, data) for r, m in zip(requests, member.tolist(), strict=True)], np.bool_),
        maturity_ceiling=np.array(
            [_ceiling(r, m, data) for r, m in zip(requests, member.tolist(), strict=True)], np.int16
        ),
        history=history,
        played=_last_plays(history, len(data.catalog)),
        trends=_read_trends(_known_until(time, watermark, data), country, data, windows),
        trend_windows=windows,
    )


def _watermark(request: PageRequest, data: Dataset) -> int:
    happened = data.events.before(request.time)
    return happened if request.watermark is None else min(request.watermark, happened)


def _country(request: PageRequest, member: int, data: Dataset) -> int:
    if request.country is not None:
        return data.countries.position(request.country)
    return int(data.members.country[member]) if member >= 0 else member


def _kids(request: PageRequest, member: int, data: Dataset) -> bool:
    return bool(request.kids) or (member >= 0 and bool(data.members.kids[member]))


def _ceiling(request: PageRequest, member: int, data: Dataset) -> int:
    own = int(data.members.maturity_ceiling[member]) if member >= 0 else NO_CEILING
    return own if request.maturity_ceiling is None else min(own, request.maturity_ceiling)


def _known_until(time: Int64, watermark: Int64, data: Dataset) -> Int64:
    """The time before which a request has seen everything: its own, or that of the first event above its watermark."""
    if not len(data.events):
        return time
    first_unseen = data.events.time[np.minimum(watermark, len(data.events) - 1)]
    return np.where(watermark < len(data.events), np.minimum(time, first_unseen), time)


def _read_history(requests: Sequence[PageRequest], member: Int32, watermark: Int64, data: Dataset) -> History:
    events = data.events
    known = [
        events.positions_of(m, w) if m >= 0 else _NOTHING
        for m, w in zip(member.tolist(), watermark.tolist(), strict=True)
    ]
    start = starts(np.array([len(positions) for positions in known], np.int64))
    position = known[0] if len(known) == 1 else np.concatenate(known) if known else _NOTHING
    history = History(
        start=start,
        title=events.title[position],
        time=events.time[position],
        kind=events.kind[position],
        grade=events.grade[position],
        fraction=events.fraction[position],
        season=events.season[position],
        episode=events.episode[position],
    )
    return _with_recent(history, requests, data) if any(request.recent_events for request in requests) else history


_NOTHING = np.zeros(0, np.int64)


def _with_recent(history: History, requests: Sequence[PageRequest], data: Dataset) -> History:
    """The history and the requests' recent events; those already in it and those of unknown titles add nothing."""
    rows = [
        (
            b,
            position,
            e.time,
            EVENT_KINDS.index(e.kind),
            _nan(e.grade),
            _fraction(e, position, data),
            e.season or 0,
            e.episode or 0,
        )
        for b, request in enumerate(requests)
        for e in request.recent_events
        if (position := data.catalog.ids.position(e.title_id)) >= 0
    ]
    request = groups(history.start)
    known = set(
        zip(request.tolist(), history.title.tolist(), history.time.tolist(), history.kind.tolist(), strict=True)
    )
    rows = [row for row in dict.fromkeys(rows) if row[:4] not in known]
    columns = list(zip(*rows, strict=True)) or [()] * 8
    joined = np.concatenate([request, np.array(columns[0], np.int32)])
    time = np.concatenate([history.time, np.array(columns[2], np.int64)])
    order = np.lexsort((time, joined))  # stable: of equal times, the log's come first

    def column(old: np.ndarray, new: tuple[float, ...]) -> np.ndarray:
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


def _fraction(event: RecentEvent, title: int, data: Dataset) -> float:
    """How much of the title was watched; NaN when neither the event nor the runtime tells."""
    if event.fraction is not None or event.watched_seconds is None:
        return _nan(event.fraction)
    runtime = 60.0 * float(data.catalog.runtime_minutes[title])  # s, NaN when not known
    return min(1.0, event.watched_seconds / runtime) if runtime > 0 else np.nan


def _nan(value: float | None) -> float:
    return np.nan if value is None else value


def _last_plays(history: History, titles: int) -> Played:
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


def _read_trends(until: Int64, country: Int32, data: Dataset, windows: TrendWindows) -> TrendView:
    trends = data.trends
    shape = (len(until), len(data.catalog))
    local = np.zeros(len(until), np.bool_)
    day, short, long, total, graded, grade_sum = (np.empty(shape) for _ in range(6))
    last = np.empty(shape, np.int64)
    for b, (hour, place) in enumerate(zip((until // HOUR_MS * HOUR_MS).tolist(), country.tolist(), strict=True)):
        week_ago = hour - int(windows.short_days * DAY_MS)
        log = trends.of_country(place, week_ago, hour, windows.min_plays)
        local[b] = log is not trends.worldwide
        now = log.before(hour)
        total[b] = trends.worldwide.before(hour) if local[b] else now
        day[b] = now - log.before(hour - DAY_MS)
        short[b] = now - log.before(week_ago)
        long[b] = now - log.before(hour - int(windows.long_days * DAY_MS))
        last[b] = trends.last.before(hour)
        graded[b], grade_sum[b] = trends.grades.before(hour)
    first = np.where(trends.first < until[:, None], trends.first, np.iinfo(np.int64).max)
    return TrendView(
        local=local,
        day=day,
        short=short,
        long=long,
        total=total,
        last_ms=last,
        graded=graded,
        grade_sum=grade_sum,
        first_ms=first,
    )
