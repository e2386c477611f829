"""Past moments at which members could go on with something, and with what they did: what the model learns from."""

import numpy as np

from pagegen.arrays import Float64, Int32, Int64, Mask, record
from pagegen.context import Begun, Moments, Rule, read_begun
from pagegen.context.begun import number_of
from pagegen.context.history import last_plays, logged_history
from pagegen.data.dataset import Past
from pagegen.data.events import PLAY
from rankers.resume.signs import SIGNS, signs

BATCH = 256  # moments
NEVER = np.iinfo(np.int64).max


@record
class Learnable:
    """What could be gone on with."""

    signs: Float64  # [K, SIGNS]
    label: Mask  # [K] whether it was played within the horizon
    request: Int64  # [K] position of the event with which the session began


def learnable(past: Past, begin: Int64, horizon_ms: int, rule: Rule) -> Learnable:
    """What went on at these events, each the beginning of a session; nothing is known of the event itself."""
    events = past.data.events
    next_plays, episodes = _next_plays(past), episodes_of(past)
    parts = []
    for low in range(0, len(begin), BATCH):
        begun = begun_at(past, begin[low : low + BATCH], rule)
        at = begin[low : low + BATCH][begun.request]
        label = next_plays.after(events.member[at], begun.title, at) < events.time[at] + horizon_ms
        last = episodes.before(begun.title, at)
        parts.append((signs(begun, past.data.catalog, last), label, at))
    if not parts:
        return Learnable(signs=np.zeros((0, SIGNS)), label=np.zeros(0, np.bool_), request=begin)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Learnable(signs=columns[0], label=columns[1], request=columns[2])


def begun_at(past: Past, at: Int64, rule: Rule) -> Begun:
    """What the members of these events could go on with just before them."""
    events, data = past.data.events, past.data
    history = logged_history(events.member[at], at, data)
    asked = Moments(time=events.time[at], device=events.device[at])
    return read_begun(history, last_plays(history, len(data.catalog)), asked, data, rule)


@record
class _NextPlays:
    """When a member plays a title next."""

    key: Int64  # [plays] member and title, then position; ascending
    time: Int64  # [plays] ms
    titles: int
    size: int  # of the log

    def after(self, member: Int32, title: Int32, position: Int64) -> Int64:
        """[K] ms of each member's first play of the title from this position on; NEVER without one."""
        pair = member.astype(np.int64) * self.titles + title
        place = np.searchsorted(self.key, pair * self.size + position)
        there = np.minimum(place, len(self.key) - 1)
        same = (place < len(self.key)) & (self.key[there] // self.size == pair)
        return np.where(same, self.time[there], NEVER)


def _next_plays(past: Past) -> _NextPlays:
    events, titles, size = past.data.events, len(past.data.catalog), past.watermark + 1
    play = np.flatnonzero(events.kind[: past.watermark] == PLAY)
    key = (events.member[play].astype(np.int64) * titles + events.title[play]) * size + play
    order = np.argsort(key)
    return _NextPlays(key=key[order], time=events.time[play][order], titles=titles, size=size)


@record
class Episodes:
    """The last episode of each series that anybody had played, as of any position in the log."""

    key: Int64  # [plays of an episode] title, then position; ascending
    last: Int64  # [the same] title, then the number of the last episode so far
    size: int  # of the log

    def before(self, title: Int32, position: Int64) -> Int32:
        """[K] the number of the title's last episode before this position; 0 where nobody had played one."""
        place = np.searchsorted(self.key, title.astype(np.int64) * self.size + position) - 1
        last = self.last[np.maximum(place, 0)] if len(self.last) else np.zeros(len(title), np.int64)
        return np.where((place >= 0) & (last >> 32 == title), last & 0xFFFFFFFF, 0).astype(np.int32)


def episodes_of(past: Past) -> Episodes:
    events, size = past.data.events, past.watermark + 1
    number = number_of(events.season[: past.watermark], events.episode[: past.watermark]).astype(np.int64)
    play = np.flatnonzero((number > 0) & (events.kind[: past.watermark] == PLAY))
    title = events.title[play].astype(np.int64)
    order = np.argsort(title, kind="stable")
    last = np.maximum.accumulate((title << 32 | number[play])[order])  # the title rules, so each begins anew
    return Episodes(key=(title * size + play)[order], last=last, size=size)
