"""Explore: none of the usual genres, what is little known more often, and the same draw for the same request."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from pagegen.engine import Engine
from pagegen.request import PageRequest
from tests.contracts import proposal, proposed, source_of
from tests.worlds import ALL_SOURCES, ask, days_ago, play, tiny_engine, title, world

CRIME, COMEDY = [f"c{n:02d}" for n in range(10)], [f"f{n:02d}" for n in range(12)]
FILMS = [
    *(title(name, genres=["Crime"]) for name in CRIME),
    *(title(name, genres=["Comedy"]) for name in COMEDY),
    title("both", genres=["Comedy", "Crime"]),
    title("plain", genres=[]),
]
CROWD = [play(f"x{n}", name, days_ago(40)) for n in range(8) for name in COMEDY[:6]]  # the first six are well known


def engine_of(played: Sequence[str], **settings: Any) -> Engine:
    log = [*CROWD, *(play("me", name, days_ago(20)) for name in played)]
    return tiny_engine(world(FILMS, log), ALL_SOURCES, {"page": {"source": {"explore": settings}}})


def row(engine: Engine, request: PageRequest | None = None) -> list[str]:
    """The titles of the row, left to right."""
    (rows,) = proposed(source_of(engine, "explore"), proposal(engine, [request or ask("me")]))
    return [name for _, _, _, titles, _ in rows for name in titles]


def test_who_plays_crime_gets_comedies_that_are_no_crime() -> None:
    """All of them but what was played; titles without a genre are outside of nothing."""
    assert set(COMEDY) == set(row(engine_of(CRIME[:4])))
    assert set(COMEDY[1:]) == set(row(engine_of([*CRIME[:9], COMEDY[0]])))


def test_to_whom_all_genres_are_usual_and_who_has_played_nothing_there_is_no_row() -> None:
    """Three of ten are usual, one of ten is not."""
    assert [] == row(engine_of([*CRIME[:7], *COMEDY[:3]]))
    assert [] == row(engine_of([]))


@pytest.mark.parametrize(("share", "shown"), [(0.25, False), (0.26, True)])
def test_a_genre_is_usual_from_its_share_on(share: float, shown: bool) -> None:
    """One of four."""
    assert shown == bool(row(engine_of([*CRIME[:3], COMEDY[0]], usual_share=share)))


def test_the_same_request_is_drawn_the_same_and_another_otherwise() -> None:
    """By its seed, member and page number; the time does not matter."""
    engine = engine_of(CRIME[:4])
    first = row(engine, ask("me", rng_seed=1))

    assert first == row(engine, ask("me", days_ago(1), rng_seed=1))
    assert first != row(engine, ask("me", rng_seed=2))
    assert first != row(engine, ask("me", rng_seed=1, page_number=1))


def test_little_known_titles_come_first_as_often_as_their_weights_say() -> None:
    """Six titles with 8 plays, six with none: (1 + 8)^-.5 is a third, so the first is little known 3 times in 4."""
    engine = engine_of(CRIME[:4])
    first = Counter(row(engine, ask("me", rng_seed=seed))[0] in COMEDY[6:] for seed in range(600))
    plain = engine_of(CRIME[:4], rarity=0.0)
    evenly = Counter(row(plain, ask("me", rng_seed=seed))[0] in COMEDY[6:] for seed in range(600))

    assert 0.75 == pytest.approx(first[True] / 600, abs=0.06)
    assert 0.5 == pytest.approx(evenly[True] / 600, abs=0.07)


def test_only_the_best_by_the_scorer_are_drawn_from() -> None:
    """Three of them, whatever the seed; by plays here, since als knows nobody alike."""
    engine = engine_of(CRIME[:4], best=3, scorer="trending")
    drawn = {name for seed in range(20) for name in row(engine, ask("me", rng_seed=seed))}

    assert 3 == len(drawn)
    assert drawn <= set(COMEDY[:6])


def test_every_use_of_chance_has_its_own() -> None:
    """One generator a use, the same again."""
    request = ask("me", rng_seed=7)
    numbers = [request.rng(use).random(3).tolist() for use in ("explore", "order", "explore")]

    assert numbers[0] == numbers[2] != numbers[1]
    assert isinstance(request.rng("x").bit_generator, np.random.Philox)
