"""
Contracts: what everything that plugs in must keep, tried on the medium world.

Each is parametrized over all of a homepage; a package of yours calls the same functions with what it made.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pagegen.arrays import NONE
from pagegen.bundle.parts import Files, SavedRanker
from pagegen.context import Contexts, TrendWindows, read_contexts
from pagegen.data.dataset import Dataset
from pagegen.data.schema import DEVICES
from pagegen.engine import Engine
from pagegen.filters import Filter, apply
from pagegen.pool import Candidates, Proposal, RowKind, Source, TitleScorer, as_explainer, as_scorer
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


def shuffled(number: int, size: int) -> list[int]:
    """`size` positions below `number` in a random order, some of them more than once when there are more."""
    rng = np.random.default_rng(size)
    return (rng.permutation(-(-size // number) * number)[:size] % number).tolist()


def contexts_of(requests: Sequence[PageRequest], data: Dataset) -> Contexts:
    return read_contexts(requests, data, WINDOWS)


def check_filter(name: str, filter_: Filter, data: Dataset) -> None:
    """It has the name of its table entry and gives a mask [B, T], the same for a request alone and in a batch."""
    requests = some_requests()
    mask = filter_.keep(contexts_of(requests, data))
    alone = [filter_.keep(contexts_of([request], data))[0].tolist() for request in requests]

    assert filter_.name == name
    assert (str(mask.dtype), mask.shape) == ("bool", (len(requests), len(data.catalog)))
    assert alone == mask.tolist()
    assert filter_.keep(contexts_of([], data)).shape == (0, len(data.catalog))


def check_source(name: str, engine: Engine, saved: Callable[[Source], Source]) -> None:
    """
    What it proposes is well formed, allowed, best first, the same again, in any batch and out of a bundle; a source
    without row kinds proposes nothing.

    Args:
        name: of its table entry.
        engine: on the medium world, with the source in it.
        saved: the source as it comes out of a bundle.
    """
    source = source_of(engine, name)
    requests = some_requests()
    asked = proposal(engine, requests)
    shown = proposed(source, asked)
    again = [proposed(saved(source), proposal(engine, [request])) for request in requests]

    check_candidates(source, asked, source.propose(asked))
    assert name == source.name
    assert any(any(rows) for rows in shown) == bool(source.kinds)
    assert shown == proposed(source, asked)
    assert shown == [rows for (rows,) in again]
    for size in (2, 7, 70):
        order = shuffled(len(requests), size)
        assert [shown[i] for i in order] == proposed(source, proposal(engine, [requests[i] for i in order]))
    assert [] == proposed(source, proposal(engine, []))


def source_of(engine: Engine, name: str) -> Source:
    return next(source for source in engine.sources if source.name == name)


def proposal(engine: Engine, requests: Sequence[PageRequest], limit: int | None = None) -> Proposal:
    """What the engine asks a source, with the scores of all scorers."""
    contexts = read_contexts(requests, engine.data, engine.trend_windows)
    scores = {scorer.name: scorer.score(contexts) for scorer in map(as_scorer, engine.sources) if scorer}
    most = [request.columns + 20 if limit is None else limit for request in requests]
    eligible = apply(engine.filters, contexts)
    return Proposal(contexts=contexts, eligible=eligible, scores=scores, limit=np.array(most, np.int32))


def proposed(source: Source, asked: Proposal) -> list[list[tuple[Any, ...]]]:
    """Every request's rows by ids: kind, seed, variant, titles, and the scores' very bytes."""
    found, catalog = source.propose(asked), asked.contexts.data.catalog
    out: list[list[tuple[Any, ...]]] = [[] for _ in asked.contexts.requests]
    for r, (b, kind, seed, variant) in enumerate(rows_of(found)):
        cut = slice(int(found.start[r]), int(found.start[r + 1]))
        tags = {"genre": catalog.genres.names, "person": catalog.people.names, "niche": catalog.niches.names}
        words = {"none": "", "title": catalog.ids.names, "words": source.kinds[kind].words}
        about = (words | tags)[source.kinds[kind].seed_type]
        name = about[seed] if about else seed
        out[b].append((kind, name, variant, catalog.ids.of(found.title[cut]), found.score[cut].tobytes()))
    return out


NO_KIND = RowKind(name="none", headings=())


def rows_of(candidates: Candidates) -> list[tuple[int, ...]]:
    rows = candidates.rows
    return list(zip(*(column.tolist() for column in (rows.request, rows.kind, rows.seed, rows.variant)), strict=True))


def check_candidates(source: Source, asked: Proposal, found: Candidates) -> None:
    """By request; no empty row; titles distinct, allowed; finite scores that never rise."""
    titles, catalog = len(asked.contexts.data.catalog), asked.contexts.data.catalog
    rows = rows_of(found)
    sizes = {"none": 0, "title": titles, "genre": len(catalog.genres.names), "person": len(catalog.people.names)}
    sizes |= {"niche": len(catalog.niches.names), "words": max(len(kind.words) for kind in (*source.kinds, NO_KIND))}

    assert sorted(request for request, *_ in rows) == [request for request, *_ in rows]
    assert len(set(rows)) == len(rows)
    assert (len(rows) + 1, 0, len(found.title)) == (len(found.start), found.start[0], found.start[-1])
    assert ("int32", "float32") == (str(found.title.dtype), str(found.score.dtype))
    for r, (b, kind, seed, variant) in enumerate(rows):
        title, score = (column[found.start[r] : found.start[r + 1]] for column in (found.title, found.score))
        about = source.kinds[kind]
        assert 0 <= variant < len(about.headings)
        assert seed == NONE if about.seed_type == "none" else 0 <= seed < sizes[about.seed_type]
        assert 0 < len(title) == len(set(title.tolist()))
        assert asked.eligible.allowed(b, about.spares)[title].all()
        assert np.isfinite(score).all()
        assert (np.diff(score) <= 0).all()


def check_scorer(scorer: TitleScorer | None, data: Dataset, like: TitleScorer | None = None) -> None:
    """Scores [B, T] as float32, finite or NaN, the same to the bit alone, in any batch, and as those of another."""
    requests = some_requests()
    assert scorer
    score = scorer.score(contexts_of(requests, data))
    alone = [scorer.score(contexts_of([request], data)) for request in requests]
    order = shuffled(len(requests), 3 * len(requests))

    assert ("float32", (len(requests), len(data.catalog))) == (str(score.dtype), score.shape)
    assert not np.isinf(score).any()
    assert np.isfinite(score).any()
    assert [one.tobytes() for one in alone] == [row.tobytes() for row in score]
    assert score[order].tobytes() == scorer.score(contexts_of([requests[i] for i in order], data)).tobytes()
    assert (0, len(data.catalog)) == scorer.score(contexts_of([], data)).shape
    assert score.tobytes() == (like or scorer).score(contexts_of(requests, data)).tobytes()


def check_explainer(source: Source, data: Dataset) -> None:
    """
    A watched title that may be named and is not the one asked about; none exactly where nothing adds to the score; the
    same for a title whatever else is asked, and if no other may be named.
    """
    contexts, explainer, scorer = contexts_of(some_requests(), data), as_explainer(source), as_scorer(source)
    every = np.arange(len(data.catalog))
    some, score = every % 3 > 0, scorer.score(contexts) if scorer else every
    assert explainer
    for b in range(len(contexts)):
        watched = set(contexts.played.title[contexts.played.of(b)].tolist())
        anyone, found = (explainer.speaks_most(contexts, b, named, every) for named in (every >= 0, some))
        alone = [
            explainer.speaks_most(contexts, b, every == t, every[i : i + 1]) for i, t in enumerate(found) if t >= 0
        ]
        assert ((anyone != NONE) == (score[b] > 0)).all()
        assert (found != every).all()
        assert set(found.tolist()) - {NONE} <= watched & set(every[some].tolist())
        assert found[::-7].tolist() == explainer.speaks_most(contexts, b, some, every[::-7]).tolist()
        assert found[found >= 0].tolist() == [int(one[0]) for one in alone]


def check_family(name: str, engine: Engine) -> None:
    """Columns as declared, no two alike, numbers or NaN, never infinite; the same to the bit alone and in any batch."""
    requests = some_requests()
    retrieved = engine.retrieve(requests)
    family = next(family for family in engine.families if family.name == name)
    place = [retrieved.table.names.index(column) for column in family.columns]
    values = retrieved.table.values[:, place]
    parts = np.split(values, retrieved.table.start[1:-1])
    alone = [engine.retrieve([request]).table.values[:, place] for request in requests]
    order = shuffled(len(requests), len(requests))
    mixed = engine.retrieve([requests[i] for i in order]).table

    assert len(set(retrieved.table.names)) == len(retrieved.table.names)
    assert [len(family.columns)] == sorted({len(family.compute(retrieved.pairs)), len(place)})
    assert all(np.shape(column) == (len(values),) for column in family.compute(retrieved.pairs))
    assert not np.isinf(values).any()
    assert np.isfinite(values).any(axis=0).all()
    assert [part.tobytes() for part in parts] == [one.tobytes() for one in alone]
    assert b"".join(parts[i].tobytes() for i in order) == mixed.values[:, place].tobytes()
    assert (0, len(place)) == engine.retrieve([]).table.values[:, place].shape


def check_ranker(name: str, ranker: SavedRanker, load: Callable[[Files], SavedRanker], engine: Engine) -> None:
    """Finite scores, one a pair, the same to the bit alone, in a batch, with columns moved, and out of a bundle."""
    requests = some_requests()
    table = engine.retrieve(requests).table
    score = ranker.score(table)
    order = shuffled(len(table.names), len(table.names))
    moved = replace(table, names=tuple(table.names[i] for i in order), values=table.values[:, order])
    alone = [ranker.score(engine.retrieve([request]).table) for request in requests]
    again = load(ranker.save())

    assert (name, ranker.feature_names) == (ranker.name, again.feature_names)
    assert (np.dtype(np.float64), (len(table.title),)) == (score.dtype, score.shape)
    assert np.isfinite(score).all()
    assert len(np.unique(score)) > 10
    assert b"".join(one.tobytes() for one in alone) == score.tobytes()
    assert score.tobytes() == ranker.score(moved).tobytes() == again.score(table).tobytes()
    assert (0,) == ranker.score(engine.retrieve([]).table).shape
