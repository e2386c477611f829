"""Ordering: which rows, one below the other, with what left in them."""

from pagegen.ordering.assembly import Assembly, Placed
from pagegen.ordering.constraints import Constraints, KindRule
from pagegen.ordering.examination import Examination
from pagegen.ordering.objective import Objective
from pagegen.ordering.orderer import Orderer, Pages, assemble, pages_of
from pagegen.ordering.rules import Rules, rules_of
from pagegen.ordering.terms import ObjectiveConfig

__all__ = [
    "Assembly",
    "Constraints",
    "Examination",
    "KindRule",
    "Objective",
    "ObjectiveConfig",
    "Orderer",
    "Pages",
    "Placed",
    "Rules",
    "assemble",
    "pages_of",
    "rules_of",
]
