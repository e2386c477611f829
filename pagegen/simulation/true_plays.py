"""True plays: what pages of the engine are worth in a world, by its own behaviour and nobody's model."""

from collections.abc import Sequence

import numpy as np

from pagegen.arrays import Float64
from pagegen.engine import Engine
from pagegen.request import PageRequest
from pagegen.simulation.behaviour import Behaviour, GroundTruth
from pagegen.simulation.pages_log import pages_frame
from pagegen.simulation.world.page_table import shown

BATCH = 64


def true_plays(engine: Engine, requests: Sequence[PageRequest], truth: GroundTruth, behaviour: Behaviour) -> Float64:
    """
    [B] mean number of titles each member would play from the page the engine makes.

    Args:
        engine: on the data of a world.
        requests: B requests of the world's members.
        truth: of that world.
        behaviour: how members meet pages.
    """
    parts = [requests[low : low + BATCH] for low in range(0, len(requests), BATCH)]
    frames = [pages_frame(engine.arrange(part)) for part in parts]
    plays = [behaviour.expected_plays(truth, shown(frame)) for frame in frames]
    return np.concatenate([np.zeros(0), *plays])
