"""
Digests: what each stage of a run gave one request, in a few characters each.

Two runs of the same request, by a server and offline or on two futures, are equal when their digests are; where they
are not, the first that differs says what went wrong: `pool: als`, `features: plays_total`. A stage of several parts has
a digest for each. Positions are hashed as they are, so both runs must number titles, genres and countries alike.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import TypeAlias

import msgspec
import numpy as np

from pagegen.arrays import AnyArray, Int64, UInt16, lengths, ranges
from pagegen.context import Contexts, History, Played, TrendView
from pagegen.engine import Engine
from pagegen.features import FeatureTable
from pagegen.filters import Eligible
from pagegen.pool import Rows
from pagegen.trace import Retrieved, Trace

Digests: TypeAlias = Mapping[str, str]  # stage, or stage and part, in the order of the line
Part: TypeAlias = tuple[str, Sequence[AnyArray | bytes]]
HARD = np.uint16(0xFFFF)  # a title that a hard filter removes: what other filters say of it is felt by nothing


def stage_digests(engine: Engine, trace: Trace, b: int) -> Digests:
    """The digests of request `b` of the run, which do not depend on its neighbours."""
    parts = (*_retrieved(engine, trace, b), *_made(trace, b))
    return {name: _digest(contents) for name, contents in parts}


def differing(one: Digests, other: Digests) -> tuple[str, ...]:
    """The stages whose digests differ, in the order of the line; what only one of them has differs too."""
    return tuple(name for name in {**one, **other} if one.get(name) != other.get(name))


def _digest(contents: Sequence[AnyArray | bytes]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        array = np.frombuffer(content, np.uint8) if isinstance(content, bytes) else content
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def _retrieved(engine: Engine, trace: Trace, b: int) -> Iterator[Part]:
    """The line up to the features."""
    retrieved = trace.retrieved
    asked = retrieved.contexts.requests[b]  # a source that failed is one that was disabled
    asked = replace(asked, watermark=None, disabled_sources=trace.pages[b].absent_sources)
    yield "request", [msgspec.json.encode(asked)]
    yield from _context(retrieved.contexts, b)
    removed = _removed(retrieved.eligible, b)
    yield "filters", [removed]
    yield from _pool(engine, retrieved, b, np.flatnonzero(removed != HARD))
    yield from _features(retrieved.table, b)


def _made(trace: Trace, b: int) -> Iterator[Part]:
    """What the ranker makes of the features, and all that follows."""
    prediction, filled, placed = trace.prediction, trace.filled, trace.placed
    pairs = _group(trace.retrieved.table.start, b)
    yield "ranking", [prediction.score[pairs], prediction.play[pairs]]
    rows = np.flatnonzero(filled.rows.request == b)
    yield "rows: attraction", [filled.attraction[rows]]
    yield "rows", _ragged(filled.rows, filled.start, (filled.title, filled.play, filled.score), rows)
    rows = np.flatnonzero(placed.rows.request == b)
    columns = (placed.title, placed.play, placed.score, placed.title_chance)
    yield "ordering", [placed.gain[rows], placed.row_chance[rows], *_ragged(placed.rows, placed.start, columns, rows)]
    slots = ranges(placed.start[rows], lengths(placed.start)[rows])
    yield "evidence", [trace.reasons.code[slots], trace.reasons.about[slots]]
    yield "page", [msgspec.json.encode(trace.pages[b])]


def _context(contexts: Contexts, b: int) -> Iterator[Part]:
    history, played, trends = contexts.history, contexts.played, contexts.trends
    yield "context: watermark", [contexts.watermark[b : b + 1]]
    who = (contexts.member, contexts.country, contexts.kids, contexts.maturity_ceiling)
    yield "context: member", [column[b : b + 1] for column in who]
    yield "context: history", [*_columns(history, _group(history.start, b)), *_columns(played, _group(played.start, b))]
    yield "context: trends", _columns(trends, slice(b, b + 1))


def _columns(table: History | Played | TrendView, which: slice) -> list[AnyArray]:
    """These cells of all its columns."""
    return [getattr(table, field.name)[which] for field in fields(table) if field.name != "start"]


def _removed(eligible: Eligible, b: int) -> UInt16:
    """[T] which soft filters removed each title, or that a hard one did."""
    removed = eligible.removed[b]
    soft = np.uint16(eligible.spared(eligible.soft))
    return np.where(removed & ~soft, HARD, removed)


def _pool(engine: Engine, retrieved: Retrieved, b: int, left: Int64) -> Iterator[Part]:
    """Each source's rows, and its scores of the titles that the hard filters left."""
    candidates, scores = retrieved.pool.candidates, retrieved.pool.scores
    source_of = np.repeat(np.arange(len(engine.sources)), [len(source.kinds) for source in engine.sources])
    mine = np.flatnonzero(candidates.rows.request == b)
    for place, source in enumerate(engine.sources):
        rows = mine[source_of[candidates.rows.kind[mine]] == place]
        proposed = _ragged(candidates.rows, candidates.start, (candidates.title, candidates.score), rows)
        yield f"pool: {source.name}", [*proposed, *([scores[source.name][b, left]] if source.name in scores else [])]


def _features(table: FeatureTable, b: int) -> Iterator[Part]:
    pairs = _group(table.start, b)
    yield "features: pairs", [table.title[pairs]]
    for name, column in zip(table.names, table.values[pairs].T, strict=True):
        yield f"features: {name}", [column]


def _group(start: Int64, b: int) -> slice:
    return slice(int(start[b]), int(start[b + 1]))


def _ragged(rows: Rows, start: Int64, columns: Sequence[AnyArray], which: Int64) -> list[AnyArray]:
    """Some rows, and the columns of what is in them."""
    length = lengths(start)[which]
    cells = ranges(start[which], length)
    about = [column[which] for column in (rows.kind, rows.seed, rows.variant)]
    return [*about, length, *(column[cells] for column in columns)]
