"""How columns of MovieLens files become columns of our catalog and members."""

from dataclasses import replace

import polars as pl

from pagegen.data.importing.movielens_names import (
    AGE_BANDS,
    MATURITY,
    NO_GENRE,
    OCCUPATIONS,
    display_name,
    year_of,
)
from pagegen.data.importing.times import YEAR, instant
from pagegen.data.importing.values import Column, identity, number, text, texts

LONGEST_RUNTIME = 1500.0  # minutes


def title_columns(movie: str, title: str, genres: Column, released: Column | None = None) -> tuple[Column, ...]:
    """Id, name, genres and release; without a release date, 1 January of the year in the name."""
    raw = pl.col(title).cast(pl.String)
    year = instant("release_time", year_of(raw), YEAR)
    dated = () if released is None else (replace(year, value=pl.coalesce(released.value, year.value)), released)
    real = genres.value.list.eval(pl.element().filter(~pl.element().is_in(NO_GENRE)))
    name = text("name", display_name(raw), required=True)
    return identity("title_id", pl.col(movie)), name, replace(genres, value=real), *(dated or (year,))


def genres_in_text(column: str) -> Column:
    """Genres joined by pipes; none at all is an empty list."""
    genres = texts("genres", pl.col(column), "|")
    return replace(genres, value=genres.value.fill_null([]))


def genres_in_flags(names: list[str]) -> Column:
    """A 0 or 1 for each genre."""
    named = [pl.when(pl.col(name) == "1").then(pl.lit(name)) for name in names]
    odd = pl.any_horizontal(~pl.col(name).is_in(["0", "1"]) for name in names)
    return Column(
        name="genres", value=pl.concat_list(named).list.drop_nulls(), wrong=(("genre flag is neither 0 nor 1", odd),)
    )


def described_columns() -> tuple[Column, ...]:
    """What the parquet layout's `catalog` adds; nothing in it that was counted after the ratings."""
    return (
        texts("keywords", pl.col("keywords"), None),
        texts("cast", pl.col("cast"), None),
        texts("directors", pl.col("director"), None),
        texts("countries", pl.col("countries"), None),
        text("language", pl.col("original_language")),
        number("runtime_minutes", pl.col("runtime"), low=0.0, high=LONGEST_RUNTIME),
        Column(
            name="maturity", value=pl.col("certification").replace_strict(MATURITY, default=None, return_dtype=pl.Int16)
        ),
    )


def member_columns(user: str, attributes: dict[str, pl.Expr]) -> tuple[Column, ...]:
    """Id, and the attributes that are known."""
    pairs = [
        pl.when(value.is_not_null()).then(pl.struct(pl.lit(name).alias("name"), value.cast(pl.String).alias("value")))
        for name, value in attributes.items()
    ]
    known = [Column(name="attributes", value=pl.concat_list(pairs).list.drop_nulls())] if pairs else []
    return identity("member_id", pl.col(user)), *known


def coded_attributes(gender: str, age: str, occupation: str) -> dict[str, pl.Expr]:
    """ml-1m's codes, spelled out; a code that is not in its README stays as it is."""
    occupations = {str(code): name for code, name in enumerate(OCCUPATIONS)}
    return {
        "gender": pl.col(gender),
        "age": pl.col(age).cast(pl.String).replace(AGE_BANDS),
        "occupation": pl.col(occupation).cast(pl.String).replace(occupations),
    }
