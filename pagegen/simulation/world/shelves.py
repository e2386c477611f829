"""
What the logging policy may draw from today: for each segment, arm and kind of row the candidates and their weights.

A segment is a country and adults or children: the service counts their plays apart.
"""

from typing import Final

import numpy as np

from pagegen.arrays import Float32, Float64, Int16, Int32, Int64, record
from pagegen.simulation.world.population import KIDS_CEILING, Members
from pagegen.simulation.world.rhythm import COUNTRIES, DAY_MS

KINDS: Final = ("continue_watching", "my_list", "trending_now", "popular", "new_releases", "genre")
DRAWN, TRENDING, POPULAR, NEW, GENRE = 2, 2, 3, 4, 5  # specs: positions in KINDS; GENRE + g for genre g
SEGMENTS: Final = 2 * len(COUNTRIES)
ARMS: Final = (("popular", 0.8, 96, 1.0), ("noisy", 0.15, 256, 0.4), ("uniform", 0.05, 0, 0.0))  # share, candidates (0: all), power
FAST_KEEP: Final = 0.72  # of yesterday's count; about three days
SLOW_KEEP: Final = 0.975
SMOOTHING: Final = 0.4  # plays added to every title
NEW_DAYS: Final = 50
NEW_FADING_DAYS: Final = 21.0
LAYOUT_KINDS: Final = (0.0, 0.0, 3.5, 3.0, 2.0)  # the personal rows depend on the member
FULL_GENRE: Final = 150  # titles from which on a genre row has layout weight 1
MIN_CANDIDATES: Final = 8


@record
class Shelf:
    """One arm's candidates, by segment and drawn row spec; C is the arm's limit."""

    share: float
    title: Int32  # [segment, spec - DRAWN, C]
    weight: Float32  # [segment, spec - DRAWN, C], 0 for padding


@record
class Shelves:
    arms: tuple[Shelf, ...]
    layout: Float64  # [segment, spec] weight in the layout's race


@record
class Counts:
    """Plays by segment and title, fading; updated once a day."""

    fast: Float64  # [segment, T]
    slow: Float64  # [segment, T]

    def after(self, plays: Float64) -> "Counts":
        return Counts(fast=FAST_KEEP * self.fast + plays, slow=SLOW_KEEP * self.slow + plays)


def segment_of(members: Members, member: Int32) -> Int64:
    return 2 * members.country[member].astype(np.int64) + members.kids[member]


def stock(counts: Counts, genre: Float32, maturity: Int16, arrival_ms: Int64, time_ms: int) -> Shelves:
    """
    The shelves of one day.

    Args:
        genre: [T, GENRES]
        maturity: [T] years
        arrival_ms: [T]
    """
    score = _scores(counts, genre, arrival_ms, time_ms)
    score *= np.where(np.arange(SEGMENTS)[:, None] % 2, maturity <= KIDS_CEILING, 1)[:, None]
    size = (score > 0).sum(axis=2)
    layout = np.zeros((SEGMENTS, DRAWN + size.shape[1]))
    layout[:, : len(LAYOUT_KINDS)] = LAYOUT_KINDS
    layout[:, GENRE:] = np.sqrt(np.minimum(size[:, GENRE - DRAWN :] / FULL_GENRE, 1))
    layout[:, DRAWN:] *= size >= MIN_CANDIDATES
    return Shelves(arms=tuple(_shelf(score, share, limit, power) for _, share, limit, power in ARMS), layout=layout)


def _scores(counts: Counts, genre: Float32, arrival_ms: Int64, time_ms: int) -> Float64:
    """[segment, spec - DRAWN, T], 0 for titles that do not belong."""
    age = (time_ms - arrival_ms) / DAY_MS
    fresh = np.where((age >= 0) & (age < NEW_DAYS), np.exp(-np.maximum(age, 0) / NEW_FADING_DAYS), 0)
    slow, fast = counts.slow + SMOOTHING, counts.fast + SMOOTHING / 4
    named = np.stack([fast, slow, slow * fresh], axis=1)
    return np.concatenate([named, slow[:, None] * genre.T], axis=1)


def _shelf(score: Float64, share: float, limit: int, power: float) -> Shelf:
    widest = int((score > 0).sum(axis=2).max())
    width = min(limit or widest, widest)
    title = np.argsort(-score, axis=2, kind="stable")[:, :, :width]
    best = np.take_along_axis(score, title, axis=2)
    weight = np.where(best > 0, np.maximum(best, 1e-9) ** power, 0)
    return Shelf(share=share, title=title.astype(np.int32), weight=weight.astype(np.float32))


