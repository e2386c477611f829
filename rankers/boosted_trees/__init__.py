"""Boosted trees over all features: fitted by LightGBM and, where they are small, asked all at once."""

from rankers.boosted_trees.ranker import BoostedTrees, Config, fit, load

__all__ = ["BoostedTrees", "Config", "fit", "load"]
