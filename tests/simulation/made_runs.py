"""
The folder of an experiment, made in memory: pages by engines, measured and compared as `pagegen simulate` does.

Small and quick; what it writes is what readers of results may rely on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from pagegen.arrays import Float64, record
from pagegen.data import folder as folders
from pagegen.data.dataset import Dataset, read_dataset
from pagegen.data.schema import DEVICES, TIME
from pagegen.engine import Engine
from pagegen.metrics.comparison import compare, estimate, member_means
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.metric import Measure
from pagegen.metrics.registry import measures
from pagegen.metrics.results import Difference, Estimate, frame
from pagegen.metrics.stored_pages import stored_pages
from pagegen.ordering.examination import default_examination
from pagegen.replay import Occasions, outcomes, replay, session_occasions
from pagegen.request import PageRequest
from pagegen.simulation.pages_log import pages_frame
from pagegen.trace import Trace
from tests.worlds import DAY, HOUR, World, tiny_engine

MEASURES = ("ndcg@10", "recall@3x4", "hit_rate@3xscreen", "mrr", "novelty", "row_share(genre)", "recall_surface@6x6")
Values = dict[str, Float64]


@record
class Plan:
    """What to run."""

    data: Dataset
    cells: Mapping[str, Engine]  # the first is the baseline
    past: Occasions
    measures: Sequence[str] = MEASURES
    grid: tuple[int, int] = (8, 10)
    name: str = "greedy against template"
    data_path: str = "data"
    leaks: tuple[tuple[str, str], ...] = ()  # cell and the first stage that differs


def late_sessions(data: Dataset, share: float, most: int) -> Occasions:
    """The first sessions after this share of the events."""
    past = session_occasions(data, HOUR, DAY)
    later = np.flatnonzero(past.time >= data.events.time[int(share * len(data.events))])[:most]
    return past.take(later)


def write_run(folder: Path, plan: Plan) -> Path:
    """Pages, values, estimates, differences, surfaces, leakage, occasions and run.json."""
    asked = _occasions(plan)
    write(folder / "occasions.parquet", asked)
    found = {cell: _cell(folder, plan, cell, engine) for cell, engine in plan.cells.items()}
    _compare(folder, plan, asked, {cell: values for cell, (values, _) in found.items()})
    surfaces = [_surface(plan, cell, pages, asked) for cell, (_, pages) in found.items()]
    write(folder / "surfaces.parquet", pl.concat(surfaces))
    write(folder / "leakage.parquet", _leakage(plan))
    run = _run(plan, {cell: engine.identity for cell, engine in plan.cells.items()}, asked)
    (folder / "run.json").write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")
    return folder


def write(path: Path, table: pl.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table.write_parquet(path)


def _occasions(plan: Plan) -> pl.DataFrame:
    past, data = plan.past, plan.data
    before = np.array(
        [len(data.events.positions_of(m, data.events.before(t))) for m, t in zip(past.member, past.time, strict=True)]
    )
    usual = np.median(before)
    return pl.DataFrame(
        {
            "occasion": pl.Series(range(len(past)), dtype=pl.Int32),
            "cut": pl.Series([0] * len(past), dtype=pl.Int16),
            "member_id": data.members.ids.of(past.member),
            "time": pl.Series(past.time).cast(TIME),
            "until": pl.Series(past.until).cast(TIME),
            "device": [DEVICES[place] for place in past.device.tolist()],
            "activity": np.where(before > usual, "heavy", "light"),
            "cold": np.where(before < 5, "cold", "warm"),
        }
    )


def _cell(folder: Path, plan: Plan, cell: str, engine: Engine) -> tuple[Values, Measurable]:
    rows, columns = plan.grid

    def step(requests: Sequence[PageRequest]) -> Trace:
        return engine.run([replace(request, rows=rows, columns=columns) for request in requests])

    pages = pl.concat([pages_frame(trace, "simulation") for trace, _ in replay(step, plan.data, plan.past)])
    pages = pages.with_columns(occasion=pl.int_range(pages.height, dtype=pl.Int32))
    half = pages.height // 2
    write(folder / "pages" / cell / "0000.parquet", pages[:half])
    write(folder / "pages" / cell / "0001.parquet", pages[half:])
    followed = outcomes(plan.data, plan.past)
    looked = stored_pages(pages.drop("occasion"), plan.data, followed, default_examination(), grid=plan.grid)
    values = {measure.name: measure.of(looked) for measure in _of_pages(plan)}
    write(folder / "values" / cell / "0000.parquet", pl.DataFrame({"occasion": pages["occasion"], **values}))
    return values, looked


def _of_pages(plan: Plan) -> list[Measure]:
    return [measure for measure in measures(plan.measures) if measure.metric.level == "page"]


def _compare(folder: Path, plan: Plan, asked: pl.DataFrame, values: Mapping[str, Values]) -> None:
    baseline, member, rng = next(iter(values)), plan.past.member, np.random.default_rng(0)
    estimates, differences = list[Estimate](), list[Difference]()
    for stratum, inside in strata(asked):
        for cell, mine in values.items():
            mine = {name: value[inside] for name, value in mine.items()}
            its = {name: value[inside] for name, value in values[baseline].items()}
            estimates += estimate(mine, member[inside], rng, cell=cell, stratum=stratum)
            if cell != baseline:
                differences += compare(mine, its, member[inside], rng, names=(cell, baseline), stratum=stratum)
    write(folder / "estimates.parquet", frame(estimates))
    write(folder / "differences.parquet", frame(differences))


def strata(asked: pl.DataFrame) -> list[tuple[str, Any]]:
    parts = [("all", np.ones(asked.height, bool))]
    for column in asked.columns[6:]:
        levels = asked[column].unique().sort()
        parts += [(f"{column}={level}", (asked[column] == level).to_numpy()) for level in levels]
    return parts


def _surface(plan: Plan, cell: str, pages: Measurable, asked: pl.DataFrame) -> pl.DataFrame:
    [measure] = [m for m in measures(plan.measures) if m.metric.level == "surface"]
    values = measure.of(pages)
    means = member_means(values.reshape(len(values), -1).T, plan.past.member)
    rows, columns = (each.ravel() + 1 for each in np.indices(values.shape[1:]))
    table = {"rows": rows, "columns": columns, "value": np.nanmean(means, axis=1)}
    named = pl.DataFrame(table).with_columns(metric=pl.lit(measure.name), cell=pl.lit(cell))
    return named.select("metric", "cell", "rows", "columns", "value")


def _leakage(plan: Plan) -> pl.DataFrame:
    stages = dict(plan.leaks)
    columns: dict[str, list[Any]] = {
        "cell": list(plan.cells),
        "pages": [50 for _ in plan.cells],
        "leaks": [12 if cell in stages else 0 for cell in plan.cells],
        "stage": [stages.get(cell) for cell in plan.cells],
        "detail": ["plays_day of title t001" if cell in stages else None for cell in plan.cells],
    }
    return pl.DataFrame(columns, schema_overrides={"stage": pl.String, "detail": pl.String})


def _run(plan: Plan, identities: Mapping[str, Any], asked: pl.DataFrame) -> dict[str, Any]:
    baseline = next(iter(plan.cells))
    return {
        "name": plan.name,
        "command": "pagegen simulate EXPERIMENT.toml --out run",
        "experiment": {
            "name": plan.name,
            "data": plan.data_path,
            "rng_seed": 0,
            "baseline": baseline,
            "measures": list(plan.measures),
            "strata": asked.columns[6:],
            "protocol": {"kind": "session", "cuts": [0.8], "horizon_hours": 24.0, "session_gap_hours": 1.0},
            "page": {"rows": plan.grid[0], "columns": plan.grid[1], "form": "page"},
            "cells": {cell: {"rng_seed": 0} for cell in plan.cells},
        },
        "data_digest": plan.data.digest,
        "rng_seed": 0,
        "versions": {"numpy": "2", "pagegen": "0"},
        "cells": {
            cell: [
                {
                    "cut": 0,
                    "bundle_id": who.bundle_id,
                    "config_digest": who.config_digest,
                    "cutoff_ms": int(plan.past.time[0]),
                    "bundle": f"bundles/{cell}/0",
                }
            ]
            for cell, who in identities.items()
        },
        "counts": {"occasions": asked.height, "members": asked["member_id"].n_unique()},
    }


HOSTILE = "<script>alert('x')</script> & Co"


@pytest.fixture(scope="session")
def run_data(medium: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The medium world as a data folder, with titles whose names are HTML."""
    folder = tmp_path_factory.mktemp("run") / "data"
    named = medium.catalog.with_columns(name=pl.format("{} {}", "title_id", pl.lit(HOSTILE)))
    folders.write(folder, medium.tables | {"catalog": named}, {})
    return folder


@pytest.fixture(scope="session")
def run_folder(run_data: Path) -> Path:
    """An experiment beside its data: another choice of sources, the baseline once more, and one that leaks."""
    data = read_dataset(run_data)
    popular = tiny_engine(data, {"fit": {"sources": ["trending", "top_10"]}})
    cells = {"popular": popular, "taste": tiny_engine(data), "again": popular, "future": tiny_engine(data)}
    plan = Plan(data=data, cells=cells, past=late_sessions(data, 0.8, 60), leaks=(("future", "features"),))
    return write_run(run_data.parent / "run", plan)
