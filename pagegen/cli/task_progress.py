"""How far a run is, on stderr: bars with the time left in a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from pagegen.simulation.runs.watch import Progress as Report
from pagegen.simulation.runs.watch import Tell

NAMES = {
    "train": "trainings",
    "pages": "pages made",
    "values": "pages measured",
    "whole": "cells summed up",
    "compare": "strata compared",
    "leaks": "cells checked for leaks",
}
LINE_SECONDS = 10.0


@contextmanager
def telling() -> Iterator[Tell]:
    """Who is told when a run begins and of every task that is done."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    bars: dict[str, TaskID] = {}
    with Progress(*columns, TimeElapsedColumn(), console=console) as shown:
        reading = shown.add_task("reading the data", total=None, left="")

        def tell(report: Report) -> None:
            shown.update(reading, visible=False)
            if report.kind not in bars:
                bars[report.kind] = shown.add_task(NAMES[report.kind], total=report.total, left="")
            for bar in bars.values():
                shown.update(bar, left="")
            shown.update(bars[report.kind], completed=report.done, left=_left(report))

        try:
            yield tell
        finally:
            shown.update(reading, visible=False)


def _lines(console: Console) -> Tell:
    last = float("-inf")

    def tell(report: Report) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_SECONDS:
            last = time.monotonic()
            console.print(
                f"{NAMES[report.kind]}: {report.done:,} of {report.total:,}, {_left(report)}", highlight=False
            )

    return tell


def _left(report: Report) -> str:
    if report.seconds_left is None:
        return "time left not known yet"
    minutes, seconds = divmod(round(report.seconds_left), 60)
    return f"{minutes}:{seconds:02d} left"
