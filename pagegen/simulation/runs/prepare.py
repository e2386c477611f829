"""Before anything is run: everything is read and checked, and the folder is claimed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from pagegen.arrays import record
from pagegen.bundle.parts import Homepage
from pagegen.bundle.settings import Table
from pagegen.bundle.store import LIBRARIES
from pagegen.errors import ConfigError, DataError
from pagegen.metrics.registry import check_grades, check_words
from pagegen.simulation.cells import titles_left, try_bundles
from pagegen.simulation.experiment import Design, Experiment, read_design
from pagegen.simulation.lists import KIND
from pagegen.simulation.protocol import Asked, asked, asked_frame
from pagegen.simulation.runs.folder import RunFolder, claim, held, read_json, write_frame, write_json
from pagegen.simulation.runs.workshop import Clock, Setup, Workshop


@record
class Order:
    """What was asked for."""

    table: Table  # of EXPERIMENT.toml
    source: Path  # that file: bundles and data are found from where it lies
    data: Path | None  # in place of the file's
    out: Path
    home: Callable[[], Homepage]  # can be sent to other processes
    homepage: str  # its name: settings of two homepages may be the same, and mean other parts
    workers: int
    clock: Clock
    version: str  # of this program
    command: str  # for run.json: without what differs between machines


@record
class Prepared:
    design: Design
    found: Asked
    shop: Workshop


@contextmanager
def prepare(order: Order) -> Iterator[Prepared]:
    """
    The experiment, resolved, and its occasions, in a folder that is its own, and nobody else's meanwhile.

    Raises:
        ConfigError: the file, with all that is wrong with it; or the data have nothing to ask for.
        RunError: the folder is that of another experiment, or somebody is at work in it.
    """
    design = read_design(order.home(), order.table, order.source.parent)
    data = _data(order, design.experiment)
    folder = RunFolder(path=order.out)
    experiment = _with_measured(design.experiment, folder)
    setup = Setup(
        folder=folder,
        data=data,
        experiment=experiment,
        clock=order.clock,
        cells=design.cells,
        home=order.home,
    )
    shop = Workshop(setup=setup)
    found = asked(experiment, shop.data, shop.logged)
    _check_bundles(design, found)
    kinds = [kind.name for kind in shop.home.kinds(tuple(shop.home.sources))]
    check_words(shop.measures, {"genre": shop.data.catalog.genres.names, "kind": [*kinds, KIND]})
    check_grades(shop.measures, shop.data.trends.grades.highest)
    _check_titles(design, shop)
    try_bundles(shop.home, design.cells)
    with held(folder):
        claim(folder, _plan(design, shop, order))
        write_json(folder.local, {"data": str(data)})
        write_frame(folder.table("occasions"), asked_frame(found, shop.data, experiment.strata))
        yield Prepared(design=design, found=found, shop=shop)


def _data(order: Order, experiment: Experiment) -> Path:
    """
    The data folder.

    Raises:
        DataError: the file names one that is not there.
    """
    named = order.source.parent / experiment.data
    if order.data is None and not named.is_dir():
        message = f"data = {experiment.data!r} of {order.source.name} would be {named.resolve()}, which is not there"
        raise DataError(message + "; paths are relative to the file: mend it, or name the data folder with --data")
    return (order.data or named).resolve()


def _with_measured(experiment: Experiment, folder: RunFolder) -> Experiment:
    """The experiment with the measures that were added since, so that none is lost."""
    if not folder.run.exists():
        return experiment
    added = read_json(folder.run).get("experiment", {}).get("measures", [])
    return msgspec.structs.replace(experiment, measures=tuple(dict.fromkeys([*added, *experiment.measures])))


def _check_bundles(design: Design, found: Asked) -> None:
    """
    No bundle may have learnt from what it is asked to foresee.

    Raises:
        ConfigError: one has.
    """
    for cell in design.cells:
        late = cell.cutoff_ms is not None and cell.cutoff_ms > found.occasions.time[0]
        if late and not design.experiment.cells[cell.name].trained_later:
            remedy = "cut later, train one --as-of the first cut, or set trained_later = true to look at its pages only"
            message = f"cells.{cell.name}.bundle was trained on what followed the first occasions; {remedy}"
            raise ConfigError(message)


def _check_titles(design: Design, shop: Workshop) -> None:
    """
    A bundle may have lost some titles since it was trained, not most of them.

    Raises:
        ConfigError: one has: it is of another catalog, and its models say nothing of this one.
    """
    for cell in design.cells:
        known, left = titles_left(cell.bundle, shop.data) if cell.bundle else (0, 0)
        if left < known / 2:
            found = f"cells.{cell.name}.bundle knows {known:,} titles, and the data have {left:,} of them"
            message = f"{found}; name a bundle that was trained on these data, or its own data with --data"
            raise ConfigError(message)


def _plan(design: Design, shop: Workshop, order: Order) -> dict[str, Any]:
    """All that decides the pages; measures may be added later, and a name says nothing."""
    plan: dict[str, Any] = msgspec.to_builtins(design.experiment)
    for free in ("name", "measures", "data"):
        del plan[free]
    digests = {cell.name: [cell.bundle_id or cell.training, cell.settings.digest] for cell in design.cells}
    made_of = {"homepage": order.homepage, "versions": versions(order.version)}
    return plan | {"data_digest": shop.data.digest, "digests": digests} | made_of


def versions(program: str) -> dict[str, str]:
    """Of all that decides the bytes."""
    return {"pagegen": program} | {name: metadata.version(name) for name in LIBRARIES}


def data_of(folder: RunFolder, data: Path | None) -> Path:
    """
    The data a run was made on.

    Raises:
        DataError: they are not where they were.
    """
    known = str(read_json(folder.local).get("data", "")) if folder.local.exists() else ""
    place = data.resolve() if data else Path(known)
    if not (known or data) or not place.is_dir():
        where = f"are not in {place}" if known or data else "lie nobody knows where"
        message = f"the data of {folder.path} {where}; say where they are with --data"
        raise DataError(message)
    return place
