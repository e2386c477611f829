"""Row habits: those of every member (ordering/habits.py), counted in the pages log, before a page and after all."""

from collections.abc import Sequence

import numpy as np

from pagegen.arrays import NONE, Float64, Int64, groups
from pagegen.data.dataset import Dataset
from pagegen.ordering.habits import Habits, habit, member_key
from pagegen.pool import RowKind
from pagegen.training.logged_rows import LoggedRows


def habits_before(logged: LoggedRows, kinds: int) -> Float64:
    """[O, kinds] each page's member's habits, from nothing but the member's pages before it."""
    order = np.argsort(logged.member, kind="stable")
    first = np.flatnonzero(np.diff(logged.member[order], prepend=NONE - 1))
    own = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(order))))
    out = np.zeros((len(order), kinds))
    entered, expected = (_before(part[order], first, own) for part in _counts(logged, kinds))
    out[order] = habit(entered, expected)
    return out


def habits_of(logged: LoggedRows, kinds: Sequence[RowKind], data: Dataset) -> Habits:
    """Everybody's habits after all pages."""
    known = np.flatnonzero(logged.member != NONE)
    member, place = np.unique(logged.member[known], return_inverse=True)
    entered, expected = (_sums(part[known], place, len(member)) for part in _counts(logged, len(kinds)))
    key = np.array([member_key(name) for name in data.members.ids.of(member)], np.uint64)
    order = np.argsort(key)
    return Habits(
        kinds=tuple(kind.name for kind in kinds),
        member=key[order],
        habit=habit(entered, expected)[order].astype(np.float32),
    )


def _counts(logged: LoggedRows, kinds: int) -> tuple[Float64, Float64]:
    """[O, kinds] reached rows of each page that were entered, and how many of as many everybody would have entered."""
    reached = np.flatnonzero((logged.seen > 0) & (logged.kind != NONE))
    cell = groups(logged.row_start)[reached] * np.int64(kinds) + logged.kind[reached]
    shape = (len(logged.member), kinds)
    entered = np.bincount(cell, logged.entered[reached], minlength=shape[0] * kinds).reshape(shape)
    rows = np.bincount(cell, minlength=shape[0] * kinds).reshape(shape)
    return entered.astype(np.float64), rows * (entered.sum(axis=0) / np.maximum(rows.sum(axis=0), 1))


def _before(value: Float64, first: Int64, own: Int64) -> Float64:
    """[O, kinds] sums over the earlier pages of the same member; pages by member and time."""
    above = value.cumsum(axis=0) - value
    return above - above[first][own]


def _sums(value: Float64, place: Int64, size: int) -> Float64:
    """[members, kinds] sums over the pages of each member."""
    out = np.zeros((size, value.shape[1]))
    np.add.at(out, place, value)
    return out
