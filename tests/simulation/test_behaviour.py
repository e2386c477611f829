"""How members meet pages: what a behaviour draws is, on average, what it says."""

from typing import TypeAlias

import numpy as np
import pytest

from pagegen.arrays import NONE, groups
from pagegen.simulation import row_cascade
from pagegen.simulation.behaviour import Behaviour, sigmoid
from pagegen.simulation.position_based import PositionBased
from pagegen.simulation.row_cascade import Cascade, RowCascade, cascade, easiest_slot
from tests.simulation.made_pages import Says, judged, page

Rows: TypeAlias = list[list[int]]
Wants: TypeAlias = tuple[tuple[int, float], ...]
BEHAVIOUR = RowCascade()
BEHAVIOURS = (BEHAVIOUR, PositionBased())
MANY = 40_000


def mean_plays(behaviour: Behaviour, rows: Rows, utility: list[float], wants: Wants) -> tuple[float, float, float]:
    """Plays a page of many independent visits, and their standard error."""
    pages = page(rows, members=np.zeros(MANY))
    truth = Says(judged=judged(pages, list(utility) * MANY, wants=wants))
    responses = behaviour.respond(truth, pages, np.random.default_rng(0))
    plays = np.bincount(groups(pages.row_start)[groups(pages.start)], responses.played, minlength=MANY)
    return plays.mean(), plays.std() / np.sqrt(MANY), float(behaviour.expected_plays(truth, pages)[0])


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    ("rows", "utility", "wants"),
    [
        ([[0, 1, 2, 3, 4]], [0.5, -1.0, 0.0, 1.0, 2.0], ()),
        ([[0, 1], [2, 3, 4, 5], [6]], [-2.0, -1.0, 0.0, -3.0, 1.0, 0.5, 2.0], ()),
        ([[0, 1, 2], [2, 0, 3], [0]], [1.0, 0.0, 2.0, 2.0, 1.0, -1.0, 1.0], ()),
        ([[0, 1, 2, 3], [4, 1]], [-1.0, -1.0, 0.0, -2.0, 0.0, -1.0], ((3, 0.3), (1, 0.2), (9, 0.1))),
        ([[0, 1], [2]], [-np.inf, 0.0, -np.inf], ()),
    ],
    ids=["one row", "three rows", "repeated titles", "visits that continue something", "titles that may not be shown"],
)
def test_expected_plays_are_the_mean_of_what_is_drawn(
    behaviour: Behaviour, rows: Rows, utility: list[float], wants: Wants
) -> None:
    """Over 40,000 visits the mean lies within four standard errors of the expectation."""
    mean, error, expected = mean_plays(behaviour, rows, utility, wants)

    assert abs(mean - expected) < 4 * error


def test_expected_plays_equal_a_walk_through_all_that_can_happen() -> None:
    """Three rows, one of them longer than the view, followed decision by decision."""
    pages = page([[0, 1], [2, 3, 4, 5], [6]], visible=2)
    truth = Says(judged=judged(pages, [0.3, -0.8, 1.2, -0.1, 0.4, 2.0, 0.0]))
    chances = cascade(pages, truth.judged)

    assert from_row(chances, 0) == pytest.approx(BEHAVIOUR.expected_plays(truth, pages)[0], abs=1e-12)


def from_row(chances: Cascade, row: int) -> float:
    """Expected plays of a member who has come to a row."""
    if row == len(chances.enter):
        return 0.0
    passed = chances.passing[row] * from_row(chances, row + 1)
    return (1 - chances.enter[row]) * passed + chances.enter[row] * from_title(chances, row, 0)


def from_title(chances: Cascade, row: int, column: int) -> float:
    """Expected plays of a member who looks at a title."""
    left = chances.leave[row] * from_row(chances, row + 1)
    on = chances.on[row, column] if column + 1 < chances.inside[row].sum() else 0.0
    after = (1 - on) * left + (on * from_title(chances, row, column + 1) if on else 0.0)
    play = chances.play[row, column]
    return play * (1 + (1 - row_cascade.ENDS) * after) + (1 - play) * after


def test_a_page_of_titles_that_may_not_be_shown_gets_no_play() -> None:
    """Utility -inf: nothing is ever played."""
    pages = page([[0, 1, 2]])

    assert [0.0] == BEHAVIOUR.expected_plays(Says(judged=judged(pages, -np.inf)), pages).tolist()


def test_what_is_wanted_higher_up_is_played_more() -> None:
    """Two pages with the same titles: the one that begins with the best gets more plays."""
    good, bad = page([[0, 1], [2, 3]]), page([[2, 3], [0, 1]])
    utility = np.array([1.0, 0.5, -3.0, -3.0])

    best = BEHAVIOUR.expected_plays(Says(judged=judged(good, utility)), good)
    worst = BEHAVIOUR.expected_plays(Says(judged=judged(bad, utility[[2, 3, 0, 1]])), bad)

    assert best > worst


def test_a_title_seen_above_is_hardly_wanted_again() -> None:
    """Its second slot loses SEEN_ABOVE beside what every second row loses."""
    pages = page([[0, 1], [0, 2]])
    chances = cascade(pages, judged(pages, 0.0))

    assert sigmoid(-row_cascade.TIRED * np.log(2) - row_cascade.SEEN_ABOVE) == pytest.approx(chances.play[1, 0])
    assert chances.play[1, 1] > chances.play[1, 0]


def test_the_same_title_on_the_next_page_is_new() -> None:
    """Repetition counts within a page, not across the batch."""
    chances = cascade(page([[0, 1]], members=[0, 1]), judged(page([[0, 1]], members=[0, 1]), 0.0))

    assert (chances.play == 0.5).all()


def test_a_wanted_title_is_found_at_its_easiest_slot() -> None:
    """Title 7 stands in the second row in view and in the first row behind two swipes."""
    pages = page([[0, 1, 2, 3, 4, 5, 7], [7, 8]])

    slot, chance = easiest_slot(pages, np.array([0, 0], np.int32), np.array([7, 9], np.int32))

    assert [7, NONE] == slot.tolist()
    assert [row_cascade.SEEK, 0.0] == pytest.approx(chance.tolist())


def test_who_came_for_a_title_plays_only_that() -> None:
    """From the page, or looked up when not found, or not at all."""
    pages = page([[0, 1], [2, 3]], members=np.zeros(500))
    truth = Says(judged=judged(pages, 3.0, wants=((2, 1.0),)))

    responses = BEHAVIOUR.respond(truth, pages, np.random.default_rng(1))
    played = pages.title[responses.played]

    assert {2} == set(played.tolist())
    assert {NONE, 2} == set(responses.searched.tolist())
    assert 500 >= len(played) + (responses.searched == 2).sum()


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.name)
def test_what_was_done_was_done_with_titles_in_view(behaviour: Behaviour) -> None:
    """And examined."""
    pages = page([list(range(8)), list(range(8, 14)), [14, 15]], members=np.zeros(3000))
    responses = behaviour.respond(Says(judged=judged(pages, -1.5, wants=((9, 0.2),))), pages, np.random.default_rng(2))
    row = groups(pages.start)
    column = np.arange(len(row)) - pages.start[row]

    for done in (responses.played, responses.clicked, responses.listed, responses.refused):
        assert done.any()
        assert responses.examined[done].all()
    assert (column < responses.seen[row])[responses.examined].all()


def test_no_row_in_view_lies_below_one_out_of_view() -> None:
    """Members of the cascade come to rows from the top."""
    pages = page([list(range(8)), list(range(8, 14)), [14, 15]], members=np.zeros(3000))
    responses = BEHAVIOUR.respond(Says(judged=judged(pages, -1.5, wants=((9, 0.2),))), pages, np.random.default_rng(2))
    seen = responses.seen.reshape(-1, 3) > 0

    assert (seen[:, :-1] >= seen[:, 1:]).all()


def test_place_alone_says_how_likely_a_slot_is_looked_at() -> None:
    """By hand: four titles that are surely played, two of them in view; below them one, and one that never is."""
    pages = page([[0, 1, 2, 3], [4, 0]], visible=2)
    utility = [np.inf] * 5 + [-np.inf]
    along = 1 + 0.95 + 0.3 * (0.95**2 + 0.95**3)

    [plays] = PositionBased().expected_plays(Says(judged=judged(pages, utility)), pages)

    assert plays == pytest.approx(along + 0.78)


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.name)
def test_an_empty_batch_is_answered(behaviour: Behaviour) -> None:
    """No pages, no plays, no error."""
    pages = page([[0]], members=[])
    truth = Says(judged=judged(pages, 0.0))

    assert 0 == len(behaviour.expected_plays(truth, pages))
    assert 0 == len(behaviour.respond(truth, pages, np.random.default_rng(0)).played)
