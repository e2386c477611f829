"""Running a preset: the order that `pagegen simulate` would give, and what the run has cost."""

import resource
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from pagegen import __version__
from pagegen.arrays import record
from pagegen.cli.homepages import OURS
from pagegen.cli.homepages import homepage as homepage_of
from pagegen.cli.simulate import one_thread_each
from pagegen.cli.task_progress import telling
from pagegen.simulation.report import write_report
from pagegen.simulation.runs.folder import read_json
from pagegen.simulation.runs.prepare import Order
from pagegen.simulation.runs.simulate import simulate


class Cost(msgspec.Struct, frozen=True):
    """What a run took."""

    seconds: float  # by the clock; of a run that had been stopped, since it went on
    tasks: dict[str, float]  # seconds of all workers by kind of task, since the beginning
    megabytes: float  # the most that any one process held


@record
class Finished:
    folder: Path
    cost: Cost


def run(table: Mapping[str, Any], data: Path, out: Path, workers: int) -> Finished:
    """
    The experiment in this table of TOML on these data.

    Raises:
        PagegenError: as `pagegen simulate`.
    """
    begun = time.perf_counter()
    order = Order(
        table=table,
        source=out / "EXPERIMENT.toml",
        data=data,
        out=out,
        home=partial(homepage_of, OURS),
        homepage=OURS,
        workers=workers,
        clock=time.perf_counter,
        version=__version__,
        command=f"python -m tools.benchmark {table['name']}",
    )
    with telling() as tell, one_thread_each():
        folder = simulate(order, tell)
    write_report(folder.path, data)
    tasks = read_json(folder.timing)["seconds"]
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cost = Cost(seconds=time.perf_counter() - begun, tasks=tasks, megabytes=peak / 1e3)
    return Finished(folder=folder.path, cost=cost)
