"""Asking: calls, patience, and errors. One client serves many threads."""

import itertools
import json
import time
from types import TracebackType
from typing import Any, Final, Self

import grpc
import msgspec
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from pagegen.client.messages import View, message, row_message
from pagegen.errors import PagegenError, RequestError, RowNotFoundError, Violation
from pagegen.request import PageRequest, RowRequest
from pagegen.v1.page_service_pb2 import (
    DESCRIPTOR,
    ExtendRowRequest,
    ExtendRowResponse,
    GeneratePageRequest,
    GeneratePageResponse,
)
from pagegen.v1.page_service_pb2_grpc import PageServiceStub

SERVICE: Final = DESCRIPTOR.services_by_name["PageService"].full_name
POLL_SECONDS = 0.1

# Pages may be asked for again: the answer is the same, and nothing is kept of the asking.
RETRIES: Final[dict[str, Any]] = {
    "maxAttempts": 4,
    "initialBackoff": "0.1s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
}


class ServerError(PagegenError):
    """The server gave no page. `code` is gRPC's name for why, `error_id` what the server's log has it under."""

    def __init__(self, code: str, text: str, error_id: str = "") -> None:
        self.code, self.error_id = code, error_id
        super().__init__(f"{code}: {text}")


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """Certificates in PEM, as bytes."""

    server_ca: bytes | None = None  # whose servers are trusted; None: those that the system trusts
    cert: bytes | None = None  # to show a server that asks
    key: bytes | None = None


class Client:
    """
    A server, as seen from here.

    Examples:
        with Client("127.0.0.1:50051") as client:
            request = PageRequest(member_id="42", time=1046454591000, page_size=6)
            page = client.generate_page(request)
            below = client.generate_page(replace(request, page_token=page.next_page_token, recent_events=(played,)))
            row = page.rows[0]
            further = client.extend_row(RowRequest(page=request, row_id=row.row_id, shown_title_ids=(*row.title_ids,)))
    """

    def __init__(
        self,
        target: str,
        *,
        timeout_seconds: float = 5.0,
        channels: int = 1,
        tls: Tls | None = None,
        retries: dict[str, Any] | None = RETRIES,
    ) -> None:
        """
        Args:
            target: host and port.
            timeout_seconds: for a call with all its retries.
            channels: connections. A server of W workers deals out connections, not calls: 2 W of them reach all.
            tls: None: in the clear.
            retries: gRPC's retryPolicy; None: none.
        """
        self._timeout = timeout_seconds
        self._channels = [_channel(target, tls, retries) for _ in range(channels)]
        self._stubs = itertools.cycle([PageServiceStub(channel) for channel in self._channels])

    def generate_page(
        self, request: PageRequest | GeneratePageRequest, *, view: View = "FULL", timeout_seconds: float | None = None
    ) -> GeneratePageResponse:
        """
        A page.

        Args:
            request: what is asked; a message says itself which view it wants.
            view: `BASIC`: ids alone; `FULL`: also names, scores and reasons; `TRACE`: and the digests of all stages.
            timeout_seconds: other than the client's.

        Raises:
            RequestError: the request is wrong; with every violation.
            ServerError: there is no page.
        """
        wanted = message(request, view) if isinstance(request, PageRequest) else request
        try:
            return next(self._stubs).GeneratePage(wanted, timeout=timeout_seconds or self._timeout)
        except grpc.RpcError as error:
            raise told(error) from error

    def extend_row(
        self, request: RowRequest | ExtendRowRequest, *, view: View = "FULL", timeout_seconds: float | None = None
    ) -> ExtendRowResponse:
        """
        Further titles of a row.

        Args:
            request: of which row, and what it has shown; a message says itself which view it wants.
            view: as of a page.
            timeout_seconds: other than the client's.

        Raises:
            RequestError: the request is wrong; with every violation.
            RowNotFoundError: there is no such row.
            ServerError: there is no answer.
        """
        wanted = row_message(request, view) if isinstance(request, RowRequest) else request
        try:
            return next(self._stubs).ExtendRow(wanted, timeout=timeout_seconds or self._timeout)
        except grpc.RpcError as error:
            raise told(error) from error

    def wait_until_serving(self, timeout_seconds: float = 30.0) -> None:
        """
        Returns when the server says that it serves.

        Raises:
            ServerError: it does not, in time.
        """
        stub = health_pb2_grpc.HealthStub(self._channels[0])
        asked = health_pb2.HealthCheckRequest(service=SERVICE)
        end, status = time.monotonic() + timeout_seconds, "no answer"
        while (left := end - time.monotonic()) > 0:
            try:
                answer = stub.Check(asked, timeout=left, wait_for_ready=True).status
            except grpc.RpcError as error:
                status = error.code().name
            else:
                if answer == health_pb2.HealthCheckResponse.SERVING:
                    return
                status = health_pb2.HealthCheckResponse.ServingStatus.Name(answer)
            time.sleep(min(POLL_SECONDS, left))
        text = f"not serving after {timeout_seconds} s ({status})"
        raise ServerError(grpc.StatusCode.UNAVAILABLE.name, text)

    def close(self) -> None:
        for channel in self._channels:
            channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _channel(target: str, tls: Tls | None, retries: dict[str, Any] | None) -> grpc.Channel:
    calls = {"name": [{"service": SERVICE}]} | ({} if retries is None else {"retryPolicy": retries})
    options = [
        ("grpc.service_config", json.dumps({"methodConfig": [calls]})),
        ("grpc.use_local_subchannel_pool", 1),  # each channel its own connection
    ]
    if tls is None:
        return grpc.insecure_channel(target, options)
    return grpc.secure_channel(target, grpc.ssl_channel_credentials(tls.server_ca, tls.key, tls.cert), options)


def told(error: grpc.RpcError) -> PagegenError:
    """The error that a server's status tells of."""
    status, details = rpc_status.from_call(error), {}
    for kind in (error_details_pb2.BadRequest, error_details_pb2.ErrorInfo):
        for detail in status.details if status else ():
            if detail.Unpack(found := kind()):
                details[kind] = found
    if wrong := details.get(error_details_pb2.BadRequest):
        return RequestError(*(Violation(v.field, v.description) for v in wrong.field_violations))
    if error.code() == grpc.StatusCode.NOT_FOUND:
        return RowNotFoundError(error.details())
    info = details.get(error_details_pb2.ErrorInfo)
    return ServerError(error.code().name, error.details() or "", info.metadata.get("error_id", "") if info else "")
