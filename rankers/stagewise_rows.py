"""
Stagewise rows: at each position the row of greatest value, learnt, given the rows above ("stage-wise", Netflix 2015).

    value(row) = greedy's value(row) * exp(f(row, rows above))
    newly credited plays of the row ~ Poisson(expected by its gain * exp(f))

Gain is what the row adds to the page objective, and enters as the offset: the trees fit what is left over, and without
trees this is greedy, which charges rows for titles that others have too, but tries none. Few and small trees that may
only fall with what is above of the row's kind, and rise with what is new in it: freely fitted ones learn members by
heart.
"""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import AnyArray, Float32, Float64, Mask, record
from pagegen.context import Contexts
from pagegen.ordering import Assembly, Pages, Rules, assemble, greedy
from pagegen.ordering.stages import STAGE_FEATURES, UNLEARNT, StageExamples, Stages, standing_features
from pagegen.rows import Filled
from pagegen.trees import Counts, Trees, counting, read_trees

DIRECTION: Final = {
    "fresh": 1,
    "kind_above": -1,
    "kind_distance": 1,
    "place": -1,
    "seed_days": -1,
    "seed_lift": 1,
    "seed_fraction": 1,
}


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    trees: Annotated[int, Meta(ge=1)] = 60
    leaves: Annotated[int, Meta(ge=2)] = 8  # more are slower to ask
    learning_rate: Annotated[float, Meta(gt=0)] = 0.05
    min_data_in_leaf: Annotated[int, Meta(ge=0)] = 2_000
    reg: Annotated[float, Meta(ge=0)] = 20.0  # in pages: so many whose plays are as expected
    most: Annotated[float, Meta(ge=1)] = 3.0  # exp(f) lies between 1 / most and most
    threads: Annotated[int, Meta(ge=1)] = 2


@record
class StagewiseRows:
    kinds: tuple[str, ...] = ()  # that have a feature
    trees: Trees | None = None  # None: there was nothing to learn from
    most: float = 1.0
    name: str = "stagewise"

    def order(self, contexts: Contexts, filled: Filled, rules: Rules) -> Pages:
        standing = standing_features(contexts, filled, rules.kinds, self.kinds)
        return assemble(contexts, filled, rules, partial(self._fill_page, standing))

    def _fill_page(self, standing: Float32, page: Assembly) -> None:
        stages, greed = Stages(page, standing[page.rows.start : page.rows.stop]), greedy(page, UNLEARNT)
        while not page.full():
            gain, may = page.gains()
            value = greed.value(gain, page.outlook.plays, page.position)
            value = self._corrected(value, stages, gain, may)
            row = int(np.where(may, value, -np.inf).argmax())  # ties: the row proposed first
            if not may[row]:
                return
            row, chance = page.explored(row, value, may)
            page.place(row, float(gain[row]), chance)

    def _corrected(self, value: Float64, stages: Stages, gain: Float64, may: Mask) -> Float64:
        """[R] the values, corrected for rows that may stand at the next position; nothing makes up for doing harm."""
        rows = np.flatnonzero(may & (gain > 0) & (value > 0))
        if self.trees is None or len(rows) < 2:
            return value
        left, value = self.trees.score(stages.at(gain, may)[rows]), value.copy()
        value[rows] *= np.clip(np.exp(left), 1 / self.most, self.most)
        return value

    def save(self) -> Mapping[str, AnyArray | str]:
        learnt = {"kinds": np.array(self.kinds, np.str_), "most": np.array([self.most])}
        return learnt if self.trees is None else {**learnt, "trees": self.trees.text}


def fit(examples: StageExamples, config: Config, rng: np.random.Generator) -> StagewiseRows:
    """Trees on what became of the rows; without any plays it is greedy. The seed comes from `rng`."""
    if not examples.credit.any():
        return StagewiseRows()
    names = [*STAGE_FEATURES, *(f"is_{kind}" for kind in examples.kinds)]
    counts = Counts(
        names=names,
        categories=(),
        features=examples.features,
        count=examples.credit,
        expected=examples.expected,
        weight=examples.weight,
    )
    return StagewiseRows(kinds=examples.kinds, trees=counting(counts, config, DIRECTION, rng), most=config.most)


def load(files: Mapping[str, AnyArray | str]) -> StagewiseRows:
    """
    The saved orderer; without files, the one that has learnt nothing. The caller has verified the text's checksum.

    Raises:
        BundleError: LightGBM refuses the text.
    """
    if "trees" not in files:
        return StagewiseRows()
    kinds, most = np.asarray(files["kinds"]), np.asarray(files["most"])
    trees = read_trees(str(files["trees"]), "stagewise orderer")
    return StagewiseRows(kinds=tuple(kinds.tolist()), trees=trees, most=float(most[0]))
