"""MovieLens in, a data folder out: every published layout, and every way a row can be wrong."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pagegen.data.folder import read_table
from pagegen.data.importing.movielens import import_movielens
from tests.data.small_movielens import (
    EVENTS,
    ML_1M,
    ML_100K,
    ML_CSV,
    NOW_MS,
    SHARED,
    attributes,
    events,
    imported,
    reasons,
    titles,
    written,
)


def test_ml_1m(tmp_path: Path) -> None:
    """Colons and latin-1: articles in front, codes spelled out, ratings as finished plays in time order."""
    report = imported(tmp_path, ML_1M, "latin-1")
    data = tmp_path / "data"

    assert (report.source, report.rejected, report.reject_file) == ("ml-1m", 0, None)
    assert titles(data) == [
        ("10", "The Matrix", "movie", date(1999, 1, 1), ["Action", "Sci-Fi"]),
        ("11", "Les Misérables", "movie", date(1995, 1, 1), ["Drama"]),
    ]
    assert events(data) == EVENTS
    assert attributes(data) == {
        "1": {"gender": "F", "age": "Under 18", "occupation": "K-12 student"},
        "2": {"gender": "M", "age": "56+", "occupation": "self-employed"},
    }


@pytest.mark.parametrize("files", [ML_1M, ML_100K, ML_CSV], ids=["ml-1m", "ml-100k", "csv"])
def test_ratings_below_the_least_are_skipped(tmp_path: Path, files: dict[str, str]) -> None:
    """They are counted, not rejected; a rating that is none is rejected all the same. Films and members all stay."""
    first = next(name for name in files if name.startswith(("ratings", "u.data")))
    spoilt = {**files, first: files[first] + files[first].splitlines()[-1].replace("4", "0", 1) + "\n"}
    report = import_movielens(written(tmp_path / "s", spoilt, "utf-8"), tmp_path / "data", now_ms=NOW_MS, min_rating=4)
    counts = next((table.read, table.kept, table.skipped) for table in report.tables if table.table == "events")

    assert (4, 2, 1) == counts
    assert {"grade outside 0.5 to 5": (5 if first.endswith("csv") else 4,)} == reasons(report, "events")
    assert EVENTS[1:] == events(tmp_path / "data")
    assert 2 == len(titles(tmp_path / "data"))


def test_ml_100k(tmp_path: Path) -> None:
    """Tabs, pipes and genre flags; the real release date where there is one, else the year of the name."""
    report = imported(tmp_path, ML_100K, "latin-1")
    data = tmp_path / "data"

    assert (report.source, report.rejected) == ("ml-100k", 0)
    assert titles(data) == [
        ("10", "The Matrix", "movie", date(1999, 3, 31), ["Action"]),
        ("11", "Les Misérables", "movie", date(1995, 1, 1), ["Drama"]),
    ]
    assert events(data) == EVENTS
    assert attributes(data)["2"] == {"age": "53", "gender": "M", "occupation": "other"}


def test_ml_10m(tmp_path: Path) -> None:
    """Without users.dat the colons hold UTF-8; there is no members table."""
    report = imported(tmp_path, {name: ML_1M[name] for name in ("ratings.dat", "movies.dat")})
    data = tmp_path / "data"

    assert report.source == "ml-10m"
    assert titles(data)[1][1] == "Les Misérables"
    assert not (data / "members.parquet").exists()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_ml_csv(tmp_path: Path, line_end: str) -> None:
    """Quoted CSV of either line end; tags are named as not imported, no genre is an empty list."""
    report = imported(tmp_path, {name: text.replace("\n", line_end) for name, text in ML_CSV.items()})
    data = tmp_path / "data"

    assert (report.source, report.rejected, report.not_imported) == ("ml-latest", 0, ("tags.csv",))
    assert titles(data) == [
        ("10", "The Matrix", "movie", date(1999, 1, 1), ["Action", "Sci-Fi"]),
        ("11", 'Les Misérables ("Les Miz")', "movie", date(1995, 1, 1), []),
    ]
    assert events(data) == EVENTS


def test_parquet_with_catalog(tmp_path: Path) -> None:
    """Enriched from `catalog`, ordered by (time, member, place in the member's own order), later counts left out."""
    source = tmp_path / "source"
    source.mkdir()
    ratings = {"user_id": [2, 1, 1], "movie_id": [7, 8, 7], "rating": [3, 4, 5], "ts": [100, 100, 100]}
    pl.DataFrame({**ratings, "user_pos": [0, 1, 0]}).write_parquet(source / "ratings.parquet")
    movies = {"movie_id": [7, 8], "title_raw": ["Ran (1985)", "Big Sleep, The (1946)"], "genres": [["War"], []]}
    pl.DataFrame(movies, schema_overrides={"genres": pl.List(pl.String)}).write_parquet(source / "movies.parquet")
    described = {
        "movie_id": [8],
        "keywords": [["noir"]],
        "cast": [["Bogart", "Bacall"]],
        "director": [["Hawks"]],
        "countries": [["US"]],
        "original_language": ["en"],
        "runtime": [114.0],
        "certification": ["PG-13"],
        "tmdb_popularity": [9.0],
    }
    pl.DataFrame(described).write_parquet(source / "catalog.parquet")

    report = import_movielens(source, tmp_path / "data", now_ms=NOW_MS)
    catalog = read_table(tmp_path / "data", "catalog").drop("release_time", "windows").rows()

    assert report.not_imported == ("catalog.parquet: tmdb_popularity",)
    assert catalog == [
        ("7", "Ran", "movie", ["War"], None, None, None, None, None, None, None),
        ("8", "The Big Sleep", "movie", [], ["noir"], ["Bogart", "Bacall"], ["Hawks"], ["US"], "en", 114.0, 13),
    ]
    assert [event[0] for event in events(tmp_path / "data")] == ["1:7", "1:8", "2:7"]


@pytest.mark.parametrize(
    ("certificate", "age"),
    [("G", 0), ("PG", 7), ("R", 17), ("NC-17", 18), ("UNRATED", None), ("NR", None), (None, None)],
)
def test_certificates(tmp_path: Path, certificate: str | None, age: int | None) -> None:
    """A certificate becomes the age from which the film is suitable; unrated means not known."""
    source = tmp_path / "source"
    source.mkdir()
    pl.DataFrame({"user_id": [1], "movie_id": [7], "rating": [3], "ts": [9]}).write_parquet(source / "ratings.parquet")
    movies = pl.DataFrame({"movie_id": [7], "title_raw": ["Ran (1985)"], "genres": [["War"]]})
    movies.write_parquet(source / "movies.parquet")
    texts = pl.lit(None, pl.List(pl.String))
    described = movies.select(
        "movie_id",
        *(texts.alias(name) for name in ("keywords", "cast", "director", "countries")),
        pl.lit(None, pl.String).alias("original_language"),
        pl.lit(None, pl.Float32).alias("runtime"),
        pl.lit(certificate, pl.String).alias("certification"),
    )
    described.write_parquet(source / "catalog.parquet")
    import_movielens(source, tmp_path / "data", now_ms=NOW_MS)

    assert read_table(tmp_path / "data", "catalog")["maturity"].to_list() == [age]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Toy Story (1995)", "Toy Story"),
        ("Matrix, The (1999)", "The Matrix"),
        ("Shall We Dance? (Shall We Dansu?) (1996)", "Shall We Dance? (Shall We Dansu?)"),
        ("Postino, Il (The Postman) (1994)", "Il Postino (The Postman)"),
        (
            "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
            "The City of Lost Children (La Cité des enfants perdus)",
        ),
        ("Enfer, L' (1994)", "L'Enfer"),
        ("Cry, the Beloved Country (1995)", "Cry, the Beloved Country"),
        ("I, Worst of All (Yo, la peor de todas) (1990)", "I, Worst of All (Yo, la peor de todas)"),
        ("Land Before Time III (1995) (V)", "Land Before Time III"),
        ("Associate, The (L'Associe)(1982)", "The Associate (L'Associe)"),
        ("2001: A Space Odyssey (1968)", "2001: A Space Odyssey"),
        ("1984", "1984"),
        ("unknown", "unknown"),
    ],
)
def test_names(tmp_path: Path, theirs: str, ours: str) -> None:
    """Names as one says them."""
    imported(tmp_path, {**ML_1M, "movies.dat": f"10::{theirs}::Drama\n"}, "latin-1")

    assert titles(tmp_path / "data")[0][1] == ours


@pytest.mark.parametrize(("name", "ratings", "films", "users"), [("ml-100k", 100_000, 1_682, 943)])
def test_real_data(tmp_path: Path, name: str, ratings: int, films: int, users: int) -> None:
    """The real thing comes in whole."""
    if not (SHARED / name).is_dir():
        pytest.skip(f"needs the MovieLens parquet folder {name} in the folder of real data")
    report = import_movielens(SHARED / name, tmp_path / "data", now_ms=NOW_MS)

    assert {table.table: (table.read, table.kept) for table in report.tables} == {
        "catalog": (films, films),
        "events": (ratings, ratings),
        "members": (users, users),
    }
