"""
The leakage check: does a page change when what happens after its request is another story?

The same engine makes each page again on poisoned data, and the first stage that differs is named: a source that peeks
is `pool: NAME`, a feature `features: COLUMN`. What models have learnt is not learnt again: whether they have seen the
future says the cut-off of their bundle.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from pagegen.data.dataset import Dataset
from pagegen.data.trends import DAY_MS
from pagegen.digests import differing, stage_digests
from pagegen.engine import Engine
from pagegen.request import PageRequest
from pagegen.simulation.poison import poisoned, widened

TOLD = 4  # further stages that a leak names


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """A page that felt what was yet to come."""

    page: int  # place of its request among those that were checked
    member_id: str
    time: int  # ms, of the request
    stage: str  # the first that felt it
    detail: str  # for people


def leaks(engine: Engine, requests: Sequence[PageRequest], rng: np.random.Generator) -> tuple[Leak, ...]:
    """
    The pages that change with the future, in the order of the requests. Each costs a pass over the log.

    Args:
        engine: any, on true data.
        requests: of the past.
        rng: of the other futures.
    """
    wide = widened(engine.data)
    found = [(page, request, _felt(engine, wide, request, rng)) for page, request in enumerate(requests)]
    return tuple(_leak(page, request, stages[0], _also(stages)) for page, request, stages in found if stages)


def future_training(cutoff_ms: int, requests: Sequence[PageRequest]) -> tuple[Leak, ...]:
    """The requests whose future is known to models that have seen everything before `cutoff_ms`: stage `training`."""
    late = [(page, request, cutoff_ms - request.time) for page, request in enumerate(requests)]
    text = "the models have seen {:.2f} days from the request on; fit them as of its time"
    return tuple(_leak(page, r, "training", text.format(ms / DAY_MS)) for page, r, ms in late if ms > 0)


def _felt(engine: Engine, wide: Dataset, request: PageRequest, rng: np.random.Generator) -> tuple[str, ...]:
    """The stages that differ in another future."""
    trace = engine.run([request])
    twin = replace(engine, data=poisoned(wide, trace.retrieved.contexts, rng))
    return differing(stage_digests(engine, trace, 0), stage_digests(twin, twin.run([request]), 0))


def _also(stages: Sequence[str]) -> str:
    more = len(stages) - 1 - TOLD
    named = ", ".join(stages[1 : 1 + TOLD]) + (f" and {more} more" if more > 0 else "")
    return "changes with what happens later" + (f"; so do {named}" if named else "")


def _leak(page: int, request: PageRequest, stage: str, detail: str) -> Leak:
    return Leak(page=page, member_id=request.member_id, time=request.time, stage=stage, detail=detail)
