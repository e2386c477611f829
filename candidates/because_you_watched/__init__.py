"""Because you watched: neighbours by co-watching, a row for each of the titles a member liked, and a scorer."""

from candidates.because_you_watched.neighbours import FitConfig
from candidates.because_you_watched.source import BecauseYouWatched, PageConfig, fit, load

__all__ = ["BecauseYouWatched", "FitConfig", "PageConfig", "fit", "load"]
