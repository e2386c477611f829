"""
EXPERIMENT.toml: the data, the protocol, the pages, the cells and the measures. Every problem is reported at once.

    name = "als against popularity"
    data = "ml-1m"                     # relative to the file
    baseline = "popularity"
    measures = ["ndcg@10", "recall@3x4", "coverage"]
    strata = ["activity"]
    [protocol]
    kind = "session"
    cuts = [0.8, 0.9]
    [cells.two_stage]
    [cells.popularity]
    fit.ranker = "popularity"
    [cells.flat]
    reference = "flat"                 # or "oracle": printed beside the cells, compared with none (references.py)
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Literal

import msgspec

from pagegen.arrays import record
from pagegen.bundle.parts import Homepage
from pagegen.bundle.resolve import sound
from pagegen.bundle.settings import Table
from pagegen.errors import BundleError, ConfigError
from pagegen.metrics.registry import measures
from pagegen.request import MAX_COLUMNS, MAX_ROWS
from pagegen.simulation.cells import Cell, CellSpec, Recipe, cell_of
from pagegen.simulation.strata import COLD, STRATA

CELL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # a folder's name on any system
USUAL_MEASURES = ("ndcg@10", "recall@3x4", "hit_rate@3x4", "ndcg_2d(1,1)", "coverage", "novelty")


class Protocol(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which past moments pages are asked for, and what counts as their outcome."""

    kind: Literal["page", "session", "window"] = "session"
    cuts: tuple[float | datetime, ...] = (0.8, 0.85, 0.9, 0.95)  # shares of the events, or instants
    until: float | datetime | None = None  # what is asked for is over by then; None: by the end of the data
    horizon_hours: float | None = None  # what follows counts for so long; None: 24, of a window until the next cut
    session_gap_hours: float = 1.0  # silence that begins a session
    min_history: int = 5  # earlier events a member needs
    members: int = 0  # so many, drawn by rng_seed; 0: all
    occasions: int = 0  # then so many of theirs; 0: all


class PageSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for."""

    rows: int = 30
    columns: int = 20
    form: Literal["page", "list"] = "page"  # list: all titles the filters leave, ranked, as one row
    depth: int = 100  # titles of a list
    min_rows: int | None = None  # a page with fewer is poor; None: a quarter of `rows`, at most 5
    min_yield: float = 0.5  # the run stops when a smaller share of a cell's first pages is not poor

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns that every page is judged on."""
        return (1, self.depth) if self.form == "list" else (self.rows, self.columns)

    @property
    def fewest_rows(self) -> int:
        """Of a page that is not poor; a list has one row."""
        usual = max(1, min(5, self.rows // 4)) if self.min_rows is None else self.min_rows
        return 1 if self.form == "list" else usual


class Experiment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str = ""
    data: str = ""  # a data folder, relative to the file
    rng_seed: int = 0  # of samples, trainings and tests
    baseline: str = ""  # a cell; all others are compared with it
    measures: tuple[str, ...] = USUAL_MEASURES
    leak_pages: int = 50  # of each cell that are made again with another future; 0: none
    strata: tuple[str, ...] = ()
    protocol: Protocol = Protocol()
    page: PageSpec = PageSpec()
    recipe: Recipe = Recipe()
    cells: dict[str, CellSpec] = {}

    @property
    def competing(self) -> tuple[str, ...]:
        """The cells that are no references, the baseline among them."""
        return tuple(name for name, cell in self.cells.items() if not cell.reference)


@record
class Design:
    """An experiment that can be run: as the file has it, and its cells resolved."""

    experiment: Experiment
    cells: tuple[Cell, ...]


def read_design(home: Homepage, table: Table, folder: Path) -> Design:
    """
    The experiment in a table of TOML.

    Args:
        home: what cells can be made of.
        table: what the file holds.
        folder: the file's; bundles are found from there.

    Raises:
        ConfigError: with all that is wrong.
    """
    problems: list[str] = []
    experiment = msgspec.convert(sound(table, Experiment, "", problems), Experiment)
    experiment = _completed(experiment, problems)
    problems += [
        *_unnamed(experiment),
        *_impossible(experiment),
        *_shut_out(experiment),
        *_misplaced(experiment),
        *_wrong_times(experiment.protocol),
    ]
    cells = [*_cells(home, experiment, folder, problems)]
    if problems:
        raise ConfigError("experiment:" + _listed(problems))
    return Design(experiment=experiment, cells=tuple(cells))


def _listed(problems: Sequence[str]) -> str:
    """One in the same line, several below each other."""
    return f" {problems[0]}" if len(problems) == 1 else "".join(f"\n- {problem}" for problem in problems)


def _completed(experiment: Experiment, problems: list[str]) -> Experiment:
    """The same with nothing left open: horizon, fewest rows, and measures with every parameter spelt out."""
    names = experiment.measures
    try:
        names = tuple(measure.name for measure in measures(names))
    except ConfigError as error:
        problems.append(f"measures: {error}")
    protocol, page = experiment.protocol, experiment.page
    if protocol.horizon_hours is None and protocol.kind != "window":
        protocol = msgspec.structs.replace(protocol, horizon_hours=24.0)
    page = msgspec.structs.replace(page, min_rows=page.fewest_rows)
    return msgspec.structs.replace(experiment, measures=names, protocol=protocol, page=page)


def _unnamed(experiment: Experiment) -> Iterable[str]:
    """Names that are missing, or name nothing."""
    for field in ("name", "data"):
        if not getattr(experiment, field):
            yield f"{field} is missing"
    if not experiment.measures:
        yield "measures is empty; name at least one"
    if not experiment.cells:
        yield "there are no cells; add a table [cells.NAME] for each"
    elif experiment.baseline not in experiment.cells:
        yield f"baseline is {experiment.baseline!r}; one of the cells {', '.join(experiment.cells)}"
    yield from (
        f"strata names {name!r}; there are {', '.join(STRATA)}" for name in experiment.strata if name not in STRATA
    )
    folders = [name.lower() for name in experiment.cells]
    for name in experiment.cells:
        if not CELL_NAME.fullmatch(name):
            yield f"cells.{name!r} is no name for a folder; use letters, digits, - and _, at most 64"
        elif folders.count(name.lower()) > 1:
            yield f"cells.{name} differs from another cell by capitals only, which folders may not"


def _impossible(experiment: Experiment) -> Iterable[str]:
    """Numbers outside what they can be."""
    protocol, page = experiment.protocol, experiment.page
    numbers: list[tuple[str, float | None, float, float]] = [
        ("rng_seed", experiment.rng_seed, 0, 2**63 - 1),
        ("leak_pages", experiment.leak_pages, 0, 1_000_000),
        ("protocol.horizon_hours", protocol.horizon_hours, 0.01, 100_000),
        ("protocol.session_gap_hours", protocol.session_gap_hours, 0.001, 10_000),
        ("protocol.min_history", protocol.min_history, 0, 1_000_000),
        ("protocol.members", protocol.members, 0, 2**31 - 1),
        ("protocol.occasions", protocol.occasions, 0, 2**31 - 1),
        ("page.rows", page.rows, 1, MAX_ROWS),
        ("page.columns", page.columns, 1, MAX_COLUMNS),
        ("page.depth", page.depth, 1, 10_000),
        ("page.min_rows", page.min_rows, 1, max(1, page.rows)),
        ("page.min_yield", page.min_yield, 0, 1),
    ]
    numbers += [(f"cells.{name}.rng_seed", cell.rng_seed, 0, 2**63 - 1) for name, cell in experiment.cells.items()]
    yield from (
        f"{where} is {value}; from {low:,} to {high:,}"
        for where, value, low, high in numbers
        if value is not None and not low <= value <= high
    )


def _shut_out(experiment: Experiment) -> Iterable[str]:
    """A stratum that the protocol leaves empty."""
    least = experiment.protocol.min_history
    if "cold" in experiment.strata and least >= COLD:
        yield f"strata names 'cold', but protocol.min_history = {least} leaves nobody cold; take less than {COLD}"


def _misplaced(experiment: Experiment) -> Iterable[str]:
    """References where none can be."""
    references = [name for name in experiment.cells if name not in experiment.competing]
    if experiment.baseline in references:
        yield f"baseline is {experiment.baseline!r}, a reference; name a cell that others can be compared with"
    if experiment.page.form == "list":
        yield from (f"cells.{name}.reference is of pages, and page.form is list; leave it out" for name in references)


def _wrong_times(protocol: Protocol) -> Iterable[str]:
    where, times = "protocol.cuts", protocol.cuts
    if not times:
        yield "protocol.cuts is empty; name at least one"
    if protocol.until is not None:
        where, times = "protocol.cuts and until (none: the end of the data)", (*times, protocol.until)
    shares = [time for time in times if not isinstance(time, datetime)]
    instants = [time for time in times if isinstance(time, datetime)]
    if shares and instants:
        yield f"{where} mixes shares and instants; use one of them"
    if wrong := [time for time in shares if not 0 < time < 1]:
        yield f"{where} has {', '.join(map(str, wrong))}; shares of the events lie between 0 and 1"
    if naive := [time for time in instants if time.tzinfo is None]:
        yield f"{where} has {naive[0].isoformat()} without an offset; write 2024-03-01T00:00:00Z"
    known = shares or ([] if naive else [time.timestamp() for time in instants])
    if any(b <= a for a, b in pairwise(known)):
        yield f"{where} are not in rising order"


def _cells(home: Homepage, experiment: Experiment, folder: Path, problems: list[str]) -> Iterable[Cell]:
    for name, spec in experiment.cells.items():
        try:
            cell = cell_of(home, name, (experiment.recipe, spec), experiment.rng_seed, folder)
            if weight := cell.settings.page.objective.stability:
                where = f"cells.{name}: page.objective.stability = {weight} looks back at a page seen before"
                problems.append(f"{where}, and requests of an experiment have none; set it to 0 there")
            yield cell
        except (ConfigError, BundleError) as error:
            problems.append(f"cells.{name}: {error}")
