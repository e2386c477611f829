"""A data folder with something to learn in it, and the bundle that is learnt from it."""

from pathlib import Path
from typing import Any

import pytest

from pagegen.training import job as jobs
from tests.training.builders import (
    retrained,
    taste_world,
    write_data,
)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("training") / "data", taste_world())


@pytest.fixture(scope="session")
def bundle(data: Path) -> Path:
    """Trained once; to be copied, not changed."""
    return retrained(data, data.parent / "bundle").folder


@pytest.fixture
def no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever trains fails."""

    def train(*_: Any) -> None:
        pytest.fail("it was trained")

    monkeypatch.setattr(jobs, "train", train)
