"""
Trends: how often titles were played, as of any closed hour, worldwide and by country.

Cumulative counts are kept at every `block` plays; a question adds the plays since the last of them, so it costs
one pass over at most a block, and the table takes about as much memory as the log. Live and offline ask the same
function, so they get the same number.
"""

import numpy as np

from pagegen.arrays import NONE, Float32, Float64, Int32, Int64, record
from pagegen.data.events import PLAY, Events

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
SMALLEST_BLOCK = 4_096


@record
class PlayLog:
    """The plays of one country (or of all) in time order, with cumulative counts at every `block` of them."""

    time: Int64  # [plays] ms
    title: Int32  # [plays]
    block: int
    counts: Float64  # [plays // block + 1, T] plays before the block begins

    def before(self, time: int) -> Float64:
        """[T] plays before this time."""
        stop = int(self.time.searchsorted(time, side="left"))
        base = stop // self.block
        return self.counts[base] + np.bincount(self.title[base * self.block : stop], minlength=self.counts.shape[1])


@record
class GradeLog:
    """Grades in time order, with cumulative sums; exact, because grades are multiples of GRADE_STEP."""

    plays: PlayLog  # the graded plays
    grade: Float64  # [plays]
    sums: Float64  # [plays // block + 1, T]

    @property
    def highest(self) -> float:
        """Of all; -inf without any."""
        return float(self.grade.max(initial=-np.inf))

    def before(self, time: int) -> tuple[Float64, Float64]:
        """[T] number and [T] sum of the grades given before this time."""
        log = self.plays
        stop = int(log.time.searchsorted(time, side="left"))
        base = stop // log.block
        since = slice(base * log.block, stop)
        sums = self.sums[base] + np.bincount(log.title[since], self.grade[since], minlength=self.sums.shape[1])
        return log.before(time), sums


@record
class LastPlays:
    """When each title was last played, as of any time."""

    plays: PlayLog
    last: Int64  # [plays // block + 1, T] ms; NEVER before the first play

    def before(self, time: int) -> Int64:
        """[T] time of the last play before this time, NEVER without one."""
        log = self.plays
        stop = int(log.time.searchsorted(time, side="left"))
        base = stop // log.block
        last = self.last[base].copy()
        last[log.title[base * log.block : stop]] = log.time[base * log.block : stop]  # repeated index: the last wins
        return last


NEVER = np.iinfo(np.int64).min


@record
class Trends:
    worldwide: PlayLog
    by_country: tuple[PlayLog, ...]  # over countries
    last: LastPlays
    grades: GradeLog
    first: Int64  # [T] time of a title's first event of any kind; a later one than any request's is as good as none

    def of_country(self, country: int, since: int, until: int, least: float) -> PlayLog:
        """The country's log when it has at least `least` plays in [since, until); else the world's."""
        if country == NONE:
            return self.worldwide
        log = self.by_country[country]
        return log if np.diff(np.searchsorted(log.time, [since, until]))[0] >= least else self.worldwide


def read_trends(events: Events, member_country: Int32, countries: int, titles: int) -> Trends:
    """Index the plays of an event log."""
    play = np.flatnonzero(events.kind == PLAY)
    country = member_country[events.member[play]]
    worldwide = _play_log(events, play, titles)
    graded = play[~np.isnan(events.grade[play])]
    return Trends(
        worldwide=worldwide,
        by_country=tuple(_play_log(events, play[country == c], titles) for c in range(countries)),
        last=LastPlays(plays=worldwide, last=_last_plays(worldwide, titles)),
        grades=_grade_log(_play_log(events, graded, titles), events.grade[graded]),
        first=_first_events(events, titles),
    )


def _play_log(events: Events, position: Int64, titles: int) -> PlayLog:
    title, block = events.title[position], max(SMALLEST_BLOCK, titles)
    return PlayLog(time=events.time[position], title=title, block=block, counts=_cumulative(title, None, block, titles))


def _cumulative(title: Int32, weight: Float64 | None, block: int, titles: int) -> Float64:
    sums = np.zeros((len(title) // block + 1, titles))
    for base in range(1, len(sums)):
        part = slice((base - 1) * block, base * block)
        sums[base] = sums[base - 1] + np.bincount(
            title[part], None if weight is None else weight[part], minlength=titles
        )
    return sums


def _last_plays(log: PlayLog, titles: int) -> Int64:
    last = np.full((len(log.title) // log.block + 1, titles), NEVER)
    for base in range(1, len(last)):
        part = slice((base - 1) * log.block, base * log.block)
        last[base] = last[base - 1]
        last[base][log.title[part]] = log.time[part]
    return last


def _grade_log(log: PlayLog, grade: Float32) -> GradeLog:
    exact = grade.astype(np.float64)
    return GradeLog(plays=log, grade=exact, sums=_cumulative(log.title, exact, log.block, log.counts.shape[1]))


def _first_events(events: Events, titles: int) -> Int64:
    first = np.full(titles, np.iinfo(np.int64).max)
    first[events.title[::-1]] = events.time[::-1]
    return first
