"""What was found, from the tasks that found it to the folder, in the order of the experiment and not of the tasks."""

from collections.abc import Iterable, Sequence

import polars as pl

from pagegen.metrics.results import Difference, Estimate, frame
from pagegen.simulation.experiment import Experiment
from pagegen.simulation.measuring import TRUTHS
from pagegen.simulation.runs.folder import RunFolder, write_frame
from pagegen.simulation.runs.tasks import Done

LEAKAGE = pl.Schema({"cell": pl.String, "pages": pl.Int64, "leaks": pl.Int64, "stage": pl.String, "detail": pl.String})


def write_findings(folder: RunFolder, experiment: Experiment, strata: Sequence[str], found: Sequence[Done]) -> None:
    """Estimates, differences, surfaces and leakage."""
    cells, metrics = [*experiment.cells], [*experiment.measures, *TRUTHS]

    def place(result: Estimate | Difference) -> tuple[int, int, int]:
        return cells.index(result.cell), strata.index(result.stratum), metrics.index(result.metric)

    estimates = sorted((e for done in found for e in done.estimates), key=place)
    differences = sorted((d for done in found for d in done.differences), key=place)
    points = sorted((p for done in found for p in done.surface), key=lambda p: cells.index(p.cell))
    write_frame(folder.table("estimates"), frame(estimates))
    if differences:
        write_frame(folder.table("differences"), frame(differences))
    if points:
        write_frame(folder.table("surfaces"), pl.DataFrame(points))
    if checked := sorted((done for done in found if done.checked), key=lambda done: cells.index(done.task.cell)):
        write_frame(folder.table("leakage"), pl.DataFrame(_leakage(checked), schema=LEAKAGE, orient="row"))


def _leakage(checked: Iterable[Done]) -> list[tuple[str, int, int, str | None, str | None]]:
    """One row a cell, with the first leak where there is one."""
    return [
        (done.task.cell, done.checked, len(done.leaks), *(done.leaks[0] if done.leaks else (None, None)))
        for done in checked
    ]
