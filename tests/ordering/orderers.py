"""Every orderer of the homepage by its name, ready to order; those that are learnt have learnt a thing of their own."""

from collections.abc import Callable, Mapping

import numpy as np

from pagegen.arrays import Float32, Float64
from pagegen.homepage import HOME
from pagegen.ordering import Orderer, StageExamples
from pagegen.ordering.stages import STAGE_FEATURES
from pagegen.request import MAX_ROWS
from rankers.stagewise_rows import Config, StagewiseRows, fit

FRESH, DISTANCE = (STAGE_FEATURES.index(name) for name in ("fresh", "kind_distance"))


def stages(true: Callable[[Float32], Float64], size: int = 4_000) -> StageExamples:
    """Rows credited with so much of what their gains say, by their features [S, F]."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(size, len(STAGE_FEATURES))).astype(np.float32)
    features[:, FRESH] = rng.choice([0.2, 0.6, 1.0], size)
    features[:, DISTANCE] = rng.choice([1, 2, 3, 5, MAX_ROWS], size)
    expected = rng.uniform(0.5, 1.5, size)
    return StageExamples(
        kinds=(), features=features, expected=expected, credit=expected * true(features), weight=np.ones(size)
    )


def learnt(true: Callable[[Float32], Float64]) -> StagewiseRows:
    config = Config(trees=60, learning_rate=0.2, min_data_in_leaf=20, reg=1.0, threads=1)
    return fit(stages(true), config, np.random.default_rng(0))


def every() -> Mapping[str, Orderer]:
    """Rows of which much is above, so the learnt one thinks, are worth less than what is left of them."""
    made = {name: part.make(part.config()) for name, part in HOME.orderers.items()}
    stale = learnt(lambda features: np.where(features[:, FRESH] < 0.9, 0.4, 1.0))
    return {**made, **dict.fromkeys(HOME.learnt_orderers, stale)}


ORDERERS = every()
