"""Metrics by hand; and the two faults of the published code for NDCG of carousels, which must not come back."""

from math import log2, nan

import numpy as np
import pytest

from pagegen.errors import SchemaError
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.ndcg import ndcg
from pagegen.metrics.ndcg_2d import cell_costs
from pagegen.metrics.registry import measure
from pagegen.metrics.sketch import sketch


def value(notation: str, pages: Measurable) -> float:
    return float(measure(notation).of(pages)[0])


def test_a_perfect_page_is_1_in_two_dimensions() -> None:
    """Targets in the cheapest cells: the corner, then the cells beside and below it, in either order."""
    for text in ("abx/cyz/uvw", "acx/byz/uvw"):
        assert value("ndcg_2d", sketch(text, wanted=["abc"])) == pytest.approx(1.0)
    assert value("ndcg_2d", sketch("abx/cyz/uvw", wanted=["abcd"])) < 1.0


def test_costs_of_rows_and_columns() -> None:
    """Where columns cost more than rows, the cell below is nearer than the one beside."""
    down, right = sketch("xy/ay", wanted=["a"]), sketch("xa/yz", wanted=["a"])

    assert value("ndcg_2d(1,1)", down) == value("ndcg_2d(1,1)", right) == pytest.approx(1 / log2(3))
    assert value("ndcg_2d(1,4)", down) == pytest.approx(log2(5) / log2(6))
    assert value("ndcg_2d(1,4)", right) == pytest.approx(log2(5) / log2(9))


def test_a_repeated_title_counts_at_its_best_cell() -> None:
    """Which is not the first one read: row 2, column 1 is nearer than row 1, column 3."""
    both, near, far = (sketch(text, wanted=["a"]) for text in ("xya/auv", "xyz/auv", "xya/buv"))

    assert value("ndcg_2d", far) < value("ndcg_2d", near) == value("ndcg_2d", both) == pytest.approx(1 / log2(3))


def test_only_well_graded_titles_are_wanted() -> None:
    """
    Of a (5), b (2) and c (no grade) only a is looked for, so finding it is all there is to find; who liked nothing of
    what he or she played has no value, as who played nothing.
    """
    pages = sketch("xa/bc", "bc", "a", wanted=["abc", "bc", ""], grades={"a": 5.0, "b": 2.0})

    assert [1.0, 1.0, nan] == pytest.approx(measure("recall").of(pages).tolist(), nan_ok=True)
    assert [1.0, nan, nan] == pytest.approx(measure("recall[grade>=4]").of(pages).tolist(), nan_ok=True)
    assert [1 / log2(3), nan, nan] == pytest.approx(measure("ndcg_2d[grade>=4]").of(pages).tolist(), nan_ok=True)


def test_fewer_targets_than_cells_leave_the_rest_of_the_ideal_empty() -> None:
    """
    The published code fills the ideal page into memory it never cleared: with fewer targets than cells, what lay there
    before counts. One target at the corner of a large page is a perfect page, whatever was measured before it.
    """
    crowded = sketch("abcd/efgh/ijkl", wanted=["abcdefghijkl"], relevance={"a": 9.0})
    for _ in range(3):
        assert value("ndcg_2d", crowded) == pytest.approx(1.0)
        assert value("ndcg_2d", sketch("abcd/efgh/ijkl", wanted=["a"])) == 1.0
        assert value("ndcg_2d@30x20", sketch("x", wanted=["a"])) == 0.0


def test_more_targets_than_places_are_cut_off_the_ideal_in_one_dimension_as_in_two() -> None:
    """
    The published code cuts the ideal at the number of cells in two dimensions and not at k in one, so the two cannot be
    compared. A page, or the first k slots, full of the best targets is perfect in both.
    """
    full = sketch("abc/def", wanted=["abcdefghijklmno"])

    perfect = [value(name, full) for name in ("ndcg_2d", "ndcg@6", "ndcg", "ndcg@2", "ndcg_2d@1x2")]

    assert [pytest.approx(1.0)] * 5 == perfect


def test_a_single_row_is_a_list() -> None:
    """Of one row, costs of columns shifted by one row are those of a list: log2(1 + j) for a = b = 1."""
    row = sketch("xaybzc", wanted=["abcd"], grid=(1, 6))

    assert value("ndcg_2d", row) == pytest.approx(value("ndcg@6", row))


def test_short_rows_are_misses() -> None:
    """The grid that was asked for is filled up: the same targets on a shorter page are no better."""
    asked = sketch("a/b", wanted=["ab"], grid=(2, 3))

    assert value("precision", asked) == pytest.approx(2 / 6)
    assert value("ndcg_2d", asked) == pytest.approx(1.0)
    assert value("ndcg_2d", sketch("xya/b", wanted=["ab"], grid=(2, 2))) == pytest.approx(
        (1 / log2(3)) / (1 + 1 / log2(3))
    )


def test_the_binary_list_is_the_flattened_page() -> None:
    """The function that training's gate asks and the one for pages are the same metric."""
    pages = sketch("abc/dea/fgh", "abc", wanted=["cdh", "z"])
    ranked = ndcg(np.array([0, 0, 0]), np.array([2, 3, 8]), np.array([3, 1]), 5)

    assert measure("ndcg@5").of(pages).tolist() == ranked.tolist()


def test_cells_in_the_order_of_their_costs() -> None:
    """a i + b j, from 1."""
    assert cell_costs(3, 2, 2, 1).tolist() == [3, 4, 5, 6, 7, 8]
    assert cell_costs(0, 5, 1, 1).tolist() == []


@pytest.mark.parametrize("name", ["ndcg@10", "ndcg_2d", "map", "mrr", "recall@3x4", "precision@5", "hit_rate@1"])
def test_empty_pages_and_empty_wishes(name: str) -> None:
    """A page without rows for somebody who wanted something is worth 0; nobody knows what one is for nothing wanted."""
    pages = sketch("", "ab", "", wanted=["a", "", ""], grid=(2, 2))

    assert measure(name).of(pages).tolist() == pytest.approx([0.0, nan, nan], nan_ok=True)
    assert measure(name).of(sketch()).tolist() == []


def test_what_is_shown_of_nothing() -> None:
    """Pages without titles have no novelty, no diversity, no shares; one title has no diversity."""
    pages = sketch("", ".", "a", genres={"a": "X"}, plays={"a": 1.0}, played=["a", "a", "a"])
    names = ("novelty", "diversity", "miscalibration", "repeat_share", "cold_share", "genre_share(X)")
    expected = [[nan, nan, value] for value in (np.log2(27 / 2), nan, 0.0, 0.0, 0.0, 1.0)]

    assert expected == pytest.approx(np.array([measure(name).of(pages) for name in names]), abs=1e-12, nan_ok=True)


def test_all_metrics_of_no_pages() -> None:
    """Nothing shown, nothing measured, no errors."""
    assert measure("recall_surface@2x3").of(sketch()).shape == (0, 2, 3)
    assert measure("stability").of(sketch(), sketch()).tolist() == []
    assert np.isnan(measure("gini").of_total(measure("gini").total(sketch())))


def test_a_stratum_is_a_weight() -> None:
    """Pages that weigh 0 show nothing; a page that weighs 2 is there twice."""
    coverage, pages = measure("coverage"), sketch("ab", "c")

    assert coverage.of_total(coverage.total(pages, np.array([1.0, 0.0]))) == pytest.approx(2 / 26)
    assert coverage.total(pages, np.array([0.0, 2.0])).sum() == pytest.approx(2.0)


def test_the_first_screen() -> None:
    """`screen` is what each page's device shows before a swipe."""
    tv, phone = (sketch("xax/bxx", wanted=["ab"], visible=visible) for visible in (2, 1))

    assert value("recall@2xscreen", tv) == 1.0
    assert value("recall@2xscreen", phone) == 0.5
    assert value("precision@2xscreen", phone) == 0.5


def test_stability_looks_at_the_top() -> None:
    """A change in the first row matters more than the same one in the last."""
    top, bottom = sketch("ab/cd/ef"), sketch("ab/cd/ex")

    assert value_of_pair(top, sketch("xb/cd/ef")) < value_of_pair(top, bottom) < 1.0
    assert value_of_pair(top, sketch("uv/wx/yz")) == 0.0


def value_of_pair(one: Measurable, other: Measurable) -> float:
    return float(measure("stability").of(one, other)[0])


def test_pages_of_other_requests_are_not_compared() -> None:
    """One page beside two; and targets of two pages for one."""
    with pytest.raises(SchemaError, match=r"1 pages of 26 titles beside 2 of 26"):
        measure("stability").of(sketch("a"), sketch("a", "b"))
    with pytest.raises(SchemaError, match="1 pages, but the targets of 2"):
        sketch("a", wanted=["a", "b"])
