"""Ordering: which rows, one below the other, with what left in them."""

from pagegen.ordering.assembly import Assembly, Placed
from pagegen.ordering.constraints import Constraints, KindRule
from pagegen.ordering.examination import Examination
from pagegen.ordering.exploration import Exploration
from pagegen.ordering.habits import Habits
from pagegen.ordering.objective import Objective
from pagegen.ordering.orderer import Orderer, Pages, assemble
from pagegen.ordering.probability import log_probability
from pagegen.ordering.row_features import Attraction, RowExamples
from pagegen.ordering.rules import Rules, rules_of

__all__ = [
    "Assembly",
    "Attraction",
    "Constraints",
    "Examination",
    "Exploration",
    "Habits",
    "KindRule",
    "Objective",
    "Orderer",
    "Pages",
    "Placed",
    "RowExamples",
    "Rules",
    "assemble",
    "log_probability",
    "rules_of",
]
