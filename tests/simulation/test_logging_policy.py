"""The policy of the log: its chances are exact, its arms and layouts as declared."""

import itertools
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from pagegen.arrays import NONE, starts
from pagegen.simulation.world import World, shelves
from pagegen.simulation.world.logging_policy import Urns, draw


def urns(tickets: list[int], rows: int) -> Urns:
    """The same urn for every row; tickets[t] times title t."""
    ticket = np.repeat(np.arange(len(tickets), dtype=np.int32), tickets)
    return Urns(ticket=ticket, first=np.zeros(rows, np.int64), size=np.full(rows, len(ticket)))


def luce(tickets: Sequence[int], order: Sequence[int]) -> float:
    """The chance of an order, step by step."""
    left, steps = sum(tickets), []
    for title in order:
        steps.append(tickets[title] / left)
        left -= tickets[title]
    return float(np.prod(steps))


def test_orders_come_as_often_as_plackett_luce_says() -> None:
    """All six orders of three titles, against the formula; a title that is not allowed never comes."""
    rows, tickets = 60_000, [5, 3, 7, 2]
    allowed = np.tile([True, True, False, True], (rows, 1))
    drawn = draw(urns(tickets, rows), allowed, np.full(rows, 3), np.random.default_rng(0))

    for order in itertools.permutations([0, 1, 3]):
        expected = luce([5, 3, 0, 2], order)
        share = (drawn == order).all(axis=1).mean()
        assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / rows)


def test_the_chances_of_all_orders_sum_to_one() -> None:
    """Of the formula the draws are compared with."""
    tickets = [5, 3, 2]

    assert sum(luce(tickets, order) for order in itertools.permutations(range(3))) == pytest.approx(1)


def test_a_row_ends_when_nothing_is_left() -> None:
    """Two titles are allowed and three wanted: both come, then NONE."""
    drawn = draw(urns([1, 1, 1], 1), np.array([[True, False, True]]), np.array([3]), np.random.default_rng(0))

    assert {0, 2, NONE} == set(drawn[0].tolist())
    assert NONE == drawn[0, 2]


def test_logged_chances_are_those_of_the_urns(small: World) -> None:
    """
    Recomputed from the tickets alone. In the uniform arm every title has one ticket, so the chance of each step is one
    over a whole number that falls by one from step to step.
    """
    checked = 0
    uniform = [name for name, *_ in shelves.ARMS].index("uniform")
    for part in small.pages:
        shown, logged = part.logged.shown, part.logged
        for page in np.flatnonzero(logged.arm == uniform):
            for row in range(shown.row_start[page], shown.row_start[page + 1]):
                if shown.kinds[shown.kind[row]] in ("continue_watching", "my_list"):
                    continue
                left = 1 / logged.chance[shown.start[row] : shown.start[row + 1]].astype(np.float64)
                np.testing.assert_allclose(left, np.round(left[0]) - np.arange(len(left)), rtol=1e-5)
                checked += len(left)

    assert checked > 1000


def test_chances_of_a_step_sum_to_one_over_the_titles_left() -> None:
    """What a row may draw next, weighed by its tickets, is everything that is left."""
    counts = shelves.Counts(
        fast=np.full((shelves.SEGMENTS, 30), 2.0), slow=np.arange(30.0) + np.zeros((shelves.SEGMENTS, 1))
    )
    genre = np.ones((30, 20), np.float32)
    stock = shelves.stock(counts, genre, np.zeros(30, np.int16), np.zeros(30, np.int64), 1)
    tickets = np.diff(stock.start).reshape(stock.weight.shape[:3])

    np.testing.assert_array_equal(stock.weight.sum(axis=3), tickets)
    np.testing.assert_array_equal(np.bincount(stock.ticket[: stock.start[1]], minlength=30), stock.weight[0, 0, 0])
    assert (stock.weight[0, 0, 1] >= 1).all()
    assert stock.weight[0, 0, 1, 29] > stock.weight[0, 1, 1, 29] / stock.weight[0, 1, 1].sum() * 12_000 > 1


def test_arms_have_their_shares(shaped: World) -> None:
    """80, 15 and 5 % of the pages."""
    arms = shaped.tables["pages"]["provenance"].struct.field("config_digest").value_counts(normalize=True)
    share = dict(arms.iter_rows())

    assert share == pytest.approx({"popular": 0.8, "noisy": 0.15, "uniform": 0.05}, abs=0.012)


def test_own_rows_are_certain_and_drawn_rows_are_not(shaped: World) -> None:
    """Unfinished and listed titles stand there with chance 1; the first of a drawn row never does."""
    pages = shaped.tables["pages"]
    rows = pages.select("row_kinds", "row_lengths").explode("row_kinds", "row_lengths")
    start = starts(rows["row_lengths"].to_numpy().astype(np.int64))
    first = pages["step_probabilities"].explode().gather(start[:-1])
    own = rows["row_kinds"].is_in(["continue_watching", "my_list"])

    assert (first.filter(own) == 1).all()
    assert (first.filter(~own) < 1).all()
    assert pages["step_probabilities"].explode().is_between(0, 1, closed="right").all()


def test_no_row_shows_a_title_twice(shaped: World) -> None:
    """Without replacement within the row; other rows may show it too."""
    pages = shaped.tables["pages"].select("page_id", "row_lengths", "title_ids").to_dict(as_series=False)
    for lengths, titles in zip(pages["row_lengths"][:500], pages["title_ids"][:500], strict=True):
        for low, high in itertools.pairwise(starts(np.array(lengths))):
            assert len(set(titles[low:high])) == high - low


def test_the_layout_does_not_know_the_member(shaped: World) -> None:
    """A member's genre rows have nothing to do with the genres he or she likes: no correlation beyond chance."""
    tastes = shaped.truth.tastes.genre
    adults = np.flatnonzero(~shaped.truth.members.kids)
    count = np.zeros(tastes.shape)
    for part in shaped.pages:
        shown = part.logged.shown
        page = np.repeat(np.arange(len(shown)), np.diff(shown.row_start))
        of_genre = shown.seed_genre != NONE
        np.add.at(count, (shown.member[page[of_genre]], shown.seed_genre[of_genre]), 1)
    share = count[adults] / np.maximum(count[adults].sum(axis=1, keepdims=True), 1)
    centred = share - share.mean(axis=0)

    assert abs(np.corrcoef(centred.ravel(), tastes[adults].ravel())[0, 1]) < 0.03


def test_pages_have_the_declared_geometry(shaped: World) -> None:
    """At most 12 rows of at most 16 titles; 10, 11 and 12 rows all occur."""
    pages = shaped.tables["pages"]
    rows = pages["row_kinds"].list.len()

    assert pl.Series([10, 11, 12]).is_in(rows.unique()).all()
    assert (rows <= 12).all()
    assert (pages["row_lengths"].explode() <= 16).all()
