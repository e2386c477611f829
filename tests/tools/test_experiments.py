"""The project's own experiments."""

from pathlib import Path

import pytest

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
