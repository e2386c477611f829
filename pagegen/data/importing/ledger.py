"""
The ledger of an import: every row read counts as kept, skipped or rejected, and rejected rows keep their text.

The only mutable thing in an import; it lives as long as one.
"""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pagegen.data.importing.report import EXAMPLES, Rejected, TableReport

OURS = "pagegen:"  # no column of an input begins like this
LINE = f"{OURS}line"  # physical line of a text file, row number of a Parquet file; both from 1
RAW = f"{OURS}raw"  # the row as it stood in the file; Parquet blocks have none, theirs is spelled as JSON when needed
WRONG = f"{OURS}wrong"  # what reading already found wrong, or null

REJECTS = pl.Schema({"table": pl.String, "line": pl.Int64, "reason": pl.String, "raw": pl.String})


@dataclass(slots=True)
class Ledger:
    """Counts by table; rejects in the order they were met."""

    read: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    rejects: list[pl.DataFrame] = field(default_factory=list)

    def enter(self, table: str, read: int, skipped: int = 0) -> None:
        self.read[table] = self.read.get(table, 0) + read
        self.skipped[table] = self.skipped.get(table, 0) + skipped

    def reject(self, table: str, rows: pl.DataFrame, reason: pl.Expr) -> None:
        """Enter `rows` (with LINE, and RAW or the input's own columns) as rejected for `reason`."""
        if rows.height:
            columns = [
                pl.lit(table).alias("table"),
                pl.col(LINE).alias("line"),
                reason.alias("reason"),
                raw_text(rows).alias("raw"),
            ]
            self.rejects.append(rows.select(columns).cast(REJECTS))

    def all_rejects(self) -> pl.DataFrame:
        """[table, line, reason, raw], by table in order of reading, then by line."""
        together = pl.concat([REJECTS.to_frame(), *self.rejects])
        order = pl.col("table").replace_strict(
            {name: place for place, name in enumerate(self.read)}, return_dtype=pl.Int32
        )
        return together.sort(order, "line", maintain_order=True)

    def write(self, path: Path) -> bool:
        """Write the reject file if there is anything to write; a stale one of an earlier import goes."""
        rejects = self.all_rejects()
        path.unlink(missing_ok=True)
        if rejects.height:
            rejects.write_csv(path)
        return rejects.height > 0

    def reports(self) -> tuple[TableReport, ...]:
        rejects = self.all_rejects()
        return tuple(self._report(table, rejects.filter(pl.col("table") == table)) for table in self.read)

    def _report(self, table: str, rejects: pl.DataFrame) -> TableReport:
        grouped = rejects.group_by("reason", maintain_order=True).agg(pl.len(), pl.col("line").head(EXAMPLES))
        reasons = [
            Rejected(reason=name, rows=rows, first_lines=tuple(lines)) for name, rows, lines in grouped.iter_rows()
        ]
        left = self.read[table] - self.skipped[table] - rejects.height
        most = sorted(reasons, key=lambda reason: -reason.rows)
        return TableReport(
            table=table, read=self.read[table], kept=left, skipped=self.skipped[table], rejected=tuple(most)
        )


def raw_text(rows: pl.DataFrame) -> pl.Expr:
    """The row as text: its own line, or JSON of the input's columns."""
    if RAW in rows.columns:
        return pl.col(RAW)
    own = [name for name in rows.columns if not name.startswith(OURS)]
    return pl.struct(own).struct.json_encode() if own else pl.lit("")
