"""
Ways of ranking the same pages: popularity, one source alone, the trained ranker, and the truth itself.

All of them stand in the same engine, with its sources, filters, rows and orderer; only ranker and calibration differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from pagegen.arrays import Float64, record
from pagegen.bundle.models import build_engine
from pagegen.bundle.resolve import resolve
from pagegen.bundle.settings import Table
from pagegen.data.dataset import Dataset, Past, read_dataset
from pagegen.data.folder import read_table
from pagegen.data.schema import TIME
from pagegen.engine import Engine
from pagegen.features import Pairs
from pagegen.homepage import HOME
from pagegen.ranking import Calibration, Ranker, fit_calibration
from pagegen.request import PageRequest
from pagegen.simulation.row_cascade import RowCascade
from pagegen.simulation.true_plays import BATCH, true_plays
from pagegen.simulation.world import load
from pagegen.simulation.world.ids import position
from pagegen.simulation.world.page_table import shown
from pagegen.simulation.world.population import DEVICES
from pagegen.simulation.world.rhythm import DAY_MS, EPOCH_MS
from pagegen.simulation.world.truth import Truth
from pagegen.training.lessons import Job
from pagegen.training.train import label_windows, past_windows, train
from rankers.one_feature import OneFeature
from tests.simulation.made_pages import best_pages

SOURCES = ("als", "because_you_watched", "trending")
POPULARITY, TWO_STAGE, ORACLE = "popularity", "two-stage", "oracle"
ROWS, COLUMNS = 12, 15
FLAT_ROWS, FLAT_COLUMNS = 8, 12


@record
class Appeal:
    """A feature family nobody outside a simulation has: what the member would do."""

    truth: Truth
    name: str = "appeal"
    columns: tuple[str, ...] = ("appeal",)

    def compute(self, pairs: Pairs) -> list[np.ndarray]:
        contexts = pairs.contexts
        device = np.array([DEVICES.index(request.device) for request in contexts.requests], np.int8)
        member = position(pl.Series([request.member_id for request in contexts.requests], dtype=pl.String))
        appeal = self.truth.appeal(member, contexts.time, device)
        return [appeal[pairs.request, _in_world(contexts.data)[pairs.title]]]


@record
class Case:
    """Engines that differ in how they rank, and visits of a world after they were trained."""

    truth: Truth
    engines: Mapping[str, Engine]
    requests: Sequence[PageRequest]
    visits: pl.DataFrame  # the logged pages of these visits

    @property
    def member(self) -> np.ndarray:
        return self.visits["member_id"].to_numpy()

    def of_pages(self) -> dict[str, Float64]:
        """True expected plays of every engine's pages."""
        return {
            name: true_plays(engine, self.requests, self.truth, RowCascade()) for name, engine in self.engines.items()
        }

    def of_lists(self) -> dict[str, Float64]:
        """And of pages that are the engine's pool in the ranker's order, cut into rows: no rows, no orderer."""
        visits = shown(self.visits)
        plays = {}
        for name, engine in self.engines.items():
            score = _scores(engine, self.requests)
            pages = best_pages(visits, score, rows=FLAT_ROWS, columns=FLAT_COLUMNS)
            plays[name] = RowCascade().expected_plays(self.truth, pages)
        return plays


def rivals(folder: Path, days: int, visits: int, settings: Table) -> Case:
    """Train on the first four fifths of a world's days; ask for pages of logged visits in the last fifth."""
    truth, data, pages = load(folder), read_dataset(folder), read_table(folder, "pages")
    cut = EPOCH_MS + days * 4 // 5 * DAY_MS
    earlier = pl.col("time") < pl.lit(cut).cast(TIME)
    past = Past(data=data, watermark=data.events.before(cut), cutoff_ms=cut)
    job = Job(
        home=HOME,
        settings=resolve(HOME, settings),
        past=past,
        pages=pages.filter(earlier),
        rng_seed=0,
        say=lambda _: None,
    )
    later = pages.filter(~earlier)
    rng = np.random.default_rng(0)
    asked = later[np.sort(rng.choice(later.height, min(visits, later.height), replace=False))]
    return Case(truth=truth, engines=_engines(job, truth), requests=_requests(asked), visits=asked)


def _engines(job: Job, truth: Truth) -> dict[str, Engine]:
    """One for every way to rank; each probability is calibrated on the window the ranker was not fitted on."""
    models = train(job).models
    engine = build_engine(HOME, job.settings, models, job.past.data, "two-stage")
    [held] = label_windows(job, past_windows(job, models.examination)[-1:])
    columns = {POPULARITY: "plays_total"} | {source: f"{source}_score" for source in SOURCES}
    engines = {}
    for name, column in columns.items():
        ranker: Ranker = OneFeature(column=column)
        calibration = fit_calibration(ranker.score(held.table), held.label)
        engines[name] = replace(engine, ranker=ranker, calibration=calibration)
    truly = Calibration(score=np.array([0.0, 1.0]), play=np.array([0.0, 1.0]))
    oracle = replace(engine, families=(Appeal(truth=truth),), ranker=OneFeature(column="appeal"), calibration=truly)
    return {**engines, TWO_STAGE: engine, ORACLE: oracle}


def _requests(visits: pl.DataFrame) -> list[PageRequest]:
    columns = visits.select("member_id", pl.col("time").cast(pl.Int64), "device", "visible_columns")
    return [
        PageRequest(member_id=m, time=t, device=d, rows=ROWS, columns=COLUMNS, visible_columns=v)
        for m, t, d, v in columns.iter_rows()
    ]


def _scores(engine: Engine, requests: Sequence[PageRequest]) -> Float64:
    """[B, T] of the pool's titles that the member has not played; everything else comes last."""
    place = _in_world(engine.data)
    scores = np.full((len(requests), len(place)), -1e9)
    for low in range(0, len(requests), BATCH):
        retrieved = engine.retrieve(requests[low : low + BATCH])
        table, removed = retrieved.table, retrieved.eligible.removed
        fresh = np.flatnonzero(removed[table.request, table.title] == 0)
        scores[low + table.request[fresh], place[table.title[fresh]]] = engine.ranker.score(table)[fresh]
    return scores


def _in_world(data: Dataset) -> np.ndarray:
    """[T] the world's position of each title of the catalog."""
    return position(pl.Series(data.catalog.ids.names, dtype=pl.String))
