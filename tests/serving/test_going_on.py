"""Pages in several answers and rows that go on, as callers see them."""

from collections.abc import Callable
from dataclasses import replace

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from pagegen.client import row_message
from pagegen.engine import Engine
from pagegen.errors import RequestError, RowNotFoundError
from pagegen.request import RowRequest
from pagegen.serving import wire
from pagegen.serving.service import SERVICE
from pagegen.v1.page_pb2 import PAGE_VIEW_FULL
from pagegen.v1.page_service_pb2 import GeneratePageRequest
from tests.servers import Served
from tests.serving.engines import without
from tests.serving.test_service import stub
from tests.worlds import ask

Serving = Callable[..., Served]


def test_a_page_comes_in_several_answers(serving: Serving, engine: Engine) -> None:
    """By token, row after row, as the engine makes it at once; what is told in between is felt, not refused."""
    client, asked = serving(engine).client, ask("m003", rows=10, columns=6)
    whole = client.generate_page(asked)
    answer = client.generate_page(replace(asked, page_size=3))
    rows = [*answer.rows]
    while answer.next_page_token:
        answer = client.generate_page(replace(asked, page_size=3, page_token=answer.next_page_token))
        rows += answer.rows

    assert rows == list(whole.rows)
    assert len(rows) == 10


def test_who_leaves_the_time_to_the_server_can_go_on(serving: Serving, engine: Engine) -> None:
    """The first message again, with the token, nothing filled in."""
    client, asked = serving(engine).client, GeneratePageRequest(member_id="m003", page_size=2)
    first = client.generate_page(asked)
    second = GeneratePageRequest(member_id="m003", page_size=2, page_token=first.next_page_token)

    assert not {row.row_id for row in first.rows} & {row.row_id for row in client.generate_page(second).rows}


def test_the_token_of_another_member_is_refused(serving: Serving, engine: Engine) -> None:
    """INVALID_ARGUMENT that names the field."""
    client = serving(engine).client
    token = client.generate_page(ask("m001", page_size=2)).next_page_token

    with pytest.raises(RequestError) as caught:
        client.generate_page(ask("m002", page_size=2, page_token=token))

    assert ["page_token"] == [violation.field for violation in caught.value.violations]


def test_a_failing_source_does_not_end_the_page(serving: Serving, engine: Engine) -> None:
    """It fails at the first answer and has come back by the second, or the other way round; the token holds."""
    asked = ask("m003", page_size=3, rows=10)
    sound, failing = serving(engine).client, serving(without(engine, "trending")).client
    for one, other in ((sound, failing), (failing, sound)):
        token = one.generate_page(asked).next_page_token
        assert other.generate_page(replace(asked, page_token=token)).rows


def test_the_served_row_goes_on_as_the_engine_s(serving: Serving, engine: Engine) -> None:
    """Byte for byte, for every row of a page; the answer is counted and timed."""
    served, asked = serving(engine), ask("m003", columns=4)
    page = served.client.generate_page(asked)
    for row in page.rows:
        further = RowRequest(page=asked, row_id=row.row_id, shown_title_ids=tuple(row.title_ids))
        there = served.client.extend_row(further)
        assert there == wire.row_response(engine.extend(further), PAGE_VIEW_FULL)
        assert row.has_more == bool(there.row.title_ids)
    counted = {"method": "ExtendRow", "code": "OK"}
    assert served.registry.get_sample_value("pagegen_requests_total", counted) == len(page.rows)
    assert served.registry.get_sample_value("pagegen_row_seconds_count") == len(page.rows)


def test_a_row_that_is_not_there_is_not_found(serving: Serving, engine: Engine) -> None:
    """NOT_FOUND with its reason; the client raises what the engine raises."""
    further = RowRequest(page=ask("m003"), row_id="genre:Opera")
    served = serving(engine)
    with stub(served) as pages, pytest.raises(grpc.RpcError) as caught:
        pages.ExtendRow(row_message(further))
    with pytest.raises(RowNotFoundError) as there:
        served.client.extend_row(further)
    with pytest.raises(RowNotFoundError) as here:
        engine.extend(further)

    reason = error_details_pb2.ErrorInfo()
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    assert rpc_status.from_call(caught.value).details[0].Unpack(reason)
    assert (reason.reason, reason.domain) == ("ROW_NOT_FOUND", "pagegen")
    assert str(there.value) == str(here.value)


def test_a_wrong_row_request_is_told_all_that_is_wrong(serving: Serving, engine: Engine) -> None:
    """Here and there alike."""
    wrong = RowRequest(page=ask("m001", rows=0), row_id="", page_size=0)
    with pytest.raises(RequestError) as here:
        engine.extend(wrong)

    with pytest.raises(RequestError) as there:
        serving(engine).client.extend_row(wrong)

    assert there.value.violations == here.value.violations


def test_bytes_that_are_no_row_request_are_the_callers_mistake(serving: Serving, engine: Engine) -> None:
    """INVALID_ARGUMENT."""
    with grpc.insecure_channel(serving(engine).target) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(f"/{SERVICE}/ExtendRow")
        with pytest.raises(grpc.RpcError) as caught:
            call(b"\xff\xff\xff")

    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
