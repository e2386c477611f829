"""Boosted trees, as models of titles and of rows have them: read, saved and asked."""

from pagegen.trees.trees import Trees, grown, read_trees

__all__ = ["Trees", "grown", "read_trees"]
