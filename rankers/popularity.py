"""Popularity: plays so far. The baseline of the gate, and the ranker of data too thin to learn from."""

from collections.abc import Mapping

import msgspec
import numpy as np

from pagegen.arrays import AnyArray, Float64, record
from pagegen.features import FeatureTable
from pagegen.ranking import Examples


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No settings."""


@record
class Popularity:
    name: str = "popularity"
    feature_names: tuple[str, ...] = ("plays_total",)

    def score(self, table: FeatureTable) -> Float64:
        return table.values[:, table.names.index("plays_total")].astype(np.float64)

    def save(self) -> Mapping[str, AnyArray | str]:
        return {}


def fit(examples: Examples, config: Config, rng: np.random.Generator) -> Popularity:
    del examples, config, rng
    return Popularity()


def load(files: Mapping[str, AnyArray | str]) -> Popularity:
    del files
    return Popularity()
