"""What members have begun and not finished: the titles that can go on, and the member's past with each."""

import msgspec
import numpy as np

from pagegen.arrays import Float32, Int8, Int32, Int64, groups, record, starts, within
from pagegen.context.history import History, Played
from pagegen.data.dataset import Dataset
from pagegen.data.events import PLAY
from pagegen.data.schema import FINISHED, TITLE_KINDS
from pagegen.data.trends import DAY_MS

SERIES = TITLE_KINDS.index("series")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    What goes on: a movie while its last play stopped between `min_fraction` and 90 %; a series whatever its fraction,
    since the next episode waits; both if played within `keep_days`.
    """

    min_fraction: float = 0.05  # less of a title is a look, not a beginning
    keep_days: int = 60


@record
class Moments:
    """When and on what B members ask."""

    time: Int64  # [B] ms
    device: Int8  # [B] position in DEVICES


@record
class Begun:
    """The titles that go on for each of B members, the latest played first."""

    asked: Moments
    start: Int64  # [B + 1]
    title: Int32  # [K]
    time: Int64  # [K] ms, of the last play
    fraction: Float32  # [K] of the last play
    episode: Int32  # [K] of the last play, as `number_of` counts; 0 without one
    first: Int64  # [K] ms, of the first play
    plays: Int64  # [K] of the title
    since: Int64  # [K] plays of anything after the last of the title

    @property
    def request(self) -> Int32:
        """[K] whose it is."""
        return groups(self.start)

    @property
    def place(self) -> Int64:
        """[K] titles of the member that go on and were played later."""
        return within(self.start)


def read_begun(history: History, played: Played, asked: Moments, data: Dataset, rule: Rule) -> Begun:
    """What goes on for the members of these histories at these moments."""
    request, time = groups(played.start), asked.time
    going_on = (data.catalog.kind[played.title] == SERIES) | (played.fraction < FINISHED)
    recent = played.time >= time[request] - rule.keep_days * DAY_MS
    kept = np.flatnonzero((played.fraction >= rule.min_fraction) & going_on & recent)
    start = starts(np.bincount(request[kept], minlength=len(time)))
    kept = kept[np.repeat(start[1:] + start[:-1] - 1, np.diff(start)) - np.arange(len(kept))]  # each from its end
    return _with_past(history, asked, (start, played.title[kept]), len(data.catalog))


def _with_past(history: History, asked: Moments, going_on: tuple[Int64, Int32], titles: int) -> Begun:
    """The titles that go on, and what the histories tell of them."""
    start, title = going_on
    play = np.flatnonzero(history.kind == PLAY)
    of_play, place = groups(history.start)[play], np.arange(len(play))
    cell = of_play.astype(np.int64) * titles + history.title[play]
    wanted = groups(start).astype(np.int64) * titles + title
    first, last = np.empty((2, (len(start) - 1) * titles), np.int64)  # only the cells of plays are written and read
    first[cell[::-1]] = place[::-1]  # repeated index: the one written last wins
    last[cell] = place
    latest = play[last[wanted]]
    plays_of_request = starts(np.bincount(of_play, minlength=len(start) - 1))
    return Begun(
        asked=asked,
        start=start,
        title=title,
        time=history.time[latest],
        fraction=history.fraction[latest],
        episode=number_of(history.season[latest], history.episode[latest]),
        first=history.time[play[first[wanted]]],
        plays=np.bincount(cell, minlength=(len(start) - 1) * titles)[wanted],
        since=plays_of_request[groups(start) + 1] - 1 - last[wanted],
    )


def number_of(season: np.ndarray, episode: np.ndarray) -> Int32:
    """One number for season and episode, in their order; 0 for neither."""
    return season.astype(np.int32) * 65_536 + episode
