"""Boosted trees that LightGBM has grown: the same answers whoever asks, and with however many threads."""

from collections.abc import Mapping
from typing import Any

import lightgbm
import numpy as np

from pagegen.arrays import Float32, Float64, record
from pagegen.errors import BundleError
from pagegen.trees.small_trees import SmallTrees, read_small_trees


@record
class Trees:
    booster: lightgbm.Booster
    small: SmallTrees | None  # the same trees, where they are small

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(self.booster.feature_name())

    @property
    def text(self) -> str:
        """What `read_trees` makes the same trees of."""
        return str(self.booster.model_to_string(num_iteration=-1))

    def score(self, values: Float32 | Float64) -> Float64:
        """[M] the sum of all trees for rows of features [M, F]; NaN is missing."""
        if not len(values):
            return np.zeros(0)
        if self.small:
            return self.small.score(values.astype(np.float32, copy=False))
        # One thread: the server runs requests side by side, and the answer must not depend on how many.
        said = self.booster.predict(values, raw_score=True, num_threads=1, validate_features=False)
        return np.asarray(said, np.float64)


def grown(params: Mapping[str, Any], data: lightgbm.Dataset, trees: int) -> Trees:
    """So many trees, by LightGBM."""
    return _asked(lightgbm.train(dict(params), data, num_boost_round=trees))


def read_trees(text: str, whose: str) -> Trees:
    """
    Trees out of a bundle; the caller has verified the text's checksum, since LightGBM crashes on damaged ones.

    Raises:
        BundleError: LightGBM refuses the text of whoever this is.
    """
    try:
        return _asked(lightgbm.Booster(model_str=text))
    except lightgbm.basic.LightGBMError as error:
        message = f"LightGBM refuses the {whose} of this bundle ({error}); train it again"
        raise BundleError(message) from error


def _asked(booster: lightgbm.Booster) -> Trees:
    return Trees(booster=booster, small=read_small_trees(booster.model_to_string(num_iteration=-1)))
