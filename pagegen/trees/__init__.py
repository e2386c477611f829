"""Boosted trees, as models of titles and of rows have them: read, saved and asked."""

from pagegen.trees.counts import Counts, counting
from pagegen.trees.trees import Trees, grown, read_trees

__all__ = ["Counts", "Trees", "counting", "grown", "read_trees"]
