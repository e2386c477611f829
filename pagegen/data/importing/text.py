"""
Delimited text, in blocks of whole records: every field as text, with line number, raw row and what is wrong with it.

Polars' own CSV reader fills short rows with nulls and knows no line numbers; an import that loses nothing needs both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pagegen.data.importing.ledger import LINE, RAW, WRONG
from pagegen.data.importing.records import FIELDS, joined, open_lines, split
from pagegen.data.importing.report import Progress, silent
from pagegen.errors import DataError

BLOCK_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How lines become fields."""

    separator: str = ","
    quoted: bool = True  # fields may stand in double quotes, and then hold separators and line breaks
    encoding: str = "utf-8"
    header: tuple[str, ...] | None = None  # None: the first line names the columns


def text_blocks(
    path: Path, dialect: Dialect, table: str, progress: Progress = silent, block_bytes: int = BLOCK_BYTES
) -> Iterator[pl.DataFrame]:
    """
    Blocks of LINE, RAW, WRONG and one text column a field, null where a row is too short. Blank lines are passed over.

    Raises:
        DataError: unreadable, empty, or a header with a name twice.
    """
    header, blocks = dialect.header, 0
    for block in _blocks(path, dialect, table, progress, block_bytes):
        fields = split(block, dialect.separator, quoted=dialect.quoted)
        if header is None and fields.height:
            header, fields = _header(path, fields), fields[1:]
        if header is not None:
            blocks += 1
            yield _named(fields, header)
    if not blocks:
        message = f"{path} is empty; rows for the table {table} were expected"
        raise DataError(message)


def _blocks(path: Path, dialect: Dialect, table: str, progress: Progress, block_bytes: int) -> Iterator[pl.DataFrame]:
    """Blocks of LINE, RAW, WRONG, each ending where a record does."""
    first, rest = 1, b""
    try:
        total = path.stat().st_size
        with path.open("rb") as file:
            while read := file.read(block_bytes):
                last = file.tell() >= total
                whole, rest = _cut(rest + read, last=last)
                lines = _lines(whole, dialect.encoding, first)
                if dialect.quoted:
                    still_open = 0 if last else open_lines(lines, dialect.separator, first + whole.count(b"\n"))
                    whole, rest = _give_back(whole, rest, still_open)
                    lines = joined(
                        lines.filter(pl.col(LINE) < first + whole.count(b"\n")) if still_open else lines,
                        dialect.separator,
                    )
                first += whole.count(b"\n")
                progress(table, file.tell(), total)
                yield lines.filter(pl.col(RAW).str.strip_chars() != "")
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise DataError(message) from error


def _cut(read: bytes, *, last: bool) -> tuple[bytes, bytes]:
    end = len(read) if last else read.rfind(b"\n") + 1
    return read[:end], read[end:]


def _give_back(whole: bytes, rest: bytes, lines: int) -> tuple[bytes, bytes]:
    """Move the last `lines` lines of `whole` to the front of `rest`."""
    end = len(whole)
    for _ in range(lines):
        end = whole.rfind(b"\n", 0, end - 1) + 1
    return whole[:end], whole[end:] + rest


def _lines(whole: bytes, encoding: str, first: int) -> pl.DataFrame:
    whole = whole.removesuffix(b"\n")
    bad: list[int] = []
    try:
        text = whole.decode(encoding)
    except UnicodeDecodeError:
        text = whole.decode(encoding, errors="replace")
        bad = [first + place for place, line in enumerate(whole.split(b"\n")) if not _decodes(line, encoding)]
    raw = (
        pl.Series([text.removeprefix("\ufeff") if first == 1 else text])
        .str.split("\n")
        .explode()
        .str.strip_suffix("\r")
    )
    frame = pl.DataFrame({RAW: raw}).with_row_index(LINE, offset=first).cast({LINE: pl.Int64})
    wrong = pl.when(pl.col(LINE).is_in(bad)).then(pl.lit(f"not {encoding.upper()}"))
    return frame.with_columns(wrong.cast(pl.String).alias(WRONG))


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _header(path: Path, fields: pl.DataFrame) -> tuple[str, ...]:
    names = tuple(name.strip() for name in fields[FIELDS][0])
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or fields[WRONG][0] is not None:
        found = f"names columns {twice} more than once" if twice else fields[WRONG][0]
        message = f"{path}: the first line, which should name the columns, is wrong: {found}"
        raise DataError(message)
    return names


def _named(fields: pl.DataFrame, header: tuple[str, ...]) -> pl.DataFrame:
    fits = pl.col(FIELDS).list.len() == len(header)
    wrong = pl.coalesce(WRONG, pl.when(~fits).then(pl.lit("wrong number of fields")))
    columns = [pl.col(FIELDS).list.get(place, null_on_oob=True).alias(name) for place, name in enumerate(header)]
    return fields.lazy().select(LINE, RAW, wrong.alias(WRONG), *columns).collect()
