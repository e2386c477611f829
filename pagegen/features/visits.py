"""Visits: how the member comes and goes, and what everybody played since they were last here."""

import numpy as np

from pagegen.arrays import Float64, Int32, Int64, groups, lengths, record
from pagegen.context import Contexts, Played
from pagegen.data.catalog import NOT_KNOWN
from pagegen.data.trends import DAY_MS, HOUR_MS
from pagegen.features.pairs import Pairs
from pagegen.features.titles import FUTURE

SESSION_GAP_MS = HOUR_MS  # silence that begins a session
FORTNIGHT_MS = 14 * DAY_MS
PRIOR_PLAYS = 50.0  # that are mixed with those of a time
PRIOR_SHARE = 0.001  # of a title in these; not of the catalog, which will have grown


@record
class SinceVisit:
    """
    Since the member's last play: the log of the title's share of everybody's plays, the same against its share before,
    its share in the fortnight before, and how many days later the title arrived and was released. What is popular now
    and was so when they were last here, they have probably seen and not wanted. NaN for a member without plays.
    """

    name: str = "since_visit"
    columns: tuple[str, ...] = (
        "share_since_visit",
        "lift_since_visit",
        "share_at_visit",
        "arrival_after_visit_days",
        "release_after_visit_days",
    )

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        contexts, visit = pairs.contexts, _last_play(pairs.contexts)
        before = _plays_before(contexts, visit)
        at_visit = before - _plays_before(contexts, visit - FORTNIGHT_MS)
        since = contexts.trends.total - before
        share = _log_share(pairs, since)
        release = contexts.data.catalog.release_ms[pairs.title]
        released = np.where(release == NOT_KNOWN, np.nan, release)
        first = pairs.lookup(contexts.trends.first_ms)
        arrived = np.fmax(np.where(first == FUTURE, np.nan, first), released)
        later = [(when - pairs.spread(visit)) / DAY_MS for when in (arrived, released)]
        return [share, share - _log_share(pairs, before), _log_share(pairs, at_visit), *later]


def _last_play(contexts: Contexts) -> Float64:
    """[B] ms; NaN without one."""
    start, last = contexts.played.start, np.full(len(contexts), np.nan)
    some = np.flatnonzero(lengths(start))
    last[some] = contexts.played.time[start[1:][some] - 1]
    return last


def _plays_before(contexts: Contexts, time: Float64) -> Float64:
    """[B, T] plays anywhere before the hour of this time began, of those the request knows; NaN without a time."""
    before = np.full((len(contexts), len(contexts.data.catalog)), np.nan)
    for b in np.flatnonzero(time == time).tolist():
        hour = min(int(time[b]), int(contexts.known_until[b])) // HOUR_MS * HOUR_MS
        before[b] = contexts.data.trends.worldwide.before(hour)
    return before


def _log_share(pairs: Pairs, plays: Float64) -> Float64:
    """[M] log of each title's share of the plays [B, T] of its request."""
    prior = PRIOR_PLAYS * PRIOR_SHARE
    return np.log((pairs.lookup(plays) + prior) / pairs.spread(plays.sum(axis=1) + PRIOR_PLAYS))


@record
class Sessions:
    """
    The member's sessions, an hour of silence apart: how many, titles in the last and their share of all, titles of the
    last 7 days, and the share of the played among all titles anybody has played.
    """

    name: str = "sessions"
    columns: tuple[str, ...] = ("sessions", "last_session", "last_session_share", "titles_week", "share_of_catalog")

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        contexts, played = pairs.contexts, pairs.contexts.played
        count, latest = sessions(played)
        titles = lengths(played.start).astype(np.float64)
        request = groups(played.start)
        week = np.bincount(request[played.time > contexts.time[request] - 7 * DAY_MS], minlength=len(contexts))
        alive = (contexts.trends.total > 0).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            columns = (np.log1p(count), np.log1p(latest), latest / titles, np.log1p(week), titles / alive)
        return [pairs.spread(column) for column in columns]


def sessions(played: Played) -> tuple[Int64, Int64]:
    """[B] sessions of each request's member, and [B] titles in the last of them."""
    request, size = groups(played.start), len(played.start) - 1
    begins = np.ones(len(request), np.bool_)
    begins[1:] = (request[1:] != request[:-1]) | (np.diff(played.time) >= SESSION_GAP_MS)
    count = np.bincount(request[begins], minlength=size)
    session = np.cumsum(begins)
    last: Int32 = np.zeros(size, np.int32)
    last[request] = session  # repeated index: the last wins
    return count, np.bincount(request[session == last[request]], minlength=size)
