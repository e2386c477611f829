"""What a mapping must say, and what is said of one that is wrong."""

from pathlib import Path

import polars as pl
import pytest

from pagegen.data.importing.log import import_log
from pagegen.data.importing.mapping import load_mapping
from pagegen.errors import DataError
from tests.data.small_logs import CATALOG, MAPPING, NOW_MS, imported, loaded


def test_a_wrong_mapping_says_everything_at_once(tmp_path: Path) -> None:
    """Unknown tables and settings, wrong types and missing parts are all in one message."""
    with pytest.raises(DataError) as caught:
        loaded(
            tmp_path, '[evnts]\n[events]\nsep = ";"\nencoding = "ebcdic"\n[events.columns]\nmember_id = 3\n[catalog]\n'
        )

    for part in (
        "[evnts] is not a table of a mapping",
        "[events] has no setting sep",
        "[events] encoding: Invalid enum value 'ebcdic'",
        "[events] columns: Expected `str`, got `int`",
        "[catalog.columns] is missing",
    ):
        assert part in str(caught.value)


def test_a_mapping_that_does_not_fit_says_everything_at_once(tmp_path: Path) -> None:
    """Columns of ours that do not exist, columns of theirs that are not there, needed ones missing, bad formats."""
    mapping = """
    [events]
    time = "%Q"
    [events.columns]
    member_id = "customer"
    titel = "item"
    [catalog]
    zone = "Mars/Olympus"
    [catalog.columns]
    title_id = "sku"
    name = "title"
    [catalog.constants]
    name = "x"
    kind = "movie"
    """
    with pytest.raises(DataError) as caught:
        imported(tmp_path, mapping=mapping)

    for part in (
        "[events] does not say where title_id comes from",
        "[events] does not say where kind comes from",
        "[events] cannot take titel",
        "the events file has no column customer; it has user, item, at, action",
        "[events] time = '%Q'",
        "[catalog] name is both a column and a constant",
        "[catalog] release = 'iso': unable to parse time zone: 'Mars/Olympus'",
    ):
        assert part in str(caught.value)


def test_ids_are_not_fractions(tmp_path: Path) -> None:
    """A Parquet column of floats cannot be ids: 7.0 is not the title 7."""
    pl.DataFrame({"user": [1.0], "item": ["a"], "at": ["2020"], "action": ["click"]}).write_parquet(
        tmp_path / "e.parquet"
    )
    (tmp_path / "c.csv").write_text(CATALOG)
    paths = {"events": tmp_path / "e.parquet", "catalog": tmp_path / "c.csv"}
    mapping = loaded(tmp_path, MAPPING)
    with pytest.raises(DataError, match="column user is Float64, and ids are text or whole numbers"):
        import_log(paths, mapping, tmp_path / "data", now_ms=NOW_MS)


@pytest.mark.parametrize("text", ["[events", "\xff"])
def test_not_toml(tmp_path: Path, text: str) -> None:
    """A mapping that is no TOML is named."""
    (tmp_path / "m.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(DataError, match=r"mapping .*m\.toml cannot be read"):
        load_mapping(tmp_path / "m.toml")


def test_members_need_a_mapping(tmp_path: Path) -> None:
    """A members file without its table in the mapping is refused, not ignored."""
    with pytest.raises(DataError, match=r"no table \[members\]"):
        imported(tmp_path, members="user\nu1\n")


def test_a_catalog_needs_a_mapping(tmp_path: Path) -> None:
    """A catalog file without its table in the mapping is refused, not ignored."""
    with pytest.raises(DataError, match=r"no table \[catalog\]"):
        imported(tmp_path, mapping=MAPPING.partition("[catalog")[0])
