"""
Asked: the past requests a ranker learns from, in windows, each with the past that its sources are fitted on.

Kinds: `page` (the logged pages), `session` (beginnings of sessions), `window` (one a member at each of several cuts),
`crossfit` (a log without time: see `crossfit.py`).
"""

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import polars as pl

from pagegen.arrays import Int64, record
from pagegen.bundle.settings import ExampleSettings
from pagegen.data.dataset import Past
from pagegen.data.trends import HOUR_MS
from pagegen.errors import ConfigError
from pagegen.ordering import Examination
from pagegen.replay import Occasions, earlier_events, joined_occasions, session_occasions, window_occasions
from pagegen.training.crossfit import folds
from pagegen.training.exposure import Exposure, page_exposure, page_occasions


@record
class Asked:
    """Past requests to learn from, in time order, with the pages they got where these were logged."""

    past: Past  # all that their sources may have seen
    occasions: Occasions
    exposure: Exposure | None
    page: Int64  # [O] place of each occasion's page in the exposure

    def windows(self, count: int) -> list["Asked"]:
        """Consecutive parts with nearly equal numbers of occasions, each with the past before its first."""
        cuts = np.array_split(np.arange(len(self.occasions)), count)
        return [self.part(cut).first_known() for cut in cuts if len(cut)]

    def part(self, which: Int64) -> "Asked":
        return Asked(
            past=self.past, occasions=self.occasions.take(which), exposure=self.exposure, page=self.page[which]
        )

    def first_known(self) -> "Asked":
        """The same, with what had happened before the first of them."""
        data = self.past.data
        past = Past(data=data, watermark=data.events.before(int(self.occasions.time[0])))
        return Asked(past=past, occasions=self.occasions, exposure=self.exposure, page=self.page)


@record
class Log:
    """What there is to ask about."""

    past: Past
    pages: pl.DataFrame  # the pages log before the cut-off; no rows where there is none
    examination: Examination
    rng: np.random.Generator  # of what is drawn


def asked_windows(log: Log, settings: ExampleSettings) -> list[Asked]:
    """
    The requests, oldest first; the ranker is judged by the last window.

    Raises:
        ConfigError: the log has nothing of the kind that the settings ask for.
    """
    return KINDS[kind_of(log, settings)](log, settings)


def kind_of(log: Log, settings: ExampleSettings) -> str:
    """What `auto` means here: pages where they are logged, else sessions; folds where nothing tells when."""
    if settings.kind != "auto":
        return settings.kind
    if len(log.pages):
        return "page"
    return "crossfit" if log.past.timeless else "session"


def asked_pages(log: Log, settings: ExampleSettings) -> Asked:
    """
    The newest requests of the pages log whose horizon is over.

    Raises:
        ConfigError: there is none.
    """
    if not len(log.pages):
        message = "fit.examples.kind is page, and the data have no pages log; use auto"
        raise ConfigError(message)
    found = page_occasions(log.pages, log.past.data, _horizon(settings))
    exposure = page_exposure(log.pages, log.past.data, log.examination)
    over = _over(log.past, found, settings)[-settings.pages :]
    return Asked(past=log.past, occasions=found.take(over), exposure=exposure, page=over)


def asked_sessions(log: Log, settings: ExampleSettings) -> Asked:
    """The newest beginnings of sessions whose horizon is over."""
    found = session_occasions(log.past.data, int(settings.session_gap_hours * HOUR_MS), _horizon(settings))
    over = _over(log.past, found, settings)[-settings.occasions :]
    return Asked(past=log.past, occasions=found.take(over), exposure=None, page=over)


def _horizon(settings: ExampleSettings) -> int:
    return int(settings.horizon_hours * HOUR_MS)


def _over(past: Past, found: Occasions, settings: ExampleSettings) -> Int64:
    """Places of those that came after the warm-up and whose horizon is over."""
    warm = past.data.events.time[int(settings.warmup * past.watermark)] if past.watermark else 0
    known = found.member >= 0  # a page of somebody the data do not have is nobody's past
    return np.flatnonzero(known & (found.until <= past.time) & (found.time >= warm))


def asked_at_cuts(log: Log, settings: ExampleSettings) -> Asked:
    """
    The log after the warm-up is cut into `windows` equal shares of its events; at each cut stands a request for every
    member who comes before the next one, until when what is played counts. The newest of them.
    """
    past = log.past
    share = np.linspace(settings.warmup, 1.0, settings.windows + 1)[:-1]
    cuts = np.unique(past.data.events.time[(share * past.watermark).astype(np.int64)]) if past.watermark else share[:0]
    ends = [*cuts.tolist(), past.time]
    found = joined_occasions([window_occasions(past.data, low, high) for low, high in pairwise(map(int, ends))])
    kept = np.flatnonzero(earlier_events(past.data, found) >= settings.min_history)[-settings.occasions :]
    return Asked(past=past, occasions=found.take(kept), exposure=None, page=kept)


def _cuts(log: Log, settings: ExampleSettings) -> list[Asked]:
    """The requests of each cut: those of one time."""
    found = asked_at_cuts(log, settings)
    parts = np.split(np.arange(len(found.occasions)), np.flatnonzero(np.diff(found.occasions.time)) + 1)
    return [found.part(part).first_known() for part in parts if len(part)]


def _folds(log: Log, settings: ExampleSettings) -> list[Asked]:
    """One request a member and fold."""
    found = folds(log.past, settings.folds, settings.windows, settings.occasions, log.rng)
    return [Asked(past=past, occasions=asked, exposure=None, page=np.arange(len(asked))) for past, asked in found]


KINDS: Mapping[str, Callable[[Log, ExampleSettings], list[Asked]]] = {
    "page": lambda log, settings: asked_pages(log, settings).windows(settings.windows),
    "session": lambda log, settings: asked_sessions(log, settings).windows(settings.windows),
    "window": _cuts,
    "crossfit": _folds,
}
