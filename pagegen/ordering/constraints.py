"""Constraints: where rows of a kind may stand. Data, compiled to masks that every orderer applies at every step."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from pagegen.arrays import Int16, Int64, Mask, record
from pagegen.errors import ConfigError
from pagegen.pool import RowKind
from pagegen.request import MAX_ROWS


class KindRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for the rows of one kind."""

    pin: int | None = None  # the first of them stands here whenever there is one
    first: int = 0  # the highest position allowed, from 0
    last: int = MAX_ROWS - 1
    max_rows: int = MAX_ROWS
    distance: int = 1  # positions from one to the next; 2: never one directly below the other


class ConstraintsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hard_rows: int = 8  # no title twice in the first so many rows; below, repeats go to the end of their row
    kinds: dict[str, KindRule] = {}


@record
class Constraints:
    hard_rows: int
    pin: Int64  # [kinds] -1 without one
    first: Int64  # [kinds]
    last: Int64  # [kinds]
    max_rows: Int64  # [kinds]
    distance: Int64  # [kinds]

    def allowed(self, kind: Int16, used: Sequence[int], position: int) -> Mask:
        """
        [R] rows that may stand at this position.

        Args:
            kind: [R] of the rows that are left.
            used: kinds of the rows above.
        """
        above = np.asarray(used, np.int64)
        count = np.bincount(above, minlength=len(self.first))
        since = np.full(len(self.first), MAX_ROWS + 1)
        since[above] = position - np.arange(len(above))
        may = (self.first <= position) & (position <= self.last) & (count < self.max_rows) & (since >= self.distance)
        may &= (self.pin <= position) | (count > 0)  # the first of a pinned kind waits for its place
        held = may & (self.pin == position) & (count == 0)
        return held[kind] if held[kind].any() else may[kind]


def compile_constraints(config: ConstraintsConfig, kinds: Mapping[str, RowKind]) -> Constraints:
    """
    Constraints over the kinds of a homepage.

    Raises:
        ConfigError: rules for kinds that do not exist, or that contradict each other; all of them at once.
    """
    problems = [f"page.constraints.kinds.{name}: no such row kind; there are {', '.join(kinds)}" for name in config.kinds if name not in kinds]
    problems += [p for name, rule in config.kinds.items() for p in _contradictions(name, rule)]
    pins = [(name, rule.pin) for name, rule in config.kinds.items() if rule.pin is not None]
    problems += [f"{a} and {b} are both pinned at {p}" for i, (a, p) in enumerate(pins) for b, q in pins[:i] if p == q]
    if problems:
        raise ConfigError("; ".join(problems))
    rules = [config.kinds.get(name, KindRule()) for name in kinds]
    return Constraints(
        hard_rows=config.hard_rows,
        pin=np.array([-1 if rule.pin is None else rule.pin for rule in rules]),
        first=np.array([rule.first for rule in rules]),
        last=np.array([rule.last for rule in rules]),
        max_rows=np.array([rule.max_rows for rule in rules]),
        distance=np.array([rule.distance for rule in rules]),
    )


def _contradictions(name: str, rule: KindRule) -> list[str]:
    problems = []
    if rule.first > rule.last:
        problems.append(f"{name}: first = {rule.first} is below last = {rule.last}")
    if rule.pin is not None and not rule.first <= rule.pin <= rule.last:
        problems.append(f"{name}: pin = {rule.pin} is outside first = {rule.first} to last = {rule.last}")
    if rule.max_rows < 0 or rule.distance < 1:
        problems.append(f"{name}: max_rows = {rule.max_rows} must be at least 0 and distance = {rule.distance} at least 1")
    return problems
