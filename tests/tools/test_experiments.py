"""The project's own experiments."""

from pathlib import Path

import pytest

from pagegen.bundle.resolve import resolve
from pagegen.bundle.settings import Settings
from pagegen.cli.options import read_toml
from pagegen.homepage import HOME
from pagegen.simulation.experiment import read_design
from tests.servers import ROOT

FILES = sorted((ROOT / "tools" / "experiments").glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_file_can_be_run(path: Path) -> None:
    """Its cells, measures and settings exist, and it compares something."""
    design = read_design(HOME, read_toml(path), path.parent)

    assert len(design.cells) > 1


def test_every_kind_of_row_has_a_cell_with_it_or_without_it() -> None:
    """Beside the usual page, which has the kinds that the homepage has; but for rows that somebody has to write."""
    path = ROOT / "tools" / "experiments" / "kinds.toml"
    cells = {cell.name: shown(cell.settings) for cell in read_design(HOME, read_toml(path), path.parent).cells}
    usual, every = cells.pop("usual"), {kind.name for kind in HOME.kinds(tuple(HOME.sources))} - {"editorial"}
    named = {f"{'without' if kind in usual else 'with'}_{kind}": usual ^ {kind} for kind in every}

    assert shown(resolve(HOME)) == usual
    assert named | {"with_all": every} == cells


def shown(settings: Settings) -> set[str]:
    """The kinds whose rows may be on a page."""
    kinds = {kind.name for name in settings.fit.sources for kind in HOME.sources[name].kinds}
    return {kind for kind in kinds if kind not in settings.page.kinds or settings.page.kinds[kind].on}
