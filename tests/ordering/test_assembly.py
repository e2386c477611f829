"""Assembly: repeats, refills and the page objective, against a second opinion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.engine import Engine
from pagegen.ordering import Assembly, Orderer
from tests.ordering.contracts import check_exploration, check_orderer
from tests.ordering.orderers import ORDERERS
from tests.ordering.pages import Told, contexts, filled, lay, order, rows_of, rules, worth
from tests.worlds import ask


@pytest.mark.parametrize("name", ORDERERS)
def test_orderers_explore_as_they_should(name: str, engine: Engine) -> None:
    """Every orderer leaves near-equal steps to chance, and tells with what chance it took them."""
    check_exploration(ORDERERS[name], engine)


PLAY = st.floats(0.0, 1.0, allow_subnormal=False)
TOLD = st.lists(
    st.tuples(st.integers(0, 2), st.dictionaries(st.integers(0, 9), PLAY, min_size=1, max_size=7)), max_size=7
)


@pytest.mark.parametrize("name", ORDERERS)
def test_orderers_keep_their_contract(name: str, engine: Engine) -> None:
    """No row twice, no more rows and columns than asked for, no repeats on top, alone as in a batch."""
    check_orderer(name, ORDERERS[name], engine)


@given(TOLD, st.integers(0, 4), st.integers(1, 7), st.integers(1, 5), st.sampled_from(list(ORDERERS.values())))
def test_pages_are_laid_and_valued_as_they_should(
    told: list[Told], hard_rows: int, rows: int, columns: int, orderer: Orderer
) -> None:
    """The titles of every row by the rule of repeats, and gains that add up to the objective of the finished page."""
    rules_ = rules(hard_rows)
    pages = orderer.order(contexts([ask(rows=rows, columns=columns)]), filled(told), rules_)
    found = rows_of(pages)
    picked, shown = [row for row, _ in found], [titles for _, titles in found]

    assert lay(told, picked, rules_, columns) == shown
    assert pages.gain.sum() == pytest.approx(worth(told, picked, shown, rules_.examination))
    assert [told[row][1][t] for row, titles in found for t in titles] == pages.play.tolist()


def test_a_row_in_the_hard_scope_drops_repeats_and_refills() -> None:
    """Three columns: the second row leaves out what is above it and brings its next titles."""
    told: list[Told] = [(1, {1: 0.9, 2: 0.8, 3: 0.7}), (1, {2: 0.8, 4: 0.3, 1: 0.9, 5: 0.2, 6: 0.1})]

    assert [(0, [1, 2, 3]), (1, [4, 5, 6])] == order(ORDERERS["greedy"], told, rules(8), columns=3)


def test_below_the_hard_scope_repeats_go_to_the_end() -> None:
    """A soft row keeps them, a hard one still drops them, an exempt one keeps its order."""
    rest = {2: 0.8, 4: 0.3, 1: 0.9}
    for kind, expected in ((1, [4, 2, 1]), (0, [4]), (2, [2, 4, 1])):
        told: list[Told] = [(1, {1: 0.9, 2: 0.8}), (kind, rest)]
        assert [(0, [1, 2]), (1, expected)] == order(ORDERERS["template"], told, rules(1), columns=3)


def test_a_row_that_would_be_too_short_waits_for_the_soft_scope() -> None:
    """Its kind needs two new titles on top: below the first two rows repeats may fill it."""
    told: list[Told] = [(1, {1: 0.9, 2: 0.8}), (1, {1: 0.9, 2: 0.8, 3: 0.7}), (1, {4: 0.1, 5: 0.1})]
    kinds = [
        kind if kind.name != "soft" else type(kind)(name="soft", headings=("x",), min_titles=2)
        for kind in rules().kinds
    ]

    assert [0, 2, 1] == [row for row, _ in order(ORDERERS["template"], told, rules(2, kinds))]
    assert [0, 2] == [row for row, _ in order(ORDERERS["template"], told, rules(8, kinds))]


def test_only_titles_in_shown_columns_count_as_shown() -> None:
    """What a row has behind the last column may stand in the next row."""
    told: list[Told] = [(1, {1: 0.9, 2: 0.8}), (1, {2: 0.8, 1: 0.9})]

    assert [(0, [1]), (1, [2])] == order(ORDERERS["greedy"], told, rules(8), columns=1)


def test_a_page_can_be_gone_on_with_by_another_objective() -> None:
    """By what titles are worth there, whatever was looked at before; the page itself stays as it was."""
    told: list[Told] = [(1, {1: 0.9}), (1, {2: 0.2})]
    page = Assembly(contexts([ask(columns=1)]), 0, filled(told), range(2), rules(8))
    usual = page.gains()[0].tolist()
    other = page.fork(page.objective.of_plays(np.array([[0.1], [0.5]])))

    assert ([0.9, 0.2], [0.1, 0.5], usual) == (usual, other.gains()[0].tolist(), page.gains()[0].tolist())
