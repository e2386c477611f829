"""Keywords of the catalog: words that say something, not everything, of a title's place in the space of tastes."""

from typing import Final

import numpy as np

from pagegen.simulation.world.taste import TASTES, Tastes

WORDS: Final = (
    "amnesia", "artist", "based on a true story", "betrayal", "big city", "blizzard", "boarding school",
    "bounty hunter", "coming of age", "con artist", "conspiracy", "cooking", "courtroom", "desert", "double life",
    "escape", "family secret", "first love", "friendship", "ghost", "grief", "heist", "hospital", "hostage",
    "island", "jungle", "kidnapping", "london", "long journey", "magic", "mentor", "missing person", "mountain",
    "night shift", "orphan", "outer space", "parenthood", "prison", "private detective", "railway", "rebellion",
    "revenge", "robot", "rivalry", "road trip", "royal court", "sea voyage", "second chance", "small town",
    "spy ring", "stand-up", "summer", "survival", "talking animal", "time loop", "treasure", "underdog", "wedding",
    "winter", "witness",
)  # fmt: skip
PER_TITLE: Final = (2, 5)  # least and most
BLUR: Final = 0.9  # of the match between word and title, in standard deviations


def of(tastes: Tastes, seed: int) -> list[list[str]]:
    """The best matching words of each title."""
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, len(WORDS)])))
    vector = tastes.title[:, :TASTES]
    match = vector @ rng.normal(0, 1, (TASTES, len(WORDS)))
    match = match / match.std() + BLUR * rng.normal(0, 1, match.shape)
    count = rng.integers(PER_TITLE[0], PER_TITLE[1] + 1, len(vector))
    best = np.argsort(-match, axis=1, kind="stable")
    return [[WORDS[word] for word in order[:length]] for order, length in zip(best, count, strict=True)]
