"""One bundle, trained on the medium world, for all tests of bundles: to be copied, not changed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pagegen.bundle.store import describe, save
from pagegen.training.train import Trained
from tests.training.builders import everything, fast_settings, trained_on
from tests.worlds import World


@pytest.fixture(scope="session")
def trained(medium: World) -> Trained:
    """Models in memory."""
    return trained_on(medium.data)


@pytest.fixture(scope="session")
def bundle(medium: World, trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same models on disk."""
    facts = describe(fast_settings(), everything(medium.data), 0) | {"report": trained.report}
    folder = tmp_path_factory.mktemp("bundles") / "bundle"
    save(folder, trained.models, medium.data.catalog.ids.names, facts)
    return folder


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Callable[[], Path]:
    """Makes a copy of the bundle that may be damaged."""

    def make() -> Path:
        number = len(list(tmp_path.glob("copy*")))
        return shutil.copytree(bundle, tmp_path / f"copy{number}")

    return make
