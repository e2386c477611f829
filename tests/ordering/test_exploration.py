"""Exploration: chances that are what they say, in worlds small enough to count all pages."""

from collections import Counter
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from pagegen.errors import ConfigError
from pagegen.homepage import HOME
from pagegen.ordering import Assembly, Orderer, log_probability
from pagegen.pool import RowKind
from rankers.greedy_rows import GreedyRows
from rankers.independent_rows import IndependentRows
from tests.ordering.exploring import (
    NEAR,
    SOFT,
    Laid,
    all_pages,
    as_pages,
    chance_of,
    chances,
    exploring,
    laid,
    made,
)
from tests.ordering.orderers import ORDERERS
from tests.ordering.pages import KINDS, Told, contexts, filled, lawful, rows_of, rules, worth
from tests.worlds import ask


@pytest.mark.parametrize("orderer", ORDERERS.values(), ids=ORDERERS)
def test_the_chances_of_all_pages_sum_to_one(orderer: Orderer) -> None:
    """Three of four rows, in every order, with their titles in every order: each counted once, nothing is left over."""
    every = [chance_of(orderer, NEAR, exploring(), page, rows=3) for page in all_pages(NEAR, 3)]

    assert sum(every) == pytest.approx(1.0, abs=1e-12)
    assert sum(chance > 0 for chance in every) > 10


@pytest.mark.parametrize("orderer", ORDERERS.values(), ids=ORDERERS)
def test_pages_come_as_often_as_their_chances_say(orderer: Orderer) -> None:
    """Two thousand pages; chi-squared over all pages that are expected five times or more, the others together."""
    pages = made(orderer, NEAR, exploring(), pages=2_000, rows=3)
    seen = Counter(str(page) for page in laid(pages, NEAR))
    said = {str(page): chance for page, chance in zip(laid(pages, NEAR), chances(pages), strict=True)}
    often = [page for page, chance in said.items() if 2_000 * chance >= 5]
    expected = np.array([2_000 * said[page] for page in often])
    found = np.array([seen[page] for page in often])
    expected, found = (np.append(part, max(2_000 - part.sum(), 1e-9)) for part in (expected, found))

    assert len(often) > 10
    assert chi2.sf((((found - expected) ** 2) / expected).sum(), len(often)) > 0.001


def test_each_step_is_drawn_by_its_share_of_the_values() -> None:
    """By hand: rows of .5, .4 and .1 at share .3; of the first two one is drawn, and the next is then certain."""
    told: list[Told] = [(SOFT, {1: 0.5}), (SOFT, {2: 0.4}), (SOFT, {3: 0.1})]
    rules_ = exploring(0.3, 0.0)

    assert chance_of(GreedyRows(), told, rules_, [(0, [1]), (1, [2]), (2, [3])]) == pytest.approx(5 / 9)
    assert chance_of(GreedyRows(), told, rules_, [(1, [2]), (0, [1]), (2, [3])]) == pytest.approx(4 / 9)
    assert chance_of(GreedyRows(), told, rules_, [(2, [3]), (0, [1]), (1, [2])]) == 0.0


def test_titles_are_drawn_by_their_share_of_the_probabilities() -> None:
    """By hand: titles of .5, .4 and .1 at share .3; the third stays where it is."""
    told: list[Told] = [(SOFT, {1: 0.5, 2: 0.4, 3: 0.1})]
    rules_ = exploring(0.0, 0.3)

    assert chance_of(GreedyRows(), told, rules_, [(0, [1, 2, 3])]) == pytest.approx(5 / 9)
    assert chance_of(GreedyRows(), told, rules_, [(0, [2, 1, 3])]) == pytest.approx(4 / 9)
    assert chance_of(GreedyRows(), told, rules_, [(0, [1, 3, 2])]) == 0.0


def test_a_step_that_would_not_be_taken_ends_the_chances() -> None:
    """The steps before it keep theirs; from it on there is none, even where the orderer would go on so."""
    told: list[Told] = [(SOFT, {1: 0.5}), (SOFT, {2: 0.45}), (SOFT, {3: 0.1}), (SOFT, {4: 0.01})]
    page = as_pages(told, [(1, [2]), (2, [3]), (0, [1]), (3, [4])])
    found = log_probability(GreedyRows(), contexts([ask()]), filled(told), exploring(0.3, 0.0), page)

    assert [pytest.approx(np.log(0.45 / 0.95)), -np.inf, -np.inf, -np.inf] == found.tolist()


@pytest.mark.parametrize("orderer", ORDERERS.values(), ids=ORDERERS)
def test_the_beginning_of_a_page_has_a_chance_too(orderer: Orderer) -> None:
    """That of its steps: the sum over all pages that begin so."""
    beginning = [(0, [1, 2, 3]), (2, [7, 6])]
    chance = chance_of(orderer, NEAR, exploring(), beginning, rows=3)
    whole = [page for page in all_pages(NEAR, 3) if page[:2] == beginning]

    assert chance > 0
    assert chance == pytest.approx(sum(chance_of(orderer, NEAR, exploring(), page, rows=3) for page in whole))


@pytest.mark.parametrize("orderer", ORDERERS.values(), ids=ORDERERS)
def test_without_shares_nothing_is_left_to_chance(orderer: Orderer) -> None:
    """Rows and titles of the very same value stay in their order, whatever the seed."""
    told: list[Told] = [(SOFT, {n: 0.5, n + 10: 0.5}) for n in range(4)]
    pages = [made(orderer, told, exploring(0.0, 0.0), rng_seed=seed) for seed in range(5)]

    assert {(0, 1, 2, 3)} == {tuple(page.rows.seed.tolist()) for page in pages}
    assert {pages[0].title.tobytes()} == {page.title.tobytes() for page in pages}
    assert (pages[0].chance == 1).all()


def test_seed_member_and_page_number_fix_the_draws() -> None:
    """And nothing else does; each of them makes other pages."""
    told: list[Told] = [(SOFT, {n: 0.5, n + 10: 0.5, n + 20: 0.5}) for n in range(9)]
    same = {"member_id": "ann", "rng_seed": 3}
    others: list[dict[str, Any]] = [{}, {"rng_seed": 4}, {"member_id": "bob"}, {"page_number": 1}]
    pages = [
        GreedyRows().order(contexts([ask(**{**same, **other})]), filled(told), exploring()).title.tobytes()
        for other in [*others, *others]
    ]

    assert pages[:4] == pages[4:]
    assert len(set(pages)) == 4


def test_rows_in_their_sources_order_and_slots_off_the_screen_stay() -> None:
    """A rank is a rank; and nobody learns much from what is hardly seen."""
    kinds = [RowKind(name="ranks", headings=("x",), order="source"), RowKind(name="soft", headings=("x",))]
    told: list[Told] = [(0, dict.fromkeys(range(9), 0.5)), (1, dict.fromkeys(range(10, 19), 0.5))]
    pages = made(GreedyRows(), told, exploring(0.0, 0.5, kinds=kinds), pages=50, visible_columns=3)
    shown = [[titles for _, titles in page] for page in laid(pages, told)]

    assert {tuple(range(9))} == {tuple(ranks) for ranks, _ in shown}
    assert 6 == len({tuple(soft[:3]) for _, soft in shown})
    assert {tuple(range(13, 19))} == {tuple(soft[3:]) for _, soft in shown}


def test_rows_stand_in_for_each_other_by_what_their_orderer_goes_by() -> None:
    """By hand: the second row adds next to nothing below the first, and to independent rows is as good as the third."""
    told: list[Told] = [(SOFT, {1: 0.5}), (SOFT, {1: 0.48, 2: 0.01}), (SOFT, {3: 0.47})]
    page: Laid = [(0, [1]), (1, [2]), (2, [3])]
    own = 0.48 + 0.93 * 0.01

    assert chance_of(GreedyRows(), told, exploring(0.1, 0.0), page) == 0.0
    assert chance_of(IndependentRows(), told, exploring(0.1, 0.0), page) == pytest.approx(
        0.5 / (0.5 + own + 0.47) * own / (own + 0.47)
    )


def test_pages_that_are_only_tried_are_without_chance() -> None:
    """Whoever looks ahead sees the same in all of them."""
    rules_ = exploring(0.9, 0.9)
    told: list[Told] = [(SOFT, {n: 0.5, n + 10: 0.5, n + 20: 0.5}) for n in range(3)]
    page = Assembly(contexts([ask()]), 0, filled(told), range(3), rules_)
    tried, (gain, may) = page.fork(), page.gains()
    for row in range(3):
        tried.place(row, float(gain[row]))

    assert {(row, 1.0) for row in range(3)} == {tried.explored(row, gain, may) for row in range(3)}
    assert {(0, 1, 2)} == {tuple((placed.candidate % 3).tolist()) for placed in tried.placed}
    assert page.explored(0, gain, may)[1] < 1


def test_a_template_keeps_its_sequence_of_kinds() -> None:
    """Only which of a kind's rows comes next is left to chance."""
    kinds = [RowKind(name=name, headings=("x",), min_titles=1) for name in ("top_picks", "genre")]
    told: list[Told] = [(1, {1: 0.5}), (0, {2: 0.5}), (1, {3: 0.5}), (1, {4: 0.5})]
    orderer = HOME.orderers["template"].make(HOME.orderers["template"].config())
    pages = made(orderer, told, exploring(kinds=kinds), pages=50)
    found = {tuple(row for row, _ in page) for page in laid(pages, told)}

    assert {(1, *rows) for rows in permutations((0, 2, 3))} == found


ROW = st.tuples(st.integers(0, 2), st.dictionaries(st.integers(0, 12), st.floats(0.01, 1.0), min_size=1, max_size=8))
RULE = st.fixed_dictionaries(
    {},
    optional={
        "pin": st.integers(0, 4),
        "first": st.integers(0, 3),
        "last": st.integers(3, 9),
        "max_rows": st.integers(0, 3),
        "distance": st.integers(1, 4),
    },
)


@pytest.mark.parametrize("orderer", ORDERERS.values(), ids=ORDERERS)
@given(kinds=st.lists(st.integers(0, 2), max_size=9), of_kinds=st.tuples(RULE, RULE, RULE), seed=st.integers(0, 99))
def test_no_explored_page_breaks_a_rule(
    kinds: list[int], of_kinds: tuple[Any, Any, Any], seed: int, orderer: Orderer
) -> None:
    """Whatever the rules and the draws: a row may only make way for one that may stand there."""
    try:
        rules_ = exploring(0.9, 0.9, **dict(zip(("hard", "soft", "free"), of_kinds, strict=True)))
    except ConfigError:
        return
    told: list[Told] = [(kind, {n: 0.9 - n / 50}) for n, kind in enumerate(kinds)]
    found = [row for row, _ in rows_of(made(orderer, told, rules_, rng_seed=seed, rows=6))]
    page, left = [kinds[row] for row in found], [kind for row, kind in enumerate(kinds) if row not in found]

    assert len(set(found)) == len(found)
    assert lawful(page, left, rules_)


@given(
    st.lists(ROW, max_size=7),
    st.integers(0, 4),
    st.integers(1, 5),
    st.sampled_from(list(ORDERERS.values())),
    st.integers(0, 99),
)
def test_explored_pages_are_valued_as_they_stand(
    told: list[Told], hard_rows: int, columns: int, orderer: Orderer, seed: int
) -> None:
    """Gains add up to the objective of the page as it was drawn; no title stands twice in the hard rows."""
    rules_ = exploring(0.9, 0.9, hard_rows=hard_rows)
    pages = made(orderer, told, rules_, rng_seed=seed, columns=columns)
    found = rows_of(pages)
    shown = [titles for _, titles in found]
    top = [t for (row, titles) in found[:hard_rows] if KINDS[told[row][0]].dedup != "exempt" for t in titles]

    assert pages.gain.sum() == pytest.approx(worth(told, [row for row, _ in found], shown, rules_.examination))
    assert len(set(top)) == len(top)
    assert [told[row][1][t] for row, titles in found for t in titles] == pages.play.tolist()


def test_chances_tell_what_other_pages_would_have_been_worth() -> None:
    """
    Inverse propensities: from pages that explored, the plays that the page without exploration would have had, in a
    world whose members play by other probabilities than the engine believes.
    """
    believed: list[Told] = [(SOFT, {1: 0.5, 2: 0.3}), (SOFT, {3: 0.47, 4: 0.26})]
    true: list[Told] = [(SOFT, {1: 0.05, 2: 0.1}), (SOFT, {3: 0.9, 4: 0.8})]
    rules_, draws = exploring(0.5, 0.5), 6_000

    def plays(page: Laid) -> float:
        return worth(true, [row for row, _ in page], [titles for _, titles in page], rules_.examination)

    certain = laid(made(GreedyRows(), believed, rules(), rows=1), believed)[0]
    logged = made(GreedyRows(), believed, rules_, pages=draws, rows=1)
    rng = np.random.default_rng(0)
    played = rng.poisson([plays(page) for page in laid(logged, believed)])
    same = np.array([page == certain for page in laid(logged, believed)])
    estimate = played * same / np.array(chances(logged))

    assert 0.1 < same.mean() < 0.9
    assert abs(played.mean() - plays(certain)) > 5 * estimate.std() / np.sqrt(draws)
    assert abs(estimate.mean() - plays(certain)) < 3 * estimate.std() / np.sqrt(draws)
