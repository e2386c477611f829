"""Watching a run: how far it is, how long it will take, and whether its pages are worth going on for."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from pagegen.arrays import record
from pagegen.errors import RunError
from pagegen.simulation.experiment import PageSpec
from pagegen.simulation.runs.folder import RunFolder, read_json
from pagegen.simulation.runs.tasks import Done, Kind, Task

LONG: Final[tuple[Kind, ...]] = ("train", "pages", "values")  # kinds of task without which no time left is told
FEWEST_PAGES = 200  # of a cell before its yield is judged


@record
class Progress:
    kind: Kind  # of the task that was done last; before any is, of the first one
    done: int  # pages, or tasks of a kind that makes or measures none
    total: int
    seconds_left: float | None  # None: nothing is known yet of what takes longest


Tell: TypeAlias = Callable[[Progress], None]


class Watch:
    """Hears of every task that is done."""

    def __init__(self, tasks: Sequence[Task], spec: PageSpec, workers: int, tell: Tell) -> None:
        self._size = Counter[Kind]()
        for task in tasks:
            self._size[task.kind] += _size(task)
        self._spec, self._workers, self._tell = spec, workers, tell
        self._worked = Counter[Kind]()
        self._pages, self._poor = Counter[str](), Counter[str]()
        self.seconds = dict[Kind, float]()
        self._bundles = dict[str, float]()
        self.found = list[Done]()
        if tasks:
            self._report(tasks[0].kind)

    def hear(self, done: Done) -> None:
        """
        Count, tell, and judge.

        Raises:
            RunError: too many pages of a cell have too few rows.
        """
        kind = done.task.kind
        self._worked[kind] += _size(done.task)
        self.seconds[kind] = self.seconds.get(kind, 0.0) + done.seconds
        if kind == "train":
            self._bundles[f"{done.task.cell}/{done.task.cut}"] = done.seconds
        if done.estimates or done.differences or done.surface or done.checked:
            self.found.append(done)
        self._report(kind)
        if kind == "pages":
            for cell, poor in done.poor:
                self.judge(cell, len(done.task.part or ()), poor)

    def _report(self, kind: Kind) -> None:
        left = self._seconds_left()
        self._tell(Progress(kind=kind, done=self._worked[kind], total=self._size[kind], seconds_left=left))

    def timing(self, folder: RunFolder) -> dict[str, Any]:
        """For timing.json: seconds by kind of task, and of each bundle; of those trained before, what it said."""
        return {"seconds": self.seconds, "bundles": bundle_seconds(folder) | self._bundles}

    def judge(self, cell: str, pages: int, poor: int) -> None:
        """
        Add pages to those of the cell, and say when they are too poor.

        Raises:
            RunError: they are.
        """
        self._pages[cell] += pages
        self._poor[cell] += poor
        rich = self._pages[cell] - self._poor[cell]
        if self._pages[cell] >= FEWEST_PAGES and rich < self._spec.min_yield * self._pages[cell]:
            found = f"only {rich} of the first {self._pages[cell]} pages have {self._spec.fewest_rows} rows or more"
            wanted = f"page.min_yield asks for {self._spec.min_yield:.0%}"
            message = f"cell {cell} yields too few pages: {found}, {wanted}; mend the cell, or lower page.min_yield"
            raise RunError(message)

    def _seconds_left(self) -> float | None:
        left = 0.0
        for kind, total in self._size.items():
            if kind in LONG and not self._worked[kind]:
                return None
            if self._worked[kind]:
                left += self.seconds[kind] / self._worked[kind] * (total - self._worked[kind])
        return left / self._workers


def bundle_seconds(folder: RunFolder) -> dict[str, float]:
    """How long each bundle of the folder took to train, as far as that is known."""
    known: dict[str, float] = read_json(folder.timing)["bundles"] if folder.timing.exists() else {}
    return known


def _size(task: Task) -> int:
    """What its time grows with."""
    return len(task.part) * max(1, len(task.cells)) if task.part else 1
