"""Products of vectors: right, and the same bytes whoever else is asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.pool import products as module
from pagegen.pool.products import products


@pytest.mark.parametrize("size", [1, 32, 600])
def test_products_are_those_of_the_matrices(size: int) -> None:
    """To the precision of float32, over several blocks of titles."""
    rng = np.random.default_rng(0)
    titles, members = (rng.standard_normal((rows, size)).astype(np.float32) for rows in (1_000, 3))

    np.testing.assert_allclose(
        products(titles, members), members.astype(np.float64) @ titles.T.astype(np.float64), atol=1e-3
    )


@given(st.integers(1, 700), st.integers(1, 12), st.integers(0, 2**32))
def test_a_member_has_the_same_bytes_alone(titles: int, size: int, seed: int) -> None:
    """Blocks are cut by the titles, never by how many members there are."""
    rng = np.random.default_rng(seed)
    vectors, members = (rng.standard_normal((rows, size)).astype(np.float32) for rows in (titles, 5))
    together = products(vectors, members)

    for b in range(len(members)):
        assert products(vectors, members[b : b + 1]).tobytes() == together[b : b + 1].tobytes()


def test_nobody_and_nothing_have_no_products(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty on either side, and blocks never of less than one title."""
    monkeypatch.setattr(module, "FLOATS_AT_ONCE", 1)

    assert (0, 2) == products(np.zeros((2, 4), np.float32), np.zeros((0, 4), np.float32)).shape
    assert (3, 0) == products(np.zeros((0, 4), np.float32), np.zeros((3, 4), np.float32)).shape
    assert [[4.0, 8.0]] == products(np.array([[1, 1], [2, 2]], np.float32), np.full((1, 2), 2, np.float32)).tolist()
