"""
MovieLens, every published layout, as a data folder.

A rating says that somebody has seen a film, not when or for how long: it becomes a `play` of fraction 1 with a grade,
at the time of the rating, without watched seconds. Event ids are `member:title`, since a member rates a title once.
Citation: Harper and Konstan, The MovieLens Datasets, ACM TiiS 5:4, 2015.
"""

from pathlib import Path

import polars as pl

from pagegen.data.importing.finish import finish, must_be_new
from pagegen.data.importing.ledger import LINE, Ledger
from pagegen.data.importing.movielens_layout import Layout
from pagegen.data.importing.movielens_layouts import detect
from pagegen.data.importing.report import ImportReport, Progress, silent
from pagegen.data.importing.sieve import conformed, first_of_each, known, sift
from pagegen.data.importing.times import event_time, instant
from pagegen.data.importing.values import Column, identity, number, required
from pagegen.data.schema import CATALOG, EVENTS, MEMBERS

LOWEST_GRADE, HIGHEST_GRADE = 0.5, 5.0


def import_movielens(
    source: Path, out: Path, *, now_ms: int, min_rating: float = LOWEST_GRADE, progress: Progress = silent
) -> ImportReport:
    """
    Import the MovieLens folder `source` into the new data folder `out`.

    Ratings after `now_ms` are rejected; those below `min_rating` are left out, and counted as skipped.

    Raises:
        DataError: no known layout, files that cannot be read, nothing left to import, or `out` exists.
    """
    must_be_new(out)
    layout = detect(source, progress)
    ledger = Ledger()
    catalog = _catalog(layout, ledger)
    ratings = sift(
        layout.ratings, _rating_columns(layout, catalog["title_id"], now_ms), ledger, _low(layout, min_rating)
    )
    tables = {"catalog": catalog, "events": _events(ratings, layout, ledger)}
    if layout.users is not None:
        rows = first_of_each(sift(layout.users, layout.user_columns, ledger), layout.users, "member_id", ledger)
        tables["members"] = conformed(rows, MEMBERS)
    return finish(out, layout.name, tables, ledger, layout.not_imported)


def _catalog(layout: Layout, ledger: Ledger) -> pl.DataFrame:
    rows = first_of_each(sift(layout.movies, layout.movie_columns, ledger), layout.movies, "title_id", ledger)
    return conformed(rows.with_columns(pl.lit("movie").alias("kind")), CATALOG)


def _rating_columns(layout: Layout, titles: pl.Series, now_ms: int) -> list[Column]:
    user, movie, rating, time = (pl.col(name) for name in layout.rating_names)
    return [
        identity("member_id", user),
        known(identity("title_id", movie), titles, "title"),
        required(number("grade", rating, low=LOWEST_GRADE, high=HIGHEST_GRADE)),
        event_time(instant("time", time, "s"), now_ms),
    ]


def _low(layout: Layout, min_rating: float) -> pl.Expr:
    """Whether a rating is one, but a lower one."""
    grade = pl.col(layout.rating_names[2]).cast(pl.Float64, strict=False)
    return grade.is_between(LOWEST_GRADE, min_rating, closed="left")


def _events(ratings: pl.DataFrame, layout: Layout, ledger: Ledger) -> pl.DataFrame:
    rows = ratings.with_columns(pl.concat_str("member_id", pl.lit(":"), "title_id").alias("event_id"))
    rows = first_of_each(rows, layout.ratings, "event_id", ledger).drop(LINE)
    return conformed(rows.with_columns(pl.lit("play").alias("kind"), pl.lit(1.0).alias("fraction")), EVENTS)
