"""A finished run, and a copy of it to be spoilt."""

import shutil
from pathlib import Path

import pytest

from pagegen.simulation.runs.folder import RunFolder
from tests.simulation.experiments import run, table
from tests.training.builders import taste_world, write_data


@pytest.fixture(scope="session")
def taste_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("run") / "data", taste_world(members=30))


@pytest.fixture(scope="session")
def whole(taste_data: Path) -> RunFolder:
    """The usual experiment, run by this process."""
    return run(table(), taste_data, taste_data.parent / "whole")


@pytest.fixture
def copy(whole: RunFolder, tmp_path: Path) -> RunFolder:
    """Of that run, to be spoilt."""
    shutil.copytree(whole.path, tmp_path / "run")
    return RunFolder(path=tmp_path / "run")
