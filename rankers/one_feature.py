"""One feature: the baseline that a single source alone is, such as `als_score`. Pairs without a value come last."""

from collections.abc import Mapping

import msgspec
import numpy as np

from pagegen.arrays import AnyArray, Float64, record
from pagegen.errors import ConfigError
from pagegen.features import FeatureTable
from pagegen.ranking import Examples

MISSING = -1e6  # below any feature


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    column: str = "als_score"  # of any feature family; more is better


@record
class OneFeature:
    column: str
    name: str = "one_feature"

    @property
    def feature_names(self) -> tuple[str, ...]:
        return (self.column,)

    def score(self, table: FeatureTable) -> Float64:
        value = table.values[:, table.names.index(self.column)].astype(np.float64)
        return np.nan_to_num(value, nan=MISSING)

    def save(self) -> Mapping[str, AnyArray | str]:
        return {"column": self.column}


def fit(examples: Examples, config: Config, rng: np.random.Generator) -> OneFeature:
    """
    Nothing is learnt.

    Raises:
        ConfigError: no family that is on computes the column.
    """
    del rng
    if config.column not in examples.table.names:
        names = ", ".join(examples.table.names)
        message = f"fit.rankers.one_feature.column is {config.column!r}; the features that are computed: {names}"
        raise ConfigError(message)
    return OneFeature(column=config.column)


def load(files: Mapping[str, AnyArray | str]) -> OneFeature:
    return OneFeature(column=str(files["column"]))
