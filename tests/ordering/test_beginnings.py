"""Beginnings: what several of them add side by side is what each adds alone, to the bit."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pagegen.errors import ConfigError
from pagegen.ordering import Assembly, Beginnings, ObjectiveConfig, begin
from pagegen.ordering.prices import prices_of
from tests.ordering.pages import KINDS, Told, filled, rules
from tests.ordering.test_constraints import ROWS, RULE
from tests.ordering.test_terms import asked


@given(
    told=ROWS.filter(bool),
    of_kinds=st.tuples(RULE, RULE, RULE),
    hard_rows=st.integers(0, 4),
    terms=st.booleans(),
    seed=st.integers(0, 99),
)
def test_beginnings_add_what_pages_add(
    told: list[Told], of_kinds: tuple[Any, Any, Any], hard_rows: int, terms: bool, seed: int
) -> None:
    """Six drawn pages, row by row, of any kinds, rules, terms: what each row adds, whether it may stand, the value."""
    try:
        rules_ = rules(hard_rows, KINDS, **dict(zip(("hard", "soft", "free"), of_kinds, strict=True)))
    except ConfigError:
        return
    rules_ = replace(rules_, objective=ObjectiveConfig(diversity=0.3 * terms, calibration=0.2 * terms))
    page = Assembly(asked("ann", None, rows=5, columns=3), 0, filled(told), range(len(told)), rules_)
    rng, pages = np.random.default_rng(seed), [page.fork()]
    ways = begin(page, prices_of(page, 0.3).cost, np.ones(len(told), np.bool_))
    while ways.position < page.end:
        gain, may = ways.gains()
        check(ways, pages)
        if not (some := np.flatnonzero(may.any(axis=1))).size:
            break
        which = rng.choice(some, 6)
        row = np.array([rng.choice(np.flatnonzero(may[w])) for w in which])
        pages = [grown(pages[w], r, gain[w, r]) for w, r in zip(which.tolist(), row.tolist(), strict=True)]
        ways = ways.grown(which, row, gain[which, row])

    assert [tuple(one.picked) for one in pages] == list(ways.rows)


def grown(page: Assembly, row: int, gain: float) -> Assembly:
    page = page.fork()
    page.place(row, float(gain))
    return page


def check(ways: Beginnings, pages: Sequence[Assembly]) -> None:
    """Gains and masks of rows that are left, and values."""
    gain, may = ways.gains()
    each = [one.gains() for one in pages]

    assert np.array([own for _, own in each]).tolist() == may.tolist()
    for one, own, (alone, _) in zip(pages, gain, each, strict=True):
        assert own[one.left].tobytes() == alone[one.left].tobytes()
    assert np.allclose([one.value for one in pages], ways.value)


def test_costs_are_what_others_would_make_of_the_titles() -> None:
    """
    By hand, two columns of chances 1 and .93. Title 1 is worth .5 where it is first; title 2 .4 in its own row, .372 in
    another's second place; no other row has title 3. Row 0 uses up .5 + .4 for .872 plays, row 2 nothing.
    """
    told: list[Told] = [(1, {1: 0.5, 2: 0.4}), (1, {2: 0.4, 1: 0.5}), (1, {3: 0.3})]
    page = Assembly(asked("ann", None, rows=3, columns=2), 0, filled(told), range(3), rules())
    found = prices_of(page, 0.5)

    assert np.allclose([0.9 / 0.872, 0.9 / 0.865, 0.0], found.cost)
    assert np.allclose([0.5, 0.5 * 0.85, 0.5 * 0.85**2, 0.0], found.weight)
    assert np.allclose(np.outer(found.weight, found.cost), found.charge)
    assert prices_of(page, 0.0).charge.tolist() == np.zeros((4, 3)).tolist()


def test_prices_fall_where_few_of_the_others_have_room() -> None:
    """Two of four rows: one of the three others follows the first, and a third is charged; none follows the second."""
    told: list[Told] = [(1, {n: 0.5, 9: 0.4}) for n in range(4)]
    page = Assembly(asked("ann", None, rows=2, columns=2), 0, filled(told), range(4), rules())

    assert np.allclose([0.5, 0.85 / 3, 0.0], prices_of(page, 1.0).weight)


def test_what_is_above_makes_no_difference_to_prices() -> None:
    """A page that goes on below two rows is charged as the whole one is from there on."""
    told: list[Told] = [(1, {n: 0.5, 9: 0.4}) for n in range(4)]
    page = Assembly(asked("ann", None, rows=4, columns=2), 0, filled(told), range(4), rules())
    whole = prices_of(page, 1.0)
    for row in (2, 0):
        page.place(row, 0.0)

    assert whole.charge[2:].tobytes() == prices_of(page, 1.0).charge[2:].tobytes()
