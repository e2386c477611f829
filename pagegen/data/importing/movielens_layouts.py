"""
The published layouts of MovieLens, told apart by their files.

    ml-100k                            u.data, u.item, u.genre [, u.user]      tabs, pipes, latin-1, release dates
    ml-1m                              ratings.dat, movies.dat, users.dat      "::", latin-1
    ml-10m                             ratings.dat, movies.dat                 "::", UTF-8
    ml-latest, ml-20m, ml-25m, ml-32m  ratings.csv, movies.csv                 CSV, UTF-8
    parquet                            ratings, movies [, users, catalog]      .parquet
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl

from pagegen.data.importing.inputs import text_input
from pagegen.data.importing.movielens_columns import (
    coded_attributes,
    genres_in_flags,
    genres_in_text,
    member_columns,
    title_columns,
)
from pagegen.data.importing.movielens_layout import Layout
from pagegen.data.importing.movielens_parquet import parquet_layout
from pagegen.data.importing.report import Progress
from pagegen.data.importing.text import Dialect
from pagegen.data.importing.times import instant
from pagegen.errors import DataError

RATING: Final = ("user", "movie", "rating", "time")
ML_100K_USER: Final = ("user", "age", "gender", "occupation", "zip")
ML_1M_USER: Final = ("user", "gender", "age", "occupation", "zip")


def detect(source: Path, progress: Progress) -> Layout:
    """
    The layout whose files are there.

    Raises:
        DataError: none, or `source` is not a folder.
    """
    if not source.is_dir():
        message = f"{source} is not a folder; give the unpacked MovieLens folder, the one that holds the ratings file"
        raise DataError(message)
    for needed, build in LAYOUTS:
        if all((source / name).is_file() for name in needed):
            return build(source, progress)
    looked_for = "; ".join(" + ".join(needed) for needed, _ in LAYOUTS)
    found = ", ".join(sorted(path.name for path in source.iterdir())[:12]) or "nothing"
    message = f"{source} has no MovieLens layout: looked for {looked_for}; found {found}"
    raise DataError(message)


def _ml_100k(source: Path, progress: Progress) -> Layout:
    genres = [line.split("|")[0] for line in (source / "u.genre").read_text("latin-1").splitlines() if line.strip()]
    item = _pipes("movie", "title", "released", "video", "url", *genres)
    people = {"age": pl.col("age"), "gender": pl.col("gender"), "occupation": pl.col("occupation")}
    released = instant("release_date", pl.col("released"), "%d-%b-%Y")
    users = source / "u.user"
    return Layout(
        name="ml-100k",
        ratings=text_input("events", source / "u.data", Dialect(separator="\t", quoted=False, header=RATING), progress),
        movies=text_input("catalog", source / "u.item", item, progress),
        movie_columns=title_columns("movie", "title", genres_in_flags(genres), released),
        users=text_input("members", users, _pipes(*ML_100K_USER), progress) if users.is_file() else None,
        user_columns=member_columns("user", people),
        not_imported=("u.item: video release date, IMDb URL", "u.user: zip code"),
    )


def _pipes(*header: str) -> Dialect:
    return Dialect(separator="|", quoted=False, encoding="latin-1", header=header)


def _ml_1m(source: Path, progress: Progress) -> Layout:
    return Layout(
        name="ml-1m",
        ratings=text_input("events", source / "ratings.dat", _colons(*RATING), progress),
        movies=text_input("catalog", source / "movies.dat", _colons("movie", "title", "genres"), progress),
        movie_columns=title_columns("movie", "title", genres_in_text("genres")),
        users=text_input("members", source / "users.dat", _colons(*ML_1M_USER), progress),
        user_columns=member_columns("user", coded_attributes("gender", "age", "occupation")),
        not_imported=("users.dat: zip code",),
    )


def _ml_10m(source: Path, progress: Progress) -> Layout:
    return Layout(
        name="ml-10m",
        ratings=text_input("events", source / "ratings.dat", _colons(*RATING), progress),
        movies=text_input(
            "catalog", source / "movies.dat", _colons("movie", "title", "genres", encoding="utf-8"), progress
        ),
        movie_columns=title_columns("movie", "title", genres_in_text("genres")),
        not_imported=_later_files(source, "tags.dat"),
    )


def _colons(*header: str, encoding: str = "latin-1") -> Dialect:
    return Dialect(separator="::", quoted=False, encoding=encoding, header=header)


def _ml_csv(source: Path, progress: Progress) -> Layout:
    return Layout(
        name="ml-latest",
        ratings=text_input("events", source / "ratings.csv", Dialect(), progress),
        rating_names=("userId", "movieId", "rating", "timestamp"),
        movies=text_input("catalog", source / "movies.csv", Dialect(), progress),
        movie_columns=title_columns("movieId", "title", genres_in_text("genres")),
        not_imported=_later_files(source, "tags.csv", "links.csv", "genome-scores.csv", "genome-tags.csv"),
    )


def _later_files(source: Path, *names: str) -> tuple[str, ...]:
    """Tags are written by members, mostly after the ratings they would have to predict."""
    return tuple(name for name in names if (source / name).is_file())


LAYOUTS: Final[tuple[tuple[tuple[str, ...], Callable[[Path, Progress], Layout]], ...]] = (
    (("u.data", "u.item", "u.genre"), _ml_100k),
    (("ratings.dat", "movies.dat", "users.dat"), _ml_1m),
    (("ratings.dat", "movies.dat"), _ml_10m),
    (("ratings.csv", "movies.csv"), _ml_csv),
    (("ratings.parquet", "movies.parquet"), parquet_layout),
)
