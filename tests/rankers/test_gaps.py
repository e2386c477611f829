"""How much orderers lose to the best page there is, on pages of five of twelve rows that share many titles."""

from itertools import permutations

import numpy as np
import pytest

from pagegen.homepage import HOME
from tests.contracts import some_requests
from tests.ordering.pages import filled, lay, rules, worth
from tests.random_worlds import random_world
from tests.rankers.test_orderers import overlapping
from tests.worlds import ask, tiny_engine
from tools.study.brute import best_value, cases, gaps_of, overlap

ORDERERS = {name: part.make(part.config()) for name, part in HOME.orderers.items()}


def test_brute_force_finds_the_best_page() -> None:
    """The most that any order of 3 of 5 rows is worth to a second opinion."""
    for seed in range(8):
        told = overlapping(np.random.default_rng(seed), rows=5)
        pages = [(picked, lay(told, picked, rules(), 3)) for picked in permutations(range(5), 3)]
        every = [worth(told, picked, page, rules().examination) for picked, page in pages]

        assert max(every) == pytest.approx(best_value(ask(rows=3, columns=3), filled(told), rules()))


def test_overlap_is_the_share_of_slots_that_repeat() -> None:
    """Two rows of three titles, one of them in both; of the first columns only."""
    told = [(1, {1: 0.5, 2: 0.4, 3: 0.3}), (1, {4: 0.5, 1: 0.4, 5: 0.3})]

    assert overlap(filled(told), 3) == pytest.approx(1 / 6)
    assert overlap(filled(told), 1) == 0.0


def test_greedy_is_close_to_brute_force_and_lookahead_closer() -> None:
    """In three random worlds: means and 95th percentiles of what each lacks, on the very same rows."""
    found = []
    for seed in range(3):
        engine = tiny_engine(random_world(seed, titles=600).data)
        drawn = cases(engine, some_requests(40, seed), np.random.default_rng(seed))[:12]
        found.append(gaps_of([ORDERERS["greedy"], ORDERERS["lookahead"]], drawn, engine.rules))
        assert min(overlap(rows, 6) for _, rows in drawn) >= 0.3
    greedy, lookahead = np.concatenate(found, axis=1)

    assert len(greedy) == 36
    assert min(greedy) > -1e-9 < min(lookahead + 1e-9)
    assert greedy.mean() < 0.03
    assert lookahead.mean() < 0.005
    assert (lookahead <= greedy + 1e-9).all()
