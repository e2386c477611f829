"""MovieLens in, a data folder out: every published layout, and every way a row can be wrong."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pagegen.data.folder import read_info, read_table
from pagegen.data.importing.movielens import import_movielens
from pagegen.data.importing.report import ImportReport, Rejected
from pagegen.errors import DataError

NOW_MS = 1_700_000_000_000
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

ML_1M = {
    "ratings.dat": "1::10::5::978300760\n2::10::3::978300700\n1::11::4::978300760\n",
    "movies.dat": "10::Matrix, The (1999)::Action|Sci-Fi\n11::Misérables, Les (1995)::Drama\n",
    "users.dat": "1::F::1::10::48067\n2::M::56::16::70072\n",
}
ML_100K = {
    "u.data": "1\t10\t5\t978300760\n2\t10\t3\t978300700\n1\t11\t4\t978300760\n",
    "u.item": "10|Matrix, The (1999)|31-Mar-1999||http://x|0|1|0\n11|Misérables, Les (1995)|||http://y|0|0|1\n",
    "u.genre": "unknown|0\nAction|1\nDrama|2\n\n",
    "u.user": "1|24|F|writer|85711\n2|53|M|other|94043\n",
}
ML_CSV = {
    "ratings.csv": "userId,movieId,rating,timestamp\n1,10,5.0,978300760\n2,10,3.0,978300700\n1,11,4.0,978300760\n",
    "movies.csv": 'movieId,title,genres\n10,"Matrix, The (1999)",Action|Sci-Fi\n'
    '11,"Misérables, Les (""Les Miz"") (1995)",(no genres listed)\n',
    "tags.csv": "userId,movieId,tag,timestamp\n1,10,great,978300760\n",
}
EVENTS = [
    ("2:10", "2", "10", "play", 978300700000, 3.0, None, 1.0),
    ("1:10", "1", "10", "play", 978300760000, 5.0, None, 1.0),
    ("1:11", "1", "11", "play", 978300760000, 4.0, None, 1.0),
]


def written(folder: Path, files: Mapping[str, str], encoding: str = "utf-8") -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode(encoding))
    return folder


def imported(tmp_path: Path, files: Mapping[str, str], encoding: str = "utf-8") -> ImportReport:
    return import_movielens(written(tmp_path / "source", files, encoding), tmp_path / "data", now_ms=NOW_MS)


def titles(data: Path) -> list[tuple[Any, ...]]:
    day = pl.col("release_time").dt.date()
    return read_table(data, "catalog").select("title_id", "name", "kind", day, "genres").rows()


def events(data: Path) -> list[tuple[Any, ...]]:
    table = read_table(data, "events").drop("season", "episode", "device")
    return table.with_columns(pl.col("time").dt.epoch("ms")).rows()


def attributes(data: Path) -> dict[str, dict[str, str]]:
    rows = read_table(data, "members").select("member_id", "attributes").rows()
    return {member: {pair["name"]: pair["value"] for pair in pairs} for member, pairs in rows}


def reasons(report: ImportReport, table: str) -> dict[str, tuple[int, ...]]:
    entry = next(entry for entry in report.tables if entry.table == table)
    return {rejected.reason: rejected.first_lines for rejected in entry.rejected}


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


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1::10::5", "wrong number of fields"),
        ("1::10::5::978300760::x", "wrong number of fields"),
        ("::10::5::978300760", "member_id is empty"),
        (f"{'m' * 129}::10::5::978300760", "member_id is over 128 bytes"),
        ("1::::5::978300760", "title_id is empty"),
        ("1::99::5::978300760", "unknown title"),
        ("1::10::::978300760", "grade missing"),
        ("1::10::five::978300760", "grade is not a number"),
        ("1::10::nan::978300760", "grade is NaN"),
        ("1::10::6::978300760", "grade outside 0.5 to 5"),
        ("1::10::5::", "time missing"),
        ("1::10::5::yesterday", "time cannot be read as a time"),
        ("1::10::5::-1", "time before the epoch"),
        ("1::10::5::1700000001", "time in the future"),
        ("1::10::5::9223372036854775807", "time cannot be read as a time"),
        ("2::10::1::978300760", "duplicate event_id"),
    ],
)
def test_bad_ratings(tmp_path: Path, row: str, reason: str) -> None:
    """A bad rating is counted by reason with its line, kept as it stood in the reject file, and costs no other row."""
    report = imported(tmp_path, {**ML_1M, "ratings.dat": f"{ML_1M['ratings.dat']}\n{row}\n"}, "latin-1")
    rejects = pl.read_csv(tmp_path / "data.rejects.csv", infer_schema=False).rows()

    assert reasons(report, "events") == {reason: (5,)}
    assert rejects == [("events", "5", reason, row)]
    assert events(tmp_path / "data") == EVENTS


def test_bad_utf8(tmp_path: Path) -> None:
    """A line that is not UTF-8 is rejected alone."""
    source = written(tmp_path / "source", ML_CSV)
    with (source / "movies.csv").open("ab") as file:
        file.write(b"12,Caf\xe9 (2000),Drama\n13,Ran (1985),War\n")
    report = import_movielens(source, tmp_path / "data", now_ms=NOW_MS)

    assert reasons(report, "catalog") == {"not UTF-8": (4,)}
    assert [title[0] for title in titles(tmp_path / "data")] == ["10", "11", "13"]


def test_duplicate_titles(tmp_path: Path) -> None:
    """Of two catalog rows with one id the first stays."""
    report = imported(tmp_path, {**ML_1M, "movies.dat": ML_1M["movies.dat"] + "10::Other (2001)::War\n"}, "latin-1")

    assert reasons(report, "catalog") == {"duplicate title_id": (3,)}
    assert titles(tmp_path / "data")[0][1] == "The Matrix"


def test_counts_add_up(tmp_path: Path) -> None:
    """Every row read is kept or rejected; a reason names its first five lines; data.json holds the report, no paths."""
    bad = "".join(f"1::99::5::97830076{digit}\n" for digit in range(8))
    report = imported(tmp_path, {**ML_1M, "ratings.dat": bad + ML_1M["ratings.dat"]}, "latin-1")
    table = next(table for table in report.tables if table.table == "events")

    assert (table.read, table.kept, table.skipped) == (11, 3, 0)
    assert table.rejected == (Rejected(reason="unknown title", rows=8, first_lines=(1, 2, 3, 4, 5)),)
    assert read_info(tmp_path / "data").report == report.as_dict()
    assert str(tmp_path) not in (tmp_path / "data" / "data.json").read_text()


def test_same_bytes(tmp_path: Path) -> None:
    """The same files give the same folder."""
    source = written(tmp_path / "source", ML_1M, "latin-1")
    for out in ("a", "b"):
        import_movielens(source, tmp_path / out, now_ms=NOW_MS)

    assert read_info(tmp_path / "a").digest == read_info(tmp_path / "b").digest


def test_progress(tmp_path: Path) -> None:
    """Each file reports how far it is, up to its end."""
    seen: list[tuple[str, int, int]] = []
    source = written(tmp_path / "source", ML_1M, "latin-1")
    import_movielens(source, tmp_path / "data", now_ms=NOW_MS, progress=lambda *step: seen.append(step))

    assert {name: done == total for name, done, total in seen} == {"catalog": True, "events": True, "members": True}


def test_nothing_left(tmp_path: Path) -> None:
    """When no rating can be used nothing is written but the reject file, and the error says why."""
    with pytest.raises(DataError, match=r"none of the 1 rows of table events can be used \(unknown title: 1\)"):
        imported(tmp_path, {**ML_1M, "ratings.dat": "1::99::5::978300760\n"}, "latin-1")

    assert not (tmp_path / "data").exists()
    assert (tmp_path / "data.rejects.csv").exists()


@pytest.mark.parametrize("name", ["ratings.dat", "movies.dat"])
def test_empty_file(tmp_path: Path, name: str) -> None:
    """An empty file is named."""
    with pytest.raises(DataError, match=rf"{name} is empty"):
        imported(tmp_path, {**ML_1M, name: ""}, "latin-1")


def test_unknown_layout(tmp_path: Path) -> None:
    """The error says what was looked for and what was found."""
    with pytest.raises(DataError, match=r"looked for u\.data \+ u\.item .*; found notes\.txt"):
        imported(tmp_path, {"notes.txt": "hello"})


def test_no_folder(tmp_path: Path) -> None:
    """A source that is not there is not a folder."""
    with pytest.raises(DataError, match="is not a folder"):
        import_movielens(tmp_path / "nowhere", tmp_path / "data", now_ms=NOW_MS)


def test_damaged_parquet(tmp_path: Path) -> None:
    """A Parquet file that is none is named."""
    with pytest.raises(DataError, match=r"movies\.parquet cannot be read as Parquet"):
        imported(tmp_path, {"ratings.parquet": "no", "movies.parquet": "no"})


def test_existing_folder(tmp_path: Path) -> None:
    """A folder with something in it is refused before anything is read, and stays as it is."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine").touch()
    with pytest.raises(DataError, match="exists and is not empty"):
        imported(tmp_path, ML_1M, "latin-1")

    assert [path.name for path in (tmp_path / "data").iterdir()] == ["mine"]


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
