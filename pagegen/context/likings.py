"""
What a member's own past says that he or she likes: titles, and people.

A person is followed after three finished titles at twice the member's base rate, the share of all titles that he or she
has finished:

    n_p >= 3  and  n_p / N_p >= 2 n / N

where the member finished n of the N titles that anybody has played so far, and n_p of the N_p with the person. Who
finishes a good part of the catalog so follows nobody for it. A series counts once an episode was finished.
"""

from typing import Final

import numpy as np

from pagegen.arrays import Int32, Int64, Mask, best, lengths, ranges
from pagegen.context.contexts import Contexts
from pagegen.data.catalog import Tags
from pagegen.data.events import NOT_INTERESTED, THUMBS_DOWN, THUMBS_UP
from pagegen.data.schema import EVENT_KINDS

MIN_TITLES: Final = 3  # finished, with the person
MIN_LIFT: Final = 2.0  # times the member's base rate


def enjoyed(contexts: Contexts, request: int) -> Mask:
    """
    [T] titles the member finished and did not dislike.

    Disliked is a title whose last thumb is down or that is of no interest, or whose last grade is below the mean of all
    grades that the member gave.
    """
    history, mine = contexts.history, contexts.history.of(request)
    title, kind, grade = history.title[mine], history.kind[mine], history.grade[mine].astype(np.float64)
    good, bad = _finished(contexts, request), np.zeros((2, len(contexts.data.catalog)), np.bool_)
    graded, thumbs = (grade == grade).nonzero()[0], _THUMB[kind].nonzero()[0]
    if len(graded):
        bad[0, title[graded]] = grade[graded] < grade[graded].mean()  # repeated index: the last wins
    if len(thumbs):
        bad[1, title[thumbs]] = kind[thumbs] != THUMBS_UP
    return good & ~bad[0] & ~bad[1]


_THUMB = np.isin(range(len(EVENT_KINDS)), (THUMBS_UP, THUMBS_DOWN, NOT_INTERESTED))  # [event kinds]


def _finished(contexts: Contexts, request: int) -> Mask:
    """[T] titles the member finished."""
    history = contexts.history
    mask = np.zeros(len(contexts.data.catalog), np.bool_)
    mask[history.title[history.of(request)][history.finished(request)]] = True
    return mask


def followed(contexts: Contexts, request: int, min_titles: int = MIN_TITLES, min_lift: float = MIN_LIFT) -> Int32:
    """The people the member follows: those with most finished titles above the base rate, n_p - n N_p / N, first."""
    people, done = contexts.data.catalog.people, _finished(contexts, request).nonzero()[0]
    mine = _titles_of_each(people, done)
    often = (mine >= min_titles).nonzero()[0]
    if not len(often):
        return np.zeros(0, np.int32)
    played = contexts.trends.total[request] > 0
    played[done] = True
    length = lengths(people.title_start)[often]
    known = played[people.titles[ranges(people.title_start[often], length)]]
    all_ = np.bincount(np.repeat(np.arange(len(often)), length), known, minlength=len(often))
    usual = all_ * len(done) / played.sum()
    above = mine[often] >= min_lift * usual
    return often[best(mine[often] - usual, above, len(often))].astype(np.int32)


def _titles_of_each(people: Tags, title: Int64) -> Int32:
    """[people] how many of the titles have each person."""
    cell = ranges(people.start[title], lengths(people.start)[title])
    return np.bincount(people.tag[cell], minlength=len(people.names)).astype(np.int32)
