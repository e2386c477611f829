"""
Boosted trees over all features, by LightGBM.

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

from pagegen.arrays import AnyArray, Float32, Float64, lengths, record
from pagegen.errors import BundleError
from pagegen.features import FeatureTable
from pagegen.ranking import Examples
from rankers.boosted_trees.small_trees import SmallTrees, read_small_trees


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    objective: Literal["binary", "lambdarank"] = "binary"
    balance: Annotated[float, Meta(ge=0, le=1)] = (
        0.5  # one of n plays of a request weighs n^-balance, and so do its pairs
    )
    trees: Annotated[int, Meta(ge=1)] = 120
    leaves: Annotated[int, Meta(ge=2)] = 7
    learning_rate: Annotated[float, Meta(gt=0)] = 0.05
    feature_fraction: Annotated[float, Meta(gt=0, le=1)] = 0.5
    min_data_in_leaf: Annotated[int, Meta(ge=0)] = 50
    reg: Annotated[float, Meta(ge=0)] = 5.0
    truncation: Annotated[int, Meta(ge=1)] = 10  # lambdarank: the top of a request that counts
    averaged: Annotated[int, Meta(ge=1, le=50)] = (
        1  # boosters that differ by their seed; each costs as much as the first
    )
    threads: Annotated[int, Meta(ge=1)] = 2


@record
class Boosted:
    """One booster."""

    booster: lightgbm.Booster
    small: SmallTrees | None  # the same trees, where they are small

    def score(self, values: Float32) -> Float64:
        """[M] the sum of the trees for features [M, F]."""
        if self.small:
            return self.small.score(values)
        # One thread: the server runs requests side by side, and the answer must not depend on how many.
        said = self.booster.predict(values, raw_score=True, num_threads=1, validate_features=False)
        return np.asarray(said, np.float64)


@record
class BoostedTrees:
    """The mean of some boosters, which errs less than one that chance happened upon (Breiman 1996)."""

    feature_names: tuple[str, ...]
    averaged: tuple[Boosted, ...]
    name: str = "boosted_trees"

    def score(self, table: FeatureTable) -> Float64:
        values = table.values
        if table.names != self.feature_names:
            values = values[:, [table.names.index(name) for name in self.feature_names]]
        if not len(values):
            return np.zeros(0)
        total = np.zeros(len(values))
        for boosted in self.averaged:
            total += boosted.score(values)
        return total / len(self.averaged)

    def save(self) -> Mapping[str, AnyArray | str]:
        texts = [boosted.booster.model_to_string(num_iteration=-1) for boosted in self.averaged]
        return {f"trees_{number:02}": text for number, text in enumerate(texts)}


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
    return _ranker(
        lightgbm.train(_params(config, rng), data, num_boost_round=config.trees) for _ in range(config.averaged)
    )


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
    The saved model; the caller has verified the text's checksum, since LightGBM crashes on damaged ones.

    Raises:
        BundleError: LightGBM refuses the text.
    """
    try:
        return _ranker(lightgbm.Booster(model_str=str(files[name])) for name in sorted(files))
    except lightgbm.basic.LightGBMError as error:
        message = f"LightGBM refuses the ranker of this bundle ({error}); train it again"
        raise BundleError(message) from error


def _ranker(boosters: Iterable[lightgbm.Booster]) -> BoostedTrees:
    averaged = tuple(
        Boosted(booster=booster, small=read_small_trees(booster.model_to_string(num_iteration=-1)))
        for booster in boosters
    )
    return BoostedTrees(feature_names=tuple(averaged[0].booster.feature_name()), averaged=averaged)
