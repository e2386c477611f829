"""
Models of rows: their attraction, and an orderer that is learnt. Both are fitted on the newer half of the windows.

What is to be expected of the rows' titles there, a ranker says that learnt from the older half: it must not have seen
what was played.
"""

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from pagegen.bundle.models import Models, build_engine, kinds_of
from pagegen.bundle.parts import SavedAttraction, SavedOrderer
from pagegen.data.trends import HOUR_MS
from pagegen.engine import Engine
from pagegen.training.asked import Asked
from pagegen.training.evaluate import calibrate
from pagegen.training.examples import Window
from pagegen.training.fit import fit_sources, rng_of
from pagegen.training.lessons import Job, Lessons, fit_ranker
from pagegen.training.logged_rows import logged_rows
from pagegen.training.row_examples import joined, row_examples
from pagegen.training.row_habits import habits_before, habits_of
from pagegen.training.stage_examples import joined_stages, stage_examples


def fit_attraction(job: Job, taught: Lessons) -> SavedAttraction | None:
    """What the settings want to know of rows, from logged pages."""
    name = job.settings.fit.attraction
    if not name:
        return None
    if not _enough(job, taught) or taught.windows[-1].exposure is None:
        job.say("no attraction of rows: too few logged pages to learn it from")
        return None
    kinds = kinds_of(job.settings.page, taught.sources.values())
    horizon_ms = int(job.settings.fit.examples.horizon_hours * HOUR_MS)
    logged = logged_rows(job.pages, job.past, kinds, horizon_ms)
    habits, part = habits_before(logged, len(kinds)), job.home.attractions[name]
    found = joined([row_examples(engine, asked, logged, habits) for asked, engine in _engines(job, taught)])
    config = msgspec.convert(job.settings.fit.attractions[name], part.config)
    own = habits_of(logged, kinds, job.past.data)
    return part.fit(found, own, config, rng_of(job.rng_seed, "attraction"))


def fit_orderer(job: Job, taught: Lessons, attraction: SavedAttraction | None) -> SavedOrderer | None:
    """The orderer that the settings want to be learnt; rows have their attraction by then."""
    name, settings = job.settings.fit.orderer, job.settings.fit.stages
    if not name:
        return None
    part, rng = job.home.learnt_orderers[name], rng_of(job.rng_seed, "stages")
    if not _enough(job, taught):
        job.say(f"{name} has learnt nothing: too few plays to learn it from")
        return part.load({})
    engines = ((asked, replace(engine, attraction=attraction)) for asked, engine in _engines(job, taught))
    found = joined_stages([stage_examples(engine, asked, settings, rng) for asked, engine in engines])
    if not found.credit.any():
        job.say(f"{name} has learnt nothing: from none of the pages laid was anything played")
    config = msgspec.convert(job.settings.fit.orderers[name], part.config)
    return part.fit(found, config, rng_of(job.rng_seed, "orderer", name))


def _older(taught: Lessons) -> list[Window]:
    return taught.labelled[: len(taught.windows) // 2]


def _enough(job: Job, taught: Lessons) -> bool:
    """Whether a ranker can be learnt from the older half."""
    positives = sum(int(window.label.sum()) for window in _older(taught))
    return positives >= job.settings.fit.examples.min_positives


def _engines(job: Job, taught: Lessons) -> Iterator[tuple[Asked, Engine]]:
    """
    The requests of each newer window, and an engine whose sources and ranker have not seen what followed any of them.
    Its calibration has: it is of the newest window.
    """
    older, newest = _older(taught), taught.labelled[-1]
    ranker = fit_ranker(job, older)
    calibration, _ = calibrate(ranker.score(newest.table), newest, rng_of(job.rng_seed, "calibration"))
    for asked in taught.windows[len(older) :]:
        job.say(f"rows of {len(asked.occasions)} pages, sources as of {asked.past.watermark} events")
        sources = fit_sources(job.home, job.settings, asked.past, job.rng_seed)
        models = Models(sources=sources, ranker=ranker, calibration=calibration, examination=taught.examination)
        yield asked, build_engine(job.home, job.settings, models, asked.past.data, "training")
