"""Orderers below rows that were shown before: what holds for one page holds for what its answers make together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.arrays import NONE, lengths
from pagegen.errors import ConfigError
from pagegen.ordering import Orderer, Pages, Rules
from pagegen.rows import Above
from rankers.greedy_rows import GreedyRows
from rankers.template_rows import Config, TemplateRows
from tests.ordering.orderers import ORDERERS
from tests.ordering.pages import KINDS, Told, contexts, filled, fits, rows_of, rules, waits
from tests.ordering.test_constraints import ROWS, RULE
from tests.worlds import ask

EXACT = ("greedy", "independent", "stagewise", "template")  # what they put below follows from what is above
SEQUENCED = TemplateRows(config=Config(sequence=("free", "soft", "hard", "soft")))
COLUMNS = 4


def page(orderer: Orderer, told: Sequence[Told], rules_: Rules, above: Above | None = None, **asked: Any) -> Pages:
    candidates = filled(told)
    if above:
        candidates = replace(candidates, above={0: above})
    return orderer.order(contexts([ask(rows=7, columns=COLUMNS, **asked)]), candidates, rules_)


def above(shown: Sequence[tuple[int, list[int]]], kinds: Sequence[int], told: Sequence[Told], *, same: bool) -> Above:
    """What is known of these rows, by number and titles; `same`: they are among the told ones."""
    titles = {t for _, row in shown for t in row}
    numbers = {number for number, _ in shown} if same else set()
    return Above(
        kind=list(kinds),
        row=np.array([number in numbers for number in range(len(told))], np.bool_),
        title=np.array([t in titles for _, row in told for t in row], np.bool_),
    )


def lawful_rules(hard_rows: int, of_kinds: Sequence[Any]) -> Rules | None:
    try:
        return rules(hard_rows, KINDS, **dict(zip(("hard", "soft", "free"), of_kinds, strict=True)))
    except ConfigError:
        return None


@pytest.mark.parametrize("orderer", [*(ORDERERS[name] for name in EXACT), SEQUENCED], ids=[*EXACT, "sequence"])
@given(told=ROWS, of_kinds=st.tuples(RULE, RULE, RULE), hard_rows=st.integers(0, 6), cut=st.integers(0, 7))
def test_what_is_below_is_what_would_have_been_below(
    told: list[Told], of_kinds: tuple[Any, Any, Any], hard_rows: int, cut: int, orderer: Orderer
) -> None:
    """Cut anywhere, under any constraints: the rest of the page, its titles and gains to the last bit."""
    if (rules_ := lawful_rules(hard_rows, of_kinds)) is None:
        return
    whole = page(orderer, told, rules_)
    shown = rows_of(whole)[:cut]
    rest = page(orderer, told, rules_, above(shown, whole.rows.kind[:cut].tolist(), told, same=True))

    assert rows_of(whole)[cut:] == rows_of(rest)
    assert whole.gain[cut:].tobytes() == rest.gain.tobytes()
    assert whole.more[cut:].tolist() == rest.more.tolist()


@pytest.mark.parametrize("orderer", ORDERERS.values(), ids=ORDERERS)
@given(
    before=ROWS,
    told=ROWS,
    of_kinds=st.tuples(RULE, RULE, RULE),
    hard_rows=st.integers(0, 6),
    cut=st.integers(1, 6),
    same=st.booleans(),
)
def test_no_rule_is_broken_across_answers(
    before: list[Told],
    told: list[Told],
    of_kinds: tuple[Any, Any, Any],
    hard_rows: int,
    cut: int,
    same: bool,
    orderer: Orderer,
) -> None:
    """
    Whatever has become of the candidates since: caps, last places and distances hold for the joined page, no title
    stands twice in its hard rows, none of a hard kind below stands above, and no row comes back.
    """
    if (rules_ := lawful_rules(hard_rows, of_kinds)) is None:
        return
    told = before if same else told
    top = page(orderer, before, rules_)
    shown, kinds = rows_of(top)[:cut], top.rows.kind[:cut].tolist()
    rest = page(orderer, told, rules_, above(shown, kinds, told, same=same))
    joined, of_row = [*shown, *rows_of(rest)], [*kinds, *rest.rows.kind.tolist()]
    exempt = [rules_.kinds[kind].dedup == "exempt" for kind in of_row]

    assert len(joined) <= 7
    assert not same or len({number for number, _ in joined}) == len(joined)
    for position in range(len(shown), len(joined)):
        kind, titles = of_row[position], joined[position][1]
        assert fits(of_row[:position], kind, rules_)
        could = [
            fits(of_row[:position], k, rules_) and not waits(of_row[:position], k, rules_) for k in of_row[position:]
        ]
        assert could[0] or position < hard_rows or not any(could)  # who has to wait does, unless all would
        if position < hard_rows or rules_.kinds[kind].dedup == "hard":
            seen = {t for _, row in joined[:position] for t in row}
            assert exempt[position] or not seen & set(titles)


def test_kinds_that_are_gone_still_take_up_room() -> None:
    """A row of a kind that the new homepage lacks counts as a position, for last places and for the page's length."""
    told: list[Told] = [(0, {1: 0.9}), (1, {2: 0.5}), (2, {3: 0.1})]
    gone = Above(kind=[NONE] * 5, row=np.zeros(3, np.bool_), title=np.zeros(3, np.bool_))

    assert [(1, [2]), (2, [3])] == rows_of(page(GreedyRows(), told, rules(hard={"last": 4}), gone))
    assert [(0, [1]), (1, [2])] == rows_of(page(GreedyRows(), told, rules(), gone))


def test_the_template_goes_on_where_it_was() -> None:
    """Below free and soft rows comes the hard one, not the sequence from its start; a kind that is gone is no step."""
    told: list[Told] = [(2, {1: 0.9}), (1, {2: 0.5}), (0, {3: 0.1})]
    nothing = np.zeros(3, np.bool_)

    def first(*kinds: int) -> int:
        return rows_of(page(SEQUENCED, told, rules(), Above(kind=kinds, row=nothing, title=nothing)))[0][0]

    assert [0, 1, 2, 2] == [first(), first(2), first(2, 1), first(2, NONE, 1)]


def test_an_answer_has_room_for_so_many_rows() -> None:
    """The first of the whole page; it says whether rows are left, and which rows have further titles."""
    told: list[Told] = [(1, {n: 0.9 - n / 100 for n in range(5)}), (1, {7: 0.5}), (1, {8: 0.4})]
    whole = page(GreedyRows(), told, rules())

    assert ([True, False, False], [False]) == (whole.more.tolist(), whole.left.tolist())
    for orderer in ORDERERS.values():
        for size in (1, 2, 3, 7):
            part = page(orderer, told, rules(), page_size=size)
            assert rows_of(page(orderer, told, rules()))[:size] == rows_of(part)
            assert [size < 3] == part.left.tolist()
            assert lengths(part.start).tolist() == lengths(whole.start).tolist()[:size]


def test_what_was_shown_is_hot_for_the_temperature() -> None:
    """A title that an earlier answer showed is worth rho of what it was; by hand as in the paper's formula."""
    told: list[Told] = [(1, {1: 0.9}), (1, {4: 0.12}), (1, {5: 0.08})]
    shown = Above(kind=[1], row=np.zeros(3, np.bool_), title=np.array([True, False, False]))

    assert [0, 1, 2] == [row for row, _ in rows_of(page(ORDERERS["temperature"], told, rules(0)))]
    assert [1, 0, 2] == [row for row, _ in rows_of(page(ORDERERS["temperature"], told, rules(0), shown))]
