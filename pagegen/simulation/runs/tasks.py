"""The tasks of a run: small records that any process can be given, in an order in which they can be done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from pagegen.metrics.results import Difference, Estimate
from pagegen.simulation.cells import classes, owners, together
from pagegen.simulation.experiment import Design, Experiment
from pagegen.simulation.protocol import Asked

Kind: TypeAlias = Literal["train", "pages", "values", "whole", "compare", "leaks"]
PART = 256  # occasions of a part: fixed, so that files do not depend on who wrote them


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some consecutive occasions of one cut."""

    number: int
    cut: int
    low: int
    high: int

    def __len__(self) -> int:
        return self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    kind: Kind
    cell: str = ""
    cells: tuple[str, ...] = ()  # of pages: all cells whose pages are made in one go, that one among them
    cut: int = -1
    part: Part | None = None
    stratum: str = ""
    needs: tuple[str, ...] = ()  # names of tasks to be done before, if they are to be done

    @property
    def name(self) -> str:
        number = f"{self.part.number}" if self.part else ""
        return f"{self.kind} {self.cell} {self.cut} {number} {self.stratum}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One window of a surface, over the means of members."""

    metric: str
    cell: str
    rows: int
    columns: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a task, besides its file."""

    task: Task
    seconds: float = 0.0
    poor: tuple[tuple[str, int], ...] = ()  # pages with too few rows, by cell
    estimates: tuple[Estimate, ...] = ()
    differences: tuple[Difference, ...] = ()
    surface: tuple[Point, ...] = ()
    leaks: tuple[tuple[str, str], ...] = ()  # stage and detail of each page that felt the future
    checked: int = 0  # pages that were looked at for leaks


def parts_of(cut: Sequence[int]) -> list[Part]:
    """The parts of occasions with these cuts [O], ascending."""
    ends = np.flatnonzero(np.diff([*cut, -1])) + 1
    parts = list[Part]()
    for begin, end in zip([0, *ends.tolist()], ends.tolist(), strict=False):
        for low in range(begin, end, PART):
            parts.append(Part(number=len(parts), cut=int(cut[low]), low=low, high=min(low + PART, end)))
    return parts


def making(design: Design, found: Asked) -> Iterator[Task]:
    """Bundles and pages, cut by cut; the baseline's come first, since others are measured against them."""
    owner = owners(design.cells)
    taught = {name: all_[0] for name, all_ in classes(design.cells).items()}
    baseline = design.experiment.baseline
    groups = together(sorted(design.cells, key=lambda cell: cell.name != baseline))
    parts = parts_of(found.cut.tolist())
    for cut in range(len(found.cuts_ms)):
        trained = {name: Task(kind="train", cell=name, cut=cut) for name in dict.fromkeys(taught.values())}
        mine = [part for part in parts if part.cut == cut]
        yield from trained.values() if mine else ()
        for group in groups:
            needs = (trained[taught[owner[group[0]]]].name,) if group[0] in owner else ()
            for part in mine:
                yield (made := pages_task(group, part, needs))
                yield from (values_task(name, part, (made.name, pages_task(groups[0], part).name)) for name in group)


def pages_task(group: tuple[str, ...], part: Part, needs: tuple[str, ...] = ()) -> Task:
    """The pages of cells that are asked together."""
    return Task(kind="pages", cell=group[0], cells=group, cut=part.cut, part=part, needs=needs)


def values_task(cell: str, part: Part, needs: tuple[str, ...] = ()) -> Task:
    """The values of its pages; it needs those of the baseline too."""
    return Task(kind="values", cell=cell, cut=part.cut, part=part, needs=needs)


def checking(experiment: Experiment, before: Sequence[Task]) -> Iterator[Task]:
    """Every cell is looked at for leaks when its bundles are there; references are no cells anybody will serve."""
    trained = tuple(task.name for task in before if task.kind == "train")
    yield from (Task(kind="leaks", cell=cell, needs=trained) for cell in experiment.competing)


def finding(cells: Sequence[str], strata: Sequence[str], before: Sequence[Task], *, whole: bool) -> Iterator[Task]:
    """
    What is told of all pages at once.

    Args:
        cells: their names.
        strata: their names, "all" among them.
        before: the tasks that make pages and values.
        whole: whether any metric is of all pages together.
    """
    made = {kind: tuple(task.name for task in before if task.kind == kind) for kind in ("pages", "values")}
    if whole:
        yield from (Task(kind="whole", cell=cell, needs=made["pages"]) for cell in cells)
    yield from (Task(kind="compare", stratum=stratum, needs=made["values"]) for stratum in strata)
