"""
The simulated world: a service whose truth is known.

    world = generate(WorldConfig(members=2000, titles=1500, days=60, seed=7))
    world.write(folder)                    # tables, and truth/ that only the simulation opens
    truth = load(folder)                   # the truth of a world on disk
"""

from pagegen.simulation.world.generate import generate
from pagegen.simulation.world.storage import load
from pagegen.simulation.world.world import World, WorldConfig

__all__ = ["World", "WorldConfig", "generate", "load"]
