"""`pagegen check`: every problem of a folder at once, and what the folder can be used for."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from pagegen.data import folder
from pagegen.data.check import CheckReport, Problem, check
from pagegen.data.schema import TABLES
from pagegen.errors import DataError

DAY = datetime(2020, 6, 1, tzinfo=UTC)
TITLE = {"title_id": "a", "name": "Alpha", "kind": "movie"}
EVENT = {"event_id": "e1", "member_id": "m1", "title_id": "a", "kind": "play", "time": DAY, "fraction": 1.0}
MEMBER = {"member_id": "m1"}
PAGE = {
    "page_id": "p1",
    "time": DAY,
    "member_id": "m1",
    "device": "tv",
    "row_kinds": ["genre"],
    "row_seeds": ["War"],
    "row_lengths": [2],
    "title_ids": ["a", "a"],
    "step_probabilities": [0.5, 1.0],
    "seen_columns": [1],
}
SOUND: Mapping[str, list[dict[str, Any]]] = {
    "catalog": [TITLE],
    "events": [EVENT],
    "members": [MEMBER],
    "pages": [PAGE],
}


def checked(tmp_path: Path, **rows: list[dict[str, Any]]) -> CheckReport:
    return check(written(tmp_path, **rows))


def written(tmp_path: Path, **rows: list[dict[str, Any]]) -> Path:
    tables = {name: frame(name, found) for name, found in {**SOUND, **rows}.items()}
    folder.write(tmp_path / "data", tables, {})
    return tmp_path / "data"


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in TABLES[table]} for row in rows], schema=TABLES[table])


def said(report: CheckReport) -> list[tuple[str, str, str, int]]:
    return [(problem.table, problem.severity, problem.says, problem.rows) for problem in report.problems]


def test_a_sound_folder(tmp_path: Path) -> None:
    """Nothing is said of a folder with nothing wrong."""
    report = checked(tmp_path)

    assert (report.problems, report.errors) == ((), 0)


@pytest.mark.parametrize(
    ("table", "change", "says"),
    [
        ("catalog", {"title_id": ""}, "title_id is empty"),
        ("catalog", {"title_id": "t" * 129}, "title_id is over 128 bytes"),
        ("catalog", {"title_id": "a"}, "title_id is there more than once"),
        ("catalog", {"name": None}, "name is null"),
        ("catalog", {"kind": "game"}, "kind is none of movie, series"),
        ("catalog", {"runtime_minutes": float("nan")}, "runtime_minutes is NaN or outside 0 to inf"),
        ("catalog", {"maturity": -1}, "maturity is below 0"),
        ("catalog", {"windows": [{"country": "NO", "start": DAY, "end": DAY}]}, "a window ends before it starts"),
        ("catalog", {"windows": [{"country": None, "start": DAY, "end": None}]}, "a window has no country"),
        ("members", {"member_id": "m1"}, "member_id is there more than once"),
        ("members", {"maturity_ceiling": -3}, "maturity_ceiling is below 0"),
        ("events", {"event_id": "e1"}, "event_id is there more than once"),
        ("events", {"title_id": "nowhere"}, "title_id is not in the catalog"),
        ("events", {"kind": "stare"}, "kind is none of play, click, list_add"),
        ("events", {"device": "fridge"}, "device is none of tv, web, tablet, phone"),
        ("events", {"fraction": 1.5}, "fraction is NaN or outside 0 to 1"),
        ("events", {"fraction": float("nan")}, "fraction is NaN or outside 0 to 1"),
        ("events", {"grade": float("nan")}, "grade is NaN"),
        ("events", {"watched_seconds": -1.0}, "watched_seconds is NaN or outside 0"),
        ("events", {"season": -1}, "season is below 0"),
        ("pages", {"page_id": "p1"}, "page_id is there more than once"),
        ("pages", {"row_seeds": []}, "row_kinds and row_seeds differ in length"),
        ("pages", {"row_lengths": [3]}, "row_lengths does not add up to the length of title_ids"),
        ("pages", {"seen_columns": [1, 1]}, "row_kinds and seen_columns differ in length"),
        ("pages", {"step_probabilities": [1.0]}, "title_ids and step_probabilities differ in length"),
        ("pages", {"step_probabilities": [1.0, 0.0]}, "step_probabilities has a probability outside 0 to 1"),
        ("pages", {"title_ids": ["a", "b"]}, "title_ids has titles that are not in the catalog"),
    ],
)
def test_broken_rows(tmp_path: Path, table: str, change: dict[str, Any], says: str) -> None:
    """One bad row beside a good one is found, counted, named an error and quoted."""
    good = SOUND[table][0]
    fresh = {name: f"{value}2" for name, value in good.items() if name in ("event_id", "page_id")}
    fresh |= {"catalog": {"title_id": "b2"}, "members": {"member_id": "m2"}}.get(table, {})
    report = checked(tmp_path, **{table: [good, {**good, **fresh, **change}]})
    [problem] = [problem for problem in report.problems if problem.severity == "error"]

    assert (problem.table, problem.rows, len(problem.examples)) == (table, 1, 1)
    assert problem.says.startswith(says)
    assert problem.examples[0].startswith("row 1: ")


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Problems of several tables and severities come in one report, with up to three examples each."""
    bad = [
        {**EVENT, "event_id": f"e{number}", "title_id": "zz", "member_id": "m9", "fraction": None}
        for number in range(5)
    ]
    report = checked(tmp_path, events=bad, catalog=[{**TITLE, "kind": "game"}])

    assert said(report) == [
        ("catalog", "error", "kind is none of movie, series", 1),
        ("events", "warning", "a play without a fraction, which cannot count as finished or unfinished", 5),
        ("events", "error", "title_id is not in the catalog", 5),
        ("events", "warning", "member_id is not in the members", 5),
    ]
    assert report.problems[2].examples == ("row 0: zz", "row 1: zz", "row 2: zz")


def test_times(tmp_path: Path) -> None:
    """Times before 1970 and out of order are errors; times after a given present too."""
    early = {**EVENT, "time": datetime(1969, 1, 1, tzinfo=UTC)}
    data = written(tmp_path, events=[EVENT, {**early, "event_id": "e0"}])
    events = folder.read_table(data, "events").reverse()
    events.write_parquet(data / "events.parquet")
    reseal(data, "events")

    assert said(check(data, now_ms=0)) == [
        ("events", "error", "time is before 1970", 1),
        ("events", "error", "time is before the row above", 1),
        ("events", "error", "time is in the future", 1),
        ("pages", "error", "time is in the future", 1),
    ]


def reseal(data: Path, table: str) -> None:
    text = json.loads((data / "data.json").read_text())
    text["tables"][table]["sha256"] = folder.sha256_of(data / f"{table}.parquet")
    (data / "data.json").write_text(json.dumps(text))


def test_a_changed_file(tmp_path: Path) -> None:
    """A table that is not the one that was sealed is an error even if its rows are sound."""
    data = written(tmp_path)
    frame("catalog", [TITLE, {**TITLE, "title_id": "b"}]).write_parquet(data / "catalog.parquet")
    [problem] = check(data).problems

    assert problem.says == "the file's sha256 is not the one in data.json: it was changed or damaged"


def test_damaged_and_missing_files(tmp_path: Path) -> None:
    """Files that cannot be read do not stop the rest of the check; then there are no facts."""
    data = written(tmp_path, events=[{**EVENT, "kind": "stare"}])
    (data / "catalog.parquet").write_bytes(b"no")
    (data / "members.parquet").unlink()
    report = check(data)

    assert [problem.table for problem in report.problems] == ["catalog", "members", "catalog", "events"]
    assert (report.facts, report.row_kinds) == (None, {})


def test_wrong_schema(tmp_path: Path) -> None:
    """Every wrong column is named."""
    data = written(tmp_path)
    odd = folder.read_table(data, "members").drop("country").with_columns(kids=pl.lit(1), more=pl.lit("x"))
    odd.write_parquet(data / "members.parquet")
    reseal(data, "members")

    assert [problem.says for problem in check(data).problems] == [
        "country is missing, not String",
        "kids is Int32, not Boolean",
        "more is not in the schema",
    ]


def test_empty_tables(tmp_path: Path) -> None:
    """A folder without titles or events is readable and useless."""
    report = checked(tmp_path, catalog=[], events=[], members=[], pages=[])

    assert [(problem.table, problem.says) for problem in report.problems] == [
        ("catalog", "the table has no rows"),
        ("events", "the table has no rows"),
    ]
    assert None not in report.row_kinds.values()


def test_no_folder(tmp_path: Path) -> None:
    """What is no data folder cannot be checked."""
    with pytest.raises(DataError, match="is not a data folder"):
        check(tmp_path)


def test_facts(tmp_path: Path) -> None:
    """The facts count what the tables hold."""
    exact = datetime(2020, 5, 20, tzinfo=UTC)
    leaving = [{"country": "NO", "start": None, "end": DAY}]
    report = checked(
        tmp_path,
        catalog=[
            {**TITLE, "genres": ["War"], "release_time": datetime(2020, 1, 1, tzinfo=UTC), "maturity": 7},
            {**TITLE, "title_id": "b", "kind": "series", "cast": ["Ann"], "release_time": exact, "windows": leaving},
        ],
        events=[
            EVENT,
            {**EVENT, "event_id": "e2", "title_id": "b", "fraction": 0.5, "episode": 1, "grade": 4.0},
            {**EVENT, "event_id": "e3", "kind": "list_add", "fraction": None, "time": datetime(2020, 6, 3, tzinfo=UTC)},
        ],
        members=[{**MEMBER, "country": "NO", "kids": True}, {"member_id": "m2"}],
    )
    day_ms = int(DAY.timestamp() * 1000)

    assert msgspec.to_builtins(report.facts) == {
        "titles": 2,
        "series": 1,
        "titles_with_genres": 1,
        "titles_with_people": 1,
        "titles_with_maturity": 1,
        "titles_with_windows": 1,
        "titles_leaving": 1,
        "titles_released": 2,
        "exact_releases": 1,
        "releases_in_range": 2,
        "members": 2,
        "members_described": 2,
        "kids_members": 1,
        "countries": ("NO",),
        "events": 3,
        "events_by_kind": {"play": 2, "list_add": 1},
        "first_event_ms": day_ms,
        "last_event_ms": day_ms + 2 * 86_400_000,
        "longest_history": 3,
        "members_with_two_titles": 1,
        "titles_played": 2,
        "unfinished_plays": 1,
        "unfinished_share": 0.5,
        "graded_events": 1,
        "episodes": 1,
        "pages": 1,
    }


def test_problems_are_plain_data() -> None:
    """A report can be printed as JSON and read again."""
    problem = Problem(table="events", severity="error", says="x", rows=1, examples=("row 0: y",))

    assert msgspec.json.decode(msgspec.json.encode(problem), type=Problem) == problem
