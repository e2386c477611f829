"""What an import did: rows read, kept, skipped on purpose and rejected, by table and reason. No host paths."""

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

EXAMPLES = 5  # line numbers a report names for each reason; the reject file has them all

Progress: TypeAlias = Callable[[str, int, int], None]  # (table, bytes or rows done, of how many)


def silent(table: str, done: int, total: int) -> None:
    """Shows nothing."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    reason: str
    rows: int
    first_lines: tuple[int, ...]


class TableReport(msgspec.Struct, frozen=True, kw_only=True):
    table: str
    read: int  # rows of the input, without header and blank lines
    kept: int
    skipped: int  # rows the mapping says to leave out
    rejected: tuple[Rejected, ...]


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into `data.json` and onto the terminal."""

    source: str  # the layout, or "log"
    tables: tuple[TableReport, ...]
    not_imported: tuple[str, ...]  # files and columns of the input left out by design
    reject_file: str | None  # its name; it lies beside the data folder

    @property
    def rejected(self) -> int:
        return sum(reason.rows for table in self.tables for reason in table.rejected)

    def as_dict(self) -> dict[str, Any]:
        plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return plain
