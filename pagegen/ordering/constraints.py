"""
Constraints: where rows of a kind may stand, how long they are, and what they repeat. Data, compiled to masks that every
orderer applies at every step.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from pagegen.arrays import record
from pagegen.errors import ConfigError
from pagegen.pool import RowKind
from pagegen.pool.types import Dedup
from pagegen.request import MAX_COLUMNS, MAX_ROWS

Kinds: TypeAlias = tuple[int, ...]  # positions in the kinds of a homepage
Position: TypeAlias = Annotated[int, Meta(ge=0, lt=MAX_ROWS)]
Titles: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_COLUMNS)]
LENGTHS = ("min_titles", "max_titles", "dedup")  # what a rule may say instead of the kind


class KindRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    What holds for the rows of one kind. `pin`, `first` and `distance` say where a row has to wait; where no other row
    could take the place, waiting would end the page, and nobody waits. What is None is as the kind declares it.
    """

    pin: Position | None = None  # the first of them stands here whenever there is one
    first: Position = 0  # the highest position, from 0
    last: Position = MAX_ROWS - 1
    max_rows: Annotated[int, Meta(ge=0, le=MAX_ROWS)] = MAX_ROWS
    distance: Annotated[int, Meta(ge=1, le=MAX_ROWS)] = 1  # from one to the next; 2: never directly below each other
    min_titles: Titles | None = None  # or as many as the page has columns, where these are fewer
    max_titles: Titles | None = None
    dedup: Dedup | None = None  # hard: never repeats a title from above; soft: below `hard_rows` only; exempt: anywhere


class ConstraintsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hard_rows: Annotated[int, Meta(ge=0, le=MAX_ROWS)] = 8  # no title twice in these; below, repeats end their row
    kinds: dict[str, KindRule] = {}


@record
class Constraints:
    hard_rows: int
    rules: tuple[KindRule, ...]  # over kinds
    free: Kinds  # those without a rule of their own
    ruled: Kinds  # the others

    def allowed(self, count: Sequence[int], last: Sequence[int], position: int) -> tuple[Kinds, Kinds, Kinds]:
        """
        Kinds pinned to this position, kinds whose rows may stand at it, and kinds whose rows could if they did not
        have to wait; each a part of the next.

        Args:
            count: rows of each kind above.
            last: position of the lowest of them; not read where there is none.
            position: from 0.
        """
        rules, fits, may = self.rules, self.free, self.free
        pinned: Kinds = ()
        for k in self.ruled:
            if not _bars(rules[k], count[k], position):
                fits += (k,)
                if not _waits(rules[k], count[k], last[k], position):
                    may += (k,)
                    if rules[k].pin == position and not count[k]:
                        pinned += (k,)
        return pinned, may, fits

    def forbids(self, kind: int, count: int, last: int, position: int) -> str:
        """The kind's own rule that keeps a row of it from the position, or lets it wait; "" where none does."""
        rule = self.rules[kind]
        return _bars(rule, count, position) or _waits(rule, count, last, position)


def _bars(rule: KindRule, count: int, position: int) -> str:
    """The rule by which no row of the kind may stand here or further down."""
    if position > rule.last:
        return "last"
    return "max_rows" if count >= rule.max_rows else ""


def _waits(rule: KindRule, count: int, last: int, position: int) -> str:
    """The rule by which a row of the kind ought to stand further down."""
    if rule.pin is not None and not count and position < rule.pin:
        return "pin"
    if position < rule.first:
        return "first"
    return "distance" if count and position - last < rule.distance else ""


def compile_constraints(config: ConstraintsConfig, kinds: Mapping[str, RowKind]) -> Constraints:
    """
    Constraints over the kinds of a homepage, as they declare themselves.

    Raises:
        ConfigError: rules for kinds that do not exist, or that contradict each other; all of them at once.
    """
    problems = [
        f"page.constraints.kinds.{name}: no such row kind; there are {', '.join(kinds)}"
        for name in config.kinds
        if name not in kinds
    ]
    known = {name: rule for name, rule in config.kinds.items() if name in kinds}
    problems += contradictions(known, {name: limited(kinds[name], rule) for name, rule in known.items()})
    if problems:
        raise ConfigError("; ".join(problems))
    rules = tuple(config.kinds.get(name, KindRule()) for name in kinds)
    ruled = tuple(k for k, rule in enumerate(rules) if rule != KindRule())
    free = tuple(k for k in range(len(rules)) if k not in ruled)
    return Constraints(hard_rows=config.hard_rows, rules=rules, free=free, ruled=ruled)


def limited(kind: RowKind, rule: KindRule) -> RowKind:
    """The row kind with the rule's limits in place of its own."""
    return replace(kind, **{name: value for name in LENGTHS if (value := getattr(rule, name)) is not None})


def contradictions(rules: Mapping[str, KindRule], kinds: Mapping[str, RowKind]) -> list[str]:
    """A sentence for every two rules that cannot hold together; `kinds` have their limits in place."""
    pins = {name: rule.pin for name, rule in rules.items() if rule.pin is not None}
    problems = [problem for name, rule in rules.items() for problem in _own(name, rule, kinds[name])]
    problems += [f"{b} and {a} are both pinned at {pins[a]}" for a, b in combinations(pins, 2) if pins[a] == pins[b]]
    for name, rule in rules.items():
        taken = {pin: other for other, pin in pins.items() if other != name and rule.first <= pin <= rule.last}
        if name not in pins and 0 < len(taken) == rule.last - rule.first + 1:
            others = " and ".join(f"{other} is pinned at {pin}" for pin, other in sorted(taken.items()))
            problems.append(f"{name}: first = {rule.first} to last = {rule.last} leave it no place, for {others}")
    return problems


def _own(name: str, rule: KindRule, kind: RowKind) -> Iterator[str]:
    """Those of one kind."""
    if rule.first > rule.last:
        yield f"{name}: first = {rule.first} is below last = {rule.last}"
    if rule.pin is not None and not rule.first <= rule.pin <= rule.last:
        yield f"{name}: pin = {rule.pin} is outside first = {rule.first} to last = {rule.last}"
    if rule.pin is not None and not rule.max_rows:
        yield f"{name}: pin = {rule.pin} needs a row, and max_rows = 0 allows none"
    if kind.min_titles > kind.max_titles:
        yield f"{name}: min_titles = {kind.min_titles} is above max_titles = {kind.max_titles}"
