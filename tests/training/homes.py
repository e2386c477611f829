"""Homepages with parts that ours does not have, as an outside package would make them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from candidates import trending
from pagegen.arrays import Float64, record
from pagegen.bundle.parts import Homepage, NoConfig, RankerPart, computed
from pagegen.features import FeatureTable
from pagegen.homepage import HOME
from pagegen.pool import RowKind
from pagegen.ranking import Examples
from rankers import popularity


@record
class Backwards(popularity.Popularity):
    """What nobody wants comes first."""

    name: str = "backwards"

    def score(self, table: FeatureTable) -> Float64:
        return -popularity.Popularity.score(self, table)


def _fit(examples: Examples, config: NoConfig, rng: np.random.Generator) -> Backwards:
    return Backwards()


def _load(files: Mapping[str, object]) -> Backwards:
    return Backwards()


BACKWARDS: Homepage = replace(
    HOME, rankers={**HOME.rankers, "backwards": RankerPart(config=NoConfig, fit=_fit, load=_load)}
)
LOUD = RowKind(name="loud", headings=("trending_now",), order="source")
LOUDER: Homepage = replace(
    HOME,
    sources={
        **HOME.sources,
        "louder": computed(
            (LOUD,), trending.Config, lambda config: trending.Trending(config=config, name="louder", kinds=(LOUD,))
        ),
    },
    settings=HOME.settings.replace("sources = [", 'sources = [\n  "louder",', 1),
)
