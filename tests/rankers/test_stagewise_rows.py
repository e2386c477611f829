"""Stagewise rows: greedy until something is learnt; then what was planted, and no more."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.engine import Engine
from pagegen.ordering import ObjectiveConfig
from pagegen.ordering.stages import STAGE_FEATURES, UNLEARNT
from rankers import stagewise_rows
from rankers.greedy_rows import GreedyRows
from rankers.stagewise_rows import DIRECTION, Config, StagewiseRows
from tests.contracts import some_requests
from tests.ordering.orderers import DISTANCE, FRESH, ORDERERS, learnt, stages
from tests.ordering.pages import Told, contexts, filled, order, rules
from tests.rankers.test_orderers import overlapping
from tests.worlds import ask

SOFT, FREE = 1, 2
APART = learnt(lambda features: np.where(features[:, DISTANCE] == 1, 0.4, 1.0))


@given(st.integers(0, 10_000))
def test_without_trees_it_is_greedy(seed: int) -> None:
    """Rows and titles, whatever they share."""
    told = overlapping(np.random.default_rng(seed))

    assert order(GreedyRows(config=UNLEARNT), told, rules()) == order(StagewiseRows(), told, rules())


def test_without_trees_its_pages_are_greedys_to_the_last_bit(engine: Engine) -> None:
    """With extra terms too."""
    varied = replace(engine, rules=replace(engine.rules, objective=ObjectiveConfig(diversity=0.1, calibration=0.2)))
    both = (GreedyRows(config=UNLEARNT), StagewiseRows())
    greedy, same = (replace(varied, orderer=orderer).run(some_requests()).placed for orderer in both)

    for column in ("title", "gain", "start", "row_chance"):
        assert getattr(greedy, column).tobytes() == getattr(same, column).tobytes()


def test_rows_that_are_not_played_below_one_of_their_kind_are_kept_apart() -> None:
    """Greedy puts the second best below the best; who has learnt better puts a row of another kind between them."""
    told: list[Told] = [(SOFT, {1: 0.5}), (SOFT, {2: 0.45}), (FREE, {3: 0.3})]

    assert [0, 1, 2] == [row for row, _ in order(GreedyRows(config=UNLEARNT), told, rules())]
    assert [0, 2, 1] == [row for row, _ in order(APART, told, rules())]
    assert [0.5, 0.3 * 0.85, 0.45 * 0.85**2] == pytest.approx(gains_of(APART, told))


def gains_of(orderer: StagewiseRows, told: list[Told]) -> list[float]:
    """What rows are said to add: what they do, and not what the orderer goes by."""
    gains: list[float] = orderer.order(contexts([ask()]), filled(told), rules()).gain.tolist()
    return gains


def test_what_is_above_counts_the_only_way_it_can() -> None:
    """Planted backwards: rows are played the more, the less of them is new and the more of their kind are above."""
    backwards = learnt(lambda f: np.where(f[:, FRESH] < 0.9, 2.0, 1.0) * np.where(f[:, DISTANCE] < 3, 2.0, 1.0))
    features = stages(lambda f: np.ones(len(f))).features
    assert backwards.trees
    before = backwards.trees.score(features)
    for name, sign in DIRECTION.items():
        moved = features.copy()
        moved[:, STAGE_FEATURES.index(name)] += 1.0
        assert (sign * (backwards.trees.score(moved) - before) >= -1e-12).all()


def test_of_plays_that_come_by_chance_little_is_believed() -> None:
    """Credits shuffled among rows: no two values are a fifth further apart than greedy has them."""
    examples = stages(lambda features: np.where(features[:, DISTANCE] == 1, 0.4, 1.0), size=20_000)
    rng = np.random.default_rng(1)
    shuffled = rng.permutation(examples.credit / examples.expected)
    chance = replace(examples, credit=examples.expected * shuffled)
    model = stagewise_rows.fit(chance, Config(threads=1, min_data_in_leaf=200), np.random.default_rng(0))
    known = stagewise_rows.fit(examples, Config(threads=1, min_data_in_leaf=200), np.random.default_rng(0))

    assert model.trees
    assert known.trees
    assert np.ptp(model.trees.score(examples.features)) < 0.2
    assert np.ptp(known.trees.score(examples.features)) > 0.5


def test_values_stay_within_their_bounds() -> None:
    """However little is played of a row, bounds decide whether another may pass it."""
    harsh = learnt(lambda features: np.where(features[:, DISTANCE] == 1, 0.01, 1.0))
    told: list[Told] = [(SOFT, {1: 0.5}), (SOFT, {2: 0.45}), (FREE, {3: 0.4}), (FREE, {4: 0.1})]

    assert [0, 2, 1, 3] == [row for row, _ in order(replace(harsh, most=3.0), told, rules())]
    assert [0, 1, 2, 3] == [row for row, _ in order(replace(harsh, most=1.05), told, rules())]


def test_out_of_a_bundle_it_is_the_same(engine: Engine) -> None:
    """Pages to the last bit, and what is saved again; of what has learnt nothing too."""
    for orderer in (ORDERERS["stagewise"], StagewiseRows()):
        assert isinstance(orderer, StagewiseRows)
        again = stagewise_rows.load(orderer.save())
        mine, theirs = (replace(engine, orderer=o).run(some_requests()).placed for o in (orderer, again))
        assert mine.title.tobytes() == theirs.title.tobytes()
        assert str(orderer.save()) == str(again.save())
    assert stagewise_rows.load({}).trees is None


def test_the_same_examples_make_the_same_orderer() -> None:
    """Given the same generator; without a play there is nothing to learn."""
    examples = stages(lambda features: np.where(features[:, DISTANCE] == 1, 0.4, 1.0))
    one, other = (stagewise_rows.fit(examples, Config(), np.random.default_rng(0)).save() for _ in range(2))

    assert one["trees"] == other["trees"]
    nothing = replace(examples, credit=np.zeros(len(examples.credit)))
    assert stagewise_rows.fit(nothing, Config(), np.random.default_rng(0)).trees is None
