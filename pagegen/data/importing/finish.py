"""The end of every import: the reject file, the checks on what is left, the data folder."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pagegen.data import folder
from pagegen.data.importing.ledger import Ledger
from pagegen.data.importing.report import ImportReport
from pagegen.errors import DataError


def must_be_new(out: Path) -> None:
    """
    Asked before anything is read: a long import should not end in a refusal.

    Raises:
        DataError: `out` is a file or a folder with something in it.
    """
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        message = (
            f"{out} already exists and is not empty; data folders are immutable, so choose another --out or remove it"
        )
        raise DataError(message)


def finish(
    out: Path, source: str, tables: Mapping[str, pl.DataFrame], ledger: Ledger, not_imported: tuple[str, ...]
) -> ImportReport:
    """
    Write the reject file and the data folder.

    Raises:
        DataError: no title or no event is left; the reject file, written all the same, says why.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    rejects = out.with_name(f"{out.name}.rejects.csv")
    written = ledger.write(rejects)
    report = ImportReport(
        source=source, tables=ledger.reports(), not_imported=not_imported, reject_file=rejects.name if written else None
    )
    _something_left(tables, report, rejects)
    folder.write(out, tables, report.as_dict())
    return report


def _something_left(tables: Mapping[str, pl.DataFrame], report: ImportReport, rejects: Path) -> None:
    for name in ("catalog", "events"):
        table = next((entry for entry in report.tables if entry.table == name), None)
        if tables[name].height or table is None:
            continue
        reasons = ", ".join(f"{reason.reason}: {reason.rows}" for reason in table.rejected)
        why = f" ({reasons}); all rejected rows are in {rejects}" if reasons else ""
        message = f"none of the {table.read} rows of table {name} can be used{why}; nothing was imported"
        raise DataError(message)
