"""Tastes: clusters of titles that the same members play, each with a name that is true of its titles."""

from candidates.tastes.source import FitConfig, PageConfig, Tastes, fit, load

__all__ = ["FitConfig", "PageConfig", "Tastes", "fit", "load"]
