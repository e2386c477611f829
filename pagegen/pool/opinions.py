"""What a scorer thinks of every title, for sources that order a part of the catalog by it."""

import numpy as np

from pagegen.arrays import Float32, Mask
from pagegen.pool.types import Proposal


def opinions(proposal: Proposal, request: int, scorer: str) -> Float32:
    """
    [T] the scorer's opinion; for want of it the plays of the last season.

    A title it has no opinion of, since it came after training, is put among the others by its plays; for a member
    without history the plays decide alone.
    """
    plays = proposal.contexts.trends.long[request].astype(np.float32)
    wanted = proposal.scores.get(scorer)
    if wanted is None or np.isnan(wanted[request]).all():
        return plays
    return _completed(wanted[request], plays, proposal.eligible.allowed(request))


def _completed(score: Float32, plays: Float32, allowed: Mask) -> Float32:
    """
    [T] the scores; an allowed title without one gets that of the place among the scored which its plays have among
    theirs. The plays of all where no allowed title has a score.
    """
    has = score == score
    missing, known = (~has & allowed).nonzero()[0], (has & allowed).nonzero()[0]
    if not len(known):
        return plays
    if not len(missing):
        return score
    place = np.sort(plays.take(known)).searchsorted(plays.take(missing))
    completed = score.copy()
    completed[missing] = np.sort(score.take(known))[np.minimum(place, len(known) - 1)]
    return completed
