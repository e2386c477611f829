"""Pages of past requests, made and measured: what studies of whole pages have in common."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pagegen.arrays import Float64, record
from pagegen.engine import Engine
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.stability import stability as similarity
from pagegen.metrics.stored_pages import stored_pages
from pagegen.metrics.window import WHOLE
from pagegen.replay import Occasions, Outcomes, replay
from pagegen.request import PageRequest
from pagegen.simulation.pages_log import pages_frame
from pagegen.trace import Trace

GRID = (8, 10)
CHANGED = 0.7  # a page less alike than this has changed by more than 30 %


@record
class Made:
    """Pages of some occasions, in the batches of `replay`."""

    traces: Sequence[Trace]
    measured: Sequence[Measurable]


def made(engine: Engine, past: Occasions, asked: Iterable[Mapping[str, Any]]) -> Made:
    """The pages of these occasions; the request of each says besides what `asked` has of it, by field."""
    following = iter(asked)

    def step(requests: Sequence[PageRequest]) -> Trace:
        return engine.run([replace(request, **next(following)) for request in requests])

    found = [*replay(step, engine.data, past, GRID)]
    return Made(
        traces=[trace for trace, _ in found], measured=[_measured(engine, trace, followed) for trace, followed in found]
    )


def _measured(engine: Engine, trace: Trace, followed: Outcomes) -> Measurable:
    return stored_pages(pages_frame(trace), engine.data, followed, engine.rules.examination, grid=GRID, facts=False)


def likeness(pages: Made, others: Made) -> Float64:
    """[O] how alike the pages are to others of as many occasions: S, by the attention that their titles get."""
    both = zip(pages.measured, others.measured, strict=True)
    return np.concatenate([similarity(mine, WHOLE, its) for mine, its in both])
