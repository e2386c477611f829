"""A workshop: what a process needs to do tasks, each thing made when it is first wanted and kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import polars as pl
from threadpoolctl import threadpool_limits

from pagegen.arrays import Float64, record
from pagegen.bundle.parts import Homepage
from pagegen.data.dataset import Dataset, read_dataset
from pagegen.data.folder import read_table
from pagegen.data.schema import TIME
from pagegen.engine import Engine
from pagegen.errors import RunError
from pagegen.metrics.metric import Measure
from pagegen.metrics.registry import measures
from pagegen.ordering import Examination
from pagegen.ordering.examination import fit_examination
from pagegen.replay import Occasions, Outcomes, outcomes
from pagegen.simulation.cells import Cell, classes, load_cells, owners, together
from pagegen.simulation.experiment import Experiment
from pagegen.simulation.protocol import cut_times, occasions_of
from pagegen.simulation.references import Reference
from pagegen.simulation.runs.folder import RunFolder
from pagegen.simulation.runs.tasks import Part
from pagegen.simulation.world import load
from pagegen.simulation.world.truth import Truth
from pagegen.training.job import PAGE_COLUMNS

ENGINES = 2  # groups whose engines are kept by a process: of the cells at hand, and of the next ones
PARTS = 256  # whose outcomes are kept by a process
LOGGED = ["time", "member_id", "device", "row_lengths", "seen_columns"]


Clock: TypeAlias = Callable[[], float]


@record
class Setup:
    """All that a process is told; anything in it can be sent to another process."""

    folder: RunFolder
    data: Path
    experiment: Experiment
    clock: Clock  # seconds
    cells: tuple[Cell, ...] = ()  # none where pages exist already
    home: Callable[[], Homepage] | None = None

    @property
    def cell_names(self) -> tuple[str, ...]:
        return tuple(self.experiment.cells)


@dataclass(kw_only=True)
class Workshop:
    setup: Setup
    values: dict[str, dict[str, Float64]] = field(default_factory=dict)  # of each cell, when all are there
    _engines: dict[tuple[str, int], dict[str, Engine]] = field(default_factory=dict)
    _followed: dict[int, Outcomes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        threadpool_limits(1, "blas")  # sums must not depend on how many threads share them

    @cached_property
    def home(self) -> Homepage:
        if self.setup.home is None:
            message = "pages cannot be made here: only those that exist are measured"
            raise RunError(message)
        return self.setup.home()

    @cached_property
    def data(self) -> Dataset:
        return read_dataset(self.setup.data)

    @cached_property
    def logged(self) -> pl.DataFrame:
        """When pages were shown and how far they were seen; no rows where there is no log."""
        return read_table(self.setup.data, "pages", LOGGED)

    def logged_titles(self) -> pl.DataFrame:
        """All of the log that trainings read: large, so it is not kept."""
        return read_table(self.setup.data, "pages", PAGE_COLUMNS)

    @cached_property
    def cuts_ms(self) -> tuple[int, ...]:
        return cut_times(self.setup.experiment.protocol, self.data)

    @cached_property
    def asked(self) -> pl.DataFrame:
        """The table of occasions."""
        return pl.read_parquet(self.setup.folder.table("occasions"))

    @cached_property
    def occasions(self) -> Occasions:
        return occasions_of(self.asked, self.data)

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        return measures(self.setup.experiment.measures)

    @cached_property
    def examination(self) -> Examination:
        """One for all cells, of what was known before the first cut: attention is no cell's own opinion."""
        return fit_examination(self.logged.filter(pl.col("time") < pl.lit(self.cuts_ms[0]).cast(TIME)))

    @property
    def judged(self) -> bool:
        """Whether a truth can say what pages are worth: that of a world, and not of lists, which nobody could meet."""
        return self.setup.experiment.page.form == "page" and (self.setup.data / "truth").is_dir()

    @cached_property
    def truth(self) -> Truth:
        return load(self.setup.data)

    @cached_property
    def owner(self) -> Mapping[str, str]:
        return owners(self.setup.cells)

    @cached_property
    def classes(self) -> Mapping[str, tuple[str, ...]]:
        return classes(self.setup.cells)

    def cell(self, name: str) -> Cell:
        return next(cell for cell in self.setup.cells if cell.name == name)

    def reference(self, name: str) -> Reference | None:
        """Which reference the cell is; None: one that competes."""
        return self.setup.experiment.cells[name].reference

    def bundle(self, cell: Cell, cut: int) -> Path:
        return cell.bundle or self.setup.folder.bundle(self.owner[cell.name], cut)

    def followed(self, part: Part) -> Outcomes:
        """What followed the occasions of a part: the same for all cells."""
        if part.number not in self._followed:
            if len(self._followed) >= PARTS:
                self._followed.clear()
            self._followed[part.number] = outcomes(self.data, self.occasions.take(slice(part.low, part.high)))
        return self._followed[part.number]

    def engine(self, name: str, cut: int) -> Engine:
        """The cell's engine as of a cut."""
        return self.engines([name], cut)[0]

    def engines(self, names: Sequence[str], cut: int) -> list[Engine]:
        """Those of cells that are asked together; the others of their group are loaded with them."""
        group = next(group for group in together(self.setup.cells) if names[0] in group)
        if (group[0], cut) not in self._engines:
            if len(self._engines) >= ENGINES:
                self._engines.pop(next(iter(self._engines)))
            cells = [self.cell(name) for name in group]
            loaded = load_cells(self.home, [(cell, self.bundle(cell, cut)) for cell in cells], self.data)
            self._engines[group[0], cut] = dict(zip(group, loaded, strict=True))
        return [self._engines[group[0], cut][name] for name in names]
