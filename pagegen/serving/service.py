"""
The service: bytes in, bytes or a status out. Nothing else leaves, whatever goes wrong inside.

It parses messages itself, so that bytes which are no message are the caller's mistake and not ours.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status

from pagegen.errors import RequestError, Violation
from pagegen.serving.gate import ExpiredError, Gate
from pagegen.serving.live import Live
from pagegen.serving.logs import hidden, hide
from pagegen.serving.metrics import Meter
from pagegen.serving.statuses import LoadingError, status_of
from pagegen.v1.page_service_pb2 import DESCRIPTOR, ExtendRowRequest, GeneratePageRequest

SERVICE = DESCRIPTOR.services_by_name["PageService"].full_name
M = TypeVar("M", bound=Message)
log = logging.getLogger(__name__)


class PageService:
    """Answers with what is live at the moment a request's turn comes."""

    def __init__(self, gate: Gate, meter: Meter) -> None:
        self.live: Live | None = None  # replaced as a whole; each page takes it once
        self._gate, self._meter = gate, meter

    def handler(self) -> grpc.GenericRpcHandler:
        """What a gRPC server takes."""
        calls = {"GeneratePage": self.generate_page, "ExtendRow": self.extend_row}
        methods: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            name: grpc.unary_unary_rpc_method_handler(call) for name, call in calls.items()
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    def generate_page(self, body: bytes, context: grpc.ServicerContext) -> bytes:
        return self._answered("GeneratePage", lambda: self._page(body, context), context)

    def extend_row(self, body: bytes, context: grpc.ServicerContext) -> bytes:
        return self._answered("ExtendRow", lambda: self._row(body, context), context)

    def _answered(self, method: str, work: Callable[[], bytes], context: grpc.ServicerContext) -> bytes:
        """The answer, or the status of what went wrong."""
        with self._meter.in_flight(), hidden():
            try:
                answer = work()
            except Exception as error:  # the outermost wrapper: an error's own text would reach the caller
                status = rpc_status.to_status(status_of(error))
            else:
                self._meter.answered(method, "OK")
                return answer
        self._meter.answered(method, status.code.name)
        context.abort_with_status(status)

    def _page(self, body: bytes, context: grpc.ServicerContext) -> bytes:
        message = _parsed(body, GeneratePageRequest)
        hide(message.member_id)
        with self._turn(context) as live, self._meter.page() as after:
            return live.answer(message, self._source_failed, after).SerializeToString(deterministic=True)

    def _row(self, body: bytes, context: grpc.ServicerContext) -> bytes:
        message = _parsed(body, ExtendRowRequest)
        hide(message.page_request.member_id)
        with self._turn(context) as live, self._meter.row():
            return live.extend(message, self._source_failed).SerializeToString(deterministic=True)

    @contextmanager
    def _turn(self, context: grpc.ServicerContext) -> Iterator[Live]:
        """What is live when the caller's turn comes, if the caller still waits."""
        with self._gate.entered(context.time_remaining()):
            if not context.is_active():
                text = "the caller has gone"
                raise ExpiredError(text)
            if (live := self.live) is None:
                text = "the server is loading; come again a little later"
                raise LoadingError(text)
            yield live

    def _source_failed(self, source: str, error: Exception) -> None:
        self._meter.source_failed(source)
        log.error("a source failed, the page goes without it", exc_info=error, extra={"source": source})


def _parsed(body: bytes, kind: type[M]) -> M:
    try:
        return kind.FromString(body)
    except DecodeError as error:
        name = kind.DESCRIPTOR.full_name
        raise RequestError(Violation("", f"the bytes sent are no {name}")) from error
