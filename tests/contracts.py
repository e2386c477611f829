"""
Contracts: what everything that plugs in must keep, tried on the medium world.

Each is parametrized over all of a homepage; a package of yours calls the same functions with what it made.
"""

from collections.abc import Sequence

import numpy as np

from pagegen.context import Contexts, TrendWindows, read_contexts
from pagegen.data.dataset import Dataset
from pagegen.data.schema import DEVICES
from pagegen.filters import Filter
from pagegen.request import PageRequest, RecentEvent
from tests.random_worlds import member_ids
from tests.worlds import HOUR, NOW, ask

WINDOWS = TrendWindows(min_plays=30.0)


def some_requests(number: int = 24, seed: int = 0) -> list[PageRequest]:
    """Requests of all sorts: members and strangers, any time, country, device, geometry, with all a client may add."""
    rng = np.random.default_rng(seed)
    names = [*member_ids(), "a stranger"]
    out = []
    for i in range(number):
        time = NOW - int(rng.integers(0, 120 * 24)) * HOUR - int(rng.integers(0, HOUR)) if i % 3 else NOW
        recent = RecentEvent(title_id=f"t{rng.integers(0, 150):03d}", kind="play", time=time - 1, fraction=0.5)
        out.append(
            ask(
                str(rng.choice(names)),
                time,
                device=str(rng.choice(DEVICES)),
                rows=int(rng.integers(1, 13)),
                columns=int(rng.choice((1, 5, 12, 40))),
                country=[None, "NO", "XX"][int(rng.integers(0, 3))],
                kids=[None, True][int(rng.random() < 0.2)],
                maturity_ceiling=[None, 12][int(rng.random() < 0.2)],
                recent_events=(recent,) if i % 4 == 0 else (),
                exclude_title_ids=tuple(f"t{t:03d}" for t in rng.integers(0, 160, 5)) if i % 5 == 0 else (),
                watermark=int(rng.integers(0, 3_000)) if i % 7 == 0 else None,
            )
        )
    return out


def contexts_of(requests: Sequence[PageRequest], data: Dataset) -> Contexts:
    return read_contexts(requests, data, WINDOWS)


def check_filter(name: str, filter_: Filter, data: Dataset) -> None:
    """It has the name of its table entry and gives a mask [B, T], the same for a request alone, in a batch, and again."""
    requests = some_requests()
    mask = filter_.keep(contexts_of(requests, data))
    alone = [filter_.keep(contexts_of([request], data))[0].tolist() for request in requests]

    assert filter_.name == name
    assert (mask.dtype, mask.shape) == (np.bool_, (len(requests), len(data.catalog)))
    assert alone == mask.tolist()
    assert filter_.keep(contexts_of([], data)).shape == (0, len(data.catalog))
