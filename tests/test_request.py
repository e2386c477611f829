"""Requests: every wrong field is named, all of them at once; what passes can be answered."""

from dataclasses import fields, replace
from multiprocessing.reduction import ForkingPickler
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.engine import Engine
from pagegen.errors import RequestError, Violation
from pagegen.request import (
    MAX_EXCLUDED,
    MAX_NAMES,
    MAX_RECENT_EVENTS,
    MAX_TIME_MS,
    LastPage,
    PageRequest,
    RecentEvent,
    RowRequest,
    check_request,
    check_row_request,
)
from tests.worlds import NOW, ask

SEEN = RecentEvent(title_id="t001", kind="play", time=NOW - 1)
NAN, INF = float("nan"), float("inf")


def outside(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(max_value=low - 1) | st.integers(min_value=high + 1)


WRONG: dict[str, st.SearchStrategy[Any]] = {
    "member_id": st.sampled_from(["", "x" * 129, "é" * 65, "x" * 1_000_000, "\ud800"]),
    "time": outside(0, MAX_TIME_MS),
    "watermark": outside(0, 2**63 - 1),
    "device": st.text().filter(lambda name: name not in ("tv", "web", "tablet", "phone")),
    "rows": outside(1, 100),
    "columns": outside(1, 100),
    "visible_columns": outside(1, 100),
    "country": st.sampled_from(["", "N", "no", "NOR", "ÅÅ", "1A", "A1", "N ", "x" * 1_000_000]),
    "language": st.sampled_from(["x" * 36, "x" * 1_000_000]),
    "maturity_ceiling": outside(0, 99),
    "rng_seed": outside(0, 2**63 - 1),
    "page_number": outside(0, 2**31 - 1),
    "recent_events": st.just((SEEN,) * (MAX_RECENT_EVENTS + 1)),
    "exclude_title_ids": st.sampled_from([("",), ("x" * 129,), ("a",) * (MAX_EXCLUDED + 1)]),
    "row_kinds": st.just(("genre",) * (MAX_NAMES + 1)),
    "exclude_row_kinds": st.just(("genre",) * (MAX_NAMES + 1)),
    "disabled_sources": st.just(("als",) * (MAX_NAMES + 1)),
    "page_size": outside(1, 100),
    "page_token": st.text(min_size=1) | st.sampled_from(["x" * 1_000_000, "\ud800", "AAAA" * 6, "A" * 4_096]),
}
WRONG_EVENT: dict[str, st.SearchStrategy[Any]] = {
    "title_id": st.sampled_from(["", "x" * 129]),
    "kind": st.sampled_from(["", "PLAY", "x" * 1_000_000]),
    "time": st.integers(max_value=-1) | st.integers(min_value=NOW),
    "watched_seconds": st.sampled_from([-1.0, NAN, INF, -INF, 1e9]),
    "fraction": st.sampled_from([-0.001, 1.001, NAN, INF, -INF]),
    "grade": st.sampled_from([NAN, INF, -INF, 1e7]),
    "season": outside(0, 2**15 - 1),
    "episode": outside(0, 2**15 - 1),
}


SHOWN = LastPage(time=NOW - 1, title_ids=(("t001", "t002"), ()))
WRONG_LAST: dict[str, st.SearchStrategy[Any]] = {
    "time": st.integers(max_value=-1) | st.integers(min_value=NOW),
    "title_ids": st.sampled_from([(("",),), ((), ("x" * 129,)), (("t",) * 101,), ((),) * 101]),
    "device": st.sampled_from(["", "TV", "x" * 1_000_000]),
}


def named(request: PageRequest) -> set[str]:
    """The fields that are found wrong."""
    with pytest.raises(RequestError) as raised:
        check_request(request)
    return {violation.field for violation in raised.value.violations}


def test_what_is_wrong_reaches_another_process() -> None:
    """Violations and all: an error that cannot be sent looks like a process that died."""
    error = RequestError(Violation("rows", "is 0"), Violation("time", "is -1"))
    sent = ForkingPickler.loads(bytes(ForkingPickler.dumps(error)))

    assert (str(error), error.violations) == (str(sent), sent.violations)


def test_every_field_that_can_be_wrong_is_tried() -> None:
    """A new field of a request needs a range here, or must be true or false."""
    assert {field.name for field in fields(PageRequest)} - {"kids", "last_page"} == set(WRONG)
    assert {field.name for field in fields(RecentEvent)} == set(WRONG_EVENT)
    assert {field.name for field in fields(LastPage)} == set(WRONG_LAST)


@given(st.data(), st.sets(st.sampled_from(sorted(set(WRONG) - {"time", "recent_events"})), min_size=1))
def test_all_wrong_fields_are_named_at_once(data: st.DataObject, names: set[str]) -> None:
    """Each field out of its range is named, and no other."""
    request = replace(ask("m001"), **{name: data.draw(WRONG[name], label=name) for name in sorted(names)})

    assert names == named(request)


@pytest.mark.parametrize("name", ["time", "recent_events"])
@given(st.data())
def test_time_and_length_of_recent_events_are_named(name: str, data: st.DataObject) -> None:
    """A time outside 1970 to 9999, or more than 200 recent events."""
    assert {name} == named(replace(ask("m001"), **{name: data.draw(WRONG[name])}))


@given(st.data(), st.sets(st.sampled_from(sorted(WRONG_EVENT)), min_size=1))
def test_all_wrong_fields_of_recent_events_are_named(data: st.DataObject, names: set[str]) -> None:
    """The same for what the client brings along."""
    wrong = replace(SEEN, **{name: data.draw(WRONG_EVENT[name], label=name) for name in sorted(names)})

    assert {f"recent_events.{name}" for name in names} == named(ask("m001", recent_events=(SEEN, wrong)))


@given(st.data(), st.sets(st.sampled_from(sorted(WRONG_LAST)), min_size=1))
def test_all_wrong_fields_of_the_last_page_are_named(data: st.DataObject, names: set[str]) -> None:
    """What the member is said to have seen before."""
    wrong = replace(SHOWN, **{name: data.draw(WRONG_LAST[name], label=name) for name in sorted(names)})

    assert {f"last_page.{name}" for name in names} == named(ask("m001", last_page=wrong))


WRONG_ROW: dict[str, st.SearchStrategy[Any]] = {
    "row_id": st.sampled_from(["", "x" * 513, "\ud800"]),
    "shown_title_ids": st.sampled_from([("",), ("x" * 129,), ("a",) * 1_001]),
    "page_size": outside(1, 100),
    "page": WRONG["member_id"].map(ask),
}


@given(st.data(), st.sets(st.sampled_from(sorted(WRONG_ROW)), min_size=1))
def test_all_wrong_fields_of_a_row_request_are_named(data: st.DataObject, names: set[str]) -> None:
    """What is wrong with the page's request is named under it, as on the wire."""
    asked = RowRequest(page=ask("m001"), row_id="top_picks:")
    wrong = replace(asked, **{name: data.draw(WRONG_ROW[name], label=name) for name in sorted(names)})

    with pytest.raises(RequestError) as raised:
        check_row_request(wrong)

    assert {field.name for field in fields(RowRequest)} == set(WRONG_ROW)
    assert {violation.field for violation in raised.value.violations} == {
        "page_request.member_id" if name == "page" else name for name in names
    }


def test_a_page_size_is_at_most_the_rows() -> None:
    """Nobody is told to come again for rows that the page does not have."""
    assert {"page_size"} == named(ask("m001", rows=4, page_size=5))
    check_request(ask("m001", rows=4, page_size=4))


def test_what_was_sent_is_quoted_briefly() -> None:
    """A megabyte of nonsense does not come back as a megabyte."""
    with pytest.raises(RequestError) as raised:
        check_request(ask("x" * 1_000_000, device="y" * 1_000_000, country="z" * 1_000_000))

    assert len(str(raised.value)) < 500


@pytest.mark.parametrize(
    "request_",
    [
        PageRequest(member_id="m001", time=0),
        PageRequest(member_id="m001", time=MAX_TIME_MS, watermark=2**63 - 1, rng_seed=2**63 - 1, page_number=2**31 - 1),
        ask("é" * 64, rows=1, columns=1, visible_columns=1, maturity_ceiling=0, country="ZZ", language=""),
        ask("m001", rows=100, columns=100, visible_columns=100, maturity_ceiling=99, language="x" * 35),
        ask("\0", exclude_title_ids=("\0",) * MAX_EXCLUDED, row_kinds=("no such kind",), disabled_sources=("none",)),
        ask("m001", recent_events=(SEEN,) * MAX_RECENT_EVENTS),
        ask("m001", last_page=LastPage(time=0, title_ids=(("nothing like it",) * 100,) * 100, device="phone")),
        ask(
            "m001",
            recent_events=(
                replace(SEEN, time=0, fraction=0.0, grade=-1e6, season=2**15 - 1, episode=2**15 - 1),
                replace(SEEN, title_id="nothing like it", watched_seconds=9e8),
                replace(SEEN, title_id="t013", watched_seconds=0.0),
            ),
        ),
    ],
    ids=range(8),
)
def test_the_furthest_values_that_are_allowed_get_a_page(engine: Engine, request_: PageRequest) -> None:
    """What is inside its range is answered, not a crash further down."""
    (page,) = engine.run([request_]).pages

    assert request_.member_id == page.member_id


def test_a_screen_is_no_wider_than_its_rows() -> None:
    """The device's screen, the request's own width before it, and never more than there are columns."""
    shown = [(r.device, r.screen_columns) for r in (ask(), ask(device="phone"), ask(visible_columns=9), ask(columns=2))]

    assert [("tv", 6), ("phone", 3), ("tv", 9), ("tv", 2)] == shown
