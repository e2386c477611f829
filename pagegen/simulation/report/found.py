"""The results of an experiment, ready to be looked up: by stratum, measure and cell."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import polars as pl

from pagegen.arrays import record
from pagegen.errors import DataError
from pagegen.metrics.results import ALL, Difference, Estimate
from pagegen.simulation.report.kinds import FAMILIES, OTHER, MeasureKind, kind_of
from pagegen.simulation.results import Results

Key: TypeAlias = tuple[str, str, str]  # stratum, measure, cell


@record
class Leak:
    """What the check for leakage of one cell said."""

    pages: int
    leaks: int
    stage: str  # the first that differs; "" where clean
    detail: str


@record
class Found:
    results: Results
    baseline: str
    others: Sequence[str]  # the cells that are compared with the baseline, as in the experiment
    references: Sequence[str]  # those that are not
    kinds: Sequence[MeasureKind]  # of the measures, as in the experiment
    estimates: Mapping[Key, Estimate]
    differences: Mapping[Key, Difference]
    leaks: Mapping[str, Leak]  # of the cells that were checked

    @property
    def cells(self) -> Sequence[str]:
        return [self.baseline, *self.others, *self.references]

    @property
    def headline(self) -> MeasureKind | None:
        """The measure of the verdict: the first for which cells are compared."""
        compared = {measure for stratum, measure, _ in self.differences if stratum == ALL}
        return next((kind for kind in self.kinds if kind.name in compared), None)

    def leaking(self, cell: str) -> bool:
        return cell in self.leaks and self.leaks[cell].leaks > 0

    def stands(self, cell: str) -> bool:
        """Whether the comparison of this cell with the baseline can be believed."""
        return not (self.leaking(cell) or self.leaking(self.baseline))

    def families(self) -> Mapping[str, Sequence[MeasureKind]]:
        """The measures by family."""
        grouped = {name: [kind for kind in self.kinds if kind.family == name] for name in (*FAMILIES, OTHER)}
        return {name: kinds for name, kinds in grouped.items() if kinds}


def find(results: Results) -> Found:
    """
    Everything the tables of the results say.

    Raises:
        DataError: the baseline is none of the cells.
    """
    run = results.run
    if run.baseline not in run.cells:
        message = f"{results.folder}: the baseline {run.baseline!r} is none of the cells {', '.join(run.cells)}"
        raise DataError(message)
    said = results.differences.drop("significant", "verdict")
    estimates = [Estimate(**row) for row in results.estimates.select(Estimate.__slots__).iter_rows(named=True)]
    differences = [Difference(**row) for row in said.select(Difference.__slots__).iter_rows(named=True)]
    return Found(
        results=results,
        baseline=run.baseline,
        others=run.others,
        references=run.references,
        kinds=[kind_of(name) for name in results.estimates["metric"].unique(maintain_order=True)],
        estimates={(each.stratum, each.metric, each.cell): each for each in estimates},
        differences={(each.stratum, each.metric, each.cell): each for each in differences},
        leaks=_leaks(results.leakage),
    )


def _leaks(leakage: pl.DataFrame) -> Mapping[str, Leak]:
    """By cell; several rows of a cell are added up, the first stage and detail kept."""
    by_cell = leakage.group_by("cell", maintain_order=True).agg(
        pl.col("pages", "leaks").sum(), pl.col("stage", "detail").drop_nulls().first().fill_null("")
    )
    return {row.pop("cell"): Leak(**row) for row in by_cell.iter_rows(named=True)}
