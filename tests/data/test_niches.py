"""Niches: a genre with a decade, a country, a keyword or another genre, where enough titles are in both."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pagegen.data.catalog import Catalog
from pagegen.data.niches import FACETS, LEAST, Niche, bounds, genre_of, niche_of
from tests.worlds import Fields, title, world

YEAR = 31_556_952_000  # ms
NINETIES = 25 * YEAR  # 1995


def catalog(*groups: tuple[int, dict[str, Any]]) -> Catalog:
    """So many titles of each group, with these fields."""
    rows: list[Fields] = []
    for number, fields in groups:
        rows += [
            title(f"t{len(rows) + n:03d}", **{"release_time": None, "genres": [], **fields}) for n in range(number)
        ]
    return world(rows).catalog


def members(found: Catalog) -> dict[str, list[int]]:
    start, titles = found.niches.title_start, found.niches.titles
    return {name: titles[start[n] : start[n + 1]].tolist() for n, name in enumerate(found.niches.names)}


def test_a_niche_has_the_titles_that_are_in_both() -> None:
    """A crime film of the nineties is one of them, whatever else it is; a genre twice named is one."""
    found = catalog(
        (LEAST - 1, {"genres": ["Crime"], "release_time": NINETIES}),
        (1, {"genres": ["Crime", "Drama", "Crime"], "release_time": NINETIES, "keywords": ["heist"]}),
        (LEAST, {"genres": ["Drama"], "countries": ["NO", "SE"], "keywords": ["heist"]}),
    )

    assert {
        "country NO | Drama": list(range(LEAST, 2 * LEAST)),
        "country SE | Drama": list(range(LEAST, 2 * LEAST)),
        "decade 1990 | Crime": list(range(LEAST)),
        "keyword heist | Drama": list(range(LEAST - 1, 2 * LEAST)),
    } == members(found)


def test_with_one_title_less_there_is_no_niche() -> None:
    """Nor one of titles without a genre."""
    fields = {"genres": ["Crime"], "release_time": NINETIES}

    assert {} == members(catalog((LEAST - 1, fields), (LEAST, {"release_time": NINETIES})))


def test_two_genres_are_one_niche() -> None:
    """Not two, and no genre goes with itself."""
    assert ["genre Sci-Fi | Action"] == list(members(catalog((LEAST, {"genres": ["Sci-Fi", "Action"]}))))


def test_niches_of_a_facet_stand_together() -> None:
    """Also where a keyword looks like another facet, or holds the bar."""
    odd = ["decade 1990", "a | b", "genre"]
    found = catalog((LEAST, {"genres": ["Crime", "Drama"], "keywords": odd, "countries": ["NO"], "release_time": 0}))
    begin = bounds(found.niches.names)
    parts = {
        facet: [niche_of(name) for name in found.niches.names[low:high]]
        for facet, low, high in zip(FACETS, begin[:-1], begin[1:], strict=True)
    }

    assert {facet: len(niches) for facet, niches in parts.items()} == {
        "country": 2,
        "decade": 2,
        "genre": 1,
        "keyword": 6,
    }
    assert all(niche.facet == facet for facet, niches in parts.items() for niche in niches)
    assert {"Crime", "Drama"} == {niche.genre for niche in parts["keyword"]}
    assert set(odd) == {niche.value for niche in parts["keyword"]}


@given(st.sampled_from(FACETS), st.text(), st.text().filter(lambda genre: "|" not in genre))
def test_a_name_says_what_it_is_about(facet: str, value: str, genre: str) -> None:
    """Whatever the words."""
    name = f"{facet} {value} | {genre}"

    assert Niche(facet=facet, value=value, genre=genre) == niche_of(name)
    assert genre == genre_of(name)
