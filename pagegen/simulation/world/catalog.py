"""
The titles of a world: real films that were there before, and invented series and releases.

What the service's catalog says of them; what members feel about them is in taste.py.
"""

from typing import Final

import numpy as np

from pagegen.arrays import NONE, Float32, Int8, Int16, Int32, Int64, Mask, record
from pagegen.simulation.world import names
from pagegen.simulation.world.films import GENRES, Film, read
from pagegen.simulation.world.rhythm import COUNTRIES, DAY_MS, EPOCH_MS

SERIES_SHARE: Final = 0.24
NEW_SHARE: Final = 0.07  # first released while the world runs
SERIES_AMONG_NEW: Final = 0.45
PEOPLE_PER_TITLE: Final = 0.5  # invented players, for each invented title
CAST: Final = 4
MOVIE, SERIES = 0, 1  # positions in data.schema.TITLE_KINDS
MATURITY_LEVELS: Final = np.array([0, 7, 12, 16, 18], np.int16)  # years
SEVERITY_BOUNDS: Final = np.array([-0.9, -0.1, 0.9, 1.8])  # between the levels
MADE_IN: Final = (("BR", "pt", 0), ("JP", "ja", 1), ("NO", "nb", 2), ("US", "en", NONE), ("GB", "en", NONE))
MADE_IN_SHARE: Final = (0.17, 0.2, 0.11, 0.36, 0.16)
# fmt: off
SEVERITY: Final = np.array(  # by genre, in the order of GENRES: how far from a children's film
    [1.2, 0.3, -1.3, 0.6, 0.2, 1.7, 0.3, 0.9, -1.7, 0.1, 0.8, 2.6, -0.4, 0.9, 0.5, 0.9, 0.1, 1.8, 1.5, 0.6])
SERIES_GENRES: Final = np.array(  # relative share among series
    [5, 4, 7, 1, 13, 11, 6, 18, 5, 5, 3, 4, 1, 7, 8, 7, 2, 9, 2, 1], np.float64)
# fmt: on


@record
class Titles:
    """T titles; position i has the id t<i>."""

    name: list[str]
    kind: Int8  # [T] MOVIE or SERIES
    release_ms: Int64  # [T]
    genres: list[tuple[str, ...]]
    genre: Float32  # [T, len(GENRES)] 1 where the title has the genre
    cast: list[tuple[str, ...]]
    directors: list[tuple[str, ...]]
    franchise: Int32  # [T] or NONE
    made_in: Int8  # [T] position in MADE_IN
    home: Int8  # [T] position in COUNTRIES where it was made, or NONE
    runtime_minutes: Float32  # [T] of a movie or of one episode
    maturity: Int16  # [T] years
    seasons: Int16  # [T] 0 for movies
    episodes: Int16  # [T] in each season; 0 for movies

    def __len__(self) -> int:
        return len(self.name)


@record
class Drawn:
    """[T] what was decided before the films were shuffled."""

    is_series: Mask
    release_ms: Int64
    invented: Mask


def draw(count: int, days: int, rng: np.random.Generator) -> Titles:
    """`count` titles in random order, some released within the `days` of the world."""
    new, old_series = round(count * NEW_SHARE), round(count * SERIES_SHARE)
    known = read()
    real = [known[index] for index in rng.choice(len(known), min(count - new - old_series, len(known)), replace=False)]
    invented_films = count - len(real)
    directors, players = _people(count, invented_films, rng)
    films = real + _invented(invented_films, players, rng)
    is_series = np.zeros(count, bool)
    is_series[count - new - old_series : count - new] = True
    is_series[count - new :] = rng.random(new) < SERIES_AMONG_NEW
    release = np.array([np.datetime64(f"{film.year}-01-01", "ms").astype(np.int64) for film in films])
    release[count - new :] = EPOCH_MS + rng.integers(0, days, new) * DAY_MS
    invented = np.arange(count) >= len(real)
    order = rng.permutation(count)
    drawn = Drawn(is_series=is_series[order], release_ms=release[order], invented=invented[order])
    return _assemble([films[index] for index in order], drawn, directors, rng)


def _people(titles: int, invented: int, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Names of directors and of players, all invented."""
    directors, players = max(4, titles // 3), max(8, round(invented * PEOPLE_PER_TITLE))
    everybody = names.people(directors + players, rng)
    return everybody[:directors], everybody[directors:]


def _invented(count: int, players: list[str], rng: np.random.Generator) -> list[Film]:
    """Films nobody made, of the last fifteen years."""
    share = SERIES_GENRES / SERIES_GENRES.sum()
    invented = []
    for name in names.titles(count, rng):
        genres = rng.choice(len(GENRES), 1 + int(rng.random() < 0.6), replace=False, p=share)
        cast = rng.choice(len(players), CAST, replace=False)
        year = 2023 - int(rng.exponential(4.0)) % 15
        film = Film(
            name=name,
            year=year,
            genres=tuple(GENRES[g] for g in genres),
            cast=tuple(players[c] for c in cast),
            franchise="",
        )
        invented.append(film)
    return invented


def _assemble(films: list[Film], drawn: Drawn, directors: list[str], rng: np.random.Generator) -> Titles:
    count = len(films)
    genre = np.array([[name in film.genres for name in GENRES] for film in films], np.float32)
    made_in = np.where(drawn.invented, rng.choice(len(MADE_IN), count, p=MADE_IN_SHARE), 3).astype(np.int8)
    franchises = sorted({film.franchise for film in films} - {""})
    return Titles(
        name=[film.name for film in films],
        kind=drawn.is_series.astype(np.int8),
        release_ms=drawn.release_ms,
        genres=[film.genres for film in films],
        genre=genre,
        cast=[film.cast for film in films],
        directors=[(directors[index],) for index in rng.integers(0, len(directors), count)],
        franchise=np.array([franchises.index(film.franchise) if film.franchise else NONE for film in films], np.int32),
        made_in=made_in,
        home=np.where(made_in < len(COUNTRIES), made_in, NONE).astype(np.int8),
        runtime_minutes=_runtime(drawn.is_series, genre, rng),
        maturity=_maturity(genre, drawn.release_ms, rng),
        seasons=np.where(drawn.is_series, np.minimum(rng.geometric(0.6, count), 7), 0).astype(np.int16),
        episodes=np.where(drawn.is_series, rng.integers(6, 14, count), 0).astype(np.int16),
    )


def _runtime(is_series: Mask, genre: Float32, rng: np.random.Generator) -> Float32:
    count = len(is_series)
    short = genre[:, [GENRES.index("Animation"), GENRES.index("Comedy"), GENRES.index("Family")]].any(axis=1)
    movie = np.clip(rng.normal(np.where(short, 96, 112), 17, count), 62, 210)
    episode = np.where(short, rng.uniform(11, 34, count), rng.uniform(38, 62, count))
    return np.round(np.where(is_series, episode, movie)).astype(np.float32)


def _maturity(genre: Float32, release: Int64, rng: np.random.Generator) -> Int16:
    """Rated by what its genres usually show; films from before 1968 had a production code."""
    severity = genre @ SEVERITY / genre.sum(axis=1) + rng.normal(0, 0.7, len(release)) - 0.5 * (release < 0)
    return np.asarray(MATURITY_LEVELS[np.searchsorted(SEVERITY_BOUNDS, severity)], np.int16)
