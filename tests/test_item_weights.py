"""Item weights: a sparse matrix product, written down as rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from pagegen.arrays import NONE
from pagegen.pool.item_weights import ItemWeights, collected, heaviest, item_weights, load_item_weights, trimmed

W = np.array([[0.0, 0.5, 0.25, 0.5], [1.0, 0.0, 0.0, 3.0], [0.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.125, 0.0]])
SEEDS = np.array([3, 0, 2], np.int32)  # title 1 has no row


def weights(most: int = 9) -> ItemWeights:
    return item_weights(SEEDS, heaviest(csr_matrix(W[SEEDS]), most), 4)


def titles(*positions: int) -> np.ndarray:
    return np.array(positions, np.int32)


def test_rows_are_those_of_the_matrix_with_the_heaviest_first() -> None:
    """At most as many as wanted, no zeros, ties to the lower title."""
    assert [[0, 2], [1, 3, 2], []] == [weights().row(seed)[0].tolist() for seed in SEEDS.tolist()]
    assert [[2.0, 0.125], [0.5, 0.5, 0.25], []] == [weights().row(seed)[1].tolist() for seed in SEEDS.tolist()]
    assert [[0], [1], []] == [weights(1).row(seed)[0].tolist() for seed in SEEDS.tolist()]


@pytest.mark.parametrize("history", [(0,), (3, 0), (0, 1, 2, 3), (1, 2), ()])
def test_the_sum_is_a_vector_times_the_matrix(history: tuple[int, ...]) -> None:
    """What has no row adds nothing."""
    x = np.zeros(4)
    x[list(history)] = weight = np.arange(1.0, len(history) + 1)
    x[1] = 0.0
    found = weights().sum(titles(*history), weight)

    assert ("float32", (x @ W).tolist()) == (str(found.dtype), found.tolist())


@given(
    st.lists(st.integers(0, 3), unique=True), st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=4, max_size=4)
)
def test_the_heaviest_adds_most_to_the_sum(history: list[int], weight: list[float]) -> None:
    """Of those that add anything, but not of a title to itself; the first of equals; NONE where nothing is added."""
    rows = zip(history, weight, strict=False)
    added = [[w * W[seed, t] * (seed != t and seed in SEEDS) for t in range(4)] for seed, w in rows]
    columns = [[row[t] for row in added] for t in range(4)]
    expected = [history[column.index(max(column))] if max(column, default=0) > 0 else NONE for column in columns]
    asked = np.array([2, 0, 1, 3, 0])
    found = weights().heaviest_of(titles(*history), np.array(weight[: len(history)]), asked)

    assert [expected[t] for t in asked.tolist()] == found.tolist()


def test_saved_weights_are_the_same_again() -> None:
    """To the bit, on the same catalog."""
    again = load_item_weights(weights().save(), titles(0, 1, 2, 3), 4)

    assert {name: array.tobytes() for name, array in weights().save().items()} == {
        name: array.tobytes() for name, array in again.save().items()
    }
    assert weights().row_of.tolist() == again.row_of.tolist()


def test_titles_move_and_vanish() -> None:
    """The catalog got a new first title and lost title 0: neither its row nor its column is left."""
    moved = load_item_weights(weights().save(), titles(-1, 4, 3, 2), 5)

    assert [-1, -1, 0, 1, -1] == moved.row_of.tolist()
    assert [2, 3] == moved.seed.tolist()
    assert ([3], [0.125]) == tuple(column.tolist() for column in moved.row(2))
    assert [0.0, 0.0, 0.0, 0.125, 0.0] == moved.sum(titles(2, 3, 4), np.ones(3)).tolist()


def test_no_rows_are_no_weights() -> None:
    """A catalog in which nothing was learnt."""
    nothing = item_weights(titles(), [], 3)

    assert [0.0, 0.0, 0.0] == nothing.sum(titles(0, 2), np.ones(2)).tolist()
    assert [-1, -1] == load_item_weights(nothing.save(), titles(0, 1, -1), 2).row_of.tolist()


def test_trimmed_rows_keep_the_heaviest() -> None:
    """Above 0, ties to the lower title; the shape stays."""
    expected = [[0.0, 0.5, 0.0, 0.5], [1.0, 0.0, 0.0, 3.0], [0.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.125, 0.0]]

    assert expected == trimmed(csr_matrix(W), 2).toarray().tolist()
    assert (0, 3) == trimmed(csr_matrix((0, 3)), 2).shape


def test_a_title_collects_from_the_heaviest_of_its_row() -> None:
    """Of three titles at 1, 3 and 4 of a catalog, each from the one that its row weighs most."""
    matrix = csr_matrix(np.array([[0.0, 2.0, 1.0], [0.5, 0.0, 4.0], [5.0, 0.25, 0.0]]))
    found = collected(titles(1, 3, 4), matrix, 1, 6)

    assert [[0, 0, 0, 0, 5, 0], [0, 2, 0, 0, 0, 0], [0, 0, 0, 4, 0, 0]] == [
        found.total(titles(seed)).tolist() for seed in (1, 3, 4)
    ]
