"""
Examples: the pairs of past requests, with what became of them. The only place where titles are labelled.

Label 1: the title was first played within the horizon. Positives outside the pool are never added; they are counted
as pool misses. Every window's sources are fitted as of its start, so no score has seen a label.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import polars as pl

from pagegen.arrays import Float32, Float64, Int8, Int32, Int64, Mask, groups, lengths, record, starts
from pagegen.bundle.settings import ExampleSettings
from pagegen.data.dataset import Past
from pagegen.data.trends import HOUR_MS
from pagegen.engine import Engine, Retrieved
from pagegen.features import FeatureTable
from pagegen.ordering import Examination
from pagegen.ranking import Examples
from pagegen.replay import (
    Occasions,
    Outcomes,
    earlier_events,
    joined_occasions,
    outcomes,
    replay,
    session_occasions,
    window_occasions,
)
from pagegen.training.exposure import Exposure, page_exposure, page_occasions

MOST_WEIGHT = 10.0  # inverse propensities are clipped here


@record
class Asked:
    """Past requests to learn from, in time order, with the pages they got where these were logged."""

    occasions: Occasions
    exposure: Exposure | None
    page: Int64  # [O] place of each occasion's page in the exposure
    cut: Int64 | None = (
        None  # [O] ascending, the window of each where the log was cut into windows; None: any part is one
    )

    def windows(self, count: int) -> list["Asked"]:
        """Those of the log's own cuts; else consecutive parts with nearly equal numbers of occasions."""
        places = np.arange(len(self.occasions))
        if self.cut is None:
            parts = np.array_split(places, count)
        else:
            parts = np.split(places, np.flatnonzero(np.diff(self.cut)) + 1)
        return [self.part(part) for part in parts if len(part)]

    def part(self, which: Int64) -> "Asked":
        cut = None if self.cut is None else self.cut[which]
        return Asked(occasions=self.occasions.take(which), exposure=self.exposure, page=self.page[which], cut=cut)


def asked_before(past: Past, pages: pl.DataFrame, settings: ExampleSettings, examination: Examination) -> Asked:
    """
    The newest requests whose horizon is over.

    `page`: logged pages. `session`: beginnings of sessions. `window`: the log after the warm-up is cut into `windows`
    equal shares of its events, and at each cut stands a request for every member who comes before the next one.
    """
    kind = settings.kind if settings.kind != "auto" else "page" if len(pages) else "session"
    if kind == "window":
        return _cut(past, settings)
    horizon = int(settings.horizon_hours * HOUR_MS)
    if kind == "page":
        occasions = page_occasions(pages, past.data, horizon)
        exposure = page_exposure(pages, past.data, examination)
    else:
        occasions, exposure = session_occasions(past.data, int(settings.session_gap_hours * HOUR_MS), horizon), None
    warm = past.data.events.time[int(settings.warmup * past.watermark)] if past.watermark else 0
    known = occasions.member >= 0  # a page of somebody the data do not have is nobody's past
    most = settings.pages if kind == "page" else settings.occasions
    over = np.flatnonzero(known & (occasions.until <= past.time) & (occasions.time >= warm))[-most:]
    return Asked(occasions=occasions.take(over), exposure=exposure, page=over)


def _cut(past: Past, settings: ExampleSettings) -> Asked:
    """Requests at cuts of equal shares of the events, each until the next cut."""
    share = np.linspace(settings.warmup, 1.0, settings.windows + 1)[:-1]
    cuts = np.unique(past.data.events.time[(share * past.watermark).astype(np.int64)]) if past.watermark else share[:0]
    ends = [*cuts.tolist(), past.time]
    parts = [window_occasions(past.data, low, high) for low, high in pairwise(map(int, ends))]
    joined = joined_occasions(parts)
    cut = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    kept = np.flatnonzero(earlier_events(past.data, joined) >= settings.min_history)[-settings.occasions :]
    return Asked(occasions=joined.take(kept), exposure=None, page=kept, cut=cut[kept])


@record
class Window:
    """Labelled pairs of one window's requests."""

    member: Int32  # [B]
    table: FeatureTable  # M pairs
    label: Int8  # [M]
    weight: Float32  # [M]
    shown: Mask  # [M] whether it came into view on the logged page
    total: Float64  # [M] plays so far: what the popularity baseline ranks by
    targets: Int64  # [B] titles first played within the horizon, in the pool or not

    @property
    def request(self) -> Int32:
        return self.table.request


def label_window(engine: Engine, asked: Asked, thin: Callable[[Window], Window] | None = None) -> Window:
    """
    Replay a window's requests through the engine and label their pairs.

    Args:
        engine: with sources as of the window's start.
        asked: the requests.
        thin: of a window to learn from: leaves out pairs, and requests without a play are not replayed at all. None: a
            window to judge by, whole.
    """
    if thin:
        plays = lengths(outcomes(engine.data, asked.occasions).start)
        asked = asked.part(np.flatnonzero(plays) if plays.any() else np.arange(1))
    parts: list[Window] = []
    low = 0
    for retrieved, followed in replay(engine.retrieve, engine.data, asked.occasions):
        batch = asked.part(np.arange(low, low + len(retrieved.contexts)))
        part = _label(retrieved, followed, batch)
        parts.append(thin(part) if thin else part)
        low += len(retrieved.contexts)
    return _joined(parts)


def _label(retrieved: Retrieved, followed: Outcomes, asked: Asked) -> Window:
    """Titles that came into view weigh 1 / P(examined), clipped; all others 1."""
    pairs = retrieved.pairs
    label = followed.mask(pairs.request, pairs.title, len(retrieved.contexts.data.catalog))
    chance = np.zeros(len(pairs))
    if asked.exposure is not None:
        chance = asked.exposure.chances(asked.page, pairs.start, pairs.title)
    shown = chance > 0
    return Window(
        member=asked.occasions.member,
        table=retrieved.table,
        label=label.astype(np.int8),
        weight=np.where(shown, np.minimum(1.0 / np.where(shown, chance, 1.0), MOST_WEIGHT), 1.0).astype(np.float32),
        shown=shown,
        total=pairs.lookup(retrieved.contexts.trends.total),
        targets=lengths(followed.start),
    )


def _joined(parts: Sequence[Window]) -> Window:
    first = np.cumsum([0, *(len(part.member) for part in parts)])
    table = FeatureTable(
        names=parts[0].table.names,
        values=np.concatenate([part.table.values for part in parts]),
        start=starts(np.concatenate([lengths(part.table.start) for part in parts])),
        request=np.concatenate([part.request + base for part, base in zip(parts, first[:-1], strict=True)]).astype(
            np.int32
        ),
        title=np.concatenate([part.table.title for part in parts]),
    )
    return Window(
        member=np.concatenate([part.member for part in parts]),
        table=table,
        label=np.concatenate([part.label for part in parts]),
        weight=np.concatenate([part.weight for part in parts]),
        shown=np.concatenate([part.shown for part in parts]),
        total=np.concatenate([part.total for part in parts]),
        targets=np.concatenate([part.targets for part in parts]),
    )


def examples(windows: Sequence[Window]) -> Examples:
    """What a ranker learns from: the requests that have a positive in their pool, the others teach it nothing."""
    kept = [_with_positives(window) for window in windows]
    table = FeatureTable(
        names=windows[0].table.names,
        values=np.concatenate([window.table.values[rows] for window, rows, _ in kept]),
        start=starts(np.concatenate([lengths for _, _, lengths in kept])),
        request=groups(starts(np.concatenate([lengths for _, _, lengths in kept]))),
        title=np.concatenate([window.table.title[rows] for window, rows, _ in kept]),
    )
    label = np.concatenate([window.label[rows] for window, rows, _ in kept])
    weight = np.concatenate([window.weight[rows] for window, rows, _ in kept])
    return Examples(table=table, label=label, weight=weight)


def _with_positives(window: Window) -> tuple[Window, Mask, Int64]:
    """The window, its pairs of requests with a positive, and how many each of these has."""
    positive = np.bincount(window.request, window.label, minlength=len(window.member)) > 0
    return window, positive[window.request], lengths(window.table.start)[positive]
