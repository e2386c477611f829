"""The data folder: written whole or not at all, in time order, sealed; read only when it is what it should be."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from pagegen.data.folder import read_info, read_table, write
from pagegen.data.schema import CATALOG, EVENTS, MEMBERS
from pagegen.errors import DataError


def catalog(*ids: str) -> pl.DataFrame:
    rows = [{"title_id": name, "name": name.upper(), "kind": "movie"} for name in ids]
    return pl.DataFrame([{column: row.get(column) for column in CATALOG} for row in rows], schema=CATALOG)


def events(*days: int) -> pl.DataFrame:
    rows = [(str(place), "m", "a", "click", datetime(2020, 1, day, tzinfo=UTC)) for place, day in enumerate(days)]
    return pl.DataFrame([(*row, *[None] * 6) for row in rows], schema=EVENTS, orient="row")


def test_events_are_put_in_time_order(tmp_path: Path) -> None:
    """Stably: events of one instant keep the order they were given in."""
    write(tmp_path / "data", {"catalog": catalog("a"), "events": events(3, 1, 3, 1, 2)}, {})

    assert read_table(tmp_path / "data", "events")["event_id"].to_list() == ["1", "3", "4", "0", "2"]


def test_what_is_written_is_described(tmp_path: Path) -> None:
    """data.json counts and seals every table; equal tables have equal digests, others not."""
    tables = {"catalog": catalog("a", "b"), "events": events(1, 2)}
    info = write(tmp_path / "one", tables, {"made_by": "test"})
    same = write(tmp_path / "two", tables, {"made_by": "somebody else"})
    other = write(tmp_path / "three", {**tables, "catalog": catalog("a", "c")}, {})

    assert read_info(tmp_path / "one") == info
    assert {name: table.rows for name, table in info.tables.items()} == {"catalog": 2, "events": 2}
    assert (info.first_event_ms, info.last_event_ms) == (1577836800000, 1577923200000)
    assert info.digest == same.digest != other.digest


def test_equal_rows_are_equal_bytes(tmp_path: Path) -> None:
    """However many chunks a table was put together from; their number follows the timing of threads."""
    names = catalog("a").select(pl.exclude("title_id")).join(pl.DataFrame({"id": range(100_000)}), how="cross")
    whole = names.with_columns(title_id=pl.col("id").cast(pl.String)).select(list(CATALOG)).rechunk()
    pieces = pl.concat([whole[place : place + 14_285] for place in range(0, 100_000, 14_285)], rechunk=False)
    one = write(tmp_path / "one", {"catalog": whole, "events": events(1)}, {})
    many = write(tmp_path / "many", {"catalog": pieces, "events": events(1)}, {})

    assert pieces.n_chunks() > 1
    assert one.digest == many.digest


def test_no_events(tmp_path: Path) -> None:
    """A folder without events has no time range."""
    info = write(tmp_path / "data", {"catalog": catalog("a"), "events": events()}, {})

    assert (info.first_event_ms, info.last_event_ms) == (None, None)


def test_an_existing_folder_is_never_touched(tmp_path: Path) -> None:
    """Data folders are immutable."""
    tables = {"catalog": catalog("a"), "events": events(1)}
    before = write(tmp_path / "data", tables, {})
    with pytest.raises(DataError, match="exists and is not empty"):
        write(tmp_path / "data", {**tables, "events": events(2)}, {})

    assert read_info(tmp_path / "data") == before


def test_a_wrong_table_leaves_nothing(tmp_path: Path) -> None:
    """A table without its schema is refused by name, and no folder appears."""
    with pytest.raises(DataError, match=r"table catalog has wrong columns \(runtime_minutes: None for Float32\)"):
        write(tmp_path / "data", {"events": events(1), "catalog": catalog("a").drop("runtime_minutes")}, {})

    assert not (tmp_path / "data").exists()


def test_an_optional_table_that_is_absent_has_no_rows(tmp_path: Path) -> None:
    """Members may be missing; whoever reads them gets the schema."""
    write(tmp_path / "data", {"catalog": catalog("a"), "events": events(1)}, {})

    assert read_table(tmp_path / "data", "members").schema == MEMBERS
    assert read_table(tmp_path / "data", "members").height == 0


def test_columns_can_be_chosen(tmp_path: Path) -> None:
    """Only what is asked for is read, in the order asked for."""
    write(tmp_path / "data", {"catalog": catalog("a"), "events": events(1)}, {})

    assert read_table(tmp_path / "data", "catalog", ["name", "title_id"]).rows() == [("A", "a")]


@pytest.mark.parametrize(
    ("name", "frame", "message"),
    [
        ("catalog", catalog("a").with_columns(name=pl.lit(None, pl.String)), "name has nulls"),
        ("catalog", catalog("a").with_columns(name=pl.lit(1)), "name is Int32, not String"),
        ("catalog", None, "cannot be read as table catalog"),
    ],
)
def test_a_table_that_is_wrong_is_not_read(tmp_path: Path, name: str, frame: pl.DataFrame | None, message: str) -> None:
    """Nulls where there may be none, other types and a missing required file each have their sentence."""
    write(tmp_path / "data", {"catalog": catalog("a"), "events": events(1)}, {})
    path = tmp_path / "data" / f"{name}.parquet"
    path.unlink()
    if frame is not None:
        frame.write_parquet(path)
    with pytest.raises(DataError, match=message):
        read_table(tmp_path / "data", name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is not a data folder"),
        ("{", "cannot be read"),
        ("{}", "cannot be read"),
        (
            '{"schema_version": 99, "tables": {}, "first_event_ms": null, "last_event_ms": null, "report": {}}',
            "has schema version 99",
        ),
    ],
)
def test_a_description_that_is_wrong_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    """No data.json, a damaged one, one of another version."""
    if text is not None:
        (tmp_path / "data.json").write_text(text)
    with pytest.raises(DataError, match=message):
        read_info(tmp_path)
