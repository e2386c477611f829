"""Delimited text: nothing lost, whatever the quotes and wherever the blocks end."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pagegen.data.importing.ledger import LINE, RAW, WRONG
from pagegen.data.importing.text import Dialect, text_blocks
from pagegen.errors import DataError

FIELD = st.text(alphabet='ab,"\n é', max_size=8)
ROWS = st.lists(st.tuples(FIELD.map("x".__add__), FIELD), max_size=12)


def read(path: Path, text: str | bytes, block_bytes: int = 1 << 20, dialect: Dialect | None = None) -> pl.DataFrame:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return pl.concat(text_blocks(path, dialect or Dialect(), "events", block_bytes=block_bytes))


def spelled(rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def wrong(table: pl.DataFrame) -> list[tuple[Any, ...]]:
    return table.filter(pl.col(WRONG).is_not_null()).select(LINE, WRONG, RAW).rows()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rows=ROWS, block_bytes=st.integers(1, 80))
def test_what_csv_writes_is_read(tmp_path: Path, rows: list[tuple[str, str]], block_bytes: int) -> None:
    """Fields with separators, quotes and line breaks survive, with blocks that end anywhere."""
    table = read(tmp_path / "t.csv", "a,b\n" + spelled(rows), block_bytes)

    assert table.select("a", "b").rows() == rows
    assert wrong(table) == []


def test_a_record_has_the_number_of_its_first_line(tmp_path: Path) -> None:
    """Lines are counted as an editor counts them: header, blank lines and lines inside fields too."""
    table = read(tmp_path / "t.csv", 'a,b\n1,2\n\n"x\n\ny",3\n4,5\n')

    assert table.select(LINE, "a").rows() == [(2, "1"), (4, "x\n\ny"), (7, "4")]


@pytest.mark.parametrize("block_bytes", [1, 7, 1 << 20])
def test_a_stray_quote_spoils_its_own_line(tmp_path: Path, block_bytes: int) -> None:
    """An inch sign in the middle of a field rejects that line and no other."""
    table = read(tmp_path / "t.csv", 'a,b\n1,5" disk\n2,x\n3,6" disk\n', block_bytes)

    assert wrong(table) == [(2, "stray quote", '1,5" disk'), (4, "stray quote", '3,6" disk')]
    assert table.filter(pl.col(WRONG).is_null()).select("a", "b").rows() == [("2", "x")]


def test_a_quote_never_closed(tmp_path: Path) -> None:
    """A field whose quote stays open to the end of the file costs its line, not the rest."""
    table = read(tmp_path / "t.csv", 'a,b\n1,"open\n' + "2,x\n" * 3)

    assert wrong(table) == [(2, "stray quote", '1,"open')]
    assert table["a"].drop_nulls().to_list().count("2") == 3


def test_wrong_numbers_of_fields(tmp_path: Path) -> None:
    """Too few and too many are both wrong, never filled and never cut."""
    table = read(tmp_path / "t.csv", "a,b\n1\n1,2\n1,2,3\n")

    assert wrong(table) == [(2, "wrong number of fields", "1"), (4, "wrong number of fields", "1,2,3")]


def test_a_line_that_is_not_utf8(tmp_path: Path) -> None:
    """It is rejected alone, even beside good ones in its block."""
    table = read(tmp_path / "t.csv", b"a,b\n1,\xff\n2,\xc3\xa9\n")

    assert wrong(table) == [(2, "not UTF-8", "1,\ufffd")]
    assert table.select("a", "b").rows()[1] == ("2", "é")


def test_byte_order_mark(tmp_path: Path) -> None:
    """The mark some spreadsheets write is not part of the first name."""
    assert read(tmp_path / "t.csv", "\ufeffa,b\n1,2\n").columns[-2:] == ["a", "b"]


def test_a_name_twice(tmp_path: Path) -> None:
    """A header that names a column twice is refused."""
    with pytest.raises(DataError, match=r"names columns \['a'\] more than once"):
        read(tmp_path / "t.csv", "a,a\n1,2\n")


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_empty(tmp_path: Path, text: str) -> None:
    """A file without a header is empty."""
    with pytest.raises(DataError, match="is empty"):
        read(tmp_path / "t.csv", text)


def test_header_only(tmp_path: Path) -> None:
    """A header alone is a table without rows."""
    assert read(tmp_path / "t.csv", "a,b\n").height == 0
