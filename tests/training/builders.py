"""Worlds in which there is something to learn, pages logs, and training jobs that take a second."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pagegen.bundle.settings import ExampleSettings, Settings, Table
from pagegen.data import folder as folders
from pagegen.data.dataset import Dataset, Past
from pagegen.data.schema import PAGES
from pagegen.homepage import HOME
from pagegen.ordering.examination import default_examination
from pagegen.training.asked import Asked, Log, asked_at_cuts, asked_pages, asked_sessions, kind_of
from pagegen.training.job import Done, Order, retrain
from pagegen.training.lessons import Job
from pagegen.training.train import Trained, train
from tests.worlds import DAY, HOUR, NOW, Fields, World, play, small_settings, tell, title

FAST: Table = {
    "fit": {
        "examples": {"occasions": 200, "pages": 200, "windows": 3, "min_positives": 20},
        "rankers": {"boosted_trees": {"trees": 10, "leaves": 7, "min_data_in_leaf": 5, "threads": 1}},
        "source": {"als": {"epochs": 3}},
    }
}
NO_PAGES = PAGES.to_frame()
TASTES = ("Crime", "Comedy", "Horror", "Romance")


def fast_settings(*overrides: Table) -> Settings:
    return small_settings(FAST, *overrides)


def taste_world(seed: int = 0, members: int = 40, days: int = 40, titles: int = 80) -> World:
    """Every member plays titles of one genre, a new one every other evening; no title is much more popular."""
    rng = np.random.default_rng(seed)
    catalog = [title(f"t{t:02d}", genres=[TASTES[t % len(TASTES)]]) for t in range(titles)]
    log = []
    for m in range(members):
        favourites = rng.permutation(np.arange(m % len(TASTES), titles, len(TASTES)))
        evenings = np.sort(rng.permutation(days)[: len(favourites)])
        times = [NOW - int(days - day) * DAY + int(rng.integers(HOUR)) for day in evenings]
        log += [play(f"m{m:02d}", f"t{t:02d}", time) for t, time in zip(favourites.tolist(), times, strict=False)]
    return tell(catalog, log)


def crowd_world(seed: int = 0, members: int = 40, days: int = 40, titles: int = 80) -> World:
    """Everybody plays the titles in nearly the same order, most popular first: popularity is all there is to know."""
    rng = np.random.default_rng(seed)
    log = []
    for m in range(members):
        first = int(rng.integers(days // 2))
        order = np.argsort(np.arange(titles) + rng.normal(0.0, 2.0, titles))
        times = [NOW - (days - day) * DAY + int(rng.integers(HOUR)) for day in range(first, days)]
        log += [play(f"m{m:02d}", f"t{t:02d}", time) for t, time in zip(order.tolist(), times, strict=False)]
    return tell([title(f"t{t:02d}") for t in range(titles)], log)


def page(member: str, time: int, rows: Sequence[Sequence[str]], seen: Sequence[int] | None, **fields: Any) -> Fields:
    """A logged page; `seen` titles of each row came into view."""
    names = [name for row in rows for name in row]
    return {
        "page_id": f"{member} {time}",
        "time": time,
        "member_id": member,
        "device": "tv",
        "row_kinds": ["genre"] * len(rows),
        "row_seeds": [""] * len(rows),
        "row_lengths": [len(row) for row in rows],
        "title_ids": names,
        "step_probabilities": [1.0] * len(names),
        "seen_columns": seen,
        **fields,
    }


def pages_log(pages: Sequence[Fields]) -> pl.DataFrame:
    return pl.DataFrame(list(pages), schema=PAGES)


def write_data(folder: Path, world: World, pages: pl.DataFrame | None = None) -> Path:
    """The world as a data folder."""
    folders.write(folder, world.tables | ({} if pages is None else {"pages": pages}), {})
    return folder


def everything(data: Dataset) -> Past:
    return Past(data=data, watermark=len(data.events))


def nobody(_: str) -> None:
    """Who listens to no step."""


def job(data: Dataset, *overrides: Table, **fields: Any) -> Job:
    """A quick job on all of the data."""
    common: Fields = {"home": HOME, "past": everything(data), "pages": NO_PAGES, "rng_seed": 0, "say": nobody}
    return Job(settings=fast_settings(*overrides), **{**common, **fields})


def trained_on(data: Dataset, *overrides: Table, **fields: Any) -> Trained:
    return train(job(data, *overrides, **fields))


def retrained(data: Path, out: Path, *overrides: Table, **fields: Any) -> Done:
    """The quick job as it is run from a shell; no gate unless asked for."""
    common: Fields = {"as_of_ms": None, "rng_seed": 0, "previous": None, "publish": None, "gate": False}
    return retrain(HOME, fast_settings(*overrides), Order(data=data, out=out, **{**common, **fields}), nobody)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def log_of(past: Past, pages: pl.DataFrame = NO_PAGES) -> Log:
    """What there is to ask about before the end of the past."""
    return Log(past=past, pages=pages, examination=default_examination(), rng=np.random.default_rng(0))


def asked(past: Past, pages: pl.DataFrame = NO_PAGES, **settings: Any) -> Asked:
    """All windows' requests together."""
    wanted, log = ExampleSettings(**{"warmup": 0.0, **settings}), log_of(past, pages)
    kinds = {"page": asked_pages, "session": asked_sessions, "window": asked_at_cuts}
    return kinds[kind_of(log, wanted)](log, wanted)
