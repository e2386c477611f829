"""Rules: what holds for every orderer, one number a row kind."""

from collections.abc import Mapping, Sequence

import numpy as np

from pagegen.arrays import Float64, Int64, Mask, record
from pagegen.ordering.constraints import Constraints
from pagegen.ordering.examination import Examination
from pagegen.ordering.exploration import CERTAIN, Exploration
from pagegen.ordering.terms import ObjectiveConfig
from pagegen.pool import RowKind


@record
class Rules:
    kinds: tuple[RowKind, ...]
    constraints: Constraints
    examination: Examination
    exempt: Mask  # [kinds] may repeat anything
    hard: Mask  # [kinds] never repeats a title from above
    least: Int64  # [kinds] titles below which a row is not shown
    ranked: Mask  # [kinds] the ranker orders its titles
    attraction: Float64  # [kinds] how much more than 1 a play in such a row counts
    objective: ObjectiveConfig  # weights of the extra terms
    exploration: Exploration = CERTAIN


NEUTRAL: Mapping[str, float] = {}
PLAYS_ALONE = ObjectiveConfig()


def rules_of(
    kinds: Sequence[RowKind],
    constraints: Constraints,
    examination: Examination,
    attraction: Mapping[str, float] = NEUTRAL,
    *,
    objective: ObjectiveConfig = PLAYS_ALONE,
    exploration: Exploration = CERTAIN,
) -> Rules:
    """The rules of these row kinds; `attraction` by name, 1 for those it does not name."""
    return Rules(
        kinds=tuple(kinds),
        constraints=constraints,
        examination=examination,
        exempt=np.array([kind.dedup == "exempt" for kind in kinds], np.bool_),
        hard=np.array([kind.dedup == "hard" for kind in kinds], np.bool_),
        least=np.array([kind.min_titles for kind in kinds], np.int64),
        ranked=np.array([kind.ranker_weight == 1 for kind in kinds], np.bool_),
        exploration=exploration,
        attraction=np.array([attraction.get(kind.name, 1.0) for kind in kinds], np.float64),
        objective=objective,
    )
