"""The whole of a run: bundles, pages, values, and what they say."""

from typing import Any

import msgspec
import numpy as np
import polars as pl

from pagegen.arrays import lengths
from pagegen.bundle.manifest import read_manifest
from pagegen.replay import outcomes
from pagegen.simulation.measuring import strata, value_names
from pagegen.simulation.runs.findings import write_findings
from pagegen.simulation.runs.folder import RunFolder, columns_of, read_json, write_json
from pagegen.simulation.runs.make import poor_pages
from pagegen.simulation.runs.pool import do_all
from pagegen.simulation.runs.prepare import Order, Prepared, prepare, versions
from pagegen.simulation.runs.tasks import Task, checking, finding, making
from pagegen.simulation.runs.watch import Tell, Watch
from pagegen.simulation.runs.workshop import Workshop


def simulate(order: Order, tell: Tell) -> RunFolder:
    """
    Run the experiment, or what is left of it.

    Raises:
        ConfigError: the file, with all that is wrong with it.
        RunError: the folder is another's, pages are too poor, or a worker died. What is finished stays.
    """
    with prepare(order) as prepared:
        if not _is_finished(prepared.shop):
            _run(prepared, order, tell)
    return prepared.shop.setup.folder


def _is_finished(shop: Workshop) -> bool:
    folder, measures = shop.setup.folder, shop.setup.experiment.measures
    if not folder.run.exists() or not columns_of(folder.table("estimates")):
        return False
    return bool(read_json(folder.run)["experiment"]["measures"] == list(measures))


def _run(prepared: Prepared, order: Order, tell: Tell) -> None:
    shop = prepared.shop
    folder, experiment = shop.setup.folder, shop.setup.experiment
    every = [*making(prepared.design, prepared.found)]
    tasks = [task for task in every if not is_done(shop, task)]
    tasks += checking(experiment, every) if experiment.leak_pages else []
    tasks += find_all(shop, every)
    watch = Watch(tasks, experiment.page, order.workers, tell)
    _judge_finished(shop, watch, [task for task in every if is_done(shop, task)])
    do_all(tasks, shop, order.workers, watch.hear)
    write_findings(folder, experiment, [*masks(shop)], watch.found)
    write_json(folder.timing, watch.timing(folder))
    write_json(folder.run, _described(prepared, order))


def is_done(shop: Workshop, task: Task) -> bool:
    """Whether what the task makes lies in the folder, can be read, and is all of that and no more."""
    folder, number = shop.setup.folder, task.part.number if task.part else 0
    if task.kind == "train":
        return all(folder.bundle(name, task.cut).exists() for name in shop.classes[task.cell])
    if task.kind == "pages":
        return all(columns_of(folder.pages(cell, number)) for cell in task.cells)
    return columns_of(folder.values(task.cell, number)) == ["occasion", *value_names(shop, task.cell)]


def masks(shop: Workshop) -> dict[str, Any]:
    """The strata of the run."""
    return strata(shop.asked, shop.setup.experiment.strata)


def find_all(shop: Workshop, before: list[Task]) -> list[Task]:
    """The tasks that tell what was found on all pages."""
    whole = any(measure.metric.level in ("set", "surface") for measure in shop.measures)
    return [*finding(shop.setup.cell_names, [*masks(shop)], before, whole=whole)]


def _judge_finished(shop: Workshop, watch: Watch, done: list[Task]) -> None:
    """Pages made before count too when the yield is judged."""
    made = [(cell, task.part) for task in done if task.kind == "pages" for cell in task.cells]
    for cell, part in made:
        if part:
            frame = pl.read_parquet(shop.setup.folder.pages(cell, part.number), columns=["row_lengths"])
            watch.judge(cell, frame.height, poor_pages(frame, shop.setup.experiment.page))


def _described(prepared: Prepared, order: Order) -> dict[str, Any]:
    """What run.json says: enough to run it again, and no clock and no place."""
    shop, experiment = prepared.shop, prepared.shop.setup.experiment
    wanted = lengths(outcomes(shop.data, shop.occasions).start)
    return {
        "name": experiment.name,
        "command": order.command,
        "experiment": msgspec.to_builtins(experiment),
        "data_digest": shop.data.digest,
        "rng_seed": experiment.rng_seed,
        "versions": versions(order.version),
        "cells": {cell.name: _bundles(prepared, cell.name) for cell in prepared.design.cells},
        "counts": {
            "occasions": len(wanted),
            "members": len(np.unique(shop.occasions.member)),
            "with_targets": int((wanted > 0).sum()),
            "members_with_targets": len(np.unique(shop.occasions.member[wanted > 0])),
        },
    }


def _bundles(prepared: Prepared, name: str) -> list[dict[str, Any]]:
    """Which bundle made the cell's pages as of each cut."""
    shop, cell = prepared.shop, prepared.shop.cell(name)
    rows = []
    for cut in np.unique(prepared.found.cut).tolist():
        manifest, bundle_id = read_manifest(shop.bundle(cell, cut))
        given = shop.setup.experiment.cells[name].bundle
        rows.append(
            {
                "cut": cut,
                "bundle_id": bundle_id,
                "config_digest": cell.settings.digest,
                "cutoff_ms": manifest.cutoff_ms,
                "bundle": given or shop.bundle(cell, cut).relative_to(shop.setup.folder.path).as_posix(),
            }
        )
    return rows
