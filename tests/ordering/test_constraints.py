"""Constraints: where rows may stand, never broken; those that cannot hold together are refused in words."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.errors import ConfigError
from pagegen.homepage import HOME
from pagegen.ordering import Rules
from rankers.template_rows import Config
from tests.ordering.orderers import ORDERERS
from tests.ordering.pages import KINDS, Told, fits, lawful, order, rules, waits


def apart(*kinds: int) -> list[Told]:
    """Rows of these kinds without a title in common, each worth less than the one before."""
    return [(kind, {n: 0.9 - n / 50}) for n, kind in enumerate(kinds)]


def kinds_of(
    kinds: tuple[int, ...], orderer: Any = ORDERERS["greedy"], *, rows: int = 30, **of_kinds: Any
) -> list[int]:
    return [kinds[row] for row, _ in order(orderer, apart(*kinds), rules(**of_kinds), rows=rows)]


@pytest.mark.parametrize("orderer", ORDERERS.values(), ids=ORDERERS)
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, [0, 0, 0, 1, 1, 2]),
        ({"soft": {"pin": 0}}, [1, 0, 0, 0, 1, 2]),
        ({"soft": {"pin": 1}, "free": {"pin": 0}}, [2, 1, 0, 0, 0, 1]),
        ({"hard": {"first": 2}}, [1, 1, 0, 0, 0, 2]),
        ({"hard": {"last": 1}}, [0, 0, 1, 1, 2]),
        ({"hard": {"max_rows": 1}}, [0, 1, 1, 2]),
        ({"hard": {"max_rows": 0}}, [1, 1, 2]),
        ({"hard": {"distance": 2}}, [0, 1, 0, 1, 0, 2]),
        ({"hard": {"distance": 9}}, [0, 1, 1, 2, 0, 0]),
        ({"hard": {"first": 9}, "soft": {"first": 9}, "free": {"first": 9}}, [0, 0, 0, 1, 1, 2]),
    ],
)
def test_each_rule_does_what_it_says(rule: dict[str, Any], expected: list[int], orderer: Any) -> None:
    """Six rows of three kinds, the first most valuable; every orderer obeys in the same way here."""
    assert expected == kinds_of((0, 0, 0, 1, 1, 2), orderer, **rule)


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


@given(
    st.lists(st.integers(0, 2), max_size=9),
    st.tuples(RULE, RULE, RULE),
    st.integers(1, 9),
    st.sampled_from(list(ORDERERS.values())),
)
def test_no_page_breaks_a_rule(kinds: list[int], of_kinds: tuple[Any, Any, Any], rows: int, orderer: Any) -> None:
    """Whatever the rules: none is broken, a page ends only when no row may follow, and pins are kept."""
    named = dict(zip(("hard", "soft", "free"), of_kinds, strict=True))
    try:
        rules_ = rules(**named)
    except ConfigError:
        return
    found = [row for row, _ in order(orderer, apart(*kinds), rules_, rows=rows)]
    page, left = [kinds[row] for row in found], [kind for row, kind in enumerate(kinds) if row not in found]

    assert len(set(found)) == len(found) <= rows
    assert lawful(page, left, rules_)
    assert len(page) == rows or not any(fits(page, kind, rules_) for kind in left)
    for kind, rule in enumerate(rules_.constraints.rules):
        if rule.pin is not None and kind in page[rule.pin :] and kind not in page[: rule.pin]:
            assert kind == page[rule.pin]


ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.dictionaries(st.integers(0, 12), st.floats(0.01, 1.0), min_size=1, max_size=8)),
    max_size=9,
)


@pytest.mark.parametrize("orderer", ORDERERS.values(), ids=ORDERERS)
@given(told=ROWS, of_kinds=st.tuples(RULE, RULE, RULE), hard_rows=st.integers(0, 6))
def test_no_page_of_rows_that_share_titles_breaks_a_rule(
    told: list[Told], of_kinds: tuple[Any, Any, Any], hard_rows: int, orderer: Any
) -> None:
    """Last place, most rows and pins are kept, and no title stands twice in the hard rows, those exempt aside."""
    try:
        rules_ = rules(hard_rows, **dict(zip(("hard", "soft", "free"), of_kinds, strict=True)))
    except ConfigError:
        return
    found = order(orderer, told, rules_, rows=7, columns=4)
    page = [told[row][0] for row, _ in found]
    top = [t for (row, titles) in found[:hard_rows] if rules_.kinds[told[row][0]].dedup != "exempt" for t in titles]

    assert len({row for row, _ in found}) == len(found) <= 7
    assert len(set(top)) == len(top)
    for position, kind in enumerate(page):
        rule = rules_.constraints.rules[kind]
        assert fits(page[:position], kind, rules_)
        assert rule.pin is None or kind in page[:position] or position >= rule.pin or _all_wait(page, position, rules_)


def _all_wait(page: list[int], position: int, rules_: Rules) -> bool:
    """Whether no row further down could have stood here without waiting."""
    return all(waits(page[:position], kind, rules_) for kind in page[position:])


def test_contradictions_name_both_rules_all_at_once() -> None:
    """What cannot hold together is refused with the names and numbers that clash."""
    with pytest.raises(ConfigError) as raised:
        rules(
            hard={"pin": 2, "min_titles": 9, "max_titles": 8},
            soft={"pin": 2, "first": 3, "max_rows": 0},
            free={"first": 5, "last": 4},
        )

    assert str(raised.value).split("; ") == [
        "hard: min_titles = 9 is above max_titles = 8",
        "soft: pin = 2 is outside first = 3 to last = 99",
        "soft: pin = 2 needs a row, and max_rows = 0 allows none",
        "free: first = 5 is below last = 4",
        "soft and hard are both pinned at 2",
    ]


@pytest.mark.parametrize(
    ("of_kinds", "sentence"),
    [
        (
            {"hard": {"pin": 0}, "free": {"last": 0}},
            "free: first = 0 to last = 0 leave it no place, for hard is pinned at 0",
        ),
        (
            {"hard": {"pin": 2}, "soft": {"pin": 1}, "free": {"first": 1, "last": 2}},
            "free: first = 1 to last = 2 leave it no place, for soft is pinned at 1 and hard is pinned at 2",
        ),
        ({"soft": {"min_titles": 5}}, "soft: min_titles = 5 is above max_titles = 3"),
        ({"soft": {"dedup": "hard"}, "hard": {"pin": 1}, "free": {"last": 1}}, None),
        ({"hard": {"pin": 0, "last": 0}, "free": {"pin": 1, "first": 1, "last": 1}}, None),
    ],
)
def test_rules_of_several_kinds_that_leave_one_no_place_are_refused(
    of_kinds: dict[str, Any], sentence: str | None
) -> None:
    """All places of a kind taken by pins of others, a rule against what the kind declares; one place left is enough."""
    short = [replace(kind, max_titles=3) if kind.name == "soft" else kind for kind in KINDS]
    if sentence is None:
        assert rules(kinds=short, **of_kinds).constraints.rules
        return
    with pytest.raises(ConfigError) as raised:
        rules(kinds=short, **of_kinds)

    assert sentence == str(raised.value)


def test_a_rule_says_instead_of_the_kind_what_it_repeats_and_how_long_it_is() -> None:
    """Below one hard row: a soft kind told to be hard drops what is above it, a hard one told to be exempt keeps it."""
    told: list[Told] = [(1, {1: 0.9, 2: 0.8}), (1, {2: 0.7, 1: 0.6, 3: 0.5}), (0, {3: 0.4, 1: 0.3})]

    assert [[1, 2], [3, 2, 1], []] == shown(told)
    assert [[1, 2], [3], []] == shown(told, soft={"dedup": "hard"})
    assert [[1, 2], [3, 2, 1], [3, 1]] == shown(told, hard={"dedup": "exempt"})
    assert [[1, 2], [3, 2, 1], [4]] == shown([*told[:2], (0, {4: 0.4, 1: 0.3})])
    assert [[1, 2], [3, 2, 1], []] == shown([*told[:2], (0, {4: 0.4, 1: 0.3})], hard={"min_titles": 2})


def shown(told: list[Told], **of_kinds: Any) -> list[list[int]]:
    """The titles of each told row on the template's page; none of a row that is not on it."""
    page = dict(order(HOME.orderers["template"].make(Config()), told, rules(1, **of_kinds)))
    return [page.get(row, []) for row in range(len(told))]


def test_rules_of_kinds_that_do_not_exist_are_refused() -> None:
    """With the names of those that do."""
    with pytest.raises(ConfigError, match="horoscope: no such row kind; there are hard, soft, free"):
        rules(horoscope={"pin": 1})


def test_a_pinned_row_with_too_few_new_titles_does_not_end_the_page() -> None:
    """Its place goes to the next best row."""
    told: list[Told] = [(0, {1: 0.9, 2: 0.8}), (1, {1: 0.9}), (2, {3: 0.5})]

    assert [0, 2] == [row for row, _ in order(ORDERERS["greedy"], told, rules(kinds=KINDS, soft={"pin": 1}))]
