"""
Quotes of delimited text: which lines one field holds together, and what the fields of a record are (RFC 4180).

A quote opens a field only at its start; any other is stray and spoils its own line, not the rest of the file.
"""

import re

import numpy as np
import polars as pl

from pagegen.data.importing.ledger import LINE, OURS, RAW, WRONG

LONGEST_RECORD = 1000  # lines; a quote that stays open for longer is a stray one
FIELDS = f"{OURS}fields"
QUOTED = r'"(?:[^"]|"")*"'


def joined(lines: pl.DataFrame, separator: str) -> pl.DataFrame:
    """Lines that a quoted field holds together, as one record numbered by its first line."""
    spans, _ = _spans(lines, separator)
    if not spans:
        return lines
    begins = np.ones(lines.height, np.int64)
    for first, last in spans:
        begins[first + 1 : last + 1] = 0
    record = pl.Series("_record", np.cumsum(begins))
    together = lines.group_by(record, maintain_order=True)
    return together.agg(pl.col(LINE).first(), pl.col(RAW).str.join("\n"), pl.col(WRONG).drop_nulls().first()).drop(
        "_record"
    )


def open_lines(lines: pl.DataFrame, separator: str, end: int) -> int:
    """How many physical lines before line `end` belong to a record that is not closed yet."""
    _, opened = _spans(lines, separator)
    count = 0 if opened is None else end - int(lines[LINE][opened])
    return count if count < LONGEST_RECORD else 0


def _spans(lines: pl.DataFrame, separator: str) -> tuple[list[tuple[int, int]], int | None]:
    """(first, last) row of each record of several lines, and the row whose quote is open at the end."""
    plain = f'[^"{re.escape(separator)}]*'
    opens = f'^(?:(?:{QUOTED}|{plain}){re.escape(separator)})*"(?:[^"]|"")*$'
    odd = lines.with_row_index("_row").filter(pl.col(RAW).str.count_matches('"', literal=True) % 2 == 1)
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    for row, opener in odd.select("_row", pl.col(RAW).str.contains(opens)).iter_rows():  # only lines with an odd quote
        if opened is not None and row - opened < LONGEST_RECORD:
            spans.append((opened, row))
            opened = None
        else:
            opened = row if opener else None
    return spans, opened


def split(records: pl.DataFrame, separator: str, *, quoted: bool) -> pl.DataFrame:
    """Records with FIELDS, a list of texts; WRONG where a quote is stray."""
    plain = pl.col(RAW).str.split(separator).alias(FIELDS)
    if not quoted or not records[RAW].str.contains('"', literal=True).any():
        return records.with_columns(plain)
    only = f'[^"{re.escape(separator)}]*'
    field = f'(?:"{only}"|{only})'  # a field that is the same without its quotes
    easy = records[RAW].str.contains(f"^{field}(?:{re.escape(separator)}{field})*$")
    bare = pl.col(RAW).str.replace_all('"', "", literal=True).str.split(separator).alias(FIELDS)
    halves = [records.filter(easy).with_columns(bare), _split_quoted(records.filter(~easy), separator)]
    return pl.concat(halves).sort(LINE)


def _split_quoted(records: pl.DataFrame, separator: str) -> pl.DataFrame:
    mark = re.escape(separator)
    found = (separator + pl.col(RAW)).str.extract_all(f'{mark}(?:{QUOTED}|[^"{mark}]*)')
    stray = found.list.join("").str.len_bytes() != pl.col(RAW).str.len_bytes() + len(separator.encode())
    field = pl.element().str.strip_prefix(separator)
    inside = field.str.slice(1, field.str.len_chars() - 2).str.replace_all('""', '"', literal=True)
    fields = found.list.eval(pl.when(field.str.starts_with('"')).then(inside).otherwise(field))
    wrong = pl.coalesce(WRONG, pl.when(stray).then(pl.lit("stray quote")))
    return records.with_columns(fields.alias(FIELDS), wrong.alias(WRONG))
