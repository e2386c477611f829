"""
Soak: a great many pages of drawn rows by drawn rules, looked at by the checker: no rule is broken, and each binds.

A rule binds on a page that would have been another without it. On every page one rule in turn is tried so.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle, pairwise
from typing import Any, TypeAlias

import numpy as np
import pytest

from pagegen.bundle.models import Models
from pagegen.pool import Rows
from pagegen.request import PageRequest
from tests.ordering.checker import RULES, Row, violations
from tests.ordering.drawn import Small, Whole, told, without
from tests.worlds import World, small_settings, tiny_models

TOGETHER = 50  # pages by the same rules
Drawn: TypeAlias = Small | Whole
Made: TypeAlias = tuple[list[Row], list[tuple[int, list[int]]]]
WHOLE = 20  # of so many such batches one is of a whole engine


@pytest.fixture(scope="module")
def models(medium: World) -> Models:
    return tiny_models(medium.data, small_settings())


def test_no_page_breaks_a_rule_and_every_rule_binds(medium: World, models: Models) -> None:
    """Over 5,000 pages of small requests and of the medium world, by all orderers."""
    binds = soaked(5_000, medium, models)

    assert set(RULES) == set(binds)
    assert min(binds.values()) >= 20


@pytest.mark.soak
def test_no_page_of_a_hundred_thousand_breaks_a_rule(medium: World, models: Models) -> None:
    """Every rule binds on a thousand of them, and more."""
    binds = soaked(100_000, medium, models)
    print("\n100,000 pages on which no rule is broken; each was made once more without one of them, and differs")
    for rule in RULES:
        print(f"{binds[rule]:>7,} times without {rule}")

    assert min(binds[rule] for rule in RULES) >= 1_000


def soaked(pages: int, medium: World, models: Models) -> Counter[str]:
    """On how many of so many pages each rule binds, when none is broken."""
    rng, tried, binds = np.random.default_rng(0), cycle(RULES), Counter[str]()
    for batch in range(pages // TOGETHER):
        whole, rule = batch % WHOLE == 0, next(tried)
        drawn = Whole(rng, TOGETHER, medium, models) if whole else Small(rng, TOGETHER)
        made = _made(drawn, drawn.requests, drawn.hard_rows, drawn.rules)
        asked = [told(request, drawn.hard_rows, drawn.rules, drawn.kinds) for request in drawn.requests]
        broken = [(asked_, ready, page) for asked_, (ready, page) in zip(asked, made, strict=True)]
        assert [] == [found for one in broken for found in violations(*one)]
        pages_of_both = zip(map(_shown, made), map(_shown, _free(drawn, rule)), strict=True)
        binds[rule] += sum(one != other for one, other in pages_of_both)
    return binds


def _free(drawn: Drawn, rule: str) -> list[Made]:
    """The pages without this rule."""
    requests, hard_rows, rules = drawn.requests, drawn.hard_rows, drawn.rules
    if rule == "rows":
        requests = [replace(request, rows=100) for request in requests]
    elif rule == "columns":
        requests = [replace(request, columns=100) for request in requests]
    elif rule == "hard_rows":
        hard_rows = 0
    else:
        rules = without(rules, drawn.kinds, rule)
    return _made(drawn, requests, hard_rows, rules)


def _made(drawn: Drawn, requests: Sequence[PageRequest], hard_rows: int, rules: Mapping[str, Any]) -> list[Made]:
    """Of each request the rows that were ready, and the page: which of them, with which titles."""
    filled, pages = drawn.pages(requests, hard_rows, rules)
    titles = [part.tolist() for part in np.split(filled.title, filled.start[1:-1])]
    names = [drawn.kinds[kind].name for kind in filled.rows.kind.tolist()]
    key = _keys(filled.rows)
    made = []
    for b, (low, high) in enumerate(pairwise(filled.of_request(len(requests)).tolist())):
        place = {name: row for row, name in enumerate(key[low:high])}
        placed = range(int(pages.row_start[b]), int(pages.row_start[b + 1]))
        shown = [pages.title[pages.start[p] : pages.start[p + 1]].tolist() for p in placed]
        rows = [place[name] for name in _keys(pages.rows)[placed.start : placed.stop]]
        made.append(([*zip(names[low:high], titles[low:high], strict=True)], [*zip(rows, shown, strict=True)]))
    return made


def _keys(rows: Rows) -> list[tuple[int, int, int]]:
    return [*zip(rows.kind.tolist(), rows.seed.tolist(), rows.variant.tolist(), strict=True)]


def _shown(made: Made) -> list[tuple[str, Sequence[int]]]:
    """The page by kinds and titles."""
    ready, page = made
    return [(ready[row][0], titles) for row, titles in page]
