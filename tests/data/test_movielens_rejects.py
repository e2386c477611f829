"""MovieLens files that are wrong: rows are counted and kept aside, folders are refused."""

from pathlib import Path

import polars as pl
import pytest

from pagegen.data.folder import read_info
from pagegen.data.importing.movielens import import_movielens
from pagegen.data.importing.report import Rejected
from pagegen.errors import DataError
from tests.data.small_movielens import EVENTS, ML_1M, ML_CSV, NOW_MS, events, imported, reasons, titles, written


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
