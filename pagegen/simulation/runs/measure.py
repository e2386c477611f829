"""Measuring a finished run again: metrics are added, no page is made."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import polars as pl

from pagegen.errors import RunError
from pagegen.metrics.registry import check_grades, check_words, measures
from pagegen.simulation.experiment import Experiment
from pagegen.simulation.runs.findings import write_findings
from pagegen.simulation.runs.folder import RunFolder, held, read_json, write_json
from pagegen.simulation.runs.pool import do_all
from pagegen.simulation.runs.prepare import data_of
from pagegen.simulation.runs.simulate import find_all, is_done, masks
from pagegen.simulation.runs.tasks import parts_of, values_task
from pagegen.simulation.runs.watch import Tell, Watch
from pagegen.simulation.runs.workshop import Clock, Setup, Workshop


def measure(
    folder: RunFolder, names: Sequence[str], data: Path | None, workers: int, watching: tuple[Clock, Tell]
) -> None:
    """
    Add measures to a finished run, and tell again what was found.

    Args:
        folder: of the run.
        names: of the measures.
        data: where its data are now; None: where they were.
        workers: processes.
        watching: a clock, and who is told of every task.

    Raises:
        ConfigError: measures that cannot be read.
        RunError: the run is not finished, its data are not those it was made on, or somebody is at work in it.
    """
    if not folder.run.exists():
        message = f"{folder.path} holds no finished run; finish it with `pagegen simulate`"
        raise RunError(message)
    added = tuple(measure.name for measure in measures(names))
    clock, tell = watching
    with held(folder):
        run = read_json(folder.run)
        experiment = msgspec.convert(run["experiment"], Experiment)
        every = tuple(dict.fromkeys([*experiment.measures, *added]))
        experiment = msgspec.structs.replace(experiment, measures=every)
        shop = Workshop(
            setup=Setup(folder=folder, data=data_of(folder, data), experiment=experiment, clock=clock),
        )
        _check_data(shop, run["data_digest"])
        check_words(measures(names), {"genre": shop.data.catalog.genres.names, "kind": _kinds(folder)})
        check_grades(measures(names), shop.data.trends.grades.highest)
        _measure(shop, workers, tell)
        run["experiment"]["measures"] = list(every)
        write_json(folder.local, {"data": str(shop.setup.data)})
        write_json(folder.run, run)


def _measure(shop: Workshop, workers: int, tell: Tell) -> None:
    folder, experiment = shop.setup.folder, shop.setup.experiment
    parts = parts_of(shop.asked["cut"].to_list())
    wanted = [values_task(cell, part) for part in parts for cell in shop.setup.cell_names]
    tasks = [task for task in wanted if not is_done(shop, task)]
    tasks += find_all(shop, wanted)
    watch = Watch(tasks, experiment.page, workers, tell)
    do_all(tasks, shop, workers, watch.hear)
    write_findings(folder, experiment, [*masks(shop)], watch.found)


def _kinds(folder: RunFolder) -> list[str]:
    """The kinds of all rows that the run's pages have."""
    kinds = pl.scan_parquet(folder.path / "pages" / "**" / "*.parquet").select(pl.col("row_kinds").explode().unique())
    return sorted(kinds.collect(engine="streaming")["row_kinds"].drop_nulls())


def _check_data(shop: Workshop, digest: str) -> None:
    if shop.data.digest != digest:
        message = f"{shop.setup.data} holds other data than {shop.setup.folder.path} was made on; name them with --data"
        raise RunError(message)
