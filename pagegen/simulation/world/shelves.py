"""
What the logging policy draws from today: for each segment, arm and kind of row an urn of titles.

A segment is a country and adults or children: the service counts their plays apart. A title lies in the urn as many
times as its weight, a whole number from 1 on: so every title has a chance, and chances are exact fractions.
"""

from typing import Final

import numpy as np

from pagegen.arrays import Float32, Float64, Int16, Int32, Int64, Mask, record, starts
from pagegen.simulation.world.population import KIDS_CEILING, Members
from pagegen.simulation.world.rhythm import COUNTRIES, DAY_MS

KINDS: Final = ("continue_watching", "my_list", "trending_now", "popular", "new_releases", "genre")
DRAWN, GENRE = 2, 5  # specs of rows: positions in KINDS; GENRE + g for genre g; from DRAWN on titles are drawn
SEGMENTS: Final = 2 * len(COUNTRIES)
ARMS: Final = (
    ("popular", 0.8, 0.85),
    ("noisy", 0.15, 0.35),
    ("uniform", 0.05, 0.0),
)  # share of pages, power of popularity
URN: Final = 12_000  # tickets in an urn, about
FAST_KEEP: Final = 0.72  # of yesterday's count; about three days
SLOW_KEEP: Final = 0.975
SMOOTHING: Final = 1.0  # plays added to every title
NEW_DAYS: Final = 50
NEW_FADING_DAYS: Final = 21.0
LAYOUT_KINDS: Final = (
    0.0,
    0.0,
    3.5,
    3.0,
    2.0,
)  # weights in the race for places; the personal rows depend on the member
FULL_GENRE: Final = 150  # titles from which on a genre row has weight 1
MIN_CANDIDATES: Final = 8


@record
class Shelves:
    """Specs count from DRAWN."""

    weight: Float32  # [segment, arm, spec, T] whole numbers, 0 for titles that do not belong
    ticket: Int32  # all urns one after the other: titles
    start: Int64  # [segment * arm * spec + 1] into tickets
    layout: Float64  # [segment, all specs] weight in the race for places


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
        counts: plays up to yesterday.
        genre: [T, GENRES]
        maturity: [T] years
        arrival_ms: [T]
        time_ms: the day's first moment.
    """
    score = _scores(counts, genre, arrival_ms, time_ms)
    score[1::2] *= maturity <= KIDS_CEILING
    there = score > 0
    weight = np.stack([_tickets(score, there, power) for _, _, power in ARMS], axis=1)
    flat = weight.reshape(-1, weight.shape[-1])
    ticket = np.repeat(np.tile(np.arange(flat.shape[1], dtype=np.int32), len(flat)), flat.ravel())
    return Shelves(
        weight=weight.astype(np.float32), ticket=ticket, start=starts(flat.sum(axis=1)), layout=_layout(there)
    )


def _scores(counts: Counts, genre: Float32, arrival_ms: Int64, time_ms: int) -> Float64:
    """[segment, spec, T], 0 for titles that do not belong."""
    age = (time_ms - arrival_ms) / DAY_MS
    fresh = np.where((age >= 0) & (age < NEW_DAYS), np.exp(-np.maximum(age, 0) / NEW_FADING_DAYS), 0)
    slow, fast = counts.slow + SMOOTHING, counts.fast + SMOOTHING / 4
    named = np.stack([fast, slow, slow * fresh], axis=1)
    return np.concatenate([named, slow[:, None] * genre.T], axis=1) * (age >= 0)


def _tickets(score: Float64, there: Mask, power: float) -> Int32:
    raised = np.where(there, np.maximum(score, 1e-9) ** power, 0)
    share = raised / np.maximum(raised.sum(axis=2, keepdims=True), 1e-9)
    # With equal weights one ticket each says the same.
    return np.where(there, np.maximum(np.round(URN * share), 1) if power else 1, 0).astype(np.int32)


def _layout(there: Mask) -> Float64:
    size = there.sum(axis=2)
    layout = np.zeros((len(size), DRAWN + size.shape[1]))
    layout[:, : len(LAYOUT_KINDS)] = LAYOUT_KINDS
    layout[:, GENRE:] = np.sqrt(np.minimum(size[:, GENRE - DRAWN :] / FULL_GENRE, 1))
    layout[:, DRAWN:] *= size >= MIN_CANDIDATES
    return layout
