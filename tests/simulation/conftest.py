"""Worlds for the tests of the simulated world: one that takes a moment, one large enough to have a shape."""

import pytest

from pagegen.simulation.world import World, WorldConfig, generate
from tests.servers import bundle_folder, data_folder

__all__ = ["bundle_folder", "data_folder"]


@pytest.fixture(scope="session")
def small() -> World:
    """60 members, 120 titles, 20 days."""
    return generate(WorldConfig(members=60, titles=120, days=20, seed=3))


@pytest.fixture(scope="session")
def shaped() -> World:
    """600 members, 500 titles, 40 days: about 30,000 events."""
    return generate(WorldConfig(members=600, titles=500, days=40, seed=0))
