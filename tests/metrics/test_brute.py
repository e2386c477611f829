"""Every metric, on any small pages, is what plain Python says straight from its definition."""

from collections.abc import Callable
from dataclasses import replace
from math import nan
from string import ascii_lowercase

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.metrics.measurable import Measurable
from pagegen.metrics.recall import recall_surface
from pagegen.metrics.registry import METRICS, measure
from pagegen.metrics.sketch import sketch
from pagegen.metrics.window import window
from tests.metrics import brute
from tests.metrics.brute import Page

LETTERS = "abcdefg"  # few, so that titles repeat and are met
GENRES = {"a": "X", "b": "XY", "c": "Z", "d": "", "e": "XYZ", "g": "W"}
PLAYS = {"a": 9.0, "b": 1.0, "c": 120.0, "e": 2.0}
AGES = {"a": 1.0, "b": 89.9, "d": 90.0, "e": 4_000.0, "f": -3.0}
RELEVANCE = {"a": 2.0, "b": 0.5, "c": 3.0}
GRADES = {"a": 4.0, "b": 3.5, "c": 5.0, "d": 4.0, "y": 4.5}  # e, f, g and z were played and not graded

ROWS = st.lists(st.sampled_from(LETTERS + "."), max_size=5).map("".join)
TEXTS = st.lists(ROWS, max_size=5).map("/".join)
WANTED = st.lists(st.sampled_from(LETTERS + "yz"), unique=True, max_size=8).map("".join)
PAGE = st.builds(
    lambda text, wanted, played: Page(text, wanted, RELEVANCE, GENRES, "".join(played), PLAYS, AGES),
    TEXTS,
    WANTED,
    st.sets(st.sampled_from(LETTERS)).map(sorted),
)
PAGES = st.lists(PAGE, max_size=4)
SIZE = st.integers(1, 6)


def sketched(pages: list[Page], grid: tuple[int, int] | None = None) -> Measurable:
    return sketch(
        *(page.text for page in pages),
        wanted=[page.wanted for page in pages],
        relevance=RELEVANCE,
        genres=GENRES,
        played=[page.played for page in pages],
        plays=PLAYS,
        age_days=AGES,
        grades=GRADES,
        grid=grid,
    )


def assert_is(notation: str, pages: list[Page], expected: Callable[[Page], float]) -> None:
    measured = measure(notation).of(sketched(pages)).tolist()

    assert pytest.approx([expected(page) for page in pages], abs=1e-12, nan_ok=True) == measured


@given(PAGES, st.integers(1, 30))
def test_the_flattened_page(pages: list[Page], k: int) -> None:
    """NDCG with gains, AP, reciprocal rank, recall, precision and hit rate at k; a repeat is a miss with a place."""
    assert_is(f"ndcg@{k}", pages, lambda page: brute.ndcg(page, k))
    assert_is(f"map@{k}", pages, lambda page: brute.average_precision(page, k))
    assert_is(f"mrr@{k}", pages, lambda page: brute.mrr(page, k))
    assert_is(f"recall@{k}", pages, lambda page: brute.recall_at(page, k))
    assert_is(f"precision@{k}", pages, lambda page: sum(page.hits(k)) / k if page.wanted else nan)
    assert_is(f"hit_rate@{k}", pages, lambda page: float(any(page.hits(k))) if page.wanted else nan)


@given(PAGES, st.integers(1, 30), st.sampled_from([1, 2, 100]))
def test_targets_that_hardly_anybody_had_played(pages: list[Page], k: int, plays: int) -> None:
    """Recall and NDCG of the same pages, had their members wanted nothing else."""
    assert_is(f"recall_cold({plays})@{k}", pages, lambda page: brute.recall_at(brute.wanting_cold(page, plays), k))
    assert_is(f"recall_cold({plays})@2x3", pages, lambda page: brute.recall(brute.wanting_cold(page, plays), 2, 3))
    assert_is(f"ndcg_cold({plays})@{k}", pages, lambda page: brute.ndcg(brute.wanting_cold(page, plays), k))


@given(PAGES, st.sampled_from([name for name, metric in METRICS.items() if metric.by_targets]), st.integers(1, 5))
def test_targets_of_a_good_grade(pages: list[Page], name: str, least: int) -> None:
    """Every metric that looks for played titles: as if nothing else had been played."""
    liked = [replace(page, wanted="".join(t for t in page.wanted if GRADES.get(t, nan) >= least)) for page in pages]
    expected = measure(name).of(sketched(liked)).tolist()

    assert (
        pytest.approx(expected, abs=0, nan_ok=True) == measure(f"{name}[grade>={least}]").of(sketched(pages)).tolist()
    )


@given(PAGES, SIZE, SIZE)
def test_rows_by_columns(pages: list[Page], m: int, n: int) -> None:
    """Recall, precision and hit rate of any window; a title in it twice counts once."""
    assert_is(f"recall@{m}x{n}", pages, lambda page: brute.recall(page, m, n))
    assert_is(f"precision@{m}x{n}", pages, lambda page: brute.precision(page, m, n))
    assert_is(f"hit_rate@{m}x{n}", pages, lambda page: brute.hit_rate(page, m, n))


@given(PAGES, SIZE, SIZE)
def test_the_recall_surface(pages: list[Page], m: int, n: int) -> None:
    """Each point is the recall of its window, wherever targets repeat."""
    expected = [[[brute.recall(page, r + 1, c + 1) for c in range(n)] for r in range(m)] for page in pages]
    measured = recall_surface(sketched(pages), window(f"{m}x{n}"))

    assert (len(pages), m, n) == measured.shape
    np.testing.assert_allclose(measured, np.array(expected).reshape(-1, m, n), atol=1e-12)


@given(PAGES, SIZE, SIZE, st.sampled_from([1, 2, 2.5]), st.sampled_from([1, 1.25, 3]))
def test_ndcg_of_rows_and_columns(pages: list[Page], m: int, n: int, a: float, b: float) -> None:
    """Any costs, any grid, larger or smaller than the page; more targets than cells; repeats; gains that differ."""
    assert_is(f"ndcg_2d({a},{b})@{m}x{n}", pages, lambda page: brute.ndcg_2d(page, m, n, a, b))
    measured = measure(f"ndcg_2d({a},{b})").of(sketched(pages, grid=(m, n))).tolist()

    assert pytest.approx([brute.ndcg_2d(page, m, n, a, b) for page in pages], nan_ok=True) == measured


@given(PAGES)
def test_ndcg_on_the_pages_own_grids(pages: list[Page]) -> None:
    """Without a grid it is the page's rows by its longest row, page by page."""

    def expected(page: Page) -> float:
        rows = page.text.split("/") if page.text else []
        return brute.ndcg_2d(page, len(rows), max(map(len, rows), default=0), 1, 1)

    assert_is("ndcg_2d", pages, expected)


@given(PAGES, SIZE, SIZE)
def test_what_is_shown(pages: list[Page], m: int, n: int) -> None:
    """Novelty, diversity, calibration and composition, with titles nobody knows and genres nobody named."""
    at = f"@{m}x{n}"
    assert_is("novelty" + at, pages, lambda page: brute.novelty(page, m, n))
    assert_is("diversity" + at, pages, lambda page: brute.diversity(page, m, n))
    assert_is("miscalibration" + at, pages, lambda page: brute.miscalibration(page, m, n))
    assert_is("repeat_share" + at, pages, lambda page: brute.repeat_share(page, m, n))
    assert_is("cold_share(2)", pages, lambda page: brute.cold_share(page, 2))
    assert_is("new_share(90)", pages, lambda page: brute.new_share(page, 90))
    assert_is("genre_share(X)", pages, share_of_x)


def share_of_x(page: Page) -> float:
    mix = brute.mix(page, brute.known(page))
    return mix.get("X", 0.0) if mix else nan


@given(st.lists(st.tuples(PAGE, PAGE), max_size=4))
def test_stability(pairs: list[tuple[Page, Page]]) -> None:
    """Of any two pages: what is said, the same from both sides, between 0 and 1, and 1 beside itself."""
    mine, its = (sketched([pair[side] for pair in pairs]) for side in (0, 1))
    stability = measure("stability")

    assert pytest.approx([brute.stability(*pair) for pair in pairs]) == stability.of(mine, its).tolist()
    assert stability.of(its, mine).tolist() == stability.of(mine, its).tolist()
    assert all(0.0 <= value <= 1.0 for value in stability.of(mine, its).tolist())
    assert [1.0] * len(pairs) == stability.of(mine, mine).tolist()


@given(PAGES, SIZE, SIZE)
def test_sets_of_pages(pages: list[Page], m: int, n: int) -> None:
    """Coverage and Gini of all pages at once, and of the same pages one at a time."""
    seen = brute.exposure(pages, m, n)
    values = [float(seen[letter]) for letter in ascii_lowercase]
    for name, expected in (("coverage", len(seen) / brute.TITLES), ("gini", brute.gini(values))):
        asked = measure(f"{name}@{m}x{n}")
        parts = sum((asked.total(sketched([page])) for page in pages), start=np.zeros(brute.TITLES))

        assert pytest.approx(expected, abs=1e-12, nan_ok=True) == asked.of_total(asked.total(sketched(pages)))
        assert pytest.approx(expected, abs=1e-12, nan_ok=True) == asked.of_total(parts)


@given(PAGES, st.data())
def test_a_page_is_measured_alone(pages: list[Page], data: st.DataObject) -> None:
    """Its neighbours make no difference."""
    name = data.draw(st.sampled_from(["ndcg@7", "ndcg_2d(1,2)@3x3", "map", "diversity", "miscalibration", "novelty"]))
    alone = [measure(name).of(sketched([page])).tolist()[0] for page in pages]

    assert pytest.approx(alone, nan_ok=True, abs=0) == measure(name).of(sketched(pages)).tolist()
