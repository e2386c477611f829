"""Filters: truth tables of what may be shown, and the contract of each."""

import numpy as np
import pytest

from pagegen import filters
from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Dataset
from pagegen.filters import Filter
from pagegen.homepage import HOME
from pagegen.request import PageRequest, RecentEvent
from tests.contracts import check_filter
from tests.worlds import NOW, Fields, World, ask, days_ago, event, member, play, title, window, world

RATED = [
    title("all", maturity=0),
    title("seven", maturity=7),
    title("eight", maturity=8),
    title("unrated", maturity=None),
]


def kept(filter_: Filter, data: Dataset, request: PageRequest) -> list[str]:
    """The titles that stay."""
    (mask,) = filter_.keep(read_contexts([request], data, TrendWindows()))
    return data.catalog.ids.of(np.flatnonzero(mask).astype(np.int32))


@pytest.mark.parametrize("name", HOME.filters)
def test_filters_keep_their_contract(name: str, medium: World) -> None:
    """A mask of requests by titles that a request's neighbours do not change."""
    part = HOME.filters[name]

    check_filter(name, part.make(part.config()), medium.data)


def test_watched_removes_whatever_was_played() -> None:
    """Played at all, by this member, before the request: gone. A click is no play."""
    events = [play("me", "all", days_ago(1), 0.01), event("me", "seven", "click", days_ago(1)), play("you", "eight")]
    data = world(RATED, events)

    assert ["eight", "seven", "unrated"] == kept(filters.Watched(), data, ask("me"))
    assert ["all", "eight", "seven", "unrated"] == kept(filters.Watched(), data, ask("me", days_ago(1)))


@pytest.mark.parametrize(
    ("ceiling", "expected"),
    [
        (None, ["all", "eight", "seven", "unrated"]),
        (99, ["all", "eight", "seven"]),
        (7, ["all", "seven"]),
        (6, ["all"]),
        (0, ["all"]),
    ],
)
def test_a_ceiling_removes_what_is_above_it_and_what_nobody_rated(ceiling: int | None, expected: list[str]) -> None:
    """Equal to the ceiling is allowed; unrated fails closed as soon as there is a ceiling."""
    assert expected == kept(filters.Maturity(), world(RATED), ask(maturity_ceiling=ceiling))


@pytest.mark.parametrize(
    ("who", "asked", "expected"),
    [
        ("adult", None, ["all", "eight", "seven", "unrated"]),
        ("adult", True, ["all", "seven"]),
        ("kid", None, ["all", "seven"]),
        ("kid", False, ["all", "seven"]),
        ("stranger", True, ["all", "seven"]),
    ],
)
def test_kids_see_what_is_rated_for_kids(who: str, asked: bool | None, expected: list[str]) -> None:
    """A kids profile stays one whatever the request says; unrated titles fail closed."""
    data = world(RATED, members=[member("kid", kids=True), member("adult", kids=False)])
    filter_ = filters.Kids(config=filters.KidsConfig(max_maturity=7))

    assert expected == kept(filter_, data, ask(who, kids=asked))


@pytest.mark.parametrize(
    ("windows", "country", "may"),
    [
        (None, "NO", True),
        (None, None, True),
        ([], "NO", False),
        ([window("NO")], "NO", True),
        ([window("NO")], "SE", False),
        ([window("NO")], "XX", False),
        ([window("NO")], None, False),
        ([window("ZZ")], "NO", True),
        ([window("ZZ")], None, True),
        ([window(None)], "NO", True),
        ([window("NO", NOW)], "NO", True),
        ([window("NO", NOW + 1)], "NO", False),
        ([window("NO", None, NOW)], "NO", False),
        ([window("NO", None, NOW + 1)], "NO", True),
        ([window("NO", None, days_ago(9)), window("NO", days_ago(1), None)], "NO", True),
        ([window("NO", None, days_ago(9)), window("SE", days_ago(1), None)], "NO", False),
    ],
)
def test_licence_windows_open_and_close_to_the_millisecond(
    windows: list[Fields] | None, country: str | None, may: bool
) -> None:
    """From its start, until before its end, in its country or anywhere; no list: everywhere; an empty list: nowhere."""
    data = world([title("a", windows=windows), title("b", windows=[window("SE")])])

    assert may == ("a" in kept(filters.Licence(), data, ask(country=country)))


@pytest.mark.parametrize(
    ("release", "first", "may"),
    [
        (NOW - 1, None, True),
        (NOW, None, False),
        (NOW + 1, days_ago(3), False),
        (None, NOW - 1, True),
        (None, NOW, False),
        (None, None, False),
    ],
)
def test_a_title_is_shown_once_it_has_arrived(release: int | None, first: int | None, may: bool) -> None:
    """Its release lies in the past; where nobody knows it, its first event does."""
    data = world([title("a", release_time=release)], [play("you", "a", first)] if first else [])

    assert (["a"] if may else []) == kept(filters.Licence(), data, ask())


@pytest.mark.parametrize(
    ("kinds", "may"),
    [
        ([], True),
        (["not_interested"], False),
        (["thumbs_down"], False),
        (["not_interested", "play"], True),
        (["not_interested", "thumbs_up"], True),
        (["not_interested", "click"], False),
        (["not_interested", "list_add"], False),
        (["play", "not_interested"], False),
        (["thumbs_down", "play", "thumbs_down"], False),
    ],
)
def test_no_interest_lasts_until_the_next_play(kinds: list[str], may: bool) -> None:
    """The last verdict counts; clicks and lists are none; other members' verdicts say nothing."""
    events = [event("me", "a", kind, days_ago(9 - i)) for i, kind in enumerate(kinds)]
    data = world([title("a"), title("b")], [*events, event("you", "b", "not_interested", days_ago(1))])

    assert (["a", "b"] if may else ["b"]) == kept(filters.NotInterested(), data, ask("me"))


def test_a_verdict_the_client_brings_counts() -> None:
    """Not interested, told with the request, works at once."""
    no = RecentEvent(title_id="a", kind="not_interested", time=NOW - 1)

    assert ["b"] == kept(filters.NotInterested(), world([title("a"), title("b")]), ask(recent_events=(no,)))


def test_the_request_excludes_titles() -> None:
    """What it names is gone; what it names and nobody knows is no error."""
    assert ["a", "c"] == kept(
        filters.Excluded(), world([title(t) for t in "abc"]), ask(exclude_title_ids=("b", "zzz", "b"))
    )


def test_eligible_says_which_filter_removed_what() -> None:
    """One bit a filter; a row kind that spares soft filters sees past those bits only."""
    data = world([title("a"), title("b"), title("c")], [play("me", "a"), play("me", "b")])
    contexts = read_contexts([ask("me", exclude_title_ids=("b", "c"))], data, TrendWindows())
    eligible = filters.apply([filters.Watched(), filters.Excluded()], contexts)

    assert (("watched", "excluded"), [[0b01, 0b11, 0b10]]) == (eligible.names, eligible.removed.tolist())
    assert [False, False, False] == eligible.allowed(0).tolist()
    assert [True, False, False] == eligible.allowed(0, frozenset({"watched"})).tolist()


def test_nothing_spares_a_hard_filter() -> None:
    """A row kind that claims to be spared the licence is not."""
    contexts = read_contexts([ask()], world([title("a", windows=[])]), TrendWindows())
    eligible = filters.apply([filters.Licence()], contexts)

    assert [False] == eligible.allowed(0, frozenset({"licence"})).tolist()


def test_only_watched_is_soft() -> None:
    """Licence, maturity, kids, not-interested and excluded are hard: no row kind asks to be spared them."""
    made = {name: part.make(part.config()) for name, part in HOME.filters.items()}

    assert ["watched"] == [name for name, filter_ in made.items() if filter_.soft]
    assert set() == {spared for part in HOME.sources.values() for kind in part.kinds for spared in kind.spares} - {
        "watched"
    }
