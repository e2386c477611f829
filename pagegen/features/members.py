"""The member's side and the moment: who asks, when, on what."""

import numpy as np

from pagegen.arrays import Float64, groups, lengths, record
from pagegen.context import History
from pagegen.data.catalog import NOT_KNOWN
from pagegen.data.events import PLAY
from pagegen.data.schema import DEVICES
from pagegen.data.trends import DAY_MS, HOUR_MS
from pagegen.features.pairs import Pairs
from pagegen.features.tastes import means


@record
class MemberActivity:
    """Titles played so far, days since the last play and since the first, mean grade, appetite for new titles."""

    name: str = "member_activity"
    columns: tuple[str, ...] = (
        "titles_played",
        "last_play_days",
        "history_days",
        "member_mean_grade",
        "novelty_appetite",
    )

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        contexts = pairs.contexts
        played, release = contexts.played, contexts.data.catalog.release_ms
        request = groups(played.start)
        first, last = _first_and_last(contexts.history)
        age = np.where(release[played.title] == NOT_KNOWN, np.nan, (played.time - release[played.title]) / DAY_MS)
        per_request = (
            np.log1p(lengths(played.start)),
            (contexts.time - last) / DAY_MS,
            (contexts.time - first) / DAY_MS,
            means(request, played.grade.astype(np.float64), len(contexts)),
            means(request, np.log1p(np.maximum(age, 0.0)), len(contexts)),
        )
        return [pairs.spread(value) for value in per_request]


def _first_and_last(history: History) -> tuple[Float64, Float64]:
    """[B] times of the first and of the last play; NaN without one."""
    play = np.flatnonzero(history.kind == PLAY)
    request, time = groups(history.start)[play], history.time[play]
    first, last = np.full((2, len(history.start) - 1), np.nan)
    first[request[::-1]] = time[::-1]  # repeated index: the one written last wins
    last[request] = time
    return first, last


@record
class OwnPlays:
    """The member's own past with this very title: days since they last played it, and since they last touched it."""

    name: str = "own_plays"
    columns: tuple[str, ...] = ("own_play_days", "own_touch_days")

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        history, now = pairs.contexts.history, pairs.spread(pairs.contexts.time)
        request = groups(history.start)
        shape = (len(pairs.contexts), len(pairs.contexts.data.catalog))
        played, touched = np.full(shape, np.nan), np.full(shape, np.nan)
        play = history.kind == PLAY
        played[request[play], history.title[play]] = history.time[play]
        touched[request[~play], history.title[~play]] = history.time[~play]
        return [(now - pairs.lookup(when)) / DAY_MS for when in (played, touched)]


@record
class Moment:
    """Hour and weekday (UTC, Monday 0) of the request, and its device."""

    name: str = "moment"
    columns: tuple[str, ...] = ("hour", "weekday", "device")

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        time = pairs.contexts.time
        device = np.array([DEVICES.index(request.device) for request in pairs.contexts.requests], np.float64)
        weekday = (time // DAY_MS + 3) % 7  # 1 January 1970 was a Thursday
        return [pairs.spread(value) for value in (time // HOUR_MS % 24, weekday, device)]
