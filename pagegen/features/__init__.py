"""Features: what the ranker knows of each pair. A family a class, a column a name; missing is NaN."""

from pagegen.features.pairs import Pairs, pair_up
from pagegen.features.table import Family, FeatureTable, compute

__all__ = ["Family", "FeatureTable", "Pairs", "compute", "pair_up"]
