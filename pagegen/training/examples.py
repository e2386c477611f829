"""
Examples: the pairs of past requests, with what became of them. The only place where titles are labelled.

Label 1: the title was first played within the horizon. Positives outside the pool are never added; they are counted
as pool misses. Every window's sources are fitted as of its start, so no score has seen a label.
"""

from collections.abc import Callable, Sequence

import numpy as np

from pagegen.arrays import Float32, Float64, Int8, Int32, Int64, Mask, groups, lengths, record, starts
from pagegen.engine import Engine
from pagegen.features import FeatureTable
from pagegen.ranking import Examples
from pagegen.replay import Outcomes, outcomes, replay
from pagegen.trace import Retrieved
from pagegen.training.asked import Asked

MOST_WEIGHT = 10.0  # inverse propensities are clipped here


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
