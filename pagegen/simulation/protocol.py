"""
Protocols: which past moments pages are asked for again, as of which cut models are trained, and what counts as outcome.

Models are trained as of each cut and answer the requests from there to the next cut, the last ones to the end of the
data, or to `until`. What a member played may lie after the next cut: the models of its own cut have not seen it either.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import numpy as np
import polars as pl

from pagegen.arrays import NONE, Int16, Int64, record
from pagegen.data.dataset import Dataset
from pagegen.data.schema import DEVICES, TIME
from pagegen.data.trends import HOUR_MS
from pagegen.errors import ConfigError
from pagegen.replay import (
    Occasions,
    earlier_events,
    joined_occasions,
    occasions,
    session_occasions,
    window_occasions,
)
from pagegen.simulation.experiment import Experiment, Protocol
from pagegen.simulation.strata import STRATA
from pagegen.training.exposure import page_occasions
from pagegen.training.fit import rng_of


@record
class Asked:
    """The occasions of an experiment, in time order."""

    occasions: Occasions  # [O]
    cut: Int16  # [O] whose models answer
    cuts_ms: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.occasions)

    def take(self, which: Int64) -> "Asked":
        return Asked(occasions=self.occasions.take(which), cut=self.cut[which], cuts_ms=self.cuts_ms)


def asked(experiment: Experiment, data: Dataset, pages: pl.DataFrame) -> Asked:
    """
    What the experiment's protocol asks for.

    Args:
        experiment: its protocol and its seed.
        data: the past.
        pages: the pages log; no rows where there is none.

    Raises:
        ConfigError: nothing is left to ask for, or a cut lies outside the data.
    """
    protocol = experiment.protocol
    cuts = cut_times(protocol, data)
    past = KINDS[protocol.kind](protocol, data, pages, cuts)
    cut = np.searchsorted(cuts, past.time, side="right") - 1
    kept = (cut >= 0) & (past.member != NONE) & (past.until <= end_time(protocol, data))
    kept &= earlier_events(data, past) >= protocol.min_history
    found = Asked(occasions=past, cut=cut.astype(np.int16), cuts_ms=cuts).take(np.flatnonzero(kept))
    if not len(found):
        found_none = f"no {protocol.kind} after {_day(cuts[0])} of a member with {protocol.min_history} earlier events"
        message = f"{found_none}; cut earlier, lower protocol.min_history, or take another protocol.kind"
        raise ConfigError(message)
    return _sampled(found, protocol, experiment.rng_seed)


def cut_times(protocol: Protocol, data: Dataset) -> tuple[int, ...]:
    """
    The cuts in ms; of a share, the time of the event there.

    Raises:
        ConfigError: a cut with nothing before it to learn from, or nothing after it.
    """
    times = data.events.time
    if not len(times):
        message = "the data have no events; there is nothing to replay"
        raise ConfigError(message)
    found = tuple(_instant(cut, data) for cut in protocol.cuts)
    for named, cut in zip(protocol.cuts, found, strict=True):
        if not times[0] < cut <= times[-1]:
            message = f"protocol.cuts has {named}, {_day(cut)}; events lie from {_day(times[0])} to {_day(times[-1])}"
            raise ConfigError(message)
    if len(set(found)) < len(found):
        message = f"protocol.cuts fall together: {', '.join(map(_day, found))}; take fewer or others"
        raise ConfigError(message)
    return found


def end_time(protocol: Protocol, data: Dataset) -> int:
    """When all outcomes are known, in ms; without an end later than anything."""
    return int(np.iinfo(np.int64).max) if protocol.until is None else _instant(protocol.until, data)


def _instant(point: float | datetime, data: Dataset) -> int:
    """Of a share of the events, the time of the event there."""
    if isinstance(point, datetime):
        return int(point.timestamp() * 1_000)
    return int(data.events.time[int(point * len(data.events.time))])


def _day(time_ms: int) -> str:
    return str(np.datetime64(int(time_ms), "ms").astype("M8[s]"))


def _pages(protocol: Protocol, data: Dataset, pages: pl.DataFrame, cuts: tuple[int, ...]) -> Occasions:
    """One for each logged page."""
    del cuts
    if not len(pages):
        message = "protocol.kind is page, and the data have no pages log; use session or window"
        raise ConfigError(message)
    past = page_occasions(pages, data, _horizon(protocol))
    return past.take(np.argsort(past.time, kind="stable"))


def _sessions(protocol: Protocol, data: Dataset, pages: pl.DataFrame, cuts: tuple[int, ...]) -> Occasions:
    """One at each beginning; what follows counts within the horizon and while the session lasts."""
    del pages, cuts
    past = session_occasions(data, int(protocol.session_gap_hours * HOUR_MS), _horizon(protocol))
    order = np.lexsort((past.time, past.member))
    following = np.full(len(past), np.iinfo(np.int64).max)
    same = past.member[order[1:]] == past.member[order[:-1]]
    following[order[:-1][same]] = past.time[order[1:][same]]
    return replace(past, until=np.minimum(past.until, following))


def _windows(protocol: Protocol, data: Dataset, pages: pl.DataFrame, cuts: tuple[int, ...]) -> Occasions:
    """One for each member who comes between two cuts; what follows counts until the next."""
    del pages
    end = min(data.end_ms, end_time(protocol, data))
    parts = [window_occasions(data, low, high) for low, high in zip(cuts, (*cuts[1:], end), strict=True)]
    past = joined_occasions(parts)
    if protocol.horizon_hours is None:
        return past
    return replace(past, until=np.minimum(past.until, past.time + _horizon(protocol)))


KINDS: Mapping[str, Callable[[Protocol, Dataset, pl.DataFrame, tuple[int, ...]], Occasions]] = {
    "page": _pages,
    "session": _sessions,
    "window": _windows,
}


def _horizon(protocol: Protocol) -> int:
    return int((protocol.horizon_hours or 0.0) * HOUR_MS)


def _sampled(found: Asked, protocol: Protocol, rng_seed: int) -> Asked:
    """Some members, each with all occasions; then some of these."""
    members = np.unique(found.occasions.member)
    if 0 < protocol.members < len(members):
        drawn = rng_of(rng_seed, "sample of members").choice(members, protocol.members, replace=False)
        found = found.take(np.flatnonzero(np.isin(found.occasions.member, drawn)))
    if 0 < protocol.occasions < len(found):
        drawn = rng_of(rng_seed, "sample of occasions").choice(len(found), protocol.occasions, replace=False)
        found = found.take(np.sort(drawn))
    return found


def asked_frame(found: Asked, data: Dataset, strata: tuple[str, ...]) -> pl.DataFrame:
    """One row an occasion, with a column for each way to divide them."""
    past = found.occasions
    columns = {
        "occasion": pl.Series(range(len(found)), dtype=pl.Int32),
        "cut": found.cut,
        "member_id": data.members.ids.of(past.member),
        "time": pl.Series(past.time).cast(TIME),
        "until": pl.Series(past.until).cast(TIME),
        "device": [DEVICES[place] for place in past.device.tolist()],
    }
    return pl.DataFrame({**columns, **{name: STRATA[name](data, past) for name in strata}})


def occasions_of(frame: pl.DataFrame, data: Dataset) -> Occasions:
    """The occasions of such a table, or of some rows of it."""
    past = occasions(
        data.members.ids.positions(frame["member_id"]),
        frame["time"].cast(pl.Int64).to_numpy(),
        0,
        frame["device"].cast(pl.Enum(DEVICES)).to_physical().cast(pl.Int8).to_numpy(),
    )
    return replace(past, until=frame["until"].cast(pl.Int64).to_numpy())
