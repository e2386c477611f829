"""
Pairs: the distinct (request, title) of the pool, each scored once however many rows it is in.

At most `max_pairs` a request are taken, dealt round-robin over its rows in source order, so that the titles a member
could see first are always among them.
"""

import numpy as np

from pagegen.arrays import NONE, Int32, Int64, groups, lengths, record, starts, within
from pagegen.context import Contexts
from pagegen.pool import Candidates, Scores


@record
class Pairs:
    """M pairs, sorted by request and then by title, and everything a feature may look at."""

    contexts: Contexts
    scores: Scores
    start: Int64  # [B + 1]
    request: Int32  # [M]
    title: Int32  # [M]
    cell: Int64  # [M] place in a [B, T] array
    of_candidate: Int32  # [N] the pair of each candidate; NONE when it is not among the scored

    def __len__(self) -> int:
        return len(self.title)

    def spread(self, per_request: np.ndarray) -> np.ndarray:
        """[M] a value of each request, at each of its pairs."""
        return np.repeat(per_request, lengths(self.start))

    def lookup(self, dense: np.ndarray) -> np.ndarray:
        """[M] the pairs' cells of a [B, T] array."""
        return dense.take(self.cell)


def pair_up(contexts: Contexts, scores: Scores, candidates: Candidates, max_pairs: int) -> Pairs:
    """The pairs of the pool."""
    first_row = np.searchsorted(candidates.rows.request, np.arange(len(contexts) + 1))
    bounds = candidates.start[first_row]
    column = within(candidates.start)
    of_candidate = np.empty(len(candidates.title), np.int32)
    scratch = np.empty(len(contexts.data.catalog), np.int32)
    titles: list[Int32] = []
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        chosen = _deal(candidates.title[low:high], column[low:high], max_pairs, scratch)
        scratch[candidates.title[low:high]] = NONE
        scratch[chosen] = np.arange(len(chosen), dtype=np.int32) + sum(map(len, titles))
        of_candidate[low:high] = scratch[candidates.title[low:high]]
        titles.append(chosen)
    start = starts(np.array([len(chosen) for chosen in titles], np.int64))
    request, title = groups(start), np.concatenate(titles) if titles else np.zeros(0, np.int32)
    return Pairs(
        contexts=contexts,
        scores=scores,
        start=start,
        request=request,
        title=title,
        cell=request * np.int64(len(scratch)) + title,
        of_candidate=of_candidate,
    )


def _deal(title: Int32, column: Int64, limit: int, scratch: Int32) -> Int32:
    """The first `limit` distinct titles, first columns first, in title order."""
    dealt = title[np.argsort(column, kind="stable")]
    place = np.arange(len(dealt), dtype=np.int32)
    scratch[dealt[::-1]] = place[::-1]  # repeated index: the first place of each title wins
    return np.sort(dealt[scratch[dealt] == place][:limit])
