"""An engine with every feature family there is, also those that are off by default."""

import pytest

from pagegen.engine import Engine
from tests.worlds import ALL_FAMILIES, World, tiny_engine


@pytest.fixture(scope="session")
def engine(medium: World) -> Engine:
    return tiny_engine(medium.data, ALL_FAMILIES)
