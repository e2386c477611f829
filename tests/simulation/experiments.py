"""Experiments that take seconds: their tables, and orders to run them."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pagegen.bundle.resolve import merged
from pagegen.bundle.settings import Table
from pagegen.cli.homepages import OURS
from pagegen.cli.homepages import homepage as homepage_of
from pagegen.simulation.runs.folder import NO_RESULTS, RunFolder
from pagegen.simulation.runs.prepare import Order
from pagegen.simulation.runs.simulate import simulate
from pagegen.simulation.runs.watch import Progress
from tests.training.builders import FAST
from tests.worlds import SMALL

BACKWARDS = "tests.training.homes:BACKWARDS"
QUICK: Table = merged(merged(SMALL, FAST), {"fit": {"examples": {"occasions": 60}}})
MEASURES = ("ndcg@10", "recall@3x4", "novelty", "stability", "coverage", "recall_surface@2x3")
TWO_CELLS: Table = {"greedy": {}, "template": {"page": {"orderer": "template"}}}


def table(**changes: Any) -> dict[str, Any]:
    """Two cells of one recipe that differ in their orderer, asked at the sessions of two cuts."""
    usual: Table = {
        "name": "greedy against template",
        "data": "data",
        "baseline": "greedy",
        "measures": list(MEASURES),
        "strata": ["activity"],
        "leak_pages": 5,
        "protocol": {"cuts": [0.7, 0.85]},
        "page": {"rows": 6, "columns": 8},
    }
    cells = {name: merged(QUICK, cell) for name, cell in changes.pop("cells", TWO_CELLS).items()}
    return merged(usual, changes) | {"cells": cells}


def given(bundle: Path, **changes: Any) -> dict[str, Any]:
    """The same cells of a bundle that exists, so that nothing is trained; it has seen everything."""
    cells = {name: {"bundle": str(bundle), "trained_later": True, **cell} for name, cell in TWO_CELLS.items()}
    cells = changes.pop("cells", cells)
    return table(**merged({"protocol": {"cuts": [0.93, 0.97]}}, changes)) | {"cells": cells}


def order(content: Table, data: Path, out: Path, **changes: Any) -> Order:
    """In this process, unless told otherwise."""
    usual: dict[str, Any] = {
        "table": content,
        "source": data.parent / "experiment.toml",
        "data": data,
        "out": out,
        "home": partial(homepage_of, OURS),
        "homepage": OURS,
        "workers": 1,
        "clock": time.perf_counter,
        "version": "test",
        "command": "pagegen simulate experiment.toml",
    }
    return Order(**(usual | changes))


def nobody(_: Progress) -> None:
    """Who listens to no progress."""


def noting(kinds: list[str]) -> Callable[[Progress], None]:
    """Who writes down the kind of each task that is done."""
    return lambda progress: kinds.append(progress.kind) if progress.done else None


def run(content: Table, data: Path, out: Path, tell: Callable[[Progress], None] = nobody, **changes: Any) -> RunFolder:
    return simulate(order(content, data, out, **changes), tell)


def results_of(folder: RunFolder) -> dict[str, bytes]:
    """Every file that is a result, by its place."""
    files = sorted(path for path in folder.path.rglob("*") if path.is_file() and path.name not in NO_RESULTS)
    return {path.relative_to(folder.path).as_posix(): path.read_bytes() for path in files}
