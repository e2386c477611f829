"""One input file as blocks that can be read again: the second reading finds the text of rows that turn out bad late."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pagegen.data.importing.ledger import LINE, WRONG
from pagegen.data.importing.report import Progress, silent
from pagegen.data.importing.text import Dialect, text_blocks
from pagegen.errors import DataError

BLOCK_ROWS = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """`blocks` opens the file anew at each call; blocks hold LINE, WRONG and the file's columns."""

    table: str  # of ours that it feeds
    path: Path
    blocks: Callable[[], Iterator[pl.DataFrame]]


def text_input(table: str, path: Path, dialect: Dialect, progress: Progress = silent) -> Input:
    return Input(table=table, path=path, blocks=lambda: text_blocks(path, dialect, table, progress))


def parquet_input(table: str, path: Path, progress: Progress = silent, order: tuple[str, ...] = ()) -> Input:
    """Rows in the file's order, or by `order`; LINE is the row's number in the file either way."""
    return Input(table=table, path=path, blocks=lambda: _parquet_blocks(table, path, progress, order))


def _parquet_blocks(table: str, path: Path, progress: Progress, order: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    try:
        scan = pl.scan_parquet(path).with_row_index(LINE, offset=1).cast({LINE: pl.Int64})
        rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        scan = scan.with_columns(pl.lit(None, pl.String).alias(WRONG))
        scan = scan.sort(order, maintain_order=True) if order else scan
        for start in range(0, max(rows, 1), BLOCK_ROWS):
            block = scan.slice(start, BLOCK_ROWS).collect()
            progress(table, start + block.height, rows)
            yield block
    except (OSError, pl.exceptions.PolarsError) as error:
        message = f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}"
        raise DataError(message) from error
