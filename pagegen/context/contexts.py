"""Contexts: what is known about B requests, each at its own time and watermark."""

from collections.abc import Sequence

import numpy as np

from pagegen.arrays import Int16, Int32, Int64, Mask, record
from pagegen.context.history import History, Played, last_plays, read_history
from pagegen.context.trends import TrendView, TrendWindows, read_trends
from pagegen.data.dataset import Dataset
from pagegen.data.members import NO_CEILING
from pagegen.request import PageRequest


@record
class Contexts:
    requests: tuple[PageRequest, ...]
    data: Dataset
    watermark: Int64  # [B] events below it are seen; never more than happened before the request's time
    time: Int64  # [B] ms
    known_until: Int64  # [B] ms, before which everything anybody did is known
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
    history = read_history(requests, member, watermark, data)
    known_until = _known_until(time, watermark, data)
    return Contexts(
        requests=tuple(requests),
        data=data,
        watermark=watermark,
        time=time,
        known_until=known_until,
        member=member,
        country=country,
        kids=np.array([_kids(r, m, data) for r, m in zip(requests, member.tolist(), strict=True)], np.bool_),
        maturity_ceiling=np.array(
            [_ceiling(r, m, data) for r, m in zip(requests, member.tolist(), strict=True)], np.int16
        ),
        history=history,
        played=last_plays(history, len(data.catalog)),
        trends=read_trends(known_until, country, data, windows),
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
