"""
Stages: a position of a page together with the rows that could stand there. Features of these rows, for models that see
the rows above.

Of the rows above they know no more than a page that is continued does: how many, of which kinds, with which titles.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from pagegen.arrays import Float32, Float64, Int64, Mask, record, starts, within
from pagegen.context import Contexts
from pagegen.ordering.assembly import Assembly
from pagegen.ordering.greed import Greed
from pagegen.ordering.row_features import ROW_FEATURES, row_features
from pagegen.pool import RowKind
from pagegen.request import MAX_ROWS
from pagegen.rows import Filled

MOVING: Final = (
    "position",  # rows above
    "fresh",  # share of the row's first titles, as many as the page has columns, that are not above
    "gain",  # log of what the row would add once it is reached
    "behind",  # log of what it would add over the most that any row would
    "first_screen",  # share of what it would add that lies in its first screen
    "kind_above",  # rows of its kind above
    "kind_distance",  # from the lowest of them; as far as can be where there is none
)
OF_ROW: Final = ("seed_days", "seed_lift", "seed_fraction", "titles_played", "length")  # as row_features has them
STANDING: Final = (
    "place",  # among the candidate rows of its kind, as they were proposed
    *OF_ROW,
)
STAGE_FEATURES: Final = (*MOVING, *STANDING)
LEAST = 1e-9  # plays that any row is thought to add
UNLEARNT: Final = Greed(trials=0)  # how pages are laid by who has learnt nothing, and what is learnt corrects


@record
class StageExamples:
    """Rows that could have stood at positions of past pages: what models of stages are fitted on."""

    kinds: tuple[str, ...]  # each has a column of the features, behind STAGE_FEATURES
    features: Float32  # [S, STAGE_FEATURES + kinds] NaN: missing
    expected: Float64  # [S] of the credit of all the position's rows, the share to expect by what each adds
    credit: Float64  # [S] discounted plays of the row's titles that are new to the page, of the best page's
    weight: Float64  # [S]


class Stages:
    """The features of one request's rows, position by position."""

    def __init__(self, page: Assembly, standing: Float32) -> None:
        self._page, self._values, objective = page, standing.copy(), page.objective
        screen = np.where(np.arange(len(objective.column_x)) <= page.screen, objective.column_x, 0.0)
        self._first_screen = replace(objective, column_x=screen, terms=())
        self._row_x, self._columns = objective.row_x, page.columns
        self._width = np.maximum(np.minimum(page.grid.length, page.columns), 1)

    def at(self, gain: Float64, may: Mask) -> Float32:
        """[R, STAGE_FEATURES + kinds] at the next position, where rows would add so much; until it is asked again."""
        page, values, added = self._page, self._values, np.maximum(gain, LEAST)
        state = page.state()
        values[:, 0] = page.position
        values[:, 1] = state.new[:, : self._columns].sum(axis=1) / self._width
        values[:, 2] = np.log(added / self._row_x[page.position])
        values[:, 3] = np.log(added / added[may].max(initial=LEAST))
        values[:, 4] = np.minimum(self._first_screen.adding(state.new, state.shown, page.position) / added, 1.0)
        values[:, 5] = state.count[page.kind]
        values[:, 6] = np.where(state.count > 0, page.position - state.last, MAX_ROWS)[page.kind]
        return values


def standing_features(contexts: Contexts, filled: Filled, kinds: Sequence[RowKind], known: Sequence[str]) -> Float32:
    """
    [R, STAGE_FEATURES + known] of the candidate rows, those of STANDING filled in.

    Args:
        contexts: B.
        filled: R rows.
        kinds: of the homepage.
        known: names of kinds that have a column, 1 for their rows.
    """
    rows, first = filled.rows, len(MOVING)
    values = np.zeros((len(rows.kind), len(STAGE_FEATURES) + len(known)), np.float32)
    values[:, first] = _place(filled, len(kinds))
    nobody = np.zeros((len(contexts), len(kinds)))
    about = row_features(contexts, filled, kinds, nobody)
    values[:, first + 1 : len(STAGE_FEATURES)] = about[:, [ROW_FEATURES.index(name) for name in OF_ROW]]
    column = np.array([known.index(kind.name) if kind.name in known else -1 for kind in kinds], np.int64)[rows.kind]
    there = np.flatnonzero(column >= 0)
    values[there, len(STAGE_FEATURES) + column[there]] = 1.0
    return values


def _place(filled: Filled, kinds: int) -> Int64:
    """[R] of each row among its request's rows of its kind."""
    key = filled.rows.request * np.int64(kinds) + filled.rows.kind
    order, out = np.argsort(key, kind="stable"), np.empty(len(key), np.int64)
    out[order] = within(starts(np.unique(key, return_counts=True)[1]))
    return out
