"""Constraints: where rows of a kind may stand. Data, compiled to masks that every orderer applies at every step."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from pagegen.arrays import record
from pagegen.errors import ConfigError
from pagegen.pool import RowKind
from pagegen.request import MAX_ROWS

Kinds: TypeAlias = tuple[int, ...]  # positions in the kinds of a homepage


class KindRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    What holds for the rows of one kind. `pin`, `first` and `distance` say where a row has to wait; where no other row
    could take the place, waiting would end the page, and nobody waits.
    """

    pin: int | None = None  # the first of them stands here whenever there is one
    first: int = 0  # the highest position, from 0
    last: int = MAX_ROWS - 1
    max_rows: int = MAX_ROWS
    distance: int = 1  # positions from one to the next; 2: never one directly below the other


class ConstraintsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hard_rows: int = 8  # no title twice in the first so many rows; below, repeats go to the end of their row
    kinds: dict[str, KindRule] = {}


@record
class Constraints:
    hard_rows: int
    rules: tuple[KindRule, ...]  # over kinds
    free: Kinds  # those without a rule of their own
    ruled: Kinds  # the others

    def allowed(self, count: Sequence[int], last: Sequence[int], position: int) -> Iterator[Kinds]:
        """
        Kinds pinned to this position, kinds whose rows may stand at it, and kinds whose rows could if they did not
        have to wait; each a part of the next.

        Args:
            count: rows of each kind above.
            last: position of the lowest of them; not read where there is none.
            position: from 0.
        """
        rules = self.rules
        fits = [k for k in self.ruled if position <= rules[k].last and count[k] < rules[k].max_rows]
        may = [k for k in fits if not _waits(rules[k], count[k], last[k], position)]
        yield tuple(k for k in may if rules[k].pin == position and not count[k])
        yield self.free + tuple(may)
        yield self.free + tuple(fits)


def _waits(rule: KindRule, count: int, last: int, position: int) -> bool:
    for_pin = rule.pin is not None and not count and position < rule.pin
    return for_pin or position < rule.first or (count > 0 and position - last < rule.distance)


def compile_constraints(config: ConstraintsConfig, kinds: Mapping[str, RowKind]) -> Constraints:
    """
    Constraints over the kinds of a homepage.

    Raises:
        ConfigError: rules for kinds that do not exist, or that contradict each other; all of them at once.
    """
    problems = [
        f"page.constraints.kinds.{name}: no such row kind; there are {', '.join(kinds)}"
        for name in config.kinds
        if name not in kinds
    ]
    problems += [p for name, rule in config.kinds.items() for p in _contradictions(name, rule)]
    pins = [(name, rule.pin) for name, rule in config.kinds.items() if rule.pin is not None]
    problems += [f"{a} and {b} are both pinned at {p}" for i, (a, p) in enumerate(pins) for b, q in pins[:i] if p == q]
    if problems:
        raise ConfigError("; ".join(problems))
    rules = tuple(config.kinds.get(name, KindRule()) for name in kinds)
    ruled = tuple(k for k, rule in enumerate(rules) if rule != KindRule())
    free = tuple(k for k in range(len(rules)) if k not in ruled)
    return Constraints(hard_rows=config.hard_rows, rules=rules, free=free, ruled=ruled)


def _contradictions(name: str, rule: KindRule) -> list[str]:
    problems = []
    if rule.first > rule.last:
        problems.append(f"{name}: first = {rule.first} is below last = {rule.last}")
    if rule.pin is not None and not rule.first <= rule.pin <= rule.last:
        problems.append(f"{name}: pin = {rule.pin} is outside first = {rule.first} to last = {rule.last}")
    if rule.max_rows < 0 or rule.distance < 1:
        problems.append(
            f"{name}: max_rows = {rule.max_rows} must be at least 0 and distance = {rule.distance} at least 1"
        )
    return problems
