"""The service: pages, refusals, and nothing of what goes on inside."""

import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from pagegen.client import ServerError, message
from pagegen.engine import Engine
from pagegen.errors import RequestError
from pagegen.serving import wire
from pagegen.serving.service import SERVICE
from pagegen.v1.page_pb2 import PAGE_VIEW_FULL
from pagegen.v1.page_service_pb2 import GeneratePageRequest, GeneratePageResponse
from pagegen.v1.page_service_pb2_grpc import PageServiceStub
from tests.servers import Served, live
from tests.serving.engines import FailingRanker, WaitingRanker, renamed, without
from tests.worlds import NOW, ask

Serving = Callable[..., Served]


@contextmanager
def stub(served: Served) -> Iterator[PageServiceStub]:
    with grpc.insecure_channel(served.target) as channel:
        yield PageServiceStub(channel)


def bytes_of(page: GeneratePageResponse) -> bytes:
    return page.SerializeToString(deterministic=True)


@pytest.mark.parametrize("member_id", ["m001", "m059", "never seen", "日本"])
def test_the_served_page_is_the_engine_s(serving: Serving, engine: Engine, member_id: str) -> None:
    """Byte for byte, for members known, without events, and unknown."""
    request = ask(member_id)

    served = serving(engine).client.generate_page(request)

    assert bytes_of(served) == bytes_of(wire.response(engine.run([request]).pages[0], request, PAGE_VIEW_FULL))


def test_the_response_tells_what_the_door_filled_in(serving: Serving, engine: Engine) -> None:
    """Asked again with what the first response told, the same bytes come."""
    served = serving(engine)

    first = served.client.generate_page(GeneratePageRequest(member_id="m001"))
    again = GeneratePageRequest(member_id="m001", time=first.time, watermark=first.watermark, rng_seed=first.rng_seed)

    assert first.time.ToMilliseconds() == NOW
    assert bytes_of(served.client.generate_page(again)) == bytes_of(first)


def test_a_wrong_request_is_told_all_that_is_wrong(serving: Serving, engine: Engine) -> None:
    """INVALID_ARGUMENT with a BadRequest that names every field."""
    wrong = GeneratePageRequest(member_id="", rows=10_000, page_token="forged")

    with stub(serving(engine)) as pages, pytest.raises(grpc.RpcError) as caught:
        pages.GeneratePage(wrong)

    status = rpc_status.from_call(caught.value)
    reason, fields = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert status.details[0].Unpack(reason)
    assert status.details[1].Unpack(fields)
    assert (reason.reason, reason.domain) == ("BAD_REQUEST", "pagegen")
    assert {violation.field for violation in fields.field_violations} == {"member_id", "rows", "page_token"}


def test_a_thousand_violations_fit_the_answer(serving: Serving, engine: Engine) -> None:
    """Details travel in headers, which have a limit: the first violations come, and how many more there are."""
    wrong = GeneratePageRequest(member_id="m001", exclude_title_ids=["x" * 200] * 1_000, page_token="forged")

    with pytest.raises(RequestError) as caught:
        serving(engine).client.generate_page(wrong)

    told = caught.value.violations
    assert told[-1].description == f"and {1_001 - len(told) + 1} more violations"


def test_bytes_that_are_no_message_are_the_callers_mistake(serving: Serving, engine: Engine) -> None:
    """INVALID_ARGUMENT, also for text that is not UTF-8."""
    with grpc.insecure_channel(serving(engine).target) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(f"/{SERVICE}/GeneratePage")
        codes = []
        for body in (b"\xff\xff\xff", b"\x0a\x02\xff\xfe"):
            with pytest.raises(grpc.RpcError) as caught:
                call(body)
            codes.append(caught.value.code())

    assert codes == [grpc.StatusCode.INVALID_ARGUMENT] * 2


def test_a_request_of_a_megabyte_is_not_read(serving: Serving, engine: Engine) -> None:
    """The limit is 256 KB; the server goes on."""
    served = serving(engine)

    with pytest.raises(ServerError, match="RESOURCE_EXHAUSTED"):
        served.client.generate_page(GeneratePageRequest(member_id="m" * 1_000_000))

    assert served.client.generate_page(ask("m001")).rows


@pytest.mark.parametrize("source", ["als", "because_you_watched", "trending", "facets", "top_10", "continue_watching"])
def test_a_failing_source_leaves_the_page_of_a_disabled_one(serving: Serving, engine: Engine, source: str) -> None:
    """Byte for byte; the page names it, and it is counted."""
    failing, sound = serving(without(engine, source)), serving(engine)

    page = failing.client.generate_page(ask("m001"))

    assert bytes_of(page) == bytes_of(sound.client.generate_page(ask("m001", disabled_sources=(source,))))
    assert [(left.code, left.source) for left in page.degradations] == [("source_left_out", source)]
    assert failing.registry.get_sample_value("pagegen_source_failures_total", {"source": source}) == 1


def test_what_goes_wrong_inside_stays_inside(
    serving: Serving, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller gets a fixed text and an id under which the log has the rest."""
    broken = replace(engine, ranker=FailingRanker("no score for bob@example.org of m001"))

    with pytest.raises(ServerError) as caught:
        serving(broken).client.generate_page(ask("m001"))

    assert caught.value.code == "INTERNAL"
    assert re.fullmatch(
        f"INTERNAL: the server could not make this page; its log says why, under the error id {caught.value.error_id}",
        str(caught.value),
    )
    [logged] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert vars(logged)["error_id"] == caught.value.error_id


def test_a_server_that_loads_says_so(serving: Serving) -> None:
    """UNAVAILABLE, which clients try again."""
    with pytest.raises(ServerError, match="UNAVAILABLE: the server is loading"):
        serving(None).client.generate_page(ask("m001"))


def test_too_many_are_turned_away_and_health_answers(serving: Serving, engine: Engine) -> None:
    """One page at a time, nobody waits: the second caller is told when to come again; health does not wait at all."""
    ranker = WaitingRanker()
    served = serving(replace(engine, ranker=ranker), at_once=1, waiting=0)
    with ThreadPoolExecutor(1) as pool, grpc.insecure_channel(served.target) as channel:
        first = pool.submit(served.client.generate_page, ask("m001"))
        ranker.begun.wait(10)

        with pytest.raises(grpc.RpcError) as caught:
            PageServiceStub(channel).GeneratePage(message(ask("m002")), timeout=5)
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)

        ranker.go.set()
        assert first.result().rows
    retry = error_details_pb2.RetryInfo()
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert rpc_status.from_call(caught.value).details[1].Unpack(retry)
    assert retry.retry_delay.ToMilliseconds() == 100


def test_a_page_never_mixes_two_bundles(serving: Serving, engine: Engine) -> None:
    """While bundles are swapped under load, every page is wholly of one."""
    lives = [live(renamed(engine, bundle)) for bundle in ("one", "two")]
    served = serving(None)
    served.service.live = lives[0]
    whole = {bytes_of(each.answer(message(ask("m001")))) for each in lives}
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(served.client.generate_page, ask("m001")) for _ in range(60)]
        swaps = 0
        while not all(future.done() for future in asked):
            swaps += 1
            served.service.live = lives[swaps % 2]

    assert {bytes_of(future.result()) for future in asked} == whole


def test_no_metric_names_a_member(serving: Serving, engine: Engine) -> None:
    """Labels hold nothing that a caller chooses."""
    served = serving(engine)
    served.client.generate_page(ask("m001"))

    samples = [sample for metric in served.registry.collect() for sample in metric.samples]

    assert [sample for sample in samples if "m001" in str(sample)] == []
    assert {sample.labels["stage"] for sample in samples if "stage" in sample.labels} >= {"context", "pool", "page"}
