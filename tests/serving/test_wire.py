"""The wire: what goes in comes out, and what is wrong is said, all at once."""

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from pagegen.client import message, row_message
from pagegen.engine import Engine
from pagegen.errors import RequestError
from pagegen.request import PageRequest, RowRequest
from pagegen.serving import wire
from pagegen.v1.event_pb2 import EVENT_KIND_PLAY
from pagegen.v1.event_pb2 import RecentEvent as EventMessage
from pagegen.v1.page_pb2 import PAGE_VIEW_BASIC, PAGE_VIEW_FULL, ShownPage
from pagegen.v1.page_service_pb2 import ExtendRowRequest, GeneratePageRequest
from tests.serving.wire_requests import ids, requests
from tests.worlds import NOW, World, ask, tiny_engine


@pytest.fixture(scope="module")
def received(engine: Engine) -> Callable[[bytes], PageRequest]:
    """What an engine is asked by these bytes. A function: hypothesis would print an engine array by array."""

    def receive(sent: bytes) -> PageRequest:
        return wire.page_request(GeneratePageRequest.FromString(sent), 0, engine)

    return receive


@given(asked=requests)
def test_a_request_crosses_the_wire_unchanged(received: Callable[[bytes], PageRequest], asked: PageRequest) -> None:
    """What a client asks is what the engine is asked."""
    assert received(message(asked).SerializeToString()) == asked


def test_what_is_unset_has_its_default(engine: Engine) -> None:
    """A member alone is enough; the time is the door's."""
    request = wire.page_request(GeneratePageRequest(member_id="m001"), NOW, engine)

    assert request == PageRequest(member_id="m001", time=NOW)


def test_zero_is_not_unset(engine: Engine) -> None:
    """A watermark of 0 and a ceiling of 0 are asked for, not left out."""
    sent = GeneratePageRequest(member_id="m001", watermark=0, maturity_ceiling=0, kids=False)

    request = wire.page_request(sent, NOW, engine)

    assert request == PageRequest(member_id="m001", time=NOW, watermark=0, maturity_ceiling=0, kids=False)


WRONG: dict[str, dict[str, Any]] = {
    "member_id": {"member_id": ""},
    "time": {"time": Timestamp(seconds=-1)},
    "watermark": {"watermark": -1},
    "rng_seed": {"rng_seed": -1},
    "device": {"device": 99},
    "rows": {"rows": 10_000},
    "columns": {"columns": 0},
    "visible_columns": {"visible_columns": 101},
    "country": {"country": "Norway"},
    "language": {"language": "e" * 100},
    "maturity_ceiling": {"maturity_ceiling": 100},
    "recent_events": {"recent_events": [EventMessage(title_id="t1", kind=EVENT_KIND_PLAY, time=Timestamp())] * 201},
    "recent_events.title_id": {"recent_events": [EventMessage(kind=EVENT_KIND_PLAY, time=Timestamp())]},
    "recent_events.kind": {"recent_events": [EventMessage(title_id="t1", time=Timestamp())]},
    "recent_events.time": {"recent_events": [EventMessage(title_id="t1", kind=EVENT_KIND_PLAY)]},
    "last_page.time": {"last_page": ShownPage(row_lengths=[1], title_ids=["t1"])},
    "last_page.device": {"last_page": ShownPage(time=Timestamp(), device=9)},  # type: ignore[arg-type]
    "last_page.row_lengths": {"last_page": ShownPage(time=Timestamp(), row_lengths=[2, -1], title_ids=["t1"])},
    "last_page.title_ids": {"last_page": ShownPage(time=Timestamp(), row_lengths=[0] * 101)},
    "exclude_title_ids": {"exclude_title_ids": ["t"] * 1_001},
    "row_kinds": {"row_kinds": ["karaoke"]},
    "exclude_row_kinds": {"exclude_row_kinds": ["karaoke"]},
    "disabled_sources": {"disabled_sources": ["oracle"]},
    "page_size": {"page_size": 31},
    "page_token": {"page_token": "forged"},
    "view": {"view": 9},
}


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_field_is_named(engine: Engine, field: str) -> None:
    """Each violation stands under the field's name in the message."""
    sent = GeneratePageRequest(**({"member_id": "m001"} | WRONG[field]))

    with pytest.raises(RequestError) as caught:
        wire.page_request(sent, NOW, engine)

    assert [violation.field for violation in caught.value.violations] == [field]


def test_all_violations_come_at_once(engine: Engine) -> None:
    """Nobody has to ask again and again to learn all that is wrong."""
    together = {"rows", "device", "disabled_sources", "page_token", "country", "member_id"}
    sent = GeneratePageRequest(**{key: value for field in together for key, value in WRONG[field].items()})

    with pytest.raises(RequestError) as caught:
        wire.page_request(sent, NOW, engine)

    assert {violation.field for violation in caught.value.violations} == together


def test_a_page_crosses_the_wire_unchanged(engine: Engine) -> None:
    """All that the engine says of a page stands in the response."""
    request = ask("m001", rng_seed=7, disabled_sources=("trending",))
    [page] = engine.run([request]).pages

    sent = wire.response(page, request, PAGE_VIEW_FULL)

    assert [(row.row_id, row.kind, row.heading) for row in sent.rows] == [
        (row.row_id, row.kind, row.heading) for row in page.rows
    ]
    for there, here in zip(sent.rows, page.rows, strict=True):
        for column in ("title_ids", "names", "scores", "reasons", "reason_arguments", "reason_texts"):
            assert tuple(getattr(there, column)) == getattr(here, column)
    assert any(text for row in sent.rows for text in row.reason_texts)
    assert (sent.page_id, sent.watermark, sent.time.ToMilliseconds()) == (page.page_id, page.watermark, NOW)
    assert (sent.rng_seed, [left.source for left in sent.degradations]) == (7, ["trending"])


row_requests = st.builds(
    RowRequest,
    page=requests,
    row_id=st.text(st.characters(codec="utf-8"), min_size=1, max_size=100),
    shown_title_ids=st.lists(ids, max_size=3).map(tuple),
    page_size=st.none() | st.integers(min_value=1, max_value=100),
)


@given(asked=row_requests)
def test_a_row_request_crosses_the_wire_unchanged(
    received_row: Callable[[bytes], RowRequest], asked: RowRequest
) -> None:
    """What a client asks of a row is what the engine is asked."""
    assert received_row(row_message(asked).SerializeToString()) == asked


@pytest.fixture(scope="module")
def received_row(engine: Engine) -> Callable[[bytes], RowRequest]:
    """What an engine is asked of a row by these bytes."""
    return lambda sent: wire.row_request(ExtendRowRequest.FromString(sent), 0, engine)


def test_all_violations_of_a_row_request_come_at_once(engine: Engine) -> None:
    """Those of the page's request under its name, once each."""
    wrong = ("device", "rows", "row_kinds")
    page = GeneratePageRequest(
        member_id="m001", **{key: value for field in wrong for key, value in WRONG[field].items()}
    )
    sent = ExtendRowRequest(page_request=page, shown_title_ids=[""], page_size=0)

    with pytest.raises(RequestError) as caught:
        wire.row_request(sent, NOW, engine)

    assert sorted(violation.field for violation in caught.value.violations) == [
        "page_request.device", "page_request.row_kinds", "page_request.rows", "page_size", "row_id", "shown_title_ids",
    ]  # fmt: skip


def test_an_answer_tells_how_to_go_on(engine: Engine) -> None:
    """The token of the rows below, and which rows have further titles; both in every view."""
    request = ask("m001", page_size=3)
    [page] = engine.run([request]).pages
    for view in (PAGE_VIEW_BASIC, PAGE_VIEW_FULL):
        sent = wire.response(page, request, view)
        assert sent.next_page_token == page.next_page_token != ""
        assert [row.has_more for row in sent.rows] == [row.has_more for row in page.rows]
    assert {False, True} == {row.has_more for row in engine.run([ask("m001")]).pages[0].rows}


def test_an_extended_row_crosses_the_wire_unchanged(engine: Engine) -> None:
    """All that the engine says of it; ids alone in the basic view."""
    page = ask("m001", columns=4, disabled_sources=("trending",))
    extended = engine.extend(RowRequest(page=page, row_id="genre:Drama", page_size=5))

    full, basic = (wire.row_response(extended, view) for view in (PAGE_VIEW_FULL, PAGE_VIEW_BASIC))

    assert (full.bundle_id, full.config_digest) == (extended.bundle_id, extended.config_digest)
    assert (full.watermark, full.time.ToMilliseconds()) == (extended.watermark, NOW)
    assert ["trending"] == [left.source for left in full.degradations]
    assert (full.row.row_id, full.row.heading, full.row.has_more) == ("genre:Drama", extended.row.heading, True)
    assert tuple(full.row.title_ids) == tuple(basic.row.title_ids) == extended.row.title_ids
    assert (tuple(full.row.names), tuple(full.row.reasons)) == (extended.row.names, extended.row.reasons)
    assert tuple(full.row.scores) == extended.row.scores
    assert not basic.row.names


def test_a_basic_page_holds_ids_alone(engine: Engine) -> None:
    """The basic view is the full one without names, scores and reasons."""
    request = ask("m001")
    [page] = engine.run([request]).pages
    full, basic = (wire.response(page, request, view) for view in (PAGE_VIEW_FULL, PAGE_VIEW_BASIC))
    for row in full.rows:
        for column in ("names", "scores", "reasons", "reason_arguments", "reason_texts"):
            row.ClearField(column)

    assert basic == full


def test_the_same_page_has_the_same_bytes(engine: Engine) -> None:
    """Serialization adds nothing of its own."""
    request = ask("m001")
    one, two = (wire.response(engine.run([request]).pages[0], request, PAGE_VIEW_FULL) for _ in range(2))

    assert one.SerializeToString(deterministic=True) == two.SerializeToString(deterministic=True)
    assert wire.json_text(one) == wire.json_text(two)


def test_the_chances_of_explored_pages_are_told_in_every_view(medium: World) -> None:
    """Of rows and titles, where they are below 1: a page that is certain says nothing of them."""
    request = ask("m003", columns=9)
    exploring = tiny_engine(medium.data, {"page": {"exploration": {"rows": 0.5, "slots": 0.5}}}).run([request]).pages[0]
    certain = tiny_engine(medium.data).run([request]).pages[0]
    for view in (PAGE_VIEW_BASIC, PAGE_VIEW_FULL):
        told = wire.response(exploring, request, view).rows
        nothing = wire.response(certain, request, view).rows
        assert [row.chance for row in exploring.rows] == [
            row.row_probability if row.HasField("row_probability") else 1 for row in told
        ]
        assert any(row.HasField("row_probability") for row in told)
        assert any(row.title_probabilities for row in told)
        assert all(
            [*one.title_probabilities] in ([], [*row.title_chances])
            for one, row in zip(told, exploring.rows, strict=True)
        )
        assert not any(row.HasField("row_probability") or row.title_probabilities for row in nothing)
