"""ALS: implicit matrix factorization, the member solved from the history at request time."""

from candidates.als.source import Als, FitConfig, PageConfig, fit, load

__all__ = ["Als", "FitConfig", "PageConfig", "fit", "load"]
