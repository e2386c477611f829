"""
The data folder: an immutable directory of Parquet tables and `data.json`, which describes and seals them.

Written beside its final name and renamed, so that a reader never meets half of one.
"""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from pagegen.data.schema import NEVER_NULL, REQUIRED, TABLES, VERSION
from pagegen.errors import DataError

# Rows written at once, where a row is wide: the writer holds four times what it writes.
ROW_GROUPS: Final[Mapping[str, int]] = {"pages": 16_384}


class TableInfo(msgspec.Struct, frozen=True, kw_only=True):
    rows: int
    sha256: str


class DataInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What `data.json` says."""

    schema_version: int
    tables: dict[str, TableInfo]
    first_event_ms: int | None
    last_event_ms: int | None
    report: dict[str, Any]  # what made the folder: the import's counts, or the world's parameters

    @property
    def digest(self) -> str:
        """Changes when any table's bytes change."""
        sealed = ",".join(f"{name}={self.tables[name].sha256}" for name in sorted(self.tables))
        return hashlib.sha256(sealed.encode()).hexdigest()


def write(folder: Path, tables: Mapping[str, pl.DataFrame], report: Mapping[str, Any]) -> DataInfo:
    """
    Write a new data folder; `events` and `pages` are put in time order, stably.

    Raises:
        DataError: the folder exists and is not empty, or a table does not have its schema.
    """
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} exists and is not empty; data folders are immutable: choose another --out or remove it"
        raise DataError(message)
    beside = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    infos = {name: _write_table(beside, name, frame) for name, frame in tables.items()}
    times = tables["events"]["time"].cast(pl.Int64)
    info = DataInfo(
        schema_version=VERSION,
        tables=infos,
        first_event_ms=times.min() if len(times) else None,  # type: ignore[arg-type]  # min of Int64 is int
        last_event_ms=times.max() if len(times) else None,  # type: ignore[arg-type]
        report=dict(report),
    )
    (beside / "data.json").write_bytes(msgspec.json.format(msgspec.json.encode(info), indent=2) + b"\n")
    if folder.exists():
        folder.rmdir()
    beside.rename(folder)
    return info


def _write_table(folder: Path, name: str, frame: pl.DataFrame) -> TableInfo:
    schema = TABLES[name]
    if frame.schema != schema:
        wrong = [
            f"{column}: {frame.schema.get(column)} for {kind}"
            for column, kind in schema.items()
            if frame.schema.get(column) != kind
        ]
        extra = [f"{column}: not in the schema" for column in frame.columns if column not in schema]
        message = f"table {name} has wrong columns ({'; '.join(wrong + extra) or 'another order'})"
        raise DataError(message)
    if "time" in schema and not frame["time"].is_sorted():
        frame = frame.sort("time", maintain_order=True)
    path, rows = folder / f"{name}.parquet", ROW_GROUPS.get(name)
    in_chunks(frame, rows).write_parquet(path, compression="zstd", statistics=True, row_group_size=rows)
    return TableInfo(rows=frame.height, sha256=sha256_of(path))


def in_chunks(frame: pl.DataFrame, rows: int | None) -> pl.DataFrame:
    """
    The frame in chunks of so many rows; None: in one. What lies so already is not copied.

    Chunks follow the timing of threads and a file follows the chunks: so equal rows are equal bytes.
    """
    if rows is None or not frame.height:
        return frame.rechunk()
    return pl.concat([frame.slice(low, rows).rechunk() for low in range(0, frame.height, rows)], rechunk=False)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_info(folder: Path) -> DataInfo:
    """
    What the folder says of itself.

    Raises:
        DataError: no data folder, or one of another schema version.
    """
    path = folder / "data.json"
    if not path.is_file():
        message = f"{folder} is not a data folder (no data.json); make one with `pagegen import` or `pagegen world`"
        raise DataError(message)
    try:
        info = msgspec.json.decode(path.read_bytes(), type=DataInfo)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        message = f"{path} cannot be read ({error}); import the data again"
        raise DataError(message) from error
    if info.schema_version != VERSION:
        message = (
            f"{folder} has schema version {info.schema_version}, this pagegen reads {VERSION}; import the data again"
        )
        raise DataError(message)
    return info


def read_table(folder: Path, name: str, columns: list[str] | None = None) -> pl.DataFrame:
    """
    One table, all its schema's columns or those asked for; an optional table that is absent has no rows.

    Raises:
        DataError: missing though required, unreadable, or not of the schema.
    """
    schema = TABLES[name]
    columns = list(schema) if columns is None else columns
    path = folder / f"{name}.parquet"
    if not path.exists() and name not in REQUIRED:
        return schema.to_frame().select(columns)
    try:
        frame = pl.read_parquet(path, columns=columns)
    except (OSError, pl.exceptions.PolarsError) as error:
        message = f"{path} cannot be read as table {name}: {str(error).splitlines()[0]}"
        raise DataError(message) from error
    wrong = [
        f"{column} is {frame.schema[column]}, not {schema[column]}"
        for column in columns
        if frame.schema[column] != schema[column]
    ]
    nulls = [f"{column} has nulls" for column in NEVER_NULL[name] if column in columns and frame[column].null_count()]
    if wrong or nulls:
        message = f"{path}: {'; '.join(wrong + nulls)}; run `pagegen check {folder}`"
        raise DataError(message)
    return frame
