"""
The retraining job: data in, a judged bundle out.

1. cut past requests into windows; 2. for each, fit the sources on its past and replay it; 3. fit the sources once more
on everything; 4. fit the ranker on all windows but the last; 5. on the last, calibrate it and compare it with
popularity and with the previous bundle; 6. where the settings say so, fit the ranker once more on all, and models of
rows (row_models.py).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pagegen.arrays import Float64, record
from pagegen.bundle.models import Models
from pagegen.bundle.parts import SavedRanker
from pagegen.bundle.settings import Settings
from pagegen.metrics.bootstrap import mean_interval
from pagegen.ordering import Examination
from pagegen.ordering.examination import fit_examination
from pagegen.ranking import UNCALIBRATED
from pagegen.training.asked import Asked, Log, asked_windows
from pagegen.training.evaluate import calibrate, judge, pool_recall
from pagegen.training.examples import Window, label_window
from pagegen.training.fit import engine_of, fit_sources, rng_of
from pagegen.training.lessons import FALLBACK, Job, Lessons, fallback, fit_ranker
from pagegen.training.row_models import fit_attraction, fit_orderer
from pagegen.training.thin import Thin


@record
class Previous:
    """The bundle that is published now."""

    settings: Settings
    ranker: SavedRanker


@record
class Trained:
    models: Models
    report: dict[str, Any]


def train(job: Job, previous: Previous | None = None) -> Trained:
    """Train a bundle's models and judge them on the newest window, which the ranker is not fitted on."""
    return learn(job, lessons(job), previous)


def lessons(job: Job) -> Lessons:
    """Everything but the ranker and models of rows."""
    examination = fit_examination(job.pages)
    windows = past_windows(job, examination)
    labelled = label_windows(job, windows)
    job.say("sources, on everything")
    sources = fit_sources(job.home, job.settings, job.past, job.rng_seed)
    return Lessons(examination=examination, windows=windows, labelled=labelled, sources=sources)


def learn(job: Job, taught: Lessons, previous: Previous | None = None) -> Trained:
    """
    The ranker, fitted on all windows but the newest and judged there, and models of rows; `taught` may be the lessons
    of other ones.
    """
    windows, labelled = taught.windows, taught.labelled
    learns = job.home.rankers[job.settings.fit.ranker].learns
    ranker = fit_ranker(job, labelled[:-1] if learns else labelled)
    calibration, report = UNCALIBRATED, _counts(windows, labelled)
    if labelled and len(labelled[-1].label):
        score = ranker.score(labelled[-1].table)
        calibration, error = calibrate(score, labelled[-1], rng_of(job.rng_seed, "calibration"))
        report |= {"calibration_error": error} | _compare(job, score, labelled[-1], (previous, windows[-1]))
    if job.settings.fit.examples.refit and ranker.name != FALLBACK:
        newest = [_thin(job, "newest window")(window) for window in labelled[-1:]]
        ranker = fit_ranker(job, [*labelled[:-1], *newest])
    attraction = fit_attraction(job, taught)
    models = Models(
        sources=taught.sources,
        ranker=ranker,
        calibration=calibration,
        examination=taught.examination,
        attraction=attraction,
        orderer=fit_orderer(job, taught, attraction),
    )
    return Trained(models=models, report=report | {"ranker": ranker.name})


def past_windows(job: Job, examination: Examination) -> list[Asked]:
    """The past requests to learn from, in windows."""
    log = Log(past=job.past, pages=job.pages, examination=examination, rng=rng_of(job.rng_seed, "requests"))
    return asked_windows(log, job.settings.fit.examples)


def label_windows(job: Job, windows: Sequence[Asked], judged: int = 1) -> list[Window]:
    """Every window replayed and labelled, oldest first. Nothing is left out of the last, which are to judge by."""
    out: list[Window] = []
    for place, asked in enumerate(windows, start=1):
        whole, name = place > len(windows) - judged, f"window {place} of {len(windows)}"
        out.append(_window(job, job.settings, (asked, name), None if whole else _thin(job, name)))
    return out


def _window(job: Job, settings: Settings, part: tuple[Asked, str], thin: Thin | None = None) -> Window:
    """The window replayed on sources fitted on nothing but its past."""
    asked, name = part
    job.say(f"{name}: {len(asked.occasions)} requests, sources as of {asked.past.watermark} events")
    sources = fit_sources(job.home, settings, asked.past, job.rng_seed)
    engine = engine_of(job.home, settings, asked.past, sources, fallback(job))
    return label_window(engine, asked, thin)


def _thin(job: Job, name: str) -> Thin:
    """Where pages are logged, who was not shown a title has not declined it: such pairs weigh less, or nothing."""
    settings = job.settings.fit.examples
    weight = settings.negative_weight if len(job.pages) else 1.0
    return Thin(negatives=settings.negatives, weight=weight, rng=rng_of(job.rng_seed, "negatives", name))


def _counts(asked: list[Asked], windows: list[Window]) -> dict[str, Any]:
    """What there was to learn from."""
    return {
        "windows": len(windows),
        "requests": sum(len(part.occasions) for part in asked),
        "positives": sum(int(window.label.sum()) for window in windows),
        "pairs": sum(len(window.label) for window in windows),
    }


def _compare(job: Job, score: Float64, window: Window, before: tuple[Previous | None, Asked]) -> dict[str, Any]:
    """The ranker's scores beside popularity and the previous bundle, on the same requests of the held-out window."""
    previous, asked = before
    mine, popular = judge(window, score), judge(window, window.total)
    judged = ~np.isnan(mine.ndcg)
    report = {
        "held_out": {"requests": int(judged.sum()), "members": len(np.unique(window.member[judged]))},
        "coverage_20": mine.coverage,
    }
    if not judged.any():  # nobody played anything new: there is nothing to judge by
        return report
    report |= {
        "pool_recall": pool_recall(window),
        "ndcg_10": mine.mean,
        "popularity_ndcg_10": popular.mean,
        "over_popularity": _difference(job, mine.ndcg - popular.ndcg, window),
    }
    if previous is not None:
        job.say("the previous bundle, on the same requests")
        same = previous.settings.fit == job.settings.fit
        theirs = window if same else _window(job, previous.settings, (asked, "held-out window"))
        old = judge(theirs, previous.ranker.score(theirs.table))
        report |= {"previous_ndcg_10": old.mean, "over_previous": _difference(job, mine.ndcg - old.ndcg, window)}
    return report


def _difference(job: Job, difference: np.ndarray, window: Window) -> dict[str, float]:
    """Mean paired difference with its 95 % interval, members drawn."""
    known = ~np.isnan(difference)
    rng = rng_of(job.rng_seed, "bootstrap")
    mean, low, high = mean_interval(difference[known], window.member[known], rng)
    return {"mean": mean, "low": low, "high": high}
