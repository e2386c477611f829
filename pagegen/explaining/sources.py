"""Where titles come from: which sources proposed one, and what every scorer thinks of it."""

from dataclasses import dataclass

import numpy as np

from pagegen.arrays import Mask
from pagegen.explaining.case import Case, RowName
from pagegen.pool import quotas_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    source: str
    row: RowName
    place: int  # in the source's own order, from 0, of titles that the row may show
    score: float  # comparable within the row only


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a scorer thinks of the title."""

    scorer: str
    score: float | None  # None: it has no opinion
    rank: int | None  # from 1, among the titles that the filters left and this one
    quota: int  # the most of its best titles that a source takes from it; 0: none does


def proposals_of(case: Case, title: int) -> tuple[Proposed, ...]:
    """Every proposed row with the title in it, in the order of the sources; no filter keeps it off these."""
    pool = case.trace.retrieved.pool.candidates
    source = [source.name for source in case.engine.sources for _ in source.kinds]
    return tuple(
        Proposed(
            source=source[pool.rows.kind[row]],
            row=case.name(pool.rows, row),
            place=candidate - int(pool.start[row]),
            score=float(pool.score[candidate]),
        )
        for candidate, row in _candidates(case, title)
    )


def _candidates(case: Case, title: int) -> list[tuple[int, int]]:
    """The candidates of the pool that are this title, and the row of each."""
    pool = case.trace.retrieved.pool.candidates
    candidate = np.flatnonzero(pool.title == title)
    return list(zip(candidate.tolist(), pool.row[candidate].tolist(), strict=True))


def opinions_of(case: Case, title: int) -> tuple[Opinion, ...]:
    """Of every scorer, in the order of the sources."""
    allowed, quotas = case.trace.retrieved.eligible.allowed(0), [quotas_of(source) for source in case.engine.sources]
    found = []
    for scorer, scores in case.trace.retrieved.pool.scores.items():
        score = scores[0]
        known = not np.isnan(score[title])
        found.append(
            Opinion(
                scorer=scorer,
                score=float(score[title]) if known else None,
                rank=1 + int(_before(score, title, allowed).sum()) if known else None,
                quota=max((one.get(scorer, 0) for one in quotas), default=0),
            )
        )
    return tuple(found)


def _before(score: np.ndarray, title: int, among: Mask) -> Mask:
    """[T] which of these titles come before the one: those that score higher, of equals the first in the catalog."""
    first = score == score[title]
    first[title:] = False
    return among & ((score > score[title]) | first)
