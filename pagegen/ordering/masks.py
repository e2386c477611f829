"""Masks: which of one request's rows may stand at a position, by the constraints and by what is above."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from pagegen.arrays import NONE, Int16, Int64, Mask
from pagegen.ordering.constraints import Kinds
from pagegen.ordering.rules import Rules

Counts: TypeAlias = tuple[Sequence[int], Sequence[int]]  # by kind: rows above, and the position of the lowest of them
Steps: TypeAlias = tuple[Kinds, Kinds, Kinds]  # as `Constraints.allowed` has them
Forbidden: TypeAlias = tuple[str, int]  # a rule as `KindRule` names it, and the kind that it is a rule of


class Masks:
    """Of rows [R] of these kinds."""

    def __init__(self, kind: Int16, rules: Rules, columns: int) -> None:
        self._kind, self._constraints, self._kinds = kind, rules.constraints, len(rules.kinds)
        self._least = np.minimum(rules.least, columns)[kind]
        self._any_length = ~rules.hard[kind]  # below the hard rows
        self._of: dict[Kinds, Mask] = {}

    def able(self, left: Mask, number: Int64, position: int) -> Mask:
        """[..., R] those of `left` that would show titles enough; `number` of each that it would show."""
        enough = number >= self._least
        if position >= self._constraints.hard_rows:
            enough |= self._any_length
        return left & enough

    def steps(self, above: Counts, position: int) -> Steps:
        """The kinds that are pinned to the position, may stand at it, and could if they did not have to wait."""
        return self._constraints.allowed(*above, position)

    def may(self, able: Mask, steps: Steps) -> tuple[int, Mask]:
        """The kind that is pinned to the position, if one of its rows is able, and [R] the able ones that may."""
        for step, kinds in enumerate(steps):
            if kinds and (rows := able & self._of_kinds(kinds)).any():
                return NONE if step else kinds[0], rows
        return NONE, np.zeros(len(able), np.bool_)

    def rule(self, row: int, above: Counts, position: int) -> Forbidden:
        """The rule of its own kind by which a row that is able may not stand there."""
        kind = int(self._kind[row])
        return self._constraints.forbids(kind, above[0][kind], above[1][kind], position), kind

    def _of_kinds(self, kinds: Kinds) -> Mask:
        """[R] the rows of these kinds; the same few questions come back at every position."""
        if kinds not in self._of:
            chosen = np.zeros(self._kinds, np.bool_)
            chosen[list(kinds)] = True
            self._of[kinds] = chosen[self._kind]
        return self._of[kinds]
