"""
Cells: the arms of an experiment. A cell is a bundle somebody trained, or a recipe trained as of every cut.

The page half of what all cells share, `[recipe]`, is part of their training, as it is of `pagegen train`: the ranker
learns from the pool that it will be asked about. That of a cell is not, so cells that differ in nothing else share
bundles; those that differ in the ranker too share all that comes before it.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from pagegen.arrays import record
from pagegen.bundle.load import load_engine, settings_of, try_models
from pagegen.bundle.manifest import read_manifest
from pagegen.bundle.parts import Homepage
from pagegen.bundle.resolve import resolve
from pagegen.bundle.settings import Settings, StageSettings, Table
from pagegen.bundle.store import TITLES, describe, save, verify
from pagegen.data.dataset import Dataset, Past
from pagegen.data.schema import TIME
from pagegen.engine import Engine
from pagegen.errors import ConfigError
from pagegen.simulation.references import Reference
from pagegen.training.lessons import Job, Lessons
from pagegen.training.train import learn, lessons


class CellSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cell as the file has it."""

    bundle: str | None = None  # a folder, relative to the file; without one the cell is a recipe
    fit: dict[str, Any] = {}  # of a recipe: settings over the homepage's
    page: dict[str, Any] = {}
    usual: bool = False  # a recipe without what [recipe] says to all: the homepage's own settings, but for the cell's
    rng_seed: int | None = None  # of a recipe's training; None: the experiment's
    reference: Reference | None = None  # its rows, or its ranking, as a reference that no cell competes with
    trained_later: bool = False  # accept a bundle that has seen what followed: its numbers then prove nothing


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings over the homepage's, of all cells that are recipes and not `usual`; a cell's own come over them."""

    fit: dict[str, Any] = {}
    page: dict[str, Any] = {}


@record
class Cell:
    name: str
    settings: Settings  # complete
    taught: Settings  # what it is trained with: the page half of a recipe is without the cell's own
    overrides: Table  # over the settings of its bundles
    bundle: Path | None
    bundle_id: str | None  # of that bundle
    cutoff_ms: int | None  # what that bundle has seen
    training: str  # digest of what a recipe's training depends on, besides the data; "" for a bundle
    lessons: str  # the same but for the ranker, the attraction of rows and a learnt orderer
    rng_seed: int


def cell_of(home: Homepage, name: str, said: tuple[Recipe, CellSpec], rng_seed: int, folder: Path) -> Cell:
    """
    The cell that the file describes.

    Args:
        home: what there is to choose from.
        name: of the cell.
        said: what the file says of all cells, and of this one.
        rng_seed: the experiment's.
        folder: relative paths are below it.

    Raises:
        ConfigError: settings that do not exist, or that its bundle would have to be trained for.
        BundleError: no bundle, or a damaged one.
    """
    recipe, spec = said
    if spec.bundle is not None:
        return _given(home, name, spec, (folder / spec.bundle).resolve())  # a link may move while pages are made
    seed = rng_seed if spec.rng_seed is None else spec.rng_seed
    common = Recipe() if spec.usual else recipe
    layers = ({"fit": common.fit, "page": common.page}, {"fit": spec.fit})
    settings, taught = resolve(home, *layers, {"page": spec.page}), resolve(home, *layers)
    return Cell(
        name=name,
        settings=settings,
        taught=taught,
        overrides={"page": msgspec.to_builtins(settings.page)},
        bundle=None,
        bundle_id=None,
        cutoff_ms=None,
        training=_digest(taught, seed),
        lessons=_digest(_without_models(taught), seed),
        rng_seed=seed,
    )


def _without_models(taught: Settings) -> Settings:
    """What is learnt before there are a ranker and models of rows depends on."""
    nothing = {"ranker": "", "rankers": {}, "attraction": "", "attractions": {}, "orderer": "", "orderers": {}}
    fit = msgspec.structs.replace(taught.fit, **nothing, stages=StageSettings())
    return msgspec.structs.replace(taught, fit=fit)


def _digest(taught: Settings, rng_seed: int) -> str:
    return hashlib.sha256(msgspec.json.encode([taught, rng_seed], order="sorted")).hexdigest()[:16]


def _given(home: Homepage, name: str, spec: CellSpec, bundle: Path) -> Cell:
    if spec.fit or spec.rng_seed is not None:
        message = "has a bundle, so its fit and rng_seed are given; override page.* only, or leave the bundle out"
        raise ConfigError(message)
    manifest, _ = read_manifest(bundle)
    settings = settings_of(home, manifest, {"page": spec.page})
    manifest, bundle_id = verify(bundle)
    return Cell(
        name=name,
        settings=settings,
        taught=settings,
        overrides={"page": spec.page},
        bundle=bundle,
        bundle_id=bundle_id,
        cutoff_ms=manifest.cutoff_ms,
        training="",
        lessons="",
        rng_seed=manifest.rng_seed,
    )


def try_bundles(home: Homepage, cells: Sequence[Cell]) -> None:
    """
    Read the ranker of every bundle that was given in a child process, once.

    Raises:
        BundleError: it did not survive one.
    """
    for bundle in dict.fromkeys(cell.bundle for cell in cells if cell.bundle):
        try_models(home, bundle, read_manifest(bundle)[0])


def titles_left(bundle: Path, data: Dataset) -> tuple[int, int]:
    """How many titles a bundle knows, and how many of them are in the catalog of the data."""
    titles = msgspec.json.decode((bundle / TITLES).read_bytes(), type=list[str])
    return len(titles), int((data.catalog.ids.positions(titles) >= 0).sum())


def owners(cells: Sequence[Cell]) -> dict[str, str]:
    """Under which cell's name the bundles of each recipe lie: the first that is trained alike."""
    first = {cell.training: cell.name for cell in reversed(cells) if cell.training}
    return {cell.name: first[cell.training] for cell in cells if cell.training}


def classes(cells: Sequence[Cell]) -> dict[str, tuple[str, ...]]:
    """The names of the recipes that differ from each in nothing but the ranker, itself among them."""
    owner = owners(cells)
    recipes = [cell for cell in cells if owner.get(cell.name) == cell.name]
    return {cell.name: tuple(other.name for other in recipes if other.lessons == cell.lessons) for cell in recipes}


def together(cells: Sequence[Cell]) -> list[tuple[str, ...]]:
    """
    The names of cells that can be asked together, in their order: recipes that learn the same but for the ranker, whose
    sources so score every title alike; any other cell alone.
    """
    groups: dict[str, list[str]] = {}
    for cell in cells:
        groups.setdefault(cell.lessons or cell.name, []).append(cell.name)
    return [tuple(group) for group in groups.values()]


def train_cells(home: Homepage, cells: Sequence[tuple[Cell, Path]], past: Past, pages: pl.DataFrame) -> None:
    """
    Save the bundles that `pagegen train --as-of` would make of recipes of one class.

    What came after the past is taken away first. A fit that looks further, by mistake, wins nothing by it: the leakage
    check does not fit again, and would not see it.

    Args:
        home: what the settings choose from.
        cells: recipes that differ in nothing but the ranker, and where their bundles go: must not exist.
        past: what they may learn from.
        pages: the whole pages log; no rows where there is none.
    """
    before = pages.filter(pl.col("time") < pl.lit(past.time).cast(TIME))
    taught: Lessons | None = None
    first: Path | None = None
    for cell, out in cells:
        settings = cell.taught
        job = Job(home=home, settings=settings, past=past.alone(), pages=before, rng_seed=cell.rng_seed, say=_silent)
        taught = taught or lessons(job)
        trained = learn(job, taught)
        facts = describe(settings, past, cell.rng_seed) | {"report": trained.report}
        save(out, trained.models, past.data.catalog.ids.names, facts, like=first)
        first = first or out


def _silent(step: str) -> None:
    """Who has many jobs reports jobs, not steps."""


def load_cells(home: Homepage, cells: Sequence[tuple[Cell, Path]], data: Dataset) -> list[Engine]:
    """
    The engines of cells that learn the same but for the ranker, with the bundles they lie in.

    Sources that no page setting tells apart are loaded once. Recipes wrote their bundles here, others were tried.
    """
    engines: list[Engine] = []
    for cell, folder in cells:
        like = (engines[0], cells[0][0].settings) if engines else None
        engines.append(load_engine(home, folder, data, cell.overrides, trusted=True, like=like))
    return engines
