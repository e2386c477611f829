"""The bound: no page has more, on small pages it is close to the best, and it is told of plays alone."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.engine import Engine
from pagegen.explaining import gap_of, look
from pagegen.explaining.bound import Field, prices, upper_bound
from pagegen.explaining.gap import Gap
from pagegen.ordering import Assembly, ObjectiveConfig, Rules
from tests.explaining.telling import SOFT, telling
from tests.ordering.orderers import ORDERERS
from tests.ordering.pages import Told, contexts, filled, lay, rules, worth
from tests.ordering.test_constraints import ROWS
from tests.random_worlds import member_ids
from tests.rankers.test_orderers import overlapping
from tests.worlds import ask
from tools.study.brute import best_value


def field(told: list[Told], rules_: Rules, rows: int, columns: int) -> Field:
    """What small pages are made of."""
    page = Assembly(contexts([ask(rows=rows, columns=columns)]), 0, filled(told), range(len(told)), rules_)
    row_x, column_x = page.objective.row_x[:rows], page.objective.column_x[1 : columns + 1]
    return Field(worth=page.objective.worth, title=page.grid.titles, row_x=row_x, column_x=column_x)


@given(told=ROWS.filter(bool), rows=st.integers(1, 3), columns=st.integers(1, 4), hard_rows=st.integers(0, 3))
def test_no_page_is_worth_more_than_the_bound(told: list[Told], rows: int, columns: int, hard_rows: int) -> None:
    """Of all orders of all choices of rows, of kinds with every rule of repeats, by a second opinion."""
    some = told[:5]
    every = [
        worth(some, picked, lay(some, picked, rules(hard_rows), columns), rules().examination)
        for picked in permutations(range(len(some)), min(rows, len(some)))
    ]

    assert max(every) <= upper_bound(field(some, rules(hard_rows), rows, columns)) + 1e-9


def test_the_bound_is_close_to_the_best_page() -> None:
    """Pages of 5 of 12 rows x 6 that share many titles: on average less than 4 % above it, at most 10 %."""
    rng, above = np.random.default_rng(0), []
    for _ in range(12):
        told = overlapping(rng, rows=12, titles=29, length=8)
        best = best_value(contexts([ask(rows=5, columns=6)]), filled(told), rules())
        above.append(upper_bound(field(told, rules(), 5, 6)) / best - 1)

    assert min(above) >= -1e-12
    assert np.mean(above) < 0.04
    assert max(above) < 0.1


def test_rows_that_share_nothing_are_bounded_by_what_they_are_worth() -> None:
    """Short rows of their own titles: the best order is the best, and the bound says so."""
    told: list[Told] = [(SOFT, {0: 0.9, 1: 0.5}), (SOFT, {2: 0.8, 3: 0.7}), (SOFT, {4: 0.1})]
    best = best_value(contexts([ask(rows=2, columns=2)]), filled(told), rules())

    assert best == pytest.approx(upper_bound(field(told, rules(), 2, 2)))


def test_rows_of_the_same_titles_count_once() -> None:
    """Five rows of the same two titles are worth as much as one."""
    told: list[Told] = [(SOFT, {0: 0.9, 1: 0.5})] * 5
    one = 0.9 + 0.93 * 0.5

    assert one == pytest.approx(upper_bound(field(told, rules(), 3, 2)), rel=0.1)
    assert upper_bound(field(told, rules(), 3, 2)) >= one - 1e-12


def test_prices_are_the_dual_of_titles_in_the_best_slots() -> None:
    """Three titles for the two slots 1 and .5: what each adds to the best two in their slots."""
    small = Field(
        worth=np.array([[0.9, 0.6, 0.2]]),
        title=np.array([[0, 1, 2]]),
        row_x=np.array([1.0]),
        column_x=np.array([1.0, 0.5]),
    )

    assert [0.5, 0.2, 0.0] == pytest.approx(prices(small).tolist())  # 1 * .3 + .5 * .4, .5 * .4, nothing


@pytest.mark.parametrize("orderer", ORDERERS)
def test_every_orderer_stays_below(engine: Engine, orderer: str) -> None:
    """Whole pages, and answers that go on below others."""
    with_it = replace(engine, orderer=ORDERERS[orderer])
    found = [gap(with_it, who) for who in member_ids()[:12]]
    for who in member_ids()[:12]:
        token = with_it.run([ask(who, page_size=2)]).pages[0].next_page_token
        found.append(gap(with_it, who, page_size=2, page_token=token))

    assert all(one.plays <= one.bound + 1e-12 for one in found)
    assert all(0 <= one.share < 1 for one in found)
    assert {orderer} == {one.orderer for one in found}


def gap(engine: Engine, who: str, **asked: Any) -> Gap:
    return gap_of(look(engine, ask(who, **asked)))


def test_the_gap_is_of_plays_alone(engine: Engine) -> None:
    """With extra terms the bound stays what it was, and it is said."""
    objective = ObjectiveConfig(diversity=0.2)
    varied = replace(engine, rules=replace(engine.rules, objective=objective))
    plain, other = gap(engine, "m001"), gap(varied, "m001")

    assert (False, True) == (plain.extra_terms, other.extra_terms)
    assert plain.bound == other.bound >= other.plays > 0


def test_the_gap_of_one_row_is_none() -> None:
    """Nothing could be better."""
    found = gap(telling([(SOFT, [1, 2, 3])], {1: 0.5, 2: 0.4, 3: 0.3}), "me")

    assert 0.5 + 0.93 * 0.4 + 0.93**2 * 0.3 == pytest.approx(found.plays)
    assert 0 == pytest.approx(found.share)


def test_the_gap_of_what_follows_counts_only_what_is_left() -> None:
    """Of the row that an earlier answer has shown nothing may come again, not even what it had no columns for."""
    engine = telling([(SOFT, [1, 2, 3, 4]), (SOFT, [1, 5])], dict.fromkeys(range(6), 0.5))
    token = engine.run([ask(columns=2, page_size=1)]).pages[0].next_page_token
    found = gap(engine, "nobody", columns=2, page_size=1, page_token=token)

    assert 0.85 * 0.5 == pytest.approx(found.plays) == pytest.approx(found.bound)
