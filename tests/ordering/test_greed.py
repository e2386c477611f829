"""Greed: rows by value, the first of them after trials, as a plain reading has it that goes on page by page."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from pagegen.arrays import Float64
from pagegen.ordering import Assembly, Greed, ObjectiveConfig, greedy
from pagegen.ordering.greed import FOLLOWERS
from pagegen.ordering.prices import Prices, prices_of
from tests.ordering.pages import KINDS, Told, filled, rules
from tests.ordering.test_terms import asked
from tests.rankers.test_orderers import overlapping

PLAIN = Greed(trials=0)


def drawn_page(rng: np.random.Generator) -> Assembly:
    """Up to 40 rows of two kinds or one, few or many of them wanted, under rules and perhaps with extra terms."""
    kinds = [1, int(rng.integers(1, 3))]
    told: list[Told] = [
        (kinds[n % 2], row) for n, (_, row) in enumerate(overlapping(rng, rows=int(rng.integers(1, 41))))
    ]
    rules_ = rules(int(rng.integers(5)), KINDS, soft={"max_rows": int(rng.integers(1, 6)), "distance": 2})
    terms = ObjectiveConfig(diversity=float(rng.choice([0.0, 0.3])))
    contexts = asked("ann", None, rows=int(rng.integers(1, 13)), columns=3)
    return Assembly(contexts, 0, filled(told), range(len(told)), replace(rules_, objective=terms))


def read(page: Assembly, greed: Greed) -> list[int]:
    """The rows that greed should place on the page."""
    prices = prices_of(page, greed.price)
    while not page.full():
        reached = values(page, prices, allowed=True)
        best = reached.max()
        if np.isneginf(best):
            break
        row = int(reached.argmax())
        if page.end <= greed.pages and page.position < greed.trials:
            first = np.argsort(-reached, kind="stable")[: greed.tried].tolist()
            near = [row for row in first if best - reached[row] <= (1 - greed.near) * abs(best)]
            row = near[int(np.argmax(tried(page, near, prices, greed.depth)))]
        page.place(row, float(page.gains()[0][row]))
    return page.picked


def values(page: Assembly, prices: Prices, *, allowed: bool) -> Float64:
    """[R] of the rows that are left, or may stand next; -inf of the others."""
    gain, may = page.gains()
    value = gain - page.outlook.plays * prices.cost * prices.weight[page.position + 1]
    return np.where(may if allowed else page.left, value, -np.inf)


def tried(page: Assembly, rows: Sequence[int], prices: Prices, depth: int) -> list[float]:
    """What the page with each of these rows comes to, gone on with to so many rows, or as many as all can have."""
    ways, spent = [page.fork() for _ in rows], [0.0] * len(rows)
    followers = np.argsort(-values(page, prices, allowed=False), kind="stable")[:FOLLOWERS]
    steps = [*rows]
    for _ in range(depth):
        for n, (way, row) in enumerate(zip(ways, steps, strict=True)):
            spent[n] += prices.cost[row] * way.outlook.plays[row]
            way.place(row, float(way.gains()[0][row]))
            way.left &= np.isin(np.arange(len(way.left)), followers)
        if any(way.position == way.end or not way.gains()[1].any() for way in ways):
            break
        steps = [int(values(way, prices, allowed=True).argmax()) for way in ways]
    return [way.value - prices.weight[way.position] * cost for way, cost in zip(ways, spent, strict=True)]


def test_greed_is_as_it_is_read() -> None:
    """Of 300 drawn pages: whatever the rows, rules, terms and trials."""
    for seed in range(300):
        rng = np.random.default_rng(seed)
        page, greed = drawn_page(rng), drawn_greed(rng)
        made = page.fork()
        greedy(made, greed).fill()
        assert made.picked == read(page.fork(), greed)


def drawn_greed(rng: np.random.Generator) -> Greed:
    """Prices up to those at which rows are worth less than nothing, and trials that go further than by default."""
    return Greed(
        price=float(rng.choice([0.0, 0.3, 1.0])),
        trials=int(rng.integers(2, 6)),
        tried=int(rng.integers(1, 6)),
        near=float(rng.choice([0.0, 0.5, 0.8])),
        depth=int(rng.integers(2, 6)),
    )


def test_trials_make_a_difference_and_a_better_page() -> None:
    """On a good part of short pages, by plays; never on long ones."""
    pages = [drawn_page(np.random.default_rng(seed)) for seed in range(100)]
    worth = []
    for page in (page for page in pages if not page.objective.terms):
        with_them, without = page.fork(), page.fork()
        greedy(with_them, Greed(pages=8)).fill()
        greedy(without, PLAIN).fill()
        worth.append((page.end > 8, with_them.value, without.value))
    more = [mine / theirs for long, mine, theirs in worth if not long]

    assert [mine for long, mine, _ in worth if long] == [theirs for long, _, theirs in worth if long] != []
    assert sum(share != pytest.approx(1) for share in more) > len(more) / 5
    assert np.mean(more) > 1.005
