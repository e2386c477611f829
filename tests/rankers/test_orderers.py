"""Orderers: what each does with rows whose best order is known."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.ordering import Greed, Orderer
from pagegen.pool import RowKind
from rankers import lookahead_rows, temperature_rows
from rankers.greedy_rows import GreedyRows
from rankers.independent_rows import IndependentRows
from rankers.lookahead_rows import LookaheadRows
from rankers.temperature_rows import TemperatureRows
from rankers.template_rows import Config, TemplateRows
from tests.ordering.orderers import ORDERERS
from tests.ordering.pages import Told, contexts, filled, lay, order, rules, worth
from tests.worlds import ask

SOFT = 1


def overlapping(rng: np.random.Generator, rows: int = 6, *, titles: int = 14, length: int = 5) -> list[Told]:
    """Rows of five of fourteen titles that are worth the same wherever they stand, each row best first."""
    play = rng.beta(0.5, 4.0, titles)
    picks = [rng.choice(titles, length, replace=False).tolist() for _ in range(rows)]
    return [(SOFT, {t: float(play[t]) for t in sorted(row, key=lambda t: -play[t])}) for row in picks]


def value(told: list[Told], picked: list[int] | tuple[int, ...]) -> float:
    return worth(told, picked, lay(told, picked, rules(), 3), rules().examination)


PLAIN = Greed(price=0.0, trials=0)  # by what a row adds alone


def greedy(told: list[Told], rows: int, greed: Greed = PLAIN) -> list[int]:
    return [row for row, _ in order(GreedyRows(config=greed), told, rules(), rows=rows, columns=3)]


def test_greedy_is_close_to_the_best_page() -> None:
    """
    Against all orders of 4 of 6 rows, in 20 worlds: by what a row adds alone within 1 - 1/e always, and two percent on
    average; with prices and trials half a percent.
    """
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(20):
        told = overlapping(rng)
        best = max(value(told, picked) for picked in permutations(range(6), 4))
        shares.append([value(told, greedy(told, 4, greed)) / best for greed in (PLAIN, Greed())])

    assert 1 - 1 / np.e < np.min(shares) <= np.max(shares) <= 1 + 1e-9
    assert (np.mean(shares, axis=0) > (0.98, 0.995)).all()


@given(st.integers(0, 10_000))
def test_each_greedy_row_is_the_best_next_one(seed: int) -> None:
    """By what rows add: the first is optimal, and every other, given those above; of ties the row proposed first."""
    told = overlapping(np.random.default_rng(seed), rows=5)
    picked = greedy(told, 5)

    for position in range(len(picked)):
        above = picked[:position]
        gains = {row: value(told, [*above, row]) for row in range(5) if row not in above}
        assert max(gains.values()) == pytest.approx(gains[picked[position]])
    for greed in (PLAIN, Greed()):
        assert [0, 1, 2] == greedy([(SOFT, {n: 0.5}) for n in range(3)], 3, greed)


def test_a_row_makes_way_for_one_that_spoils_less() -> None:
    """
    By hand. Row 0 adds .5 + .93 * .5 + .86 * .01 = .974 and has what the others have first: it is charged .3 * .85 *
    (.5 + .5) = .255. Row 1 adds .5 + .93 * .38 = .853 and is charged .3 * .85 * .5 = .127: it stands above, then row 2.
    """
    told: list[Told] = [(SOFT, {1: 0.5, 2: 0.5, 5: 0.01}), (SOFT, {1: 0.5, 3: 0.38}), (SOFT, {2: 0.5, 4: 0.3})]
    charged = greedy(told, 3, Greed(trials=0))

    assert [1, 2, 0] == charged
    assert [0, 1, 2] == greedy(told, 3)
    assert value(told, charged) > value(told, [0, 1, 2])
    assert [0] == greedy(told, 1, Greed(trials=0))  # nothing comes below that could miss the titles


def test_long_pages_are_worth_more_when_titles_have_a_price() -> None:
    """The thirty best titles in one row, twelve each of the sixty best in sixteen others: ten percent on average."""
    rng, more = np.random.default_rng(0), []
    asked = contexts([ask(rows=16, columns=40, device="web")])
    for _ in range(10):
        play = np.sort(rng.beta(0.5, 4.0, 60))[::-1]
        picks = [range(30), *(np.sort(rng.choice(60, 12, replace=False)) for _ in range(16))]
        rows = filled([(SOFT, {int(t): float(play[t]) for t in row}) for row in picks])
        plain, priced = (GreedyRows(config=greed).order(asked, rows, rules()) for greed in (PLAIN, Greed()))
        more.append(priced.gain.sum() / plain.gain.sum())

    assert np.mean(more) > 1.1
    assert min(more) > 0.99


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


def told_by(orderer: Orderer, told: list[Told], columns: int = 3, **of_kinds: Any) -> list[int]:
    return [row for row, _ in order(orderer, told, rules(**of_kinds), columns=columns)]


SAME: list[Told] = [(SOFT, {1: 0.9, 2: 0.8, 3: 0.1}), (SOFT, {1: 0.9, 2: 0.8, 6: 0.05}), (SOFT, {4: 0.5, 5: 0.2})]


def test_independent_rows_do_not_see_those_above() -> None:
    """A row of the very titles that stand above comes second; greedy puts what is new there."""
    assert [0, 1, 2] == told_by(IndependentRows(), SAME)
    assert [0, 2, 1] == told_by(GreedyRows(), SAME)


@given(st.integers(0, 10_000))
def test_independent_rows_stand_by_what_they_are_worth_alone(seed: int) -> None:
    """Each alone on the page, valued by a second opinion: never less than the next."""
    told = overlapping(np.random.default_rng(seed))
    alone = [value(told, [row]) for row in told_by(IndependentRows(), told)]

    assert sorted(alone, reverse=True) == alone


def temperature(**config: float) -> TemperatureRows:
    return TemperatureRows(config=temperature_rows.Config(**config))


def test_shown_titles_are_hot_and_cool_down() -> None:
    """
    By hand, one column: A (title 1, .9) is shown; B (title 1, else 2) is then worth .09 at rho .1, C (.2) is next. One
    row later title 1 has cooled to .85, and B is worth .9 * .1^.85 = .127: more than D (.12), less than E (.13).
    """
    told: list[Told] = [(SOFT, {t: p}) for t, p in ((1, 0.9), (1, 0.9), (3, 0.2), (4, 0.12), (5, 0.13))]

    assert [0, 2, 4, 1, 3] == [row for row, _ in order(temperature(), told, rules(0), columns=1)]
    assert [0, 1, 2, 4, 3] == [row for row, _ in order(temperature(penalty=1.0), told, rules(0), columns=1)]
    assert [0, 2, 4, 3, 1] == [row for row, _ in order(temperature(cooling=1.0), told, rules(0), columns=1)]


@given(st.integers(0, 10_000))
def test_temperature_follows_the_papers_formula(seed: int) -> None:
    """Every row is the best by a plain reading: sort what is left of its titles, weigh by column, add up."""
    told = overlapping(np.random.default_rng(seed))
    found = order(temperature(penalty=0.3, cooling=0.7), told, rules(0), columns=3)
    column_x = rules().examination.of("tv")[1]
    heat = dict.fromkeys(range(14), 0.0)
    for position, (row, shown) in enumerate(found):
        scores = {}
        for other in {row, *(r for r, _ in found[position:])}:
            left = sorted((p * 0.3 ** heat[t] for t, p in told[other][1].items()), reverse=True)[:3]
            scores[other] = sum(x * p for x, p in zip(column_x, left, strict=False))
        assert scores[row] == pytest.approx(max(scores.values()))
        heat = {t: 0.7 * h + (t in shown) for t, h in heat.items()}


def test_titles_that_do_not_move_are_not_sorted_by_what_is_left_of_them() -> None:
    """
    By hand, two columns, x of the second: A shows titles 1 and 2. B has title 1 (.9, then .09), 3 (.2) and 4 (.2), C
    two of .16, .16 + .16 x. Sorted, B is worth .2 + .2 x, more than C; where its titles stay .09 + .2 x, less than C.
    """
    told: list[Told] = [(SOFT, {1: 0.9, 2: 0.8}), (SOFT, {1: 0.9, 3: 0.2, 4: 0.2}), (SOFT, {5: 0.16, 6: 0.16})]
    fixed = rules(0, soft={"dedup": "exempt"})

    assert [(0, [1, 2]), (1, [3, 4]), (2, [5, 6])] == order(temperature(), told, rules(0), columns=2)
    assert [(0, [1, 2]), (2, [5, 6]), (1, [1, 3])] == order(temperature(), told, fixed, columns=2)


def test_attraction_lifts_rows_of_a_kind() -> None:
    """The least valuable of three rows comes first when its kind counts twice; templates do not know the objective."""
    told: list[Told] = [(0, {1: 0.5}), (1, {2: 0.4}), (2, {3: 0.3})]
    lifted = replace(rules(), attraction=np.array([1.0, 1.0, 2.0]))
    for name, orderer in ORDERERS.items():
        expected = [0, 1, 2] if name == "template" else [2, 0, 1]
        assert [0, 1, 2] == [row for row, _ in order(orderer, told, rules())]
        assert expected == [row for row, _ in order(orderer, told, lifted)]


@given(st.integers(0, 10_000), st.integers(1, 6), st.sampled_from([PLAIN, Greed()]))
def test_lookahead_is_never_worse_than_greedy(seed: int, rows: int, greed: Greed) -> None:
    """Than the greedy one of its settings; with the narrowest beam and one row searched for, as with the widest."""
    told = overlapping(np.random.default_rng(seed))
    for searched in ({"beam": 1, "rows": 1, "finished": 1}, {}):
        orderer = LookaheadRows(config=lookahead_rows.Config(greed=greed, **searched))
        found = [row for row, _ in order(orderer, told, rules(), rows=rows, columns=3)]
        assert value(told, found) >= value(told, greedy(told, rows, greed)) - 1e-9


def test_lookahead_sees_what_greedy_does_not() -> None:
    """Greedy takes the row of the two best titles, which spoils both others: two rows ahead it is the worst."""
    told: list[Told] = [
        (SOFT, {1: 0.50, 3: 0.45}),
        (SOFT, {1: 0.50, 2: 0.44}),
        (SOFT, {3: 0.45, 4: 0.44}),
    ]
    orderer = LookaheadRows(config=lookahead_rows.Config(greed=PLAIN))

    assert [0, 1] == greedy(told, 2)
    assert [1, 2] == [row for row, _ in order(orderer, told, rules(), rows=2, columns=3)]
    assert [1, 2] == greedy(told, 2, Greed(price=0.0))  # trials see it too
    assert [0, 1] == greedy(told, 2, Greed(price=0.0, pages=1))  # on pages as short as they are said to be
