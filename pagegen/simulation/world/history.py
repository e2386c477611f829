"""
What each member has already done with each title: the last outcome and when.

Two keepers of one answer: `Live` while the world runs, `Log` afterwards, rebuilt from the events alone.
"""

from typing import Final, Protocol

import numpy as np

from pagegen.arrays import NONE, AnyArray, Float32, Int8, Int16, Int32, Int64, Mask, ranges, record
from pagegen.data.schema import EVENT_KINDS
from pagegen.data.schema import FINISHED as FINISHED_FRACTION
from pagegen.simulation.world.rhythm import EPOCH_MS, SECOND_MS

UNTOUCHED, SAMPLED, UNFINISHED, FINISHED, DISLIKED = range(5)
SAMPLE_FRACTION: Final = 0.1  # a play that ended before this was only a try
PLAY, CLICK, LIST_ADD, LIST_REMOVE, THUMBS_UP, THUMBS_DOWN, NOT_INTERESTED = range(len(EVENT_KINDS))
NOT_YET: Final = np.iinfo(np.int32).max  # seconds


@record
class Events:
    """N events, in time order once the world is made."""

    member: Int32  # [N]
    title: Int32
    kind: Int8  # position in data.schema.EVENT_KINDS
    seconds: Int32  # since the epoch
    watched_seconds: Float32  # NaN unless a play
    fraction: Float32  # NaN unless a play
    season: Int16  # 0 unless a play of a series
    episode: Int16
    device: Int8


class History(Protocol):
    def last(self, member: Int32, seconds: Int64) -> tuple[Int8, Int32]:
        """[B, T] the last outcome strictly before a time and its second."""

    def franchises(self, member: Int32, seconds: Int64) -> Mask:
        """[B, franchise] whether a title of it was finished before."""


def seconds_of(time_ms: Int64) -> Int64:
    return (time_ms - EPOCH_MS) // SECOND_MS


def cells(mask: Mask) -> tuple[Int64, Int64]:
    """Row and column of each True cell, row by row; numpy's own nonzero takes five times as long."""
    row, column = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return row, column


def outcomes(events: Events, seasons: Int16, episodes: Int16) -> Int8:
    """[N] what each event makes of the pair; NONE where it changes nothing."""
    played = events.kind == PLAY
    ended = events.fraction >= FINISHED_FRACTION
    series = seasons[events.title] > 0
    last = (events.season == seasons[events.title]) & (events.episode == episodes[events.title])
    first = (events.season <= 1) & (events.episode <= 1)
    done = ended & (~series | last)
    tried = first & (events.fraction < SAMPLE_FRACTION)
    after_play = np.where(done, FINISHED, np.where(tried, SAMPLED, UNFINISHED))
    disliked = (events.kind == THUMBS_DOWN) | (events.kind == NOT_INTERESTED)
    return np.where(played, after_play, np.where(disliked, DISLIKED, NONE)).astype(np.int8)


@record
class Live:
    """Dense and updated in place, batch by batch."""

    outcome: Int8  # [M, T]
    seconds: Int32  # [M, T]
    progress: Float32  # [M, T] of a movie the fraction seen, of a series the episodes seen
    listed: Mask  # [M, T] on the member's list
    franchise: Int32  # [T] or NONE
    first_finish: Int32  # [M, franchise] second, or NOT_YET

    def last(self, member: Int32, seconds: Int64) -> tuple[Int8, Int32]:
        del seconds  # nothing later has happened yet
        return self.outcome[member], self.seconds[member]

    def franchises(self, member: Int32, seconds: Int64) -> Mask:
        return self.first_finish[member] < seconds[:, None]

    def note(self, events: Events, outcome: Int8) -> None:
        """Events must come in time order for each pair."""
        changed = np.flatnonzero(outcome != NONE)
        pair = (events.member[changed], events.title[changed])
        self.outcome[pair], self.seconds[pair] = outcome[changed], events.seconds[changed]
        _note_finishes(self.first_finish, self.franchise, events, outcome)
        listing = np.flatnonzero((events.kind == LIST_ADD) | (events.kind == LIST_REMOVE))
        self.listed[events.member[listing], events.title[listing]] = events.kind[listing] == LIST_ADD


def live(members: int, franchise: Int32) -> Live:
    """Nothing has happened."""
    shape = (members, len(franchise))
    return Live(
        outcome=np.zeros(shape, np.int8),
        seconds=np.zeros(shape, np.int32),
        progress=np.zeros(shape, np.float32),
        listed=np.zeros(shape, bool),
        franchise=franchise,
        first_finish=_no_finishes(members, franchise),
    )


@record
class Log:
    """The events that changed an outcome, by member and time."""

    titles: int
    key: Int64  # [N] member and second
    title: Int32  # [N]
    outcome: Int8  # [N]
    seconds: Int32  # [N]
    first_finish: Int32  # [M, franchise]

    def last(self, member: Int32, seconds: Int64) -> tuple[Int8, Int32]:
        first = np.searchsorted(self.key, _key(member, 0))
        end = np.searchsorted(self.key, _key(member, np.maximum(seconds, 0)))
        at = ranges(first, end - first)
        request = np.repeat(np.arange(len(member)), end - first)
        outcome = np.zeros((len(member), self.titles), np.int8)
        second = np.zeros((len(member), self.titles), np.int32)
        # Later events of a pair overwrite earlier ones: numpy assigns repeated indices in order.
        outcome[request, self.title[at]], second[request, self.title[at]] = self.outcome[at], self.seconds[at]
        return outcome, second

    def franchises(self, member: Int32, seconds: Int64) -> Mask:
        return self.first_finish[member] < seconds[:, None]


def log(events: Events, outcome: Int8, members: int, franchise: Int32) -> Log:
    """From all events in time order."""
    changed = np.flatnonzero(outcome != NONE)
    key = _key(events.member[changed], events.seconds[changed])
    order = changed[np.argsort(key, kind="stable")]
    first_finish = _no_finishes(members, franchise)
    _note_finishes(first_finish, franchise, events, outcome)
    return Log(
        titles=len(franchise),
        key=np.sort(key, kind="stable"),
        title=events.title[order],
        outcome=outcome[order],
        seconds=events.seconds[order],
        first_finish=first_finish,
    )


def joined(parts: list[Events]) -> Events:
    """All parts as one, in time order; the order of arrival breaks ties."""
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Events.__dataclass_fields__}
    order = np.argsort(columns["seconds"], kind="stable")
    return Events(**{name: column[order] for name, column in columns.items()})


def _key(member: AnyArray, seconds: AnyArray | int) -> Int64:
    return (member.astype(np.int64) << 32) + seconds


def _no_finishes(members: int, franchise: Int32) -> Int32:
    return np.full((members, int(franchise.max(initial=NONE)) + 1), NOT_YET, np.int32)


def _note_finishes(first_finish: Int32, franchise: Int32, events: Events, outcome: Int8) -> None:
    done = np.flatnonzero((outcome == FINISHED) & (franchise[events.title] != NONE))
    np.minimum.at(first_finish, (events.member[done], franchise[events.title[done]]), events.seconds[done])
