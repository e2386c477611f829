"""Digests of the stages: the same for a request alone and in a batch, another one where anything is another."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pagegen.digests import differing, stage_digests
from pagegen.engine import STAGES, Engine
from pagegen.trace import Trace
from tests.contracts import some_requests
from tests.worlds import NOW, ask

REQUESTS = some_requests(30, seed=3)


def test_digests_do_not_depend_on_the_neighbours(engine: Engine) -> None:
    """Alone, in a batch, and in the batch turned round."""
    alone = [stage_digests(engine, engine.run([request]), 0) for request in REQUESTS]
    batch, turned = engine.run(REQUESTS), engine.run(REQUESTS[::-1])
    last = len(REQUESTS) - 1

    assert alone == [stage_digests(engine, batch, b) for b in range(len(REQUESTS))]
    assert alone == [stage_digests(engine, turned, last - b) for b in range(len(REQUESTS))]
    assert [list(digests) for digests in alone] == [list(alone[0])] * len(alone)


def test_the_stages_are_those_of_the_line(engine: Engine) -> None:
    """In its order, with a part for each source and each column."""
    names = list(stage_digests(engine, engine.run([ask("m001")]), 0))
    table = engine.run([ask("m001")]).retrieved.table

    assert list(STAGES) == list(dict.fromkeys(name.partition(":")[0] for name in names))
    assert [f"pool: {source.name}" for source in engine.sources] == [n for n in names if n.startswith("pool")]
    assert ["features: pairs", *(f"features: {column}" for column in table.names)] == [
        name for name in names if name.startswith("features")
    ]


def with_score(trace: Trace) -> Trace:
    """One bit of one score of one source."""
    scores = dict(trace.retrieved.pool.scores)
    scores["als"] = scores["als"].copy()
    scores["als"][0, trace.retrieved.table.title[3]] += np.float32(1e-3)
    return replace(trace, retrieved=replace(trace.retrieved, pool=replace(trace.retrieved.pool, scores=scores)))


def with_feature(trace: Trace) -> Trace:
    table = trace.retrieved.table
    values = table.values.copy()
    values[-1, table.names.index("plays_total")] += 1.0
    return replace(trace, retrieved=replace(trace.retrieved, table=replace(table, values=values)))


def with_seen(trace: Trace) -> Trace:
    contexts = trace.retrieved.contexts
    history = replace(contexts.history, fraction=contexts.history.fraction + np.float32(0.5))
    return replace(trace, retrieved=replace(trace.retrieved, contexts=replace(contexts, history=history)))


def with_trend(trace: Trace) -> Trace:
    contexts = trace.retrieved.contexts
    trends = replace(contexts.trends, local=~contexts.trends.local)
    return replace(trace, retrieved=replace(trace.retrieved, contexts=replace(contexts, trends=trends)))


def with_pool(trace: Trace) -> Trace:
    """The row's titles the other way round."""
    pool = trace.retrieved.pool
    candidates = replace(pool.candidates, title=pool.candidates.title[::-1])
    return replace(trace, retrieved=replace(trace.retrieved, pool=replace(pool, candidates=candidates)))


CHANGES: dict[str, Callable[[Trace], Trace]] = {
    "context: history": with_seen,
    "context: trends": with_trend,
    "pool: als": with_score,
    "pool: trending": with_pool,
    "features: plays_total": with_feature,
    "ranking": lambda t: replace(t, prediction=replace(t.prediction, play=t.prediction.play + 1e-12)),
    "rows": lambda t: replace(t, filled=replace(t.filled, score=t.filled.score[::-1])),
    "ordering": lambda t: replace(t, placed=replace(t.placed, gain=t.placed.gain * 2)),
    "page": lambda t: replace(t, pages=[replace(t.pages[0], valid_for_seconds=0)]),
}


@pytest.mark.parametrize("stage", CHANGES)
def test_a_change_is_in_the_digest_of_its_stage_and_in_no_other(engine: Engine, stage: str) -> None:
    """The smallest change to what a stage gave, and its name."""
    trace = engine.run([ask("m001", row_kinds=("trending_now",))])

    changed = stage_digests(engine, CHANGES[stage](trace), 0)

    assert differing(stage_digests(engine, trace, 0), changed) == (stage,)


def test_requests_are_told_apart(engine: Engine) -> None:
    """A watermark that is spelt out is no other request; another seed is."""
    plain, marked, seeded = (
        stage_digests(engine, engine.run([ask("m001", **asked)]), 0)
        for asked in ({}, {"watermark": engine.data.events.before(NOW)}, {"rng_seed": 1})
    )

    assert differing(plain, marked) == ()
    assert differing(plain, seeded)[0] == "request"


def test_what_only_one_side_has_differs() -> None:
    """In the order of the first, then what the other has besides."""
    assert differing({"a": "1", "b": "2", "c": "3"}, {"a": "1", "c": "4", "d": "5"}) == ("b", "c", "d")
    assert differing({}, {}) == ()
