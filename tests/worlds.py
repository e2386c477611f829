"""
Small worlds with known answers, written as one would tell them, and engines that run on them.

Times are milliseconds; `NOW` is a Friday evening. `world([...], [...])` makes a dataset of titles and events,
`random_world(seed)` a medium one with everything in it, `tiny_engine(data)` an engine fitted in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import msgspec
import numpy as np
import polars as pl

from pagegen.bundle.models import Models, build_engine
from pagegen.bundle.parts import Homepage, arrays_of
from pagegen.bundle.resolve import resolve
from pagegen.bundle.settings import Settings, Table
from pagegen.data.dataset import Dataset, Past, dataset
from pagegen.data.schema import CATALOG, EVENTS, MEMBERS
from pagegen.engine import Engine
from pagegen.homepage import HOME
from pagegen.ordering.examination import default_examination
from pagegen.pool import Source
from pagegen.ranking import Calibration
from pagegen.request import PageRequest
from rankers.popularity import Popularity

HOUR = 3_600_000
DAY = 24 * HOUR
NOW = 1_710_534_600_000  # 2024-03-15 20:30 UTC

Fields: TypeAlias = dict[str, Any]

# Numbers for worlds in which everything is a hundred times smaller.
SMALL: Table = {
    "fit": {
        "trends": {"min_plays": 30.0},
        "source": {
            "als": {"embedding_size": 8, "epochs": 4, "reg": 1.0, "reg_exponent": 0.0, "threads": 1},
            "because_you_watched": {"min_support": 2, "shrinkage": 2.0},
            "ease": {"reg": 3.0},
            "edlae": {"reg": 3.0},
            "item_knn": {"neighbours": 20, "threads": 1},
            "rp3beta": {"neighbours": 20},
            "spectral": {"embedding_size": 8, "neighbours": 20},
            "tastes": {"titles": 20, "least": 3},
        },
    },
    "page": {"source": {"top_10": {"min_plays": 1}}, "evidence": {"min_plays": 2}},
}


NICHES: Table = {"genre_facets": {"least": 8, "min_titles": 2, "min_lift": 1.1}}  # few titles are a niche
ALL_SOURCES: Table = {  # also those that are off by default
    "fit": {"sources": list(HOME.sources)},
    "page": {
        "source": {**NICHES, "tastes": {"least": 1, "min_titles": 1, "min_lift": 1.1}},
    },
}
ALL_FAMILIES: Table = {"fit": {"families": list(HOME.families)}}


def days_ago(days: float) -> int:
    return NOW - round(days * DAY)


def title(title_id: str, **fields: Any) -> Fields:
    """A film of three years ago that everybody everywhere may watch, unless the fields say otherwise."""
    common = {"name": f"The {title_id}", "kind": "movie", "genres": ["Drama"], "maturity": 0, "runtime_minutes": 100.0}
    return {"title_id": title_id, "release_time": days_ago(1_000), "language": "en", **common, **fields}


def window(country: str | None, start: int | None = None, end: int | None = None) -> Fields:
    return {"country": country, "start": start, "end": end}


def member(member_id: str, **fields: Any) -> Fields:
    return {"member_id": member_id, **fields}


def event(member_id: str, title_id: str, kind: str, time: int, **fields: Any) -> Fields:
    return {"member_id": member_id, "title_id": title_id, "kind": kind, "time": time, **fields}


def play(member_id: str, title_id: str, time: int = NOW - DAY, fraction: float | None = 1.0, **fields: Any) -> Fields:
    return event(member_id, title_id, "play", time, fraction=fraction, **fields)


def ask(member_id: str = "nobody", time: int = NOW, **fields: Any) -> PageRequest:
    return PageRequest(member_id=member_id, time=time, **fields)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class World:
    """The tables of a data folder, and the dataset they make."""

    catalog: pl.DataFrame
    members: pl.DataFrame
    events: pl.DataFrame

    @cached_property
    def data(self) -> Dataset:
        return dataset(self.catalog, self.members, self.events, digest="a test")

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        return {"catalog": self.catalog, "members": self.members, "events": self.events}

    def shuffled(self, seed: int) -> "World":
        """The same world with the rows of catalog and members in another order."""
        catalog, members = (
            table.sample(fraction=1.0, shuffle=True, seed=seed) for table in (self.catalog, self.members)
        )
        return World(catalog=catalog, members=members, events=self.events)


def tell(titles: Sequence[Fields], events: Sequence[Fields] = (), members: Sequence[Fields] = ()) -> World:
    """The world of these titles, events (in any order) and members."""
    log = pl.DataFrame([{"event_id": f"e{i}", **e} for i, e in enumerate(events)], schema=EVENTS)
    return World(
        catalog=pl.DataFrame(list(titles), schema=CATALOG),
        members=pl.DataFrame(list(members), schema=MEMBERS),
        events=log.sort("time", maintain_order=True),
    )


def world(titles: Sequence[Fields], events: Sequence[Fields] = (), members: Sequence[Fields] = ()) -> Dataset:
    return tell(titles, events, members).data


def small_settings(*overrides: Table, home: Homepage = HOME) -> Settings:
    return resolve(home, SMALL, *overrides)


def tiny_models(data: Dataset, settings: Settings, *, home: Homepage = HOME, watermark: int | None = None) -> Models:
    """Sources fitted on the first `watermark` events; a ranker and calibration that need no fit."""
    past = Past(data=data, watermark=len(data.events) if watermark is None else watermark)
    sources: dict[str, Source] = {}
    for name in settings.fit.sources:
        part = home.sources[name]
        fit = msgspec.convert(settings.fit.source[name], part.fit_config)
        given = [sources[other] for other in part.given]
        sources[name] = part.fit(past, fit, page_config(home, settings, name), np.random.default_rng(0), *given)
    return Models(
        sources=sources,
        ranker=Popularity(),
        calibration=Calibration(score=np.array([0.0, 10.0]), play=np.array([0.001, 0.5])),
        examination=default_examination(),
    )


def page_config(home: Homepage, settings: Settings, source: str) -> msgspec.Struct:
    """The settings of a source that may change without training."""
    return msgspec.convert(settings.page.source[source], home.sources[source].page_config)


def engine_of(models: Models, data: Dataset, settings: Settings, *, home: Homepage = HOME) -> Engine:
    return build_engine(home, settings, models, data, "a bundle")


def tiny_engine(data: Dataset, *overrides: Table, home: Homepage = HOME, watermark: int | None = None) -> Engine:
    """An engine fitted in memory on the data, in a second: settings SMALL, then the overrides; popularity ranker."""
    settings = small_settings(*overrides, home=home)
    return engine_of(tiny_models(data, settings, home=home, watermark=watermark), data, settings, home=home)


def moved(models: Models, old: Dataset, new: Dataset, settings: Settings, *, home: Homepage = HOME) -> Models:
    """The models as they come out of a bundle of the old data that is loaded on the new."""
    positions = new.catalog.ids.positions(old.catalog.ids.names)
    sources = {}
    for name, source in models.sources.items():
        part = home.sources[name]
        sources[name] = part.load(arrays_of(source), positions, len(new.catalog), page_config(home, settings, name))
    return replace(models, sources=sources)
