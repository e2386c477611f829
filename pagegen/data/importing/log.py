"""Anyone's log as a data folder: events, perhaps catalog and members, CSV or Parquet, and a mapping of the columns."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pagegen.data.importing.fields import Fields, Wanted, field_problems, time_problems
from pagegen.data.importing.finish import finish, must_be_new
from pagegen.data.importing.inputs import Input, parquet_input, text_input
from pagegen.data.importing.ledger import OURS, Ledger
from pagegen.data.importing.log_columns import (
    CATALOG_WANTED,
    EVENTS_WANTED,
    MEMBERS_WANTED,
    catalog_columns,
    event_columns,
    member_columns,
    skipped_kinds,
    with_windows,
)
from pagegen.data.importing.mapping import AnyMapping, CatalogMapping, LogMapping
from pagegen.data.importing.report import ImportReport, Progress, silent
from pagegen.data.importing.sieve import conformed, first_of_each, known, sift
from pagegen.data.importing.text import Dialect
from pagegen.data.importing.values import Column
from pagegen.data.schema import CATALOG, EVENTS, MEMBERS
from pagegen.errors import DataError

WANTED: Mapping[str, Wanted] = {"events": EVENTS_WANTED, "catalog": CATALOG_WANTED, "members": MEMBERS_WANTED}
TIMES: Mapping[str, tuple[str, ...]] = {"events": ("time",), "catalog": ("release", "window"), "members": ("joined",)}


def import_log(
    paths: Mapping[str, Path], mapping: LogMapping, out: Path, *, now_ms: int, progress: Progress = silent
) -> ImportReport:
    """
    Import the files of "events" and, optionally, "catalog" and "members"; events after `now_ms` are rejected.

    Without a catalog the titles are those of the events, of which only the ids are known.

    Raises:
        DataError: unreadable files, a mapping that does not fit (all problems at once), nothing left, or `out` exists.
    """
    must_be_new(out)
    inputs = {table: _input(table, path, _of(mapping, table), progress) for table, path in paths.items()}
    fields = _fields(inputs, mapping)
    ledger = Ledger()
    tables: dict[str, pl.DataFrame] = {}
    columns = event_columns(mapping.events, fields["events"], now_ms)
    if mapping.catalog is not None and "catalog" in inputs:
        tables["catalog"] = _catalog(inputs["catalog"], mapping.catalog, fields["catalog"], ledger)
        columns = [_known_title(column, tables["catalog"]) for column in columns]
    rows = sift(inputs["events"], columns, ledger, skipped_kinds(mapping.events, fields["events"]))
    tables["events"] = conformed(first_of_each(rows, inputs["events"], "event_id", ledger), EVENTS)
    tables.setdefault("catalog", _nameless(tables["events"]["title_id"]))
    if mapping.members is not None and "members" in inputs:
        rows = sift(inputs["members"], member_columns(mapping.members, fields["members"]), ledger)
        tables["members"] = conformed(first_of_each(rows, inputs["members"], "member_id", ledger), MEMBERS)
    return finish(out, "log", tables, ledger, _not_imported(fields, mapping))


def _of(mapping: LogMapping, table: str) -> AnyMapping:
    part: AnyMapping | None = getattr(mapping, table)
    if part is None:
        message = f"the mapping has no table [{table}], which the {table} file needs"
        raise DataError(message)
    return part


def _input(table: str, path: Path, mapping: AnyMapping, progress: Progress) -> Input:
    if not path.is_file():
        message = f"the {table} file {path} does not exist"
        raise DataError(message)
    if path.suffix in (".parquet", ".pq"):
        return parquet_input(table, path, progress)
    return text_input(table, path, Dialect(separator=mapping.separator, encoding=mapping.encoding), progress)


def _fields(inputs: Mapping[str, Input], mapping: LogMapping) -> dict[str, Fields]:
    """Where our columns come from; every problem of every table at once."""
    fields, problems = {}, []
    for table, source in inputs.items():
        part = _of(mapping, table)
        block = next(source.blocks())
        types = {name: kind for name, kind in block.schema.items() if not name.startswith(OURS)}
        fields[table] = Fields(columns=part.columns, constants=part.constants, types=types)
        problems += field_problems(table, fields[table], WANTED[table])
        problems += time_problems(table, part, *TIMES[table])
    if problems:
        message = f"the mapping does not fit the files: {'; '.join(problems)}"
        raise DataError(message)
    return fields


def _catalog(source: Input, mapping: CatalogMapping, fields: Fields, ledger: Ledger) -> pl.DataFrame:
    rows = sift(source, catalog_columns(mapping, fields), ledger)
    return conformed(with_windows(first_of_each(rows, source, "title_id", ledger)), CATALOG)


def _nameless(titles: pl.Series) -> pl.DataFrame:
    """A catalog of titles of which nothing is known but the ids, in the order in which they were met."""
    ids = titles.unique(maintain_order=True)
    return conformed(pl.DataFrame({"title_id": ids, "name": ids, "kind": ["movie"] * len(ids)}), CATALOG)


def _known_title(column: Column, catalog: pl.DataFrame) -> Column:
    return known(column, catalog["title_id"], "title") if column.name == "title_id" else column


def _not_imported(fields: Mapping[str, Fields], mapping: LogMapping) -> tuple[str, ...]:
    """Columns of the input that the mapping does not name."""
    kept = set(mapping.members.attributes) if mapping.members else set()
    return tuple(
        f"{table}: {name}"
        for table, part in fields.items()
        for name in part.types
        if name not in part.columns.values() and not (table == "members" and name in kept)
    )
