"""
A dry run: what an experiment would do, what it costs and how long it takes, from a few real pages of every cell.

Bundles as of the first cut are trained in earnest, because nothing else says how long that takes, and stay for the run;
the pages are thrown away.
"""

import io
from collections.abc import Iterator, Sequence

import numpy as np

from pagegen.arrays import Int16, lengths, record
from pagegen.replay import outcomes
from pagegen.simulation.cells import together
from pagegen.simulation.measuring import page_values, value_names
from pagegen.simulation.runs.folder import write_json
from pagegen.simulation.runs.make import pages_of, poor_pages
from pagegen.simulation.runs.pool import perform
from pagegen.simulation.runs.prepare import Order, Prepared, prepare
from pagegen.simulation.runs.simulate import is_done
from pagegen.simulation.runs.tasks import Part, Task, making
from pagegen.simulation.runs.watch import Tell, Watch, bundle_seconds
from pagegen.simulation.runs.workshop import Workshop

PAGES = 50


@record
class CutLine:
    time_ms: int
    occasions: int
    members: int
    with_targets: int


@record
class CellLine:
    name: str
    bundles: int  # trainings for it that are left
    bundle_seconds: float  # of each cut, with those of other cells that learn from the same; 0: among another cell's
    page_seconds: float  # made and measured
    page_bytes: float
    poor: int  # of the pages that were tried
    tried: int


@record
class DryRun:
    cuts: tuple[CutLine, ...]
    cells: tuple[CellLine, ...]
    pages: int  # to be made still
    seconds: float  # all that is left, with so many workers
    workers: int
    megabytes: float  # all pages


def dry_run(order: Order, tell: Tell) -> DryRun:
    """
    Try the experiment.

    Raises:
        ConfigError: the file, with all that is wrong with it.
        RunError: the folder is another's.
    """
    with prepare(order) as prepared:
        return _tried(prepared, order.workers, tell)


def _tried(prepared: Prepared, workers: int, tell: Tell) -> DryRun:
    shop, every = prepared.shop, [*making(prepared.design, prepared.found)]
    left = [task for task in every if not is_done(shop, task)]
    first = int(prepared.found.cut[0])
    _train(shop, [task for task in left if task.kind == "train" and task.cut == first], tell)
    lines = {line.name: line for group in together(prepared.design.cells) for line in _cells(shop, group, left, first)}
    cells = tuple(lines[cell.name] for cell in prepared.design.cells)
    pages = {name: sum(len(t.part) for t in left if t.part and name in t.cells) for name in lines}
    seconds = sum(line.bundles * line.bundle_seconds + pages[line.name] * line.page_seconds for line in cells)
    return DryRun(
        cuts=tuple(_cut(shop, prepared.found.cut, cut, time) for cut, time in enumerate(prepared.found.cuts_ms)),
        cells=cells,
        pages=sum(pages.values()),
        seconds=seconds / workers,
        workers=workers,
        megabytes=sum(line.page_bytes for line in cells) * len(prepared.found) / 1e6,
    )


def _train(shop: Workshop, tasks: list[Task], tell: Tell) -> None:
    watch = Watch(tasks, shop.setup.experiment.page, 1, tell)
    for task in tasks:
        watch.hear(perform(shop, task))
        write_json(shop.setup.folder.timing, watch.timing(shop.setup.folder))


def _cells(shop: Workshop, group: Sequence[str], left: list[Task], first: int) -> Iterator[CellLine]:
    """The first pages, as of the first cut, of cells that are asked together; each takes its share of the time."""
    spec, low = shop.setup.experiment.page, int(np.argmax(shop.asked["cut"].to_numpy() == first))
    part = Part(number=-1, cut=first, low=low, high=min(low + PAGES, shop.asked.height))
    made_by = [*zip(shop.engines(group, first), map(shop.reference, group), strict=True)]
    begun = shop.setup.clock()
    frames = pages_of(made_by, shop.occasions.take(slice(part.low, part.high)), spec)
    made = (shop.setup.clock() - begun) / len(group)
    for name, frame in zip(group, frames, strict=True):
        begun = shop.setup.clock()
        page_values(shop, value_names(shop, name), (frame, frame), part)
        seconds, file = made + shop.setup.clock() - begun, io.BytesIO()
        frame.write_parquet(file, compression="zstd")
        yield CellLine(
            name=name,
            bundles=sum(task.kind == "train" and task.cell == name and task.cut != first for task in left),
            bundle_seconds=bundle_seconds(shop.setup.folder).get(f"{name}/{first}", 0.0),
            page_seconds=seconds / len(part),
            page_bytes=file.tell() / len(part),
            poor=poor_pages(frame, spec),
            tried=len(part),
        )


def _cut(shop: Workshop, cuts: Int16, cut: int, time_ms: int) -> CutLine:
    here = shop.occasions.take(np.flatnonzero(cuts == cut))
    wanted = lengths(outcomes(shop.data, here).start) > 0
    return CutLine(
        time_ms=time_ms,
        occasions=len(here),
        members=len(np.unique(here.member)),
        with_targets=int(wanted.sum()),
    )
