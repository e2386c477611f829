"""Pages with chance in them, and what is asked of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations, product
from typing import Any, TypeAlias

import numpy as np

from pagegen.arrays import starts
from pagegen.ordering import Exploration, Orderer, Pages, Rules, log_probability
from pagegen.pool import Rows
from tests.ordering.pages import Told, contexts, filled, rows_of, rules
from tests.worlds import ask

Laid: TypeAlias = list[tuple[int, list[int]]]  # a page: numbers of the rows told, and their titles
SOFT = 1
NEAR: list[Told] = [
    (SOFT, {1: 0.50, 2: 0.45, 3: 0.10}),
    (SOFT, {4: 0.48, 1: 0.50, 5: 0.40}),
    (SOFT, {6: 0.44, 7: 0.43}),
    (SOFT, {8: 0.01, 2: 0.01}),
]


def exploring(rows: float = 0.4, slots: float = 0.4, **fields: Any) -> Rules:
    return replace(rules(**fields), exploration=Exploration(rows=rows, slots=slots))


def made(orderer: Orderer, told: Sequence[Told], rules_: Rules, *, pages: int = 1, **asked: Any) -> Pages:
    """Pages of one member for page numbers from 0 on."""
    requests = [ask(page_number=number, **asked) for number in range(pages)]
    return orderer.order(contexts(requests), filled(*[told] * pages), rules_)


def chances(pages: Pages) -> list[float]:
    """[B] of each whole page."""
    return [float(np.prod(pages.chance[pages.start[low] : pages.start[high]])) for low, high in _bounds(pages)]


def laid(pages: Pages, told: Sequence[Told]) -> list[Laid]:
    """Pages of the same rows; those are numbered through the batch."""
    found = rows_of(replace(pages, rows=replace(pages.rows, seed=pages.rows.seed % len(told))))
    return [found[low:high] for low, high in _bounds(pages)]


def _bounds(pages: Pages) -> list[tuple[int, int]]:
    return list(zip(pages.row_start[:-1].tolist(), pages.row_start[1:].tolist(), strict=True))


def as_pages(told: Sequence[Told], page: Laid) -> Pages:
    """One page that nobody need have made."""
    rows = np.array([row for row, _ in page], np.int32)
    titles = np.array([t for _, shown in page for t in shown], np.int32)
    return Pages(
        row_start=np.array([0, len(page)]),
        rows=Rows(
            request=np.zeros(len(page), np.int32),
            kind=np.array([told[row][0] for row, _ in page], np.int16),
            seed=rows,
            variant=np.zeros(len(page), np.int16),
        ),
        gain=np.zeros(len(page)),
        start=starts(np.array([len(shown) for _, shown in page], np.int64)),
        title=titles,
        play=np.zeros(len(titles)),
        score=np.zeros(len(titles)),
        row_chance=np.ones(len(page)),
        title_chance=np.ones(len(titles)),
        more=np.zeros(len(page), np.bool_),
        left=np.zeros(1, np.bool_),
    )


def chance_of(orderer: Orderer, told: Sequence[Told], rules_: Rules, page: Laid, **asked: Any) -> float:
    found = log_probability(orderer, contexts([ask(**asked)]), filled(told), rules_, as_pages(told, page))
    return float(np.exp(found.sum()))


def all_pages(told: Sequence[Told], rows: int) -> Iterator[Laid]:
    """Every order of so many rows without repeats, with every order of the titles in each of them."""
    for picked in permutations(range(len(told)), rows):
        above: set[int] = set()
        shown: list[list[int]] = []
        for row in picked:
            shown.append([t for t in told[row][1] if t not in above])
            above |= set(shown[-1])
        for orders in product(*(permutations(titles) for titles in shown)):
            yield [(row, list(titles)) for row, titles in zip(picked, orders, strict=True) if titles]
