"""
What members feel about titles, apart from what they have already seen.

u(m, t, time, device) = a sum of products: drifting taste, genre stickiness, context, quality in the country.
    + people the member follows + noise(m, t)

Taste is an Ornstein-Uhlenbeck path around the member's home, known at knots and linear between them, and for some
members one sudden jump. All factors are rounded to multiples of 2^-10, so that every product and sum is exact in
float64: the same number whatever the batch, the BLAS or its threads.
"""

from typing import Final

import numpy as np

from pagegen.arrays import AnyArray, Float32, Float64, Int32, Int64, record, starts
from pagegen.simulation.world.catalog import Titles
from pagegen.simulation.world.context import context_of, context_traits
from pagegen.simulation.world.films import GENRES
from pagegen.simulation.world.population import Members
from pagegen.simulation.world.rhythm import COUNTRIES, DAY_MS, EPOCH_MS, days_since_epoch

TASTES: Final = 11  # dimensions
TRIBES: Final = 13  # groups of members with similar homes
KNOT_DAYS: Final = 5
MEMORY_DAYS: Final = 19.0  # of the Ornstein-Uhlenbeck path
BASE: Final = -6.4  # logit of a play of the average title, examined by the average member
QUALITY_SD: Final = 0.8
LOCAL_SD: Final = 0.35  # of a country's own view of a title
LOCAL_BONUS: Final = 0.9  # made in the member's country
TASTE_SD: Final = 1.6
DRIFT_SHARE: Final = 0.3  # of the taste's variance that moves
TRIBE_SHARE: Final = 0.4  # of the home's variance that a tribe has in common
GENRE_SHARE: Final = 0.35  # of a title's taste vector that its genres explain
JUMP_HAZARD_DAYS: Final = 380.0
JUMP_SD: Final = 0.9  # a dimension
GENRE_LIKED, GENRE_DISLIKED = 1.7, -1.3
CHILD_GENRES: Final = ("Animation", "Family")
CHILD_GENRE_BONUS: Final = 1.5
FOLLOWED: Final = 2.2  # people a member follows, Poisson mean
FOLLOWED_BONUS: Final = 1.3
MIN_ROLES: Final = 3  # titles of a person one can follow
GRID: Final = 2.0**-10


@record
class Tastes:
    title: Float64  # [T, K] factors: taste, genre shares, context traits, quality by country
    knots: Float32  # [M, knot, TASTES]
    jump_ms: Int64  # [M] when the jump happens
    jump: Float32  # [M, TASTES]
    genre: Float32  # [M, GENRES] stickiness
    fan_start: Int64  # [M + 1]
    fan_title: Int32  # titles with people the member follows
    fan_bonus: Float32

    def member(self, members: Members, member: Int32, time_ms: Int64, device: AnyArray) -> Float64:
        """[B, K] factors of the member's side at a time."""
        country = members.country[member]
        home = np.eye(len(COUNTRIES))[country]
        context = context_of(time_ms, country, device)
        return _grid(np.hstack([self._taste_at(member, time_ms), self.genre[member], context, home]))

    def _taste_at(self, member: Int32, time_ms: Int64) -> Float64:
        place = np.clip(days_since_epoch(time_ms) / KNOT_DAYS, 0, self.knots.shape[1] - 1.001)
        knot = place.astype(np.int64)
        later = (place - knot)[:, None]
        path = self.knots[member, knot] * (1 - later) + self.knots[member, knot + 1] * later
        return path + self.jump[member] * (time_ms >= self.jump_ms[member])[:, None]


def draw(titles: Titles, members: Members, days: int, rng: np.random.Generator) -> Tastes:
    fan_start, fan_title, fan_bonus = _fans(titles, len(members), rng)
    jump_day = rng.exponential(JUMP_HAZARD_DAYS, len(members))
    return Tastes(
        title=_title_factors(titles, rng),
        knots=_paths(len(members), days, rng),
        jump_ms=EPOCH_MS + (jump_day * DAY_MS).astype(np.int64),
        jump=rng.normal(0, JUMP_SD, (len(members), TASTES)).astype(np.float32),
        genre=_stickiness(members, rng),
        fan_start=fan_start,
        fan_title=fan_title,
        fan_bonus=fan_bonus,
    )


def _grid(factors: Float64) -> Float64:
    return np.round(factors / GRID) * GRID


def _title_factors(titles: Titles, rng: np.random.Generator) -> Float64:
    share = titles.genre / titles.genre.sum(axis=1, keepdims=True)
    of_genres = share @ rng.normal(0, 1, (len(GENRES), TASTES)) * np.sqrt(titles.genre.sum(axis=1, keepdims=True))
    own = rng.normal(0, 1, (len(titles), TASTES))
    vector = np.sqrt(GENRE_SHARE) * of_genres + np.sqrt(1 - GENRE_SHARE) * own
    # Gumbel: a few titles are loved by nearly everybody, none is hated as much.
    quality = BASE + QUALITY_SD * (rng.gumbel(0, 1, len(titles)) - np.euler_gamma) * np.sqrt(6) / np.pi
    local = LOCAL_SD * rng.normal(0, 1, (len(titles), len(COUNTRIES)))
    local += LOCAL_BONUS * (titles.home[:, None] == np.arange(len(COUNTRIES)))
    return _grid(
        np.hstack([vector * TASTE_SD / np.sqrt(TASTES), share, context_traits(titles), quality[:, None] + local])
    )


def _paths(count: int, days: int, rng: np.random.Generator) -> Float32:
    """[M, knot, TASTES] with variance 1 in every dimension at every time; knots reach a fortnight beyond the end."""
    tribe = rng.normal(0, np.sqrt(TRIBE_SHARE), (TRIBES, TASTES))[rng.integers(0, TRIBES, count)]
    home = np.sqrt(1 - DRIFT_SHARE) * (tribe + rng.normal(0, np.sqrt(1 - TRIBE_SHARE), (count, TASTES)))
    kept = np.exp(-KNOT_DAYS / MEMORY_DAYS)
    steps = rng.normal(0, 1, ((days + 14) // KNOT_DAYS + 2, count, TASTES))
    away = steps[0]
    path = [away]
    for step in steps[1:]:
        away = kept * away + np.sqrt(1 - kept**2) * step
        path.append(away)
    return np.asarray(home[:, None] + np.sqrt(DRIFT_SHARE) * np.stack(path, axis=1), np.float32)


def _stickiness(members: Members, rng: np.random.Generator) -> Float32:
    """Two or three genres a member always comes back to, one or two that are left alone."""
    place = np.argsort(rng.random((len(members), len(GENRES))), axis=1)
    liked, disliked = rng.integers(2, 4, (len(members), 1)), rng.integers(1, 3, (len(members), 1))
    strength = rng.gamma(4.0, 0.25, place.shape)
    sticky = strength * np.where(
        place < liked, GENRE_LIKED, np.where(place >= len(GENRES) - disliked, GENRE_DISLIKED, 0.0)
    )
    sticky[np.ix_(members.kids, np.isin(GENRES, CHILD_GENRES))] += CHILD_GENRE_BONUS
    return sticky.astype(np.float32)


def _fans(titles: Titles, members: int, rng: np.random.Generator) -> tuple[Int64, Int32, Float32]:
    """For each member the titles with people he or she follows; the busier a person, the more followers."""
    roles: dict[str, list[int]] = {}
    for place, cast in enumerate(titles.cast):
        for name in cast:
            roles.setdefault(name, []).append(place)
    known = [played for _, played in sorted(roles.items()) if len(played) >= MIN_ROLES] or [[0]]
    chance = np.array([len(played) for played in known], np.float64)
    count = rng.poisson(FOLLOWED, members)
    person = rng.choice(len(known), int(count.sum()), p=chance / chance.sum())
    followed = np.split(person, np.cumsum(count)[:-1])
    played = [np.array(sorted({title for p in people for title in known[p]}), np.int32) for people in followed]
    title = np.concatenate(played)
    start = starts(np.array([len(of_member) for of_member in played]))
    return start, title, np.full(len(title), FOLLOWED_BONUS, np.float32)
