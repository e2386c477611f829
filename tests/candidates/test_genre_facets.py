"""Genre x facet: niches that the member plays beyond what everybody does, and beyond what the genre would explain."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.contracts import proposal, proposed, source_of
from tests.worlds import Fields, ask, days_ago, play, tiny_engine, title, world

HEIST, NORWEGIAN, PLAIN = ([f"{letter}{n:02d}" for n in range(20)] for letter in "hnp")
COMEDY = [f"c{n:02d}" for n in range(20)]
OLD = 3 * 365 * 86_400_000  # 1972
FILMS = [
    *(title(name, genres=["Crime"], keywords=["heist"], release_time=None) for name in HEIST),
    *(title(name, genres=["Crime"], countries=["NO"], release_time=None) for name in NORWEGIAN),
    *(title(name, genres=["Crime"], release_time=OLD) for name in PLAIN),
    *(title(name, genres=["Comedy"], release_time=OLD) for name in COMEDY),
]
EVERYTHING = [play("you", name, days_ago(40)) for name in (*HEIST, *NORWEGIAN, *PLAIN, *COMEDY)]
USUAL = {"least": 12, "min_titles": 3, "min_lift": 1.5}  # the defaults


def finished(names: Iterable[str]) -> list[Fields]:
    return [play("me", name, days_ago(30)) for name in names]


def rows(names: Iterable[str], films: list[Fields] = FILMS, **settings: Any) -> dict[str, set[str]]:
    """The headings of what `me` gets who has played these, in their order, and what the rows bring."""
    page = {"page": {"source": {"genre_facets": {**USUAL, **settings}}}}
    engine = tiny_engine(world(films, [*EVERYTHING, *finished(names)]), {"fit": {"sources": ["genre_facets"]}}, page)
    (found,) = proposed(source_of(engine, "genre_facets"), proposal(engine, [ask("me")]))
    return {seed: set(titles) for _, seed, _, titles, _ in found}


def test_who_plays_heists_gets_heists_who_plays_any_crime_does_not() -> None:
    """A third of all plays are heists: five of six are the member's taste, two of six are not."""
    assert {"keyword heist | Crime": set(HEIST[5:])} == rows([*HEIST[:5], PLAIN[0]])
    assert {} == rows([*HEIST[:2], *NORWEGIAN[:2], *PLAIN[:2]], min_titles=2)


def test_the_heading_is_true_of_every_title() -> None:
    """The row of a page says genre and facet in words; a country by its name, a decade by its years."""
    engine = tiny_engine(
        world(FILMS, [*EVERYTHING, *finished([*HEIST[:4], *NORWEGIAN[:4], *COMEDY[:5]])]),
        {"fit": {"sources": ["genre_facets"]}, "page": {"source": {"genre_facets": {"min_lift": 1.0}}}},
    )
    page = engine.run([ask("me", columns=20)]).pages[0]
    shown = {row.heading: set(row.title_ids) for row in page.rows}

    assert set(HEIST[4:]) == shown["Crime: heist"]
    assert set(NORWEGIAN[4:]) == shown["Crime from Norway"]
    assert set(COMEDY[5:]) == shown["Comedy from the 1970s"]
    assert {"genre_facet:keyword heist | Crime"} <= {row.row_id for row in page.rows}
    assert {"niche"} == {row.evidence.seed_type for row in page.rows}


def test_a_genre_alone_is_no_niche() -> None:
    """All that the member plays is crime of which each part is as usual within crime."""
    assert {} == rows([*HEIST[:3], *NORWEGIAN[:3], *PLAIN[:3]])


@pytest.mark.parametrize(("left", "shown"), [(12, True), (11, False)])
def test_a_niche_with_few_titles_left_makes_no_row(left: int, shown: bool) -> None:
    """Twelve make one, what the member has watched aside."""
    assert shown == ("keyword heist | Crime" in rows([*HEIST[: 20 - left], PLAIN[0]]))


@pytest.mark.parametrize(("played", "shown"), [(3, True), (2, False)])
def test_three_titles_are_played(played: int, shown: bool) -> None:
    """Two may be chance."""
    assert shown == ("keyword heist | Crime" in rows(HEIST[:played]))


def test_no_more_rows_than_are_asked_for_and_none_of_a_genre_beyond_its_share() -> None:
    """Furthest above the usual first: five heists of eight titles, three Norwegian ones."""
    played = [*HEIST[:5], *NORWEGIAN[:3]]
    both = ["keyword heist | Crime", "country NO | Crime"]

    assert both == list(rows(played, min_lift=1.0))
    assert ["keyword heist | Crime"] == list(rows(played, min_lift=1.0, per_genre=1))
    assert both[:1] == list(rows(played, min_lift=1.2))
    assert 1 == len(rows(played, min_lift=1.0, rows=1))


def test_two_genres_are_no_facet_of_each_other() -> None:
    """Titles of both genres are in the rows of either."""
    films = [*FILMS, *(title(f"x{n:02d}", genres=["Action", "Sci-Fi"], release_time=None) for n in range(20))]

    assert {} == rows([f"x{n:02d}" for n in range(4)], films)


def test_who_has_played_nothing_has_no_niche() -> None:
    """There is nothing to measure."""
    assert {} == rows([])
