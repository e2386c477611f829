"""Ids of a world: a letter and the position, so that the truth finds a title or member without a table."""

import polars as pl

from pagegen.arrays import NONE, Int32


def title_ids(count: int) -> pl.Series:
    return _ids("t", count)


def member_ids(count: int) -> pl.Series:
    return _ids("m", count)


def _ids(letter: str, count: int) -> pl.Series:
    return pl.Series([f"{letter}{place:05d}" for place in range(count)], dtype=pl.String)


def position(ids: pl.Series) -> Int32:
    """Positions of title or member ids; NONE for what no world would call so."""
    found = ids.str.extract(r"^[tm](\d{5,9})$", 1).cast(pl.Int32)
    return found.fill_null(NONE).to_numpy()
