"""How much orderers lose to the best page there is, on pages of five of twelve rows that share many titles."""

from itertools import permutations

import numpy as np
import pytest

from tests.contracts import some_requests
from tests.ordering.orderers import ORDERERS
from tests.ordering.pages import contexts, filled, lay, rules, worth
from tests.random_worlds import random_world
from tests.rankers.test_orderers import overlapping
from tests.worlds import ask, tiny_engine
from tools.study.brute import best_value, cases, gaps_of, overlap


def test_brute_force_finds_the_best_page() -> None:
    """The most that any order of 3 of 5 rows is worth to a second opinion."""
    for seed in range(8):
        told = overlapping(np.random.default_rng(seed), rows=5)
        pages = [(picked, lay(told, picked, rules(), 3)) for picked in permutations(range(5), 3)]
        every = [worth(told, picked, page, rules().examination) for picked, page in pages]

        assert max(every) == pytest.approx(best_value(contexts([ask(rows=3, columns=3)]), filled(told), rules()))


def test_overlap_is_the_share_of_slots_that_repeat() -> None:
    """Two rows of three titles, one of them in both; of the first columns only."""
    told = [(1, {1: 0.5, 2: 0.4, 3: 0.3}), (1, {4: 0.5, 1: 0.4, 5: 0.3})]

    assert overlap(filled(told), 3) == pytest.approx(1 / 6)
    assert overlap(filled(told), 1) == 0.0


@pytest.mark.slow
def test_greedy_is_close_to_brute_force_on_rows_drawn_by_chance() -> None:
    """Twelve rows of 8 of 29 titles: on average and in 19 of 20 cases, what each lacks of the best page."""
    rng = np.random.default_rng(0)
    asked = contexts([ask(rows=5, columns=6)])
    drawn = [(asked, filled(overlapping(rng, rows=12, titles=29, length=8))) for _ in range(40)]
    lost = gaps_of([ORDERERS["greedy"], ORDERERS["lookahead"]], drawn, rules())

    assert min(overlap(rows, 6) for _, rows in drawn) >= 0.3
    assert (lost.mean(axis=1) <= (0.02, 0.005)).all()
    assert np.quantile(lost[0], 0.95) <= 0.04


def test_greedy_is_close_to_brute_force_and_lookahead_closer() -> None:
    """
    In three random worlds, on the very same rows. Their genre rows are ranked by popularity and nearly the same: greedy
    lacks more there than on rows drawn by chance, or on those of ml-1m (`python -m tools.study gaps`).
    """
    found = []
    for seed in range(3):
        engine = tiny_engine(random_world(seed, titles=600).data)
        drawn = cases(engine, some_requests(40, seed), np.random.default_rng(seed))[:8]
        found.append(gaps_of([ORDERERS["greedy"], ORDERERS["lookahead"]], drawn, engine.rules))
        assert min(overlap(rows, 6) for _, rows in drawn) >= 0.3
    greedy, lookahead = np.concatenate(found, axis=1)

    assert len(greedy) == 24
    assert min(greedy) > -1e-9 < min(lookahead + 1e-9)
    assert greedy.mean() < 0.04
    assert lookahead.mean() < 0.005
    assert (lookahead <= greedy + 1e-9).all()
