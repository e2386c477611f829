"""What all tests share: a medium world, an engine on it, and how hypothesis and goldens are run."""

import pytest
from hypothesis import HealthCheck, settings

from pagegen.engine import Engine
from tests.random_worlds import random_world
from tests.worlds import World, tiny_engine

settings.register_profile(
    "same every time",
    derandomize=True,
    deadline=None,  # no test is timed
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same every time")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-goldens", action="store_true", help="write tests/goldens anew; read the diff")


@pytest.fixture(scope="session")
def medium() -> World:
    """60 members, 150 titles, 3,000 events; see `random_worlds`."""
    return random_world()


@pytest.fixture(scope="session")
def engine(medium: World) -> Engine:
    """Fitted on all of the medium world; popularity ranker, greedy orderer."""
    return tiny_engine(medium.data)
