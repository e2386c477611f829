"""What a training is of, what is learnt before there is a ranker, and the ranker."""

from collections.abc import Callable, Mapping

import msgspec
import polars as pl

from pagegen.arrays import record
from pagegen.bundle.parts import Homepage, SavedRanker
from pagegen.bundle.settings import Settings
from pagegen.data.dataset import Past
from pagegen.ordering import Examination
from pagegen.pool import Source
from pagegen.training.asked import Asked
from pagegen.training.examples import Window, examples
from pagegen.training.fit import rng_of

Say = Callable[[str], None]
FALLBACK = "popularity"


@record
class Job:
    """What to train on what."""

    home: Homepage
    settings: Settings
    past: Past
    pages: pl.DataFrame  # the pages log before the cut-off; no rows where there is none
    rng_seed: int
    say: Say  # told of each step


@record
class Lessons:
    """All that is learnt before there is a ranker: the same for jobs that differ in ranker and models of rows alone."""

    examination: Examination
    windows: list[Asked]
    labelled: list[Window]
    sources: Mapping[str, Source]  # fitted on everything


def fallback(job: Job) -> SavedRanker:
    return job.home.rankers[FALLBACK].load({})


def fit_ranker(job: Job, windows: list[Window]) -> SavedRanker:
    """The ranker the settings ask for; popularity where there is too little for it to learn from."""
    name = job.settings.fit.ranker
    part = job.home.rankers[name]
    positives = sum(int(window.label.sum()) for window in windows)
    if not windows or (part.learns and positives < job.settings.fit.examples.min_positives):
        job.say(f"only {positives} positives: the bundle carries the {FALLBACK} ranker")
        return fallback(job)
    job.say(f"ranker, on {positives} positives")
    config = msgspec.convert(job.settings.fit.rankers[name], part.config)
    return part.fit(examples(windows), config, rng_of(job.rng_seed, "ranker", name))
