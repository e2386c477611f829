"""
What becomes of a title once it is chosen: how far it is watched, how many episodes, and what the member says of it.

A better liked title is finished more often; nobody knows beforehand: `liking` is the utility plus fresh noise.
"""

from typing import Final

import numpy as np

from pagegen.arrays import AnyArray, Float32, Float64, Int8, Int32, Int64, Mask, record, starts, within
from pagegen.data.schema import FINISHED
from pagegen.simulation.behaviour import sigmoid
from pagegen.simulation.world.catalog import SERIES, Titles
from pagegen.simulation.world.history import LIST_REMOVE, PLAY, THUMBS_DOWN, THUMBS_UP, Events, Live, joined

LIKING_BASE: Final = 1.7  # logit at utility 0
LIKING_SLOPE: Final = 0.4
LIKING_SD: Final = 0.9
BRIEF_SECONDS: Final = 60
TRIED: Final = 0.5  # new titles dropped within minutes, times (1 - liking)
END_BASE, END_LIKING = 0.3, 0.65  # chance to reach the end of a movie
MORE_EPISODES: Final = 0.62  # chance of another episode, times liking
MAX_EPISODES: Final = 6
BROKEN_OFF: Final = 0.22  # last episodes of a sitting that are not finished
LIKED, LOATHED = 0.1, 0.07  # thumbs, times liking and (1 - liking)
REMOVED: Final = 0.6  # finished titles taken off the list
THUMB_SECONDS, REMOVE_SECONDS = 4, 9  # after the end


@record
class Choices:
    """N titles chosen; of a member in the order chosen, all but the last of them brief."""

    member: Int32
    title: Int32
    seconds: Int64
    utility: Float32
    device: Int8
    brief: Mask  # left at once for another title


def watch(choices: Choices, titles: Titles, live: Live, rng: np.random.Generator) -> tuple[Events, Int64]:
    """All events that follow, and the second each sitting ends. Moves `live.progress` on."""
    liking = sigmoid(LIKING_BASE + LIKING_SLOPE * choices.utility + rng.normal(0, LIKING_SD, len(choices.title)))
    progress = _resumed(choices, titles, live)
    tried = choices.brief | ((progress == 0) & (rng.random(len(liking)) < TRIED * (1 - liking)))
    series = titles.kind[choices.title] == SERIES
    episodes = np.where(series & ~tried, _episodes(choices, titles, progress, liking, rng), 1)
    begun = np.where(series, 0, progress)
    moment = np.minimum(begun + BRIEF_SECONDS / (60 * titles.runtime_minutes[choices.title]), FINISHED - 0.005)
    last = np.where(choices.brief, moment, _last_fraction(series, tried, begun, liking, rng)).astype(np.float32)
    plays, end = _plays(choices, titles, progress, episodes, last)
    seen = np.floor(progress) + episodes - 1 + (last >= FINISHED)
    live.progress[choices.member, choices.title] = np.where(series, seen, last)
    return joined([plays, *_afterwards(choices, live, liking, last, end, rng)]), end + REMOVE_SECONDS


def _resumed(choices: Choices, titles: Titles, live: Live) -> Float32:
    """Where each sitting begins; what was finished begins anew."""
    progress = live.progress[choices.member, choices.title]
    series = titles.kind[choices.title] == SERIES
    whole = np.where(series, titles.seasons[choices.title] * titles.episodes[choices.title], FINISHED)
    return np.where(progress >= whole, 0, progress).astype(np.float32)


def _episodes(choices: Choices, titles: Titles, progress: Float32, liking: Float64, rng: np.random.Generator) -> Int64:
    wanted = np.minimum(rng.geometric(1 - MORE_EPISODES * liking), MAX_EPISODES)
    left = titles.seasons[choices.title] * titles.episodes[choices.title] - np.floor(progress)
    return np.asarray(np.maximum(np.minimum(wanted, left), 1), np.int64)


def _last_fraction(series: Mask, tried: Mask, begun: AnyArray, liking: Float64, rng: np.random.Generator) -> Float32:
    """Fraction of the movie, or of the last episode, at the end of the sitting."""
    count = len(liking)
    ended = rng.random(count) < np.where(series, 1 - BROKEN_OFF, END_BASE + END_LIKING * liking)
    partly = np.where(series, rng.uniform(0.1, 0.88, count), begun + (0.89 - begun) * rng.beta(1.5, 1.3, count))
    # A sitting that breaks off has gone beyond a try; a try has not.
    fraction = np.where(ended, rng.uniform(0.92, 1.0, count), np.maximum(partly, 0.1))
    return np.where(tried, rng.uniform(0.005, 0.095, count), fraction).astype(np.float32)


def _plays(choices: Choices, titles: Titles, progress: Float32, episodes: Int64, last: Float32) -> tuple[Events, Int64]:
    """One play an episode, one after the other; and when the last one ends."""
    start = starts(episodes)
    of, place = np.repeat(np.arange(len(episodes)), episodes), within(start)
    title = choices.title[of]
    series = titles.kind[title] == SERIES
    fraction = np.where(place == episodes[of] - 1, last[of], 1.0)
    begun = np.where(series, 0, progress[of])
    watched = np.round((fraction - begun) * titles.runtime_minutes[title] * 60).clip(1)
    before = np.cumsum(watched) - watched
    seconds = choices.seconds[of] + before - before[start[:-1]][of]
    number = np.floor(progress[of]).astype(np.int64) + place
    a_season = np.maximum(titles.episodes[title], 1)
    plays = Events(
        member=choices.member[of],
        title=title,
        kind=np.full(len(of), PLAY, np.int8),
        seconds=seconds.astype(np.int32),
        watched_seconds=watched.astype(np.float32),
        fraction=fraction.astype(np.float32),
        season=np.where(series, number // a_season + 1, 0).astype(np.int16),
        episode=np.where(series, number % a_season + 1, 0).astype(np.int16),
        device=choices.device[of],
    )
    return plays, choices.seconds + np.bincount(of, watched, minlength=len(episodes)).astype(np.int64)


def _afterwards(
    choices: Choices, live: Live, liking: Float64, last: Float32, end: Int64, rng: np.random.Generator
) -> list[Events]:
    """Thumbs, and titles taken off the list."""
    roll = rng.random(len(liking))
    enough = (last >= 0.5) & ~choices.brief
    up = enough & (roll < LIKED * liking)
    down = enough & (roll > 1 - LOATHED * (1 - liking))
    removed = live.listed[choices.member, choices.title] & (last >= FINISHED) & (rng.random(len(liking)) < REMOVED)
    said = [(up, THUMBS_UP, THUMB_SECONDS), (down, THUMBS_DOWN, THUMB_SECONDS), (removed, LIST_REMOVE, REMOVE_SECONDS)]
    return [
        acts(choices.member[who], choices.title[who], kind, end[who] + later, choices.device[who])
        for who, kind, later in said
    ]


def acts(member: Int32, title: Int32, kind: int, seconds: AnyArray, device: Int8) -> Events:
    """Events other than plays."""
    count = len(member)
    nothing, never = np.full(count, np.nan, np.float32), np.zeros(count, np.int16)
    return Events(
        member=member,
        title=title,
        kind=np.full(count, kind, np.int8),
        seconds=np.asarray(seconds).astype(np.int32),
        watched_seconds=nothing,
        fraction=nothing,
        season=never,
        episode=never,
        device=device,
    )
