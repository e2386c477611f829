"""
Niches: a genre together with a decade, a country, a keyword or another genre, those that enough titles are in.

A niche is named by its facet and its genre, "decade 1990 | Crime", so that all of a kind stand together in the sorted
names, and what came later to the catalog changes no order.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

LEAST: Final = 8  # titles: fewer are no niche
FACETS: Final = ("country", "decade", "genre", "keyword")  # sorted, as their niches are
BETWEEN: Final = " | "


@dataclass(frozen=True, slots=True, kw_only=True)
class Niche:
    """What the name of a niche says."""

    facet: str  # one of FACETS
    value: str  # "NO", "1990", "Sci-Fi", "heist"
    genre: str


def genre_of(name: str) -> str:
    """The genre of the niche of this name."""
    return name.rpartition(BETWEEN)[2]


def niche_of(name: str) -> Niche:
    """
    The niche of this name.

    Examples:
        >>> niche_of("decade 1990 | Crime")
        Niche(facet='decade', value='1990', genre='Crime')
    """
    both, _, genre = name.rpartition(BETWEEN)
    facet, _, value = both.partition(" ")
    return Niche(facet=facet, value=value, genre=genre)


def bounds(names: Sequence[str]) -> list[int]:
    """[facets + 1] where the niches of each facet begin, and where the last end."""
    return [*(bisect_left(names, f"{facet} ") for facet in FACETS), len(names)]


def read_niches(catalog: pl.DataFrame) -> pl.Series:
    """The niches of every title of a `catalog` table, as lists of names."""
    titles = catalog.select(pl.int_range(pl.len()).alias("title"), "genres", "keywords", "countries", "release_time")
    genres = titles.select("title", genre="genres").explode("genre").drop_nulls().unique()
    decade = pl.col("release_time").dt.year() // 10 * 10
    facets = pl.concat(
        [
            titles.select("title", facet=pl.format("decade {}", decade)).drop_nulls(),
            *(_facets(titles, column, facet) for column, facet in LISTS.items()),
        ]
    )
    facets = facets.unique().filter(pl.len().over("facet") >= LEAST)  # the rest need not be multiplied
    other = pl.col("facet").str.strip_prefix("genre ")
    twice = pl.col("facet").str.starts_with("genre ") & (other <= pl.col("genre"))  # a pair of genres counts once
    itself = _letters(pl.col("facet")) == _letters(pl.format("keyword {}", "genre"))  # film noir in Film-Noir
    both = genres.join(facets, on="title").filter(~twice & ~itself)
    named = both.select("title", name=pl.concat_str("facet", "genre", separator=BETWEEN))
    found = named.filter(pl.len().over("name") >= LEAST).group_by("title").agg("name")
    return titles.select("title").join(found, on="title", how="left", maintain_order="left")["name"]


def _letters(words: pl.Expr) -> pl.Expr:
    return words.str.to_lowercase().str.replace_all("[^a-z0-9]", "")


LISTS: Final = {"keywords": "keyword", "countries": "country", "genres": "genre"}


def _facets(titles: pl.DataFrame, column: str, facet: str) -> pl.DataFrame:
    named = titles.select("title", value=column).explode("value").drop_nulls()
    return named.select("title", facet=pl.format(f"{facet} {{}}", "value"))
