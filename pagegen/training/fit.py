"""Fitting sources on the data as of a time, and the engine that runs on them before there is a ranker."""

import hashlib
from collections.abc import Mapping

import msgspec
import numpy as np

from pagegen.bundle.models import Models, build_engine
from pagegen.bundle.parts import Homepage, SavedRanker
from pagegen.bundle.settings import Settings
from pagegen.data.dataset import Past
from pagegen.engine import Engine
from pagegen.ordering.examination import default_examination
from pagegen.pool import Source
from pagegen.ranking import UNCALIBRATED


def rng_of(rng_seed: int, *names: object) -> np.random.Generator:
    """A generator of its own for each use, so that one more use changes no other."""
    digest = hashlib.sha256("\0".join(map(str, (rng_seed, *names))).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


def fit_sources(home: Homepage, settings: Settings, past: Past, rng_seed: int) -> Mapping[str, Source]:
    """Every source that is on, fitted on nothing but the past."""
    sources: dict[str, Source] = {}
    parts = home.with_copies(settings.fit.copies).sources
    for name in settings.fit.sources:
        part = parts[name]
        fit_config = msgspec.convert(settings.fit.source[name], part.fit_config)
        page_config = msgspec.convert(settings.page.source[name], part.page_config)
        given = [sources[other] for other in part.given]
        sources[name] = part.fit(past, fit_config, page_config, rng_of(rng_seed, "source", name), *given)
    return sources


def engine_of(
    home: Homepage, settings: Settings, past: Past, sources: Mapping[str, Source], ranker: SavedRanker
) -> Engine:
    """An engine for replay: these sources and ranker, probabilities not yet calibrated."""
    models = Models(sources=sources, ranker=ranker, calibration=UNCALIBRATED, examination=default_examination())
    return build_engine(home, settings, models, past.data, "training")
