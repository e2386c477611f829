"""Rows: every candidate row with its titles in the order its kind wants, ready to be placed."""

from collections.abc import Mapping, Sequence
from dataclasses import field

import numpy as np

from pagegen.arrays import NONE, Float64, Int32, Int64, Mask, lengths, ranges, record, starts, within
from pagegen.features import Pairs
from pagegen.pool import Candidates, RowKind, Rows
from pagegen.ranking import Prediction


@record
class Above:
    """What earlier answers have shown of a page that a request continues: its rows are placed below it."""

    kind: Sequence[int]  # of each row from the top, as a position in the kinds; NONE of a kind that is no more
    row: Mask  # [R of the request] candidate rows that are shown already
    title: Mask  # [N of the request] candidates whose titles are


@record
class Filled:
    """Candidate rows, each with at least its kind's minimum of titles."""

    rows: Rows
    start: Int64  # [R + 1]
    title: Int32  # [N]
    play: Float64  # [N] probability of a play; of titles that were not scored, the lowest of the request's pairs
    score: Float64  # [N] the ranker's score; NaN where not scored
    attraction: Float64  # [R] how much more than 1 a play in the row counts; 1 until somebody has learnt it
    above: Mapping[int, Above] = field(default_factory=dict)  # by request, of those that continue a page

    def of_request(self, size: int) -> Int64:
        """[B + 1] the first row of each request."""
        return np.searchsorted(self.rows.request, np.arange(size + 1))


def fill(
    candidates: Candidates, pairs: Pairs, prediction: Prediction, kinds: Sequence[RowKind], limit: Int32
) -> Filled:
    """
    Order the titles of each row by its kind's rule, keep at most `limit` [B] of them, drop rows that are too short.

    Unless the source alone orders them, titles that were not scored stay in its order behind those that were. A kind
    that blends orders the others by w * (rank by the ranker) + (1 - w) * (rank by the source), both in the row.
    """
    rows, row = candidates.rows, candidates.row
    pair = pairs.of_candidate
    scored = pair != NONE
    order = _order(candidates, pairs, prediction, np.array([kind.ranker_weight for kind in kinds])[rows.kind])
    length = np.minimum(lengths(candidates.start), _most(rows, kinds, limit))
    length[length < np.minimum(np.array([kind.min_titles for kind in kinds])[rows.kind], limit[rows.request])] = 0
    kept = order[ranges(candidates.start[:-1], length)]
    lowest = _lowest(pairs, prediction)[rows.request[row[kept]]]
    known = scored[kept]
    return Filled(
        rows=_select(rows, length > 0),
        start=starts(length[length > 0]),
        title=candidates.title[kept],
        play=np.where(known, _at(prediction.play, pair[kept]), lowest),
        score=np.where(known, _at(prediction.score, pair[kept]), np.nan),
        attraction=np.ones(int((length > 0).sum())),
    )


def _order(candidates: Candidates, pairs: Pairs, prediction: Prediction, weight: Float64) -> Int64:
    """[N] the candidates, row by row, each row [R] in the order that the ranker's weight gives."""
    row, place, pair = candidates.row, within(candidates.start), pairs.of_candidate
    scored, ranked = pair != NONE, (weight > 0)[row]
    rank = np.where(scored & ranked, _rank_of(pairs, prediction)[pair], len(pairs) + place)
    rank[~ranked] = place[~ranked]
    order = np.argsort(row * np.int64(len(pairs) + len(place) + 1) + rank, kind="stable")
    blends = (weight > 0) & (weight < 1)
    return _blended(candidates, order, scored, np.where(blends, weight, np.nan)[row]) if blends.any() else order


def _blended(candidates: Candidates, order: Int64, scored: Mask, weight: Float64) -> Int64:
    """[N] the same order [N], but for rows that blend, whose weight is a number; ties go to what the ranker prefers."""
    by_ranker = np.empty(len(order), np.int64)
    by_ranker[order] = within(candidates.start)
    upto = np.concatenate([[0], np.cumsum(scored)])
    by_source = upto[:-1] - upto[candidates.start[candidates.row]]  # among those of the row that were scored
    blend = np.where(scored, weight * by_ranker + (1.0 - weight) * by_source, np.inf)
    return np.lexsort((by_ranker, np.where(np.isnan(weight), by_ranker, blend), candidates.row))


def _rank_of(pairs: Pairs, prediction: Prediction) -> Int64:
    """[M] place of each pair when all are sorted by request and score; ties keep the title order."""
    rank, cost = np.empty(len(pairs) + 1, np.int64), -prediction.score
    for low, high in zip(pairs.start[:-1].tolist(), pairs.start[1:].tolist(), strict=True):
        rank[low + np.argsort(cost[low:high], kind="stable")] = np.arange(low, high)
    return rank


def _most(rows: Rows, kinds: Sequence[RowKind], limit: Int32) -> Int64:
    """[R] the most titles each row may bring."""
    return np.minimum(np.array([kind.max_titles for kind in kinds])[rows.kind], limit[rows.request])


def _lowest(pairs: Pairs, prediction: Prediction) -> Float64:
    """[B] the lowest probability of each request's pairs; 0 without any."""
    return np.array([part.min() if len(part) else 0.0 for part in np.split(prediction.play, pairs.start[1:-1])])


def _at(value: Float64, pair: Int32) -> Float64:
    """The value of each pair; anything for NONE."""
    return value[pair] if len(value) else np.zeros(len(pair))


def _select(rows: Rows, stays: Mask) -> Rows:
    return Rows(request=rows.request[stays], kind=rows.kind[stays], seed=rows.seed[stays], variant=rows.variant[stays])
