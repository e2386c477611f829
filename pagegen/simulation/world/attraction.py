"""
How strongly a row draws a member: by its kind, by what it is about, by the member's own habit with such rows.

Known kinds have a constant; a kind this file has never heard of counts as an ordinary row.
"""

from typing import Final
from zlib import crc32

import numpy as np

from pagegen.arrays import NONE, Float32, Float64, Int32
from pagegen.simulation.behaviour import Shown
from pagegen.simulation.world import noise
from pagegen.simulation.world.taste import BASE, Tastes

KINDS: Final = {
    "continue_watching": 0.7,
    "my_list": 0.45,
    "top_10": 0.4,
    "new_releases": 0.3,
    "because_you_watched": 0.25,
    "trending_now": 0.2,
    "top_picks": 0.2,
    "popular": 0.1,
    "people": 0.1,
    "leaving_soon": 0.0,
    "genre": -0.05,
    "watch_again": -0.2,
    "hidden_gems": -0.25,
    "explore": -0.4,
}
HABIT_SD: Final = 0.5  # of a member with a row kind
GENRE_PULL: Final = 0.5  # of stickiness to the row's genre
SEED_PULL: Final = 0.2  # of the member's feeling for the row's title
SEED_RANGE: Final = (-1.0, 4.0)


def pull(tastes: Tastes, seed: int, pages: Shown, rows: slice, member: Int32, seed_utility: Float32) -> Float64:
    """[P] of a slice of rows; `member` and `seed_utility` [P] belong to them."""
    kind, genre = pages.kind[rows], pages.seed_genre[rows]
    of_kind = np.array([KINDS.get(name, 0.0) for name in pages.kinds])[kind]
    # crc32, not hash(): the same habit in every process.
    habit = noise.standard(seed + 1, member, np.array([crc32(name.encode()) for name in pages.kinds])[kind])
    sticky = np.where(genre == NONE, 0, tastes.genre[member, genre])
    about = np.where(pages.seed_title[rows] == NONE, 0, np.clip(seed_utility - BASE, *SEED_RANGE))
    return np.asarray(of_kind + HABIT_SD * habit + GENRE_PULL * sticky + SEED_PULL * about, np.float64)
