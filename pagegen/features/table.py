"""Feature families, and the table they fill."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from pagegen.arrays import Float32, Int32, Int64, record
from pagegen.errors import SchemaError
from pagegen.features.pairs import Pairs


class Family(Protocol):
    """Features that are computed together. A missing value is NaN, never 0."""

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...

    def compute(self, pairs: Pairs) -> Sequence[np.ndarray[Any, Any]]:
        """One array [M] for each column."""
        ...


@record
class FeatureTable:
    names: tuple[str, ...]  # F, in the ranker's order
    values: Float32  # [M, F], a column after another in memory; NaN is "missing"
    start: Int64  # [B + 1] the pairs of each request
    request: Int32  # [M]
    title: Int32  # [M]


def compute(families: Sequence[Family], pairs: Pairs) -> FeatureTable:
    """
    All families' features of all pairs.

    Raises:
        SchemaError: a family does not return what it declares.
    """
    names = tuple(column for family in families for column in family.columns)
    filled = np.empty((len(names), len(pairs)), np.float32)
    place = 0
    for family in families:
        columns = family.compute(pairs)
        if len(columns) != len(family.columns):
            message = f"feature family {family.name} declares {len(family.columns)} columns and computed {len(columns)}"
            raise SchemaError(message)
        for column in columns:
            filled[place] = column
            place += 1
    return FeatureTable(names=names, values=filled.T, start=pairs.start, request=pairs.request, title=pairs.title)
