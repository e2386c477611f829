"""
The parquet layout: `ratings`, `movies` and, where there are any, `users` and `catalog`, a fuller account of the titles.

Of `catalog`, only what a title is: not popularity, votes, scores and user tags, which were counted after the ratings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from pagegen.data.importing.inputs import Input, parquet_input
from pagegen.data.importing.movielens_columns import coded_attributes, described_columns, member_columns, title_columns
from pagegen.data.importing.movielens_layout import Layout
from pagegen.data.importing.report import Progress
from pagegen.data.importing.times import NATIVE, instant
from pagegen.data.importing.values import Column, texts
from pagegen.errors import DataError

RATINGS = ("user_id", "movie_id", "rating", "ts")
DESCRIBED = ("keywords", "cast", "director", "countries", "original_language", "runtime", "certification")
READ = {
    *RATINGS,
    *DESCRIBED,
    "user_pos",
    "title_raw",
    "title",
    "genres",
    "year",
    "release_date",
    "gender",
    "age",
    "age_band",
    "occupation",
}


def parquet_layout(source: Path, progress: Progress) -> Layout:
    """
    The layout of a folder with `ratings.parquet` and `movies.parquet`.

    Raises:
        DataError: a file is unreadable or lacks a column that is needed.
    """
    names = {path.name: _names(path) for path in sorted(source.glob("*.parquet"))}
    _need(source / "ratings.parquet", names["ratings.parquet"], RATINGS)
    _need(source / "movies.parquet", names["movies.parquet"], ("movie_id", "title_raw", "genres"))
    in_order = ("ts", "user_id", "user_pos") if "user_pos" in names["ratings.parquet"] else ()
    movies = parquet_input("catalog", source / "movies.parquet", progress)
    described = source / "catalog.parquet"
    return Layout(
        name="movielens parquet",
        ratings=parquet_input("events", source / "ratings.parquet", progress, in_order),
        rating_names=RATINGS,
        movies=_described(movies, described) if described.is_file() else movies,
        movie_columns=(*_title_columns(names["movies.parquet"]), *(described_columns() if described.is_file() else ())),
        users=parquet_input("members", source / "users.parquet", progress) if "users.parquet" in names else None,
        user_columns=_user_columns(names.get("users.parquet", [])),
        not_imported=tuple(f"{file}: {name}" for file in names for name in names[file] if name not in READ),
    )


def _title_columns(names: Sequence[str]) -> tuple[Column, ...]:
    released = instant("release_date", pl.col("release_date"), NATIVE) if "release_date" in names else None
    return title_columns("movie_id", "title_raw", texts("genres", pl.col("genres"), None), released)


def _user_columns(names: Sequence[str]) -> tuple[Column, ...]:
    if "age_band" in names:  # as in ml-1m, where age and occupation are codes
        return member_columns("user_id", coded_attributes("gender", "age", "occupation"))
    return member_columns("user_id", {name: pl.col(name) for name in ("age", "gender", "occupation") if name in names})


def _described(movies: Input, described: Path) -> Input:
    """The movies with the columns of `catalog` beside their own."""
    _need(described, _names(described), ("movie_id", *DESCRIBED))
    more = pl.read_parquet(described, columns=["movie_id", *DESCRIBED])
    if more["movie_id"].is_duplicated().any():
        message = f"{described} has a movie_id more than once; keep one row a movie"
        raise DataError(message)

    def blocks() -> Iterator[pl.DataFrame]:
        for block in movies.blocks():
            yield block.join(more, on="movie_id", how="left", maintain_order="left")

    return replace(movies, blocks=blocks)


def _names(path: Path) -> list[str]:
    try:
        return list(pl.read_parquet_schema(path))
    except (OSError, pl.exceptions.PolarsError) as error:
        message = f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}"
        raise DataError(message) from error


def _need(path: Path, names: Sequence[str], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in names]
    if missing:
        message = f"{path} has no column {', '.join(missing)}; found {', '.join(names)}"
        raise DataError(message)
