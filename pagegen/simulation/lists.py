"""
Ranked lists: all titles the filters leave, in the order of the ranker, stored as a page of one row, or of several.

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


def lists_frame(trace: Ranked, grid: tuple[int, int], origin: str = "engine") -> pl.DataFrame:
    """
    One page a request, in the schema of the pages log.

    Args:
        trace: of one run; it needs no rows.
        grid: rows and columns. The list is cut into so many rows of so many titles; the last ones may be short or
            missing, but for the first.
        origin: who asked.
    """
    ids, (rows, columns) = trace.retrieved.contexts.data.catalog.ids, grid
    titles = [ids.of(ranked(trace, b, rows * columns)) for b in range(len(trace.pages))]
    lengths = [[len(page[low : low + columns]) for low in range(0, max(1, len(page)), columns)] for page in titles]
    every: Mapping[str, Sequence[Any]] = {
        "row_kinds": [[KIND] * len(page) for page in lengths],
        "row_seeds": [[""] * len(page) for page in lengths],
        "row_lengths": lengths,
        "title_ids": titles,
        "step_probabilities": [[1.0] * len(page) for page in titles],
        "seen_columns": [None] * len(titles),
    }
    return frame_of(trace, every, origin)


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
