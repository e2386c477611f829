"""Logged rows: which were entered, what was played from which, and what they say of their members."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from pagegen.arrays import NONE
from pagegen.data.dataset import Dataset, Past
from pagegen.ordering.habits import SHRINKAGE, habit
from pagegen.pool import RowKind
from pagegen.training.logged_rows import LoggedRows, logged_rows
from pagegen.training.row_habits import habits_before, habits_of
from tests.training.builders import everything, page, pages_log
from tests.worlds import DAY, HOUR, NOW, Fields, ask, event, play, title, world

KINDS = (RowKind(name="plain", headings=("x",)), RowKind(name="genre", headings=("x",), seed_type="genre"))
ROWS = (["a", "b", "c"], ["d", "a", "e"])
MINUTE = HOUR // 60


def data_with(*events: Fields) -> Dataset:
    return world([title(name) for name in "abcdef"], [play("ann", "f", NOW - DAY), *events])


def shown(time: int = NOW, seen: Sequence[int] | None = (3, 2), member: str = "ann", **fields: Any) -> Fields:
    return page(member, time, ROWS, seen, **{"row_kinds": ["plain"] * 2, "visible_columns": 2, **fields})


def read(pages: Sequence[Fields], *events: Fields, past: Past | None = None) -> LoggedRows:
    return logged_rows(pages_log(pages), past or everything(data_with(*events)), KINDS, DAY)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], [0, 0]),
        ([play("ann", "b", NOW + MINUTE)], [1, 0]),
        ([play("ann", "b", NOW + MINUTE), play("ann", "d", NOW + HOUR)], [1, 1]),
        ([play("ann", "a", NOW + MINUTE)], [1, 0]),  # it stands in the second row too
        ([play("ann", "e", NOW + MINUTE)], [0, 0]),  # it did not come into view
        ([play("ann", "b", NOW - MINUTE)], [0, 0]),
        ([play("ann", "b", NOW + DAY)], [0, 0]),
        ([play("bob", "b", NOW + MINUTE)], [0, 0]),
        ([event("ann", "b", "click", NOW + MINUTE)], [0, 0]),
        ([play("ann", "b", NOW - HOUR), play("ann", "b", NOW + MINUTE)], [0, 0]),  # it had been played before
    ],
)
def test_a_first_play_after_a_page_is_credited_to_the_titles_first_slot(
    events: list[Fields], expected: list[int]
) -> None:
    """If it came into view there; within a day; of the same member."""
    assert expected == read([shown()], *events).plays.tolist()


def test_a_play_belongs_to_the_page_before_it() -> None:
    """Not to earlier ones of the same member, and not to others' pages."""
    pages = [shown(NOW), shown(NOW + 1, member="bob"), shown(NOW + HOUR), shown(NOW + 2 * HOUR)]
    events = [play("ann", "b", NOW + HOUR + MINUTE), play("bob", "d", NOW + MINUTE)]

    assert [0, 0, 0, 1, 1, 0, 0, 0] == read(pages, *events).plays.tolist()


def test_what_comes_after_the_past_is_not_looked_at() -> None:
    """A training as of an earlier time sees no later play."""
    data = data_with(play("ann", "b", NOW + MINUTE))
    past = Past(data=data, watermark=1)

    assert [0, 0] == read([shown()], past=past).plays.tolist()


def test_a_row_is_entered_by_a_play_or_beyond_the_first_screen() -> None:
    """Which is two columns wide; pages of which nobody knows how far they were seen were not."""
    pages = [shown(NOW), shown(NOW + HOUR, [2, 0]), shown(NOW + 2 * HOUR, None)]
    logged = read(pages, play("ann", "b", NOW + HOUR + MINUTE))

    assert [True, False, True, False, False, False] == logged.entered.tolist()
    assert [3, 2, 2, 0, 0, 0] == logged.seen.tolist()


def test_rows_that_the_homepage_could_not_have_are_of_no_kind() -> None:
    """Of another kind, or about a genre that has left; titles that have left keep their place."""
    rows: Fields = {"row_kinds": ["horoscope", "genre"], "row_seeds": ["", "Drama"]}
    pages = [shown(**rows), shown(NOW + 1, **{**rows, "row_kinds": ["genre", "plain"], "row_seeds": ["Opera", "x"]})]
    logged = read([*pages, page("ann", NOW + 2, [["gone", "a"]], [2], row_kinds=["plain"])])

    assert [NONE, 1, NONE, 0, 0] == logged.kind.tolist()
    assert [NONE, 0, NONE, NONE, NONE] == logged.seed.tolist()
    assert [NONE, 0] == logged.title[-2:].tolist()


def many(seed: int, pages: int = 60) -> LoggedRows:
    """Pages of three members, met anyhow."""
    rng = np.random.default_rng(seed)
    log = [
        shown(
            NOW + n * HOUR,
            rng.integers(0, 4, 2).tolist(),
            f"m{rng.integers(3)}",
            row_kinds=rng.choice(["plain", "genre"], 2).tolist(),
            row_seeds=["Drama"] * 2,
        )
        for n in range(pages)
    ]
    return read(log, *(play(f"m{m}", "a", NOW - DAY) for m in range(3)))


def counted(logged: LoggedRows, member: int, before: int) -> np.ndarray:
    """Habits from a plain count over pages."""
    met = [
        (logged.kind[p], bool(logged.entered[p]), o)
        for o in range(len(logged.member))
        for p in range(logged.row_start[o], logged.row_start[o + 1])
        if logged.seen[p] > 0
    ]
    entered, expected = np.zeros((2, 2))
    for kind in range(2):
        everybody = [e for k, e, _ in met if k == kind]
        mine = [e for k, e, o in met if k == kind and logged.member[o] == member and o < before]
        entered[kind], expected[kind] = sum(mine), len(mine) * np.mean(everybody)
    return habit(entered, expected)


def test_habits_are_those_of_the_pages_before() -> None:
    """Page by page what a plain count finds; the first page of a member has none."""
    logged = many(0)
    found = habits_before(logged, len(KINDS))

    for o, member in enumerate(logged.member.tolist()):
        assert found[o] == pytest.approx(counted(logged, member, o))
    assert (found[[logged.member.tolist().index(m) for m in set(logged.member.tolist())]] == 0).all()
    assert np.ptp(found) > 0.05


def test_what_is_kept_of_members_is_found_by_their_ids() -> None:
    """All of their pages; nothing of whoever has none; kinds by name, in any order."""
    logged = many(2)
    data = data_with(*(play(f"m{m}", "a", NOW - DAY) for m in range(3)))
    habits = habits_of(logged, KINDS, data)
    requests = [ask("m1"), ask("stranger"), ask("m0")]
    members = data.members.ids.positions(["m1", "m0"]).tolist()

    found = habits.of(requests, [KINDS[1], RowKind(name="new", headings=("x",)), KINDS[0]])
    assert found[[0, 2]][:, [2, 0]] == pytest.approx(np.array([counted(logged, m, 99) for m in members]), abs=1e-6)
    assert not found[1].any()
    assert not found[:, 1].any()
    assert (np.diff(habits.member.astype(object)) > 0).all()


def test_few_pages_make_no_habit() -> None:
    """By hand: ten of ten rows of a kind against five of ten; a thousand times as many leave the bare ratio."""
    few = habit(np.array([10.0, 0.0]), np.array([5.0, 5.0]))
    many_ = habit(np.array([10_000.0, 0.0]), np.array([5_000.0, 5_000.0]))

    assert np.log((10 + SHRINKAGE) / (5 + SHRINKAGE)) == pytest.approx(few[0])
    assert np.log(2) == pytest.approx(many_[0], abs=0.01)
