"""
Presets: for each benchmark an experiment (NAME.toml), what its data are made of (data.toml), and what others have
published (published.toml). Another source in an experiment is a name in `recipe.fit.sources` and a cell of three lines.
"""

from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from pagegen.cli.options import read_toml
from pagegen.homepage import HOME
from pagegen.simulation.experiment import Design, read_design

FOLDER: Final = Path(__file__).resolve().parents[1] / "benchmarks"
NAMES: Final = ("ml-1m-m1", "gowalla", "ml-100k-rolling", "ml-1m-session")
SINGLE: Final = "one_feature"  # the ranker of a cell that is one source alone
WHOLE: Final = ""  # the variant of a benchmark that has no others


class Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one table's data differ from the benchmark's others."""

    min_rating: float = 0.5


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of a log by which hyper-parameters are chosen."""

    until: float  # share of the events that it has
    cuts: tuple[float, ...]  # shares of those


class Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["movielens", "split"]
    search: Search | None = None  # None: a tenth of the training part of a split
    variants: dict[str, Variant] = msgspec.field(default_factory=lambda: {WHOLE: Variant()})


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of somebody's table."""

    model: str
    source: str
    values: dict[str, float]  # by measure
    variant: str = WHOLE
    by_request: bool = False  # a mean over requests, not over members


def experiment(name: str) -> dict[str, Any]:
    """The table of the benchmark's experiment."""
    return dict(read_toml(FOLDER / f"{name}.toml"))


def design_of(table: dict[str, Any]) -> Design:
    """The experiment with every cell resolved."""
    return read_design(HOME, table, FOLDER)


def data_of(name: str) -> Data:
    return msgspec.convert(read_toml(FOLDER / "data.toml")[name], Data)


def published(name: str, variant: str) -> list[Published]:
    """What others have reached on the same data."""
    rows = msgspec.convert(read_toml(FOLDER / "published.toml").get(name, []), list[Published])
    return [row for row in rows if row.variant == variant]


def singles(design: Design) -> list[str]:
    """The cells that are one source alone."""
    return [cell.name for cell in design.cells if cell.settings.fit.ranker == SINGLE]
