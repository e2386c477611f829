"""Rules: what holds for every orderer, one number a row kind."""

from collections.abc import Sequence

import numpy as np

from pagegen.arrays import Int64, Mask, record
from pagegen.ordering.constraints import Constraints
from pagegen.ordering.examination import Examination
from pagegen.pool import RowKind


@record
class Rules:
    kinds: tuple[RowKind, ...]
    constraints: Constraints
    examination: Examination
    exempt: Mask  # [kinds] may repeat anything
    hard: Mask  # [kinds] never repeats a title from above
    least: Int64  # [kinds] titles below which a row is not shown


def rules_of(kinds: Sequence[RowKind], constraints: Constraints, examination: Examination) -> Rules:
    """The rules of these row kinds."""
    return Rules(
        kinds=tuple(kinds),
        constraints=constraints,
        examination=examination,
        exempt=np.array([kind.dedup == "exempt" for kind in kinds], np.bool_),
        hard=np.array([kind.dedup == "hard" for kind in kinds], np.bool_),
        least=np.array([kind.min_titles for kind in kinds], np.int64),
    )
