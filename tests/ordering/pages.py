"""Pages to be ordered, told in a line, and a second opinion on what a page is worth and whether it is lawful."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from pagegen.arrays import starts
from pagegen.context import Contexts, TrendWindows, read_contexts
from pagegen.ordering import Examination, KindRule, Orderer, Pages, Rules, rules_of
from pagegen.ordering.constraints import ConstraintsConfig, compile_constraints, limited
from pagegen.ordering.examination import default_examination
from pagegen.pool import RowKind, Rows
from pagegen.request import PageRequest
from pagegen.rows import Filled
from tests.worlds import ask, title, world

Told: TypeAlias = tuple[int, Mapping[int, float]]  # a row: its kind, and its titles with their probability of a play
KINDS = (
    RowKind(name="hard", headings=("x",), dedup="hard", min_titles=1),
    RowKind(name="soft", headings=("x",), min_titles=1),
    RowKind(name="free", headings=("x",), dedup="exempt", min_titles=1),
)
DATA = world([title(f"t{n:02d}") for n in range(30)])


def rules(hard_rows: int = 8, kinds: Sequence[RowKind] = KINDS, **of_kinds: Any) -> Rules:
    """Rules of these kinds; a keyword holds the rule of the kind it names."""
    config = ConstraintsConfig(hard_rows=hard_rows, kinds={name: KindRule(**rule) for name, rule in of_kinds.items()})
    constraints = compile_constraints(config, {kind.name: kind for kind in kinds})
    own = [limited(kind, config.kinds.get(kind.name, KindRule())) for kind in kinds]
    return rules_of(own, constraints, default_examination())


def filled(*pages: Sequence[Told]) -> Filled:
    """The candidate rows of each request."""
    told = [(b, kind, titles) for b, rows in enumerate(pages) for kind, titles in rows]
    nothing = np.zeros(len(told), np.int32)
    rows = Rows(
        request=np.array([b for b, _, _ in told], np.int32),
        kind=np.array([kind for _, kind, _ in told], np.int16),
        seed=np.arange(len(told), dtype=np.int32),  # tells the rows apart
        variant=nothing.astype(np.int16),
    )
    play = np.array([p for _, _, titles in told for p in titles.values()], np.float64)
    return Filled(
        rows=rows,
        start=starts(np.array([len(titles) for _, _, titles in told], np.int64)),
        title=np.array([t for _, _, titles in told for t in titles], np.int32),
        play=play,
        score=play,
        attraction=np.ones(len(told)),
    )


def contexts(requests: Sequence[PageRequest]) -> Contexts:
    return read_contexts(requests, DATA, TrendWindows())


def order(orderer: Orderer, told: Sequence[Told], rules_: Rules, **geometry: Any) -> list[tuple[int, list[int]]]:
    """The page of one request: each row's number among the told ones, and its titles."""
    return rows_of(orderer.order(contexts([ask(**geometry)]), filled(told), rules_))


def rows_of(pages: Pages) -> list[tuple[int, list[int]]]:
    cuts = zip(pages.start[:-1].tolist(), pages.start[1:].tolist(), strict=True)
    return [
        (seed, pages.title[low:high].tolist()) for seed, (low, high) in zip(pages.rows.seed.tolist(), cuts, strict=True)
    ]


def lay(told: Sequence[Told], picked: Sequence[int], rules_: Rules, columns: int) -> list[list[int]]:
    """The titles of these rows, put one below the other by the rule of repeats."""
    page: list[list[int]] = []
    for position, row in enumerate(picked):
        kind, titles = told[row]
        above = {t for shown in page for t in shown}
        new, old = ([t for t in titles if (t in above) is repeat] for repeat in (False, True))
        how = rules_.kinds[kind].dedup
        if how == "exempt":
            shown = list(titles)
        else:
            shown = new if how == "hard" or position < rules_.constraints.hard_rows else new + old
        page.append(shown[:columns])
    return page


def worth(
    told: Sequence[Told], picked: Sequence[int], page: Sequence[Sequence[int]], examination: Examination
) -> float:
    """The page objective: examination times probability of each title's first slot."""
    row_x, column_x = examination.of("tv")
    above: set[int] = set()
    value = 0.0
    for position, (row, shown) in enumerate(zip(picked, page, strict=True)):
        for column, t in enumerate(shown):
            value += 0.0 if t in above else row_x[position] * column_x[column] * told[row][1][t]
        above |= set(shown)
    return value


def lawful(kinds: Sequence[int], left: Sequence[int], rules_: Rules) -> bool:
    """
    Whether rows of these kinds may stand one below the other while those of `left` are not on the page; repeats of
    titles aside. A row that has to wait may stand where every other row would have to.
    """
    for position, kind in enumerate(kinds):
        above, below = kinds[:position], [*kinds[position + 1 :], *left]
        if not fits(above, kind, rules_):
            return False
        if waits(above, kind, rules_) and any(fits(above, k, rules_) and not waits(above, k, rules_) for k in below):
            return False
    return True


def fits(above: Sequence[int], kind: int, rules_: Rules) -> bool:
    """Whether one more row of the kind may follow at all."""
    rule = rules_.constraints.rules[kind]
    return len(above) <= rule.last and list(above).count(kind) < rule.max_rows


def waits(above: Sequence[int], kind: int, rules_: Rules) -> bool:
    """Whether it ought to stand further down."""
    rule, position = rules_.constraints.rules[kind], len(above)
    early = rule.pin is not None and kind not in above and position < rule.pin
    return early or position < rule.first or kind in list(above)[max(0, position - rule.distance + 1) :]
