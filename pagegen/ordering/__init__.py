"""Ordering: which rows, one below the other, with what left in them."""

from pagegen.ordering.assembly import Assembly, Placed
from pagegen.ordering.beginnings import Beginnings, begin
from pagegen.ordering.constraints import Constraints, KindRule
from pagegen.ordering.examination import Examination
from pagegen.ordering.exploration import Exploration
from pagegen.ordering.greed import Greed, Greedy, greedy
from pagegen.ordering.habits import Habits
from pagegen.ordering.objective import Objective
from pagegen.ordering.orderer import Orderer, Pages, assemble, pages_of
from pagegen.ordering.probability import log_probability
from pagegen.ordering.row_features import Attraction, RowExamples
from pagegen.ordering.rules import Rules, rules_of
from pagegen.ordering.stages import StageExamples
from pagegen.ordering.terms import ObjectiveConfig

__all__ = [
    "Assembly",
    "Attraction",
    "Beginnings",
    "Constraints",
    "Examination",
    "Exploration",
    "Greed",
    "Greedy",
    "Habits",
    "KindRule",
    "Objective",
    "ObjectiveConfig",
    "Orderer",
    "Pages",
    "Placed",
    "RowExamples",
    "Rules",
    "StageExamples",
    "assemble",
    "begin",
    "greedy",
    "log_probability",
    "pages_of",
    "rules_of",
]
