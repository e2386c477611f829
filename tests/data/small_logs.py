"""A small log in CSV, its mapping, and its import."""

from pathlib import Path
from typing import Any

import polars as pl

from pagegen.data.folder import read_table
from pagegen.data.importing.log import import_log
from pagegen.data.importing.mapping import LogMapping, load_mapping
from pagegen.data.importing.report import ImportReport

NOW_MS = 1_700_000_000_000
MAPPING = """
[events]
skip_kinds = ["heartbeat"]
[events.columns]
member_id = "user"
title_id = "item"
time = "at"
kind = "action"
[events.kinds]
purchase = "play"
[catalog.columns]
title_id = "sku"
name = "title"
[catalog.constants]
kind = "movie"
"""
EVENTS = "user,item,at,action\nu1,a,2020-01-01T10:00:00Z,purchase\nu2,b,2020-01-01,click\n"
CATALOG = 'sku,title\na,"Alpha, first"\nb,Beta\n'


def imported(
    tmp_path: Path, *, events: str = EVENTS, catalog: str = CATALOG, mapping: str = MAPPING, **files: str
) -> ImportReport:
    paths = {}
    for table, text in {"events": events, "catalog": catalog, **files}.items():
        paths[table] = tmp_path / f"{table}.csv"
        paths[table].write_text(text, encoding="utf-8")
    return import_log(paths, loaded(tmp_path, mapping), tmp_path / "data", now_ms=NOW_MS)


def loaded(tmp_path: Path, mapping: str) -> LogMapping:
    (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
    return load_mapping(tmp_path / "mapping.toml")


def column(tmp_path: Path, table: str, *names: str) -> list[tuple[Any, ...]]:
    frame = read_table(tmp_path / "data", table)
    return frame.with_columns(pl.col(pl.Datetime).dt.epoch("ms")).select(names).rows()


def reasons(report: ImportReport, table: str = "events") -> dict[str, tuple[int, ...]]:
    entry = next(entry for entry in report.tables if entry.table == table)
    return {rejected.reason: rejected.first_lines for rejected in entry.rejected}
