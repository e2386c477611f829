"""Ids: strings outside, positions inside."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pagegen.arrays import NONE
from pagegen.data.ids import Ids

NAMES = st.text(st.characters(codec="utf-8"), max_size=6)


@given(st.lists(NAMES, max_size=12), st.lists(NAMES | st.none(), max_size=12))
def test_positions_and_names_are_inverse(table: list[str], asked: list[str | None]) -> None:
    """A position is the place in the sorted table; what is not in it has none; order of the input does not matter."""
    ids, expected = Ids(table), sorted(set(table))

    assert expected == list(ids.names) == list(Ids(reversed(table)).names)
    assert [expected.index(name) if name in expected else NONE for name in asked] == [ids.position(n) for n in asked]
    assert [ids.position(name) for name in asked] == ids.positions(pl.Series(asked, dtype=pl.String)).tolist()
    assert [ids.position(name) for name in asked if name is not None] == ids.positions(
        name for name in asked if name is not None
    ).tolist()
    assert expected == ids.of(np.arange(len(ids), dtype=np.int32)) == [ids[i] for i in range(len(ids))]


@given(st.lists(NAMES, max_size=12))
def test_ids_sort_as_polars_does(table: list[str]) -> None:
    """The catalog is sorted by polars and numbered by Python: both must mean the same order."""
    assert list(Ids(table).names) == pl.Series(table, dtype=pl.String).unique().sort().to_list()
