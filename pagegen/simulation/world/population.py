"""Who the members are: country, household, age ceiling, how often they visit, on what, and how patient they are."""

from typing import Final

import numpy as np

from pagegen.arrays import Float32, Int8, Int16, Int32, Int64, Mask, record
from pagegen.simulation.world.rhythm import COUNTRIES, DAY_MS, EPOCH_MS, SECOND_MS

NEW_SHARE: Final = 0.25  # join while the world runs
TENURE_DAYS: Final = 420.0  # mean of the others', exponential
PROFILES: Final = (0.5, 0.32, 0.18)  # households of one, two and three members
KIDS_SHARE: Final = 0.35  # among second and third members
TEEN_SHARE: Final = 0.25
KIDS_CEILING: Final = 7  # years
TEEN_CEILINGS: Final = (12, 16)
NO_CEILING: Final = 99
VISITS_A_WEEK: Final = 11.0  # mean; Gamma, so that a few members make many visits
VISITS_SHAPE: Final = 1.1
DEVICES: Final = ("tv", "web", "phone")
DEVICE_SHARE: Final = (4.0, 1.4, 2.1)  # Dirichlet: most members have one main device


@record
class Members:
    """M members; position i has the id m<i>."""

    joined_ms: Int64  # [M]
    country: Int8  # [M] position in COUNTRIES
    kids: Mask  # [M]
    ceiling: Int16  # [M] years, NO_CEILING without one
    household: Int32  # [M]
    visits_a_week: Float32  # [M]
    device_share: Float32  # [M, device] cumulative
    patience: Float32  # [M] added to the logit of scanning on

    def __len__(self) -> int:
        return len(self.joined_ms)


def draw(count: int, days: int, rng: np.random.Generator) -> Members:
    size = rng.choice(len(PROFILES), count, p=PROFILES) + 1
    household = np.repeat(np.arange(count, dtype=np.int32), size)[:count]
    first = np.diff(household, prepend=-1) > 0
    age = rng.random(count)
    kids = ~first & (age < KIDS_SHARE)
    teen = ~first & ~kids & (age < KIDS_SHARE + TEEN_SHARE)
    ceiling = np.where(kids, KIDS_CEILING, np.where(teen, rng.choice(TEEN_CEILINGS, count), NO_CEILING))
    country = rng.choice(len(COUNTRIES), count, p=[country.share for country in COUNTRIES])
    return Members(
        joined_ms=_joined(household, days, rng),
        country=country[household].astype(np.int8),
        kids=kids,
        ceiling=ceiling.astype(np.int16),
        household=household,
        visits_a_week=rng.gamma(VISITS_SHAPE, VISITS_A_WEEK / VISITS_SHAPE, count).astype(np.float32),
        device_share=np.cumsum(rng.dirichlet(np.array(DEVICE_SHARE) / 3, count), axis=1).astype(np.float32),
        patience=rng.normal(0, 0.5, count).astype(np.float32),
    )


def _joined(household: Int32, days: int, rng: np.random.Generator) -> Int64:
    """A household joins together."""
    count = len(household)
    before = -rng.exponential(TENURE_DAYS, count)
    day = np.where(rng.random(count) < NEW_SHARE, rng.uniform(0, days, count), before)[household]
    return EPOCH_MS + (day * (DAY_MS // SECOND_MS)).astype(np.int64) * SECOND_MS
