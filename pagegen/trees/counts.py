"""
Trees of counts, for models that know already what is to be expected and learn what is left over.

    count ~ Poisson(expected * exp(sum of the trees))

What is expected enters as the offset.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import lightgbm
import numpy as np

from pagegen.arrays import Float32, Float64, record
from pagegen.trees.trees import Trees, grown

BINS: Final = 63  # of a feature


class Growth(Protocol):
    """How many trees, and of what size, as settings say it."""

    @property
    def trees(self) -> int: ...
    @property
    def leaves(self) -> int: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def min_data_in_leaf(self) -> int: ...
    @property
    def reg(self) -> float: ...
    @property
    def threads(self) -> int: ...


@record
class Counts:
    """[N] rows, and what was counted of each."""

    names: Sequence[str]  # [F]
    categories: Sequence[str]  # those of the names whose values have no order
    features: Float32 | Float64  # [N, F] NaN: missing
    count: Float64  # [N]
    expected: Float64  # [N] above 0
    weight: Float64  # [N]


def counting(counts: Counts, growth: Growth, direction: Mapping[str, int], rng: np.random.Generator) -> Trees:
    """Trees that may only rise (1) or fall (-1) with features that have a direction; the seed comes from `rng`."""
    data = lightgbm.Dataset(
        counts.features,
        label=counts.count,
        weight=counts.weight,
        init_score=np.log(counts.expected),
        feature_name=list(counts.names),
        categorical_feature=list(counts.categories) or "auto",
        free_raw_data=True,
        params={"max_bin": BINS, "verbosity": -1, "feature_pre_filter": False},
    )
    params = {
        "objective": "poisson",
        "boost_from_average": False,
        "num_leaves": growth.leaves,
        "learning_rate": growth.learning_rate,
        "min_data_in_leaf": growth.min_data_in_leaf,
        "lambda_l2": growth.reg,
        "monotone_constraints": [direction.get(name, 0) for name in counts.names],
        "num_threads": growth.threads,
        "seed": int(rng.integers(2**31)),
        "deterministic": True,
        "force_row_wise": True,
        "max_bin": BINS,
        "verbosity": -1,
    }
    smooth = {"cat_smooth": growth.reg, "cat_l2": growth.reg} if counts.categories else {}
    return grown(params | smooth, data, growth.trees)
