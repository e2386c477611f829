"""Tasks that make things: bundles as of a cut, and the pages of a part."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import polars as pl

from pagegen.bundle.manifest import read_manifest
from pagegen.data.dataset import Past
from pagegen.engine import Engine
from pagegen.pool import Known
from pagegen.replay import Occasions, Outcomes, replay, requests_of
from pagegen.request import PageRequest
from pagegen.simulation.cells import train_cells
from pagegen.simulation.experiment import PageSpec
from pagegen.simulation.leakage import future_training, leaks
from pagegen.simulation.lists import lists_frame
from pagegen.simulation.pages_log import pages_frame
from pagegen.simulation.references import Reference, knowing
from pagegen.simulation.runs.folder import columns_of, write_frame
from pagegen.simulation.runs.tasks import Done, Part, Task
from pagegen.simulation.runs.workshop import Workshop
from pagegen.trace import Retrieved
from pagegen.training.fit import rng_of

ORIGIN = "simulation"
Shown: TypeAlias = Callable[[Outcomes], pl.DataFrame]  # pages, once somebody says what followed: one reference asks


def train(shop: Workshop, task: Task) -> Done:
    """The bundles of a recipe, and of those that differ from it in the ranker, as of a cut."""
    cutoff = shop.cuts_ms[task.cut]
    past = Past(data=shop.data, watermark=shop.data.events.before(cutoff), cutoff_ms=cutoff)
    places = [(shop.cell(name), shop.setup.folder.bundle(name, task.cut)) for name in shop.classes[task.cell]]
    train_cells(shop.home, [(cell, out) for cell, out in places if not out.exists()], past, shop.logged_titles())
    return Done(task=task)


def pages(shop: Workshop, task: Task) -> Done:
    """The pages of one part, in the order of the occasions, of all cells that are asked together."""
    part, spec, folder = _part(task), shop.setup.experiment.page, shop.setup.folder
    missing = [cell for cell in task.cells if not columns_of(folder.pages(cell, part.number))]
    made = [*zip(shop.engines(missing, task.cut), map(shop.reference, missing), strict=True)]
    frames = pages_of(made, shop.occasions.take(slice(part.low, part.high)), spec)
    for cell, frame in zip(missing, frames, strict=True):
        numbered = frame.with_columns(occasion=pl.int_range(part.low, part.high, dtype=pl.Int32))
        write_frame(folder.pages(cell, part.number), numbered)
    poor = tuple((cell, poor_pages(frame, spec)) for cell, frame in zip(missing, frames, strict=True))
    return Done(task=task, poor=poor)


def pages_of(cells: Sequence[tuple[Engine, Reference | None]], past: Occasions, spec: PageSpec) -> list[pl.DataFrame]:
    """
    What each cell shows on these occasions: pages, or lists.

    Args:
        cells: their engines, on the same data, with the same trend windows, and which reference they are; what they
            share is computed once.
        past: O occasions.
        spec: what is asked for.
    """

    def step(requests: Sequence[PageRequest]) -> list[Shown]:
        every, known = list[Shown](), None
        for engine, reference in cells:
            shown, retrieved = _shown(engine, reference, spec, (requests, known))
            known = known or engine.know(retrieved)
            every.append(shown)
        return every

    batches = replay(step, cells[0][0].data, past, (spec.rows, spec.columns))
    parts = [[shown(followed) for shown in every] for every, followed in batches]
    return [pl.concat(frames) for frames in zip(*parts, strict=True)]


def _shown(
    engine: Engine, reference: Reference | None, spec: PageSpec, asked: tuple[Sequence[PageRequest], Known | None]
) -> tuple[Shown, Retrieved]:
    """The pages; lists have no rows to be put in order, in one row or in several."""
    (requests, known), origin = asked, f"{ORIGIN}: {reference}" if reference else ORIGIN
    if spec.form == "list" or reference == "flat":
        ranked = engine.rank(requests, known=known)
        lists = lists_frame(ranked, spec.grid, origin)
        return lambda _: lists, ranked.retrieved
    arranged = engine.arrange(requests, known=known)
    if reference == "oracle":
        return lambda followed: pages_frame(knowing(arranged, engine, followed), origin), arranged.retrieved
    pages = pages_frame(arranged, origin)
    return lambda _: pages, arranged.retrieved


def poor_pages(frame: pl.DataFrame, spec: PageSpec) -> int:
    """How many have fewer rows than the experiment asks for; empty rows do not count."""
    rows = frame["row_lengths"].list.eval(pl.element() > 0).list.sum()
    return int((rows < spec.fewest_rows).sum())


def check(shop: Workshop, task: Task) -> Done:
    """Whether pages drawn over all cuts feel what came after their requests."""
    spec = shop.setup.experiment
    rng, cuts = rng_of(spec.rng_seed, "leakage"), shop.asked["cut"].to_numpy()
    drawn = np.sort(rng.choice(len(cuts), min(spec.leak_pages, len(cuts)), replace=False))
    found = dict[tuple[int, int], tuple[str, str]]()
    for cut in np.unique(cuts[drawn]).tolist():
        past = shop.occasions.take(drawn[cuts[drawn] == cut])
        requests = requests_of(shop.data, past, (spec.page.rows, spec.page.columns))
        cutoff_ms = read_manifest(shop.bundle(shop.cell(task.cell), cut))[0].cutoff_ms
        felt = leaks(shop.engine(task.cell, cut), requests, rng)
        for leak in (*future_training(cutoff_ms, requests), *felt):
            found.setdefault((cut, leak.page), (leak.stage, leak.detail))
    return Done(task=task, leaks=tuple(found.values()), checked=len(drawn))


def _part(task: Task) -> Part:
    assert task.part is not None
    return task.part
