"""Anyone's log in, a data folder out: what the mapping can say, and what it must not say."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pagegen.data.check import check
from pagegen.data.dataset import Past, read_dataset
from pagegen.data.folder import read_table
from pagegen.data.importing.log import import_log
from pagegen.data.importing.mapping import example
from pagegen.errors import DataError
from tests.data.small_logs import CATALOG, EVENTS, MAPPING, NOW_MS, column, imported, loaded, reasons


def test_a_small_log(tmp_path: Path) -> None:
    """Columns are renamed, kinds translated, text times read, order put right, constants filled in."""
    report = imported(tmp_path)

    assert (report.source, report.rejected, report.not_imported) == ("log", 0, ())
    assert column(tmp_path, "events", "member_id", "title_id", "kind", "time") == [
        ("u2", "b", "click", 1577836800000),
        ("u1", "a", "play", 1577872800000),
    ]
    assert column(tmp_path, "catalog", "title_id", "name", "kind") == [
        ("a", "Alpha, first", "movie"),
        ("b", "Beta", "movie"),
    ]


def test_the_printed_example_works(tmp_path: Path) -> None:
    """The example of the documentation imports files with the columns it names, and what it makes passes the check."""
    report = imported(
        tmp_path,
        mapping=example(),
        events="user,item,at,action,id,watched,length,platform,season,episode,stars\n"
        "u1,a,2020-01-01 10:00:00,purchase,e1,30,60,roku,,,4.5\n"
        "u1,b,2020-01-01 10:01:00,play,e2,70,60,tv,1,2,\n"
        "u2,a,2020-01-01 10:02:00,favourite,e3,,,,,,\n"
        "u2,a,2020-01-01 10:03:00,heartbeat,e4,,,,,,\n",
        catalog="sku,title,type,released,genres,tags,actors,directors,made_in,language,runtime,age,"
        "licensed_in,available_from,available_until\n"
        "a,Alpha,movie,2019-05-01,Drama|War,space,Ann|Bob,Cy,NO,en,90,12,NO|SE,2020-01-01,2021-01-01\n"
        "b,Beta,series,,,,,,,,,,,,\n",
        members="user,since,country,language,kids,max_age,account,plan\nu1,2019-01-01,NO,nb,no,,h1,basic\nu2,,,,yes,7,,\n",
    )
    start, end = 1577836800000, 1609459200000

    assert [(table.table, table.read, table.kept, table.skipped) for table in report.tables] == [
        ("catalog", 2, 2, 0),
        ("events", 4, 3, 1),
        ("members", 2, 2, 0),
    ]
    assert column(
        tmp_path, "events", "event_id", "watched_seconds", "fraction", "device", "season", "episode", "grade"
    ) == [
        ("e1", 30.0, 0.5, "tv", None, None, 4.5),
        ("e2", 70.0, 1.0, "tv", 1, 2, None),
        ("e3", None, None, None, None, None, None),
    ]
    windows = read_table(tmp_path / "data", "catalog")["windows"].to_list()
    assert windows[1] is None
    assert [(w["country"], ms(w["start"]), ms(w["end"])) for w in windows[0]] == [
        ("NO", start, end),
        ("SE", start, end),
    ]
    assert column(tmp_path, "catalog", "genres", "cast", "runtime_minutes", "maturity") == [
        (["Drama", "War"], ["Ann", "Bob"], 90.0, 12),
        (None, None, None, None),
    ]
    assert column(
        tmp_path, "members", "member_id", "country", "kids", "maturity_ceiling", "household_id", "attributes"
    ) == [
        ("u1", "NO", False, None, "h1", [{"name": "plan", "value": "basic"}]),
        ("u2", None, True, 7, None, []),
    ]
    assert check(tmp_path / "data").problems == ()


def ms(when: Any) -> int:
    return int(when.timestamp() * 1000)


def test_a_log_of_members_and_titles_alone(tmp_path: Path) -> None:
    """No time, no kind, no catalog: constants stand in, and titles are called by their ids."""
    mapping = """
    [events.columns]
    member_id = "user"
    title_id = "item"
    [events.constants]
    kind = "play"
    time = "2020-01-01T10:00:00Z"
    """
    (tmp_path / "events.csv").write_text("user,item\nu1,b\nu2,b\nu1,a\n,a\n")
    report = import_log(
        {"events": tmp_path / "events.csv"}, loaded(tmp_path, mapping), tmp_path / "data", now_ms=NOW_MS
    )
    data = read_dataset(tmp_path / "data")

    assert [("events", 4, 3)] == [(table.table, table.read, table.kept) for table in report.tables]
    assert {"member_id is empty": (5,)} == reasons(report)
    assert [("b", "b", "movie"), ("a", "a", "movie")] == column(tmp_path, "catalog", "title_id", "name", "kind")
    assert {(1577872800000,)} == set(column(tmp_path, "events", "time"))
    assert Past(data=data, watermark=3).timeless
    assert 1577872800000 + 3_600_000 == data.end_ms


def test_a_log_of_which_no_row_is_left(tmp_path: Path) -> None:
    """Without a catalog it is the events that are named."""
    (tmp_path / "events.csv").write_text("user,item,at,action\n,a,2020-01-01,click\n")
    mapping = loaded(tmp_path, MAPPING.partition("[catalog")[0])

    with pytest.raises(DataError, match=r"none of the 1 rows of table events can be used \(member_id is empty: 1\)"):
        import_log({"events": tmp_path / "events.csv"}, mapping, tmp_path / "data", now_ms=NOW_MS)


def test_parquet(tmp_path: Path) -> None:
    """Parquet types are taken as they are: whole-number ids, naive times in the zone, lists; rejects are JSON."""
    at = pl.Series(["2020-07-01 12:00:00", "2020-07-01 13:00:00", None]).str.to_datetime()
    events = pl.DataFrame({"user": [1, 2, 3], "item": [10, 10, 10], "at": at, "action": ["play"] * 3, "_id": [7, 8, 9]})
    events.write_parquet(tmp_path / "e.parquet")
    pl.DataFrame({"sku": [10], "title": ["Ten"], "genres": [["War"]]}).write_parquet(tmp_path / "c.parquet")
    mapping = MAPPING.replace('skip_kinds = ["heartbeat"]', 'zone = "Europe/Oslo"').replace(
        'user"', 'user"\nevent_id = "_id"'
    )
    mapping = mapping.replace('name = "title"', 'name = "title"\ngenres = "genres"')
    paths = {"events": tmp_path / "e.parquet", "catalog": tmp_path / "c.parquet"}
    report = import_log(paths, loaded(tmp_path, mapping), tmp_path / "data", now_ms=NOW_MS)
    rejects = pl.read_csv(tmp_path / "data.rejects.csv", infer_schema=False).rows()

    assert column(tmp_path, "events", "event_id", "member_id", "title_id", "time") == [
        ("7", "1", "10", 1593597600000),
        ("8", "2", "10", 1593601200000),
    ]
    assert column(tmp_path, "catalog", "genres") == [(["War"],)]
    assert reasons(report) == {"time missing": (3,)}
    assert rejects == [("events", "3", "time missing", '{"user":3,"item":10,"at":null,"action":"play","_id":9}')]


@pytest.mark.parametrize(
    ("unit", "text", "expected"),
    [
        ("s", "1577872800", 1577872800000),
        ("s", "1577872800.25", 1577872800250),
        ("ms", "1577872800123", 1577872800123),
        ("us", "1577872800123999", 1577872800123),
        ("ns", "1577872800123999999", 1577872800123),
        ("iso", "2020-01-01", 1577836800000),
        ("iso", "2020-01-01 10:00", 1577872800000),
        ("iso", "2020-01-01T10:00:00.5", 1577872800500),
        ("iso", "2020-01-01T12:00:00+02:00", 1577872800000),
        ("iso", "2020-01-01 12:00:00+02:00", 1577872800000),
        ("year", "2020", 1577836800000),
        ("%d.%m.%Y %H:%M", "01.01.2020 10:00", 1577872800000),
    ],
)
def test_times(tmp_path: Path, unit: str, text: str, expected: int) -> None:
    """Every way to write a time that the example names."""
    mapping = MAPPING.replace("[events]", f'[events]\ntime = "{unit}"')
    imported(tmp_path, events=f"user,item,at,action\nu1,a,{text},click\n", mapping=mapping)

    assert column(tmp_path, "events", "time") == [(expected,)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("u1,a,2020-01-01,frobnicate", "unknown event kind"),
        ("u1,a,2020-01-01,", "event kind missing"),
        ("u1,zz,2020-01-01,click", "unknown title"),
        (",a,2020-01-01,click", "member_id is empty"),
        ("u1,a,01/02/2020,click", "time cannot be read as a time"),
        ("u1,a,2020-02-30,click", "time cannot be read as a time"),
        ("u1,a,1969-12-31,click", "time before the epoch"),
        ("u1,a,2030-01-01,click", "time in the future"),
        ("u1,a,,click", "time missing"),
        ("u1,a,2020-01-01", "wrong number of fields"),
    ],
)
def test_bad_events(tmp_path: Path, row: str, reason: str) -> None:
    """A bad event is counted by reason with its line and costs no other row."""
    report = imported(tmp_path, events=f"{EVENTS}{row}\n")

    assert reasons(report) == {reason: (4,)}
    assert len(column(tmp_path, "events", "kind")) == 2


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("", "0.25", 0.25),
        ('fraction = "percent"', "25", 0.25),
        ("clip_fraction = true", "1.5", 1.0),
        ("", "1.5", "fraction outside 0 to 1"),
        ("", "-0.1", "fraction outside 0 to 1"),
        ("", "NaN", "fraction is NaN"),
        ("", "half", "fraction is not a number"),
        ("", "", None),
    ],
)
def test_fractions(tmp_path: Path, setting: str, value: str, expected: float | str | None) -> None:
    """A fraction is a ratio unless said otherwise, and is clipped only where the mapping asks for it."""
    mapping = MAPPING.replace("[events]", f"[events]\n{setting}").replace(
        "[events.columns]", '[events.columns]\nfraction = "f"'
    )
    rows = f"user,item,at,action,f\nu1,a,2020-01-01,play,{value}\nu2,b,2020-01-02,play,0\n"
    report = imported(tmp_path, events=rows, mapping=mapping)

    if isinstance(expected, str):
        assert reasons(report) == {expected: (2,)}
    else:
        assert (report.rejected, column(tmp_path, "events", "fraction")) == (0, [(expected,), (0.0,)])


def test_repeated_events(tmp_path: Path) -> None:
    """Of two events with one id the first stays; events without an id are never duplicates."""
    mapping = MAPPING.replace("[events.columns]", '[events.columns]\nevent_id = "id"')
    rows = [f"u1,a,2020-01-0{day},click,{name}" for day, name in enumerate(("x", "y", "x", "", ""), start=1)]
    report = imported(tmp_path, events="\n".join(["user,item,at,action,id", *rows]), mapping=mapping)

    assert reasons(report) == {"duplicate event_id": (4,)}
    assert column(tmp_path, "events", "event_id") == [("x",), ("y",), (None,), (None,)]


def test_bad_titles(tmp_path: Path) -> None:
    """Catalog rows are judged like events; events of a rejected title are of an unknown one."""
    report = imported(tmp_path, catalog=f"{CATALOG}a,Again\nc,\n", events=f"{EVENTS}u1,c,2020-01-01,click\n")

    assert reasons(report, "catalog") == {"duplicate title_id": (4,), "name missing": (5,)}
    assert reasons(report) == {"unknown title": (4,)}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [("NO,2021-01-01,2020-01-01", "window ends before it starts"), (",2020-01-01,", "window without countries")],
)
def test_bad_windows(tmp_path: Path, cells: str, reason: str) -> None:
    """A window needs an order and a country."""
    columns = 'name = "title"\nwindow_countries = "in"\nwindow_start = "from"\nwindow_end = "to"'
    catalog = f"sku,title,in,from,to\na,Alpha,{cells}\nb,Beta,,,\n"
    report = imported(tmp_path, catalog=catalog, mapping=MAPPING.replace('name = "title"', columns))

    assert reasons(report, "catalog") == {reason: (2,)}
