"""
Ranked lists: all titles the filters leave, in the order of the ranker, stored as a page of one row.

Behind the titles that were scored come the others by the scores of the first source that has any; then those it has no
opinion of. Ties go to the title that comes first in the catalog.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from pagegen.arrays import Int32, Mask, best
from pagegen.simulation.pages_log import frame_of
from pagegen.trace import Ranked

KIND = "ranked_list"


def lists_frame(trace: Ranked, depth: int, origin: str = "engine") -> pl.DataFrame:
    """
    One row a request, in the schema of the pages log.

    Args:
        trace: of one run; it needs no rows.
        depth: titles of each list, at most.
        origin: who asked.
    """
    ids = trace.retrieved.contexts.data.catalog.ids
    titles = [ids.of(ranked(trace, b, depth)) for b in range(len(trace.pages))]
    columns: Mapping[str, Sequence[Any]] = {
        "row_kinds": [[KIND]] * len(titles),
        "row_seeds": [[""]] * len(titles),
        "row_lengths": [[len(row)] for row in titles],
        "title_ids": titles,
        "step_probabilities": [[1.0] * len(row) for row in titles],
        "seen_columns": [None] * len(titles),
    }
    return frame_of(trace, columns, origin)


def ranked(trace: Ranked, request: int, depth: int) -> Int32:
    """The first `depth` of all titles the filters leave, best first."""
    retrieved = trace.retrieved
    allowed = retrieved.eligible.allowed(request)
    pairs = slice(int(retrieved.pairs.start[request]), int(retrieved.pairs.start[request + 1]))
    scored = retrieved.pairs.title[pairs]
    mine = allowed[scored]
    first = scored[mine][np.argsort(-trace.prediction.score[pairs][mine], kind="stable")][:depth]
    allowed[scored] = False
    return np.concatenate([first, _rest(trace, request, allowed, depth - len(first))]).astype(np.int32)


def _rest(trace: Ranked, request: int, left: Mask, most: int) -> Int32:
    """The first of the titles that are left: by the first source that scores the catalog, then in catalog order."""
    scores = next(iter(trace.retrieved.pool.scores.values()), None)
    if scores is None or not most:
        return np.flatnonzero(left)[:most].astype(np.int32)
    known = best(scores[request], left, most)
    left[known] = False
    return np.append(known, np.flatnonzero(left)[: most - len(known)].astype(np.int32))
