"""Greedy and template: what each does with rows whose best order is known."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.pool import RowKind
from rankers.greedy_rows import GreedyRows
from rankers.template_rows import Config, TemplateRows
from tests.ordering.pages import Told, lay, order, rules, worth

SOFT = 1


def overlapping(rng: np.random.Generator, rows: int = 6) -> list[Told]:
    """Rows of five of fourteen titles that are worth the same wherever they stand, each row best first."""
    play = rng.beta(0.5, 4.0, 14)
    picks = [rng.choice(14, 5, replace=False).tolist() for _ in range(rows)]
    return [(SOFT, {t: float(play[t]) for t in sorted(titles, key=lambda t: -play[t])}) for titles in picks]


def value(told: list[Told], picked: list[int] | tuple[int, ...]) -> float:
    return worth(told, picked, lay(told, picked, rules(), 3), rules().examination)


def greedy(told: list[Told], rows: int) -> list[int]:
    return [row for row, _ in order(GreedyRows(), told, rules(), rows=rows, columns=3)]


def test_greedy_is_close_to_the_best_page() -> None:
    """Against all orders of 4 of 6 rows: within 1 - 1/e always, and two percent on average of 20 worlds."""
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(20):
        told = overlapping(rng)
        best = max(value(told, picked) for picked in permutations(range(6), 4))
        shares.append(value(told, greedy(told, 4)) / best)

    assert 1 - 1 / np.e < min(shares) <= max(shares) <= 1 + 1e-9
    assert np.mean(shares) > 0.98


@given(st.integers(0, 10_000))
def test_each_greedy_row_is_the_best_next_one(seed: int) -> None:
    """The first pick is optimal; so is every other, given those above; ties go to the row proposed first."""
    told = overlapping(np.random.default_rng(seed), rows=5)
    picked = greedy(told, 5)

    for position in range(len(picked)):
        above = picked[:position]
        gains = {row: value(told, [*above, row]) for row in range(5) if row not in above}
        assert max(gains.values()) == pytest.approx(gains[picked[position]])
    assert [0, 1, 2] == [row for row, _ in order(GreedyRows(), [(SOFT, {n: 0.5}) for n in range(3)], rules())]


NAMES = ("a", "b", "c")
KINDS = [RowKind(name=name, headings=("x",), min_titles=1) for name in NAMES]


@pytest.mark.parametrize(
    ("sequence", "rows", "expected"),
    [
        ("abc", "cbacba", "abcc ba"),
        ("cab", "aabbcc", "cabb ac"),
        ("aab", "abcabca", "aabb cca"),
        ("b", "abcb", "bb ac"),
        ("ab", "ccc", "ccc"),
        ("abab", "aabb", "abab"),
        ("ba", "aac", "aac"),
    ],
)
def test_the_template_is_followed(sequence: str, rows: str, expected: str) -> None:
    """Kind after kind, the last of the sequence as long as it has rows; then the others as they were proposed."""
    told: list[Told] = [(NAMES.index(kind), {n: 0.5 - n / 100}) for n, kind in enumerate(rows)]
    found = [row for row, _ in order(TemplateRows(config=Config(sequence=tuple(sequence))), told, rules(kinds=KINDS))]

    assert expected.replace(" ", "") == "".join(rows[row] for row in found)
    for kind in NAMES:
        mine = [row for row in found if rows[row] == kind]
        assert sorted(mine) == mine


def test_a_kind_the_homepage_does_not_have_is_passed_over() -> None:
    """The sequence may name more than is switched on."""
    told: list[Told] = [(1, {1: 0.5}), (0, {2: 0.5})]
    orderer = TemplateRows(config=Config(sequence=("horoscope", "a", "b")))

    assert [1, 0] == [row for row, _ in order(orderer, told, rules(kinds=KINDS))]
