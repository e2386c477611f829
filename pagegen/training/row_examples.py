"""
Row examples: reached rows of past pages, with what was played from them. The only place where rows are labelled.

The logged rows are read as if sources had proposed them, so that their titles get the features, and the probabilities,
that they have on a page of ours. A row counts when it was reached, and weighs 1 / P(reached): rows further down are
reached by fewer members, but are no less what a row is.
"""

from collections.abc import Sequence

import numpy as np

from pagegen.arrays import NONE, Float64, Int64, groups, lengths, ranges, record, starts
from pagegen.data.schema import DEVICES
from pagegen.engine import Engine
from pagegen.features import compute, pair_up
from pagegen.ordering.row_features import RowExamples, row_features
from pagegen.pool import Candidates, Rows
from pagegen.ranking import predict
from pagegen.replay import replay
from pagegen.request import MAX_COLUMNS, MAX_ROWS
from pagegen.rows import Filled
from pagegen.trace import Retrieved
from pagegen.training.asked import Asked
from pagegen.training.examples import MOST_WEIGHT
from pagegen.training.logged_rows import LoggedRows


@record
class Met:
    """Reached rows of the pages of B requests."""

    rows: Rows
    place: Int64  # [R] in the log
    position: Int64  # [R] on the page
    start: Int64  # [R + 1]
    slot: Int64  # [N] in the log, of titles that are still there
    column: Int64  # [N]


def row_examples(engine: Engine, asked: Asked, logged: LoggedRows, habit: Float64) -> RowExamples:
    """
    The reached rows of the asked pages, of kinds that the homepage has.

    Args:
        engine: with sources and a ranker that have not seen what followed.
        asked: requests of the pages log.
        logged: its rows.
        habit: [O, kinds] of each logged page's member, as of the page.
    """
    parts: list[RowExamples] = []
    low = 0
    for retrieved, _ in replay(engine.retrieve, engine.data, asked.occasions):
        page = asked.page[low : low + len(retrieved.contexts)]
        parts.append(_label(engine, retrieved, (logged, page), habit[page]))
        low += len(page)
    return joined(parts)


def joined(parts: Sequence[RowExamples]) -> RowExamples:
    """All parts' rows, of the same kinds."""
    columns = ("features", "expected", "plays", "weight")
    return RowExamples(
        kinds=parts[0].kinds, **{name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
    )


def _label(engine: Engine, retrieved: Retrieved, pages: tuple[LoggedRows, Int64], habit: Float64) -> RowExamples:
    (logged, page), contexts, kinds = pages, retrieved.contexts, engine.rules.kinds
    met = _met(logged, page)
    filled = _filled(engine, retrieved, met, logged)
    device = np.array([DEVICES.index(request.device) for request in contexts.requests])[met.rows.request]
    look = engine.rules.examination.column[device[groups(met.start)], np.minimum(met.column, MAX_COLUMNS - 1)]
    reached = engine.rules.examination.row[device, np.minimum(met.position, MAX_ROWS - 1)]
    counted = look * filled.play * logged.first[met.slot]  # a title again is no second chance
    return RowExamples(
        kinds=tuple(kind.name for kind in kinds),
        features=row_features(contexts, filled, kinds, habit),
        expected=np.bincount(groups(met.start), counted, minlength=len(met.place)).astype(np.float64),
        plays=logged.plays[met.place].astype(np.float64),
        weight=np.minimum(1.0 / reached, MOST_WEIGHT),
    )


def _met(logged: LoggedRows, page: Int64) -> Met:
    """The rows that can be learnt from: reached, of a known kind, with a title that is still there."""
    number = lengths(logged.row_start)[page]
    place, request = ranges(logged.row_start[page], number), np.repeat(np.arange(len(page), dtype=np.int32), number)
    row = groups(starts(lengths(logged.start)[place]))
    slot = ranges(logged.start[place], lengths(logged.start)[place])
    there = np.bincount(row, logged.title[slot] != NONE, minlength=len(place)) > 0
    kept = there & (logged.seen[place] > 0) & (logged.kind[place] != NONE)
    known = kept[row] & (logged.title[slot] != NONE)
    place, slot, row = place[kept], slot[known], (kept.cumsum() - 1)[row[known]]
    rows = Rows(
        request=request[kept], kind=logged.kind[place], seed=logged.seed[place], variant=np.zeros(len(place), np.int16)
    )
    return Met(
        rows=rows,
        place=place,
        position=place - logged.row_start[page][rows.request],
        start=starts(np.bincount(row, minlength=len(place))),
        slot=slot,
        column=slot - logged.start[place][row],
    )


def _filled(engine: Engine, retrieved: Retrieved, met: Met, logged: LoggedRows) -> Filled:
    """The rows as the engine would have filled them, had a source proposed these titles."""
    title = logged.title[met.slot]
    candidates = Candidates(rows=met.rows, start=met.start, title=title, score=np.zeros(len(title), np.float32))
    pairs = pair_up(retrieved.contexts, retrieved.pool.scores, candidates, len(title))
    prediction = predict(engine.ranker, engine.calibration, compute(engine.families, pairs))
    return Filled(
        rows=met.rows,
        start=met.start,
        title=title,
        play=prediction.play[pairs.of_candidate],
        score=prediction.score[pairs.of_candidate],
        attraction=np.ones(len(met.place)),
    )
