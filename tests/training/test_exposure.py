"""Exposure: what logged pages say about the pairs of their requests."""

import numpy as np
import pytest

from pagegen.arrays import starts
from pagegen.data.dataset import Dataset
from pagegen.ordering import Examination
from pagegen.ordering.examination import default_examination
from pagegen.request import MAX_COLUMNS, MAX_ROWS
from pagegen.training.exposure import page_exposure, page_occasions
from tests.training.builders import page, pages_log
from tests.worlds import HOUR, NOW, Fields, play, title, world

ROWS = (["a", "b", "c"], ["d", "a"])
HALVES = Examination(
    row=np.tile(0.5 ** np.arange(MAX_ROWS), (4, 1)), column=np.tile(0.5 ** np.arange(MAX_COLUMNS), (4, 1))
)


@pytest.fixture
def data() -> Dataset:
    """Titles a to f, of which b was played by ann."""
    return world([title(name) for name in "abcdef"], [play("ann", "b"), play("bob", "a")])


def chances(
    data: Dataset, pages: list[Fields], *asked: tuple[int, str], examination: Examination = HALVES
) -> list[float]:
    """Of pairs (page, title), by page."""
    exposure = page_exposure(pages_log(pages), data, examination)
    of_pair, name = zip(*asked, strict=True)
    start = starts(np.bincount(of_pair, minlength=len(pages)))
    return exposure.chances(np.arange(len(pages)), start, data.catalog.ids.positions(name)).tolist()


def test_titles_that_came_into_view_have_the_chance_of_their_slot(data: Dataset) -> None:
    """x(row, column) = 1/2 ** (row + column)."""
    assert [1.0, 0.5, 0.5] == chances(data, [page("ann", NOW, ROWS, [3, 2])], (0, "a"), (0, "b"), (0, "d"))


def test_what_did_not_come_into_view_has_none(data: Dataset) -> None:
    """Shown beyond what was seen, or not shown at all."""
    assert [1.0, 0.0, 0.0] == chances(data, [page("ann", NOW, ROWS, [1, 0])], (0, "a"), (0, "b"), (0, "f"))


def test_a_title_shown_twice_counts_where_it_was_easier_to_see(data: Dataset) -> None:
    """Among the slots that came into view: `a` is first, and again in the second row."""
    assert [1.0] == chances(data, [page("ann", NOW, ROWS, [3, 2])], (0, "a"))
    assert [0.25] == chances(data, [page("ann", NOW, ROWS, [0, 2])], (0, "a"))


def test_every_request_has_its_own_page(data: Dataset) -> None:
    """The pages of others say nothing, nor do pages without rows."""
    pages = [page("ann", NOW, [["a"]], [1]), page("bob", NOW, [], []), page("ann", NOW, [["f"], ["b"]], [1, 1])]
    asked = [(0, "a"), (0, "b"), (1, "a"), (2, "b"), (2, "a")]

    assert [1.0, 0.0, 0.0, 0.5, 0.0] == chances(data, pages, *asked)


def test_titles_that_have_left_the_catalog_take_their_place_along(data: Dataset) -> None:
    """What stood behind a lost title stays where it stood."""
    assert [0.5, 0.0] == chances(data, [page("ann", NOW, [["gone", "a", "f"]], [2])], (0, "a"), (0, "f"))


def test_the_chance_is_that_of_the_device(data: Dataset) -> None:
    """The default guess: on a phone few columns are on the first screen."""
    rows, guess = [["f", "e", "d", "c", "b", "a"]], default_examination()
    pages = [page("ann", NOW, rows, [6], device=device) for device in ("tv", "phone")]
    found = chances(data, pages, (0, "b"), (1, "b"), examination=guess)

    assert [guess.of(device)[1][4] for device in ("tv", "phone")] == pytest.approx(found)
    assert found[1] < found[0]


def test_slots_beyond_the_largest_geometry_count_as_its_last(data: Dataset) -> None:
    """A log of another system may hold longer rows than are ever made."""
    long = [*["f"] * (MAX_COLUMNS + 3), "a"]
    flat = Examination(row=np.ones((4, MAX_ROWS)), column=np.tile(np.linspace(1.0, 0.25, MAX_COLUMNS), (4, 1)))

    assert [0.25] == chances(data, [page("ann", NOW, [long], [len(long)])], (0, "a"), examination=flat)


def test_pages_of_which_nobody_knows_how_far_they_were_seen(data: Dataset) -> None:
    """Not known is not seen. Other pages keep theirs."""
    pages = [page("ann", NOW, ROWS, None), page("bob", NOW, [["b", "a"]], [2])]

    assert [0.0, 0.0, 0.5] == chances(data, pages, (0, "a"), (0, "b"), (1, "a"))


def test_every_logged_page_is_an_occasion(data: Dataset) -> None:
    """At its time, on its device, of its member; a television where the log has none."""
    log = pages_log([page("bob", NOW - 1, ROWS, [0, 0], device="phone"), page("ann", NOW, ROWS, [0, 0], device=None)])
    past = page_occasions(log, data, HOUR)

    assert data.members.ids.of(past.member) == ["bob", "ann"]
    assert (past.time - NOW).tolist() == [-1, 0]
    assert (past.until - past.time).tolist() == [HOUR, HOUR]
    assert past.device.tolist() == [3, 0]
