"""
Boosted trees over all features, fitted by LightGBM and, where they are small, asked all at once.

`binary` fits the log-odds of a play (Friedman 2001), which compare across requests; `lambdarank` fits the order within
each request (LambdaMART, Burges 2010). Requests differ far more in how much is played than titles of one request do:
`balance` keeps the trees from learning mostly from, and about, the few whose sessions are long. DECISIONS has what each
gave on held-out windows.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

import lightgbm
import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import AnyArray, Float64, lengths, record
from pagegen.features import FeatureTable
from pagegen.ranking import Examples
from pagegen.trees import Trees, grown, read_trees


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    objective: Literal["binary", "lambdarank"] = "binary"
    balance: Annotated[float, Meta(ge=0, le=1)] = 0.5  # one of n plays of a request weighs n^-balance, as its pairs do
    trees: Annotated[int, Meta(ge=1)] = 120
    leaves: Annotated[int, Meta(ge=2)] = 7
    learning_rate: Annotated[float, Meta(gt=0)] = 0.05
    feature_fraction: Annotated[float, Meta(gt=0, le=1)] = 0.5
    min_data_in_leaf: Annotated[int, Meta(ge=0)] = 50
    reg: Annotated[float, Meta(ge=0)] = 5.0
    truncation: Annotated[int, Meta(ge=1)] = 10  # lambdarank: the top of a request that counts
    averaged: Annotated[int, Meta(ge=1, le=50)] = 1  # ensembles of other seeds; each costs as much as the first
    threads: Annotated[int, Meta(ge=1)] = 2


@record
class BoostedTrees:
    """The mean of some ensembles, which errs less than one that chance happened upon (Breiman 1996)."""

    feature_names: tuple[str, ...]
    averaged: tuple[Trees, ...]
    name: str = "boosted_trees"

    def score(self, table: FeatureTable) -> Float64:
        values = table.values
        if table.names != self.feature_names:
            values = values[:, [table.names.index(name) for name in self.feature_names]]
        total = np.zeros(len(values))
        for trees in self.averaged:
            total += trees.score(values)
        return total / len(self.averaged)

    def save(self) -> Mapping[str, AnyArray | str]:
        return {f"trees_{number:02}": trees.text for number, trees in enumerate(self.averaged)}


def fit(examples: Examples, config: Config, rng: np.random.Generator) -> BoostedTrees:
    """Boost trees on the labelled pairs; seeds come from `rng`."""
    data = lightgbm.Dataset(
        examples.table.values,
        label=examples.label,
        weight=_weights(examples, config.balance),
        group=lengths(examples.table.start),
        feature_name=list(examples.table.names),
        free_raw_data=True,
        params={"max_bin": 127, "verbosity": -1, "feature_pre_filter": False},
    )
    return _ranker(grown(_params(config, rng), data, config.trees) for _ in range(config.averaged))


def _weights(examples: Examples, balance: float) -> Float64:
    """[M] the weights of the pairs; those of a request with n plays times n^-balance. Their sum stays."""
    plays = np.bincount(examples.table.request, examples.label, minlength=len(examples.table.start) - 1)
    weight = examples.weight * (np.maximum(plays, 1.0) ** -balance)[examples.table.request]
    return np.asarray(weight * (examples.weight.sum() / weight.sum()), np.float64)


def _params(config: Config, rng: np.random.Generator) -> dict[str, object]:
    return {
        "objective": config.objective,
        "num_leaves": config.leaves,
        "learning_rate": config.learning_rate,
        "feature_fraction": config.feature_fraction,
        "min_data_in_leaf": config.min_data_in_leaf,
        "lambda_l2": config.reg,
        "lambdarank_truncation_level": config.truncation,
        "num_threads": config.threads,
        "seed": int(rng.integers(2**31)),
        "deterministic": True,
        "force_row_wise": True,
        "max_bin": 127,
        "verbosity": -1,
    }


def load(files: Mapping[str, AnyArray | str]) -> BoostedTrees:
    """
    The saved model; the caller has verified the text's checksum.

    Raises:
        BundleError: LightGBM refuses the text.
    """
    return _ranker(read_trees(str(files[name]), "ranker") for name in sorted(files))


def _ranker(averaged: Iterable[Trees]) -> BoostedTrees:
    first, *others = averaged
    return BoostedTrees(feature_names=first.features, averaged=(first, *others))
