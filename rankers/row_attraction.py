"""
Row attraction: how many more plays a row gets than its titles alone would, by LightGBM.

    plays of a reached row ~ Poisson(expected plays of its titles * a(row))

Expected plays, examination times probability, enter as the offset, so that the trees fit what is left: a is a factor
around 1, its mean over the expected plays of the rows it was fitted on is 1, and the page objective keeps its unit. Few
and small trees that may only rise or fall with what is known of the member: freely fitted ones learn members by heart.
Rows of a kind that the log does not have keep a = 1.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import AnyArray, Float64, Int64, record
from pagegen.context import Contexts
from pagegen.ordering import Habits
from pagegen.ordering.row_features import ROW_FEATURES, RowExamples, row_features
from pagegen.pool import RowKind
from pagegen.rows import Filled
from pagegen.trees import Counts, Trees, counting, read_trees

LEAST = 1e-6  # plays that are expected of any row
DIRECTION: Final = {"seed_days": -1, "seed_lift": 1, "seed_fraction": 1, "habit": 1}


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    trees: Annotated[int, Meta(ge=1)] = 60
    leaves: Annotated[int, Meta(ge=2)] = 4
    learning_rate: Annotated[float, Meta(gt=0)] = 0.05
    min_data_in_leaf: Annotated[int, Meta(ge=0)] = 100
    reg: Annotated[float, Meta(ge=0)] = 20.0
    most: Annotated[float, Meta(ge=1)] = 3.0  # a lies between 1 / most and most
    min_rows: Annotated[int, Meta(ge=1)] = 200  # of a kind before anything is said of it
    threads: Annotated[int, Meta(ge=1)] = 2


@record
class RowAttraction:
    kinds: tuple[str, ...]  # positions in it are the values of the feature `kind`
    trees: Trees
    shift: float  # added to what the trees say
    most: float
    habits: Habits
    name: str = "row_attraction"

    def of(self, contexts: Contexts, filled: Filled, kinds: Sequence[RowKind]) -> Float64:
        """[R] between 1 / most and most; 1 for rows of kinds that it does not know."""
        features = row_features(contexts, filled, kinds, self.habits.of(contexts.requests, kinds))
        places = {name: place for place, name in enumerate(self.kinds)}
        place = np.array([places.get(kind.name, np.nan) for kind in kinds])[filled.rows.kind]
        features[:, 0] = place
        known, out = ~np.isnan(place), np.ones(len(place))
        out[known] = self._factor(features[known])
        return out

    def _factor(self, features: Float64) -> Float64:
        return np.clip(np.exp(self.trees.score(features) + self.shift), 1 / self.most, self.most)

    def save(self) -> Mapping[str, AnyArray | str]:
        return {
            "trees": self.trees.text,
            "kinds": np.array(self.kinds),
            "scale": np.array([self.shift, self.most]),
            "habit_kinds": np.array(self.habits.kinds),
            "habit_member": self.habits.member,
            "habit": self.habits.habit,
        }


def fit(examples: RowExamples, habits: Habits, config: Config, rng: np.random.Generator) -> RowAttraction | None:
    """Trees on the rows of kinds that are there often enough, None without any; the seed comes from `rng`."""
    kinds, features, rows = _common(examples, config.min_rows)
    plays, weight = examples.plays[rows], examples.weight[rows]
    if not plays.any():
        return None
    expected = np.maximum(examples.expected[rows], LEAST)
    usual = (weight @ plays) / (weight @ expected)  # plays an expected play
    counts = Counts(
        names=ROW_FEATURES,
        categories=("kind",),
        features=features,
        count=plays,
        expected=expected * usual,
        weight=weight / weight.mean(),
    )
    trees = counting(counts, config, DIRECTION, rng)
    shift = float(np.log((weight @ expected) / (weight @ (expected * np.exp(trees.score(features))))))
    return RowAttraction(kinds=kinds, trees=trees, shift=shift, most=config.most, habits=habits)


def _common(examples: RowExamples, least: int) -> tuple[tuple[str, ...], Float64, Int64]:
    """Kinds with so many rows, these rows' features with the kind's place among them, and which rows they are."""
    kind = examples.features[:, 0].astype(np.int64)
    common = np.flatnonzero(np.bincount(kind, minlength=len(examples.kinds)) >= least)
    rows = np.flatnonzero(np.isin(kind, common))
    features = examples.features[rows]
    features[:, 0] = np.searchsorted(common, kind[rows])
    return tuple(examples.kinds[place] for place in common.tolist()), features, rows


def load(files: Mapping[str, AnyArray | str]) -> RowAttraction:
    """
    The saved model; the caller has verified the text's checksum.

    Raises:
        BundleError: LightGBM refuses the text.
    """
    trees = read_trees(str(files["trees"]), "row attraction")
    scale, kinds, habit_kinds = (np.asarray(files[name]) for name in ("scale", "kinds", "habit_kinds"))
    habits = Habits(
        kinds=tuple(habit_kinds.tolist()),
        member=np.asarray(files["habit_member"]),
        habit=np.asarray(files["habit"]),
    )
    return RowAttraction(
        kinds=tuple(kinds.tolist()), trees=trees, shift=float(scale[0]), most=float(scale[1]), habits=habits
    )
