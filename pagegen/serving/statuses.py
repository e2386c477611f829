"""
Statuses: what a caller is told when there is no answer. Texts written for callers, and never those of our own mistakes.

    RequestError       INVALID_ARGUMENT    BadRequest with every wrong field
    RowNotFoundError   NOT_FOUND
    OverloadError      RESOURCE_EXHAUSTED  RetryInfo
    LoadingError       UNAVAILABLE         RetryInfo
    ExpiredError       DEADLINE_EXCEEDED
    anything else      INTERNAL            a fixed text, and the id under which the log has the rest
"""

import itertools
import logging
import secrets
from collections.abc import Mapping, Sequence

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from pagegen.errors import PagegenError, RequestError, RowNotFoundError, Violation
from pagegen.serving.gate import RETRY_MS, ExpiredError, OverloadError

DOMAIN = "pagegen"
TOLD_BYTES = 4_000  # of violations: details travel in headers, of which clients take 8 KB
INTERNAL = "the server could not make this page; its log says why, under the error id"
log = logging.getLogger(__name__)


class LoadingError(PagegenError):
    """The engine is still being loaded."""


PLAIN: Mapping[type[Exception], tuple[str, str, bool]] = {  # code, reason, whether to come again
    RowNotFoundError: ("NOT_FOUND", "ROW_NOT_FOUND", False),
    OverloadError: ("RESOURCE_EXHAUSTED", "OVERLOADED", True),
    LoadingError: ("UNAVAILABLE", "LOADING", True),
    ExpiredError: ("DEADLINE_EXCEEDED", "EXPIRED", False),
}


def status_of(error: Exception) -> status_pb2.Status:
    """The status that tells a caller of an error; what is our own fault is logged under a new id."""
    if isinstance(error, RequestError):
        told = _told(error.violations)
        fields = [error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description) for v in told]
        details = [_info("BAD_REQUEST"), error_details_pb2.BadRequest(field_violations=fields)]
        return _status("INVALID_ARGUMENT", "; ".join(f"{v.field}: {v.description}" for v in told[:3]), details)
    if type(error) in PLAIN:
        code, reason, again = PLAIN[type(error)]
        delay = Duration(nanos=RETRY_MS * 1_000_000)
        retry = [error_details_pb2.RetryInfo(retry_delay=delay)] if again else []
        return _status(code, str(error), [_info(reason), *retry])
    error_id = secrets.token_hex(8)
    log.error("a page failed", exc_info=error, extra={"error_id": error_id})
    return _status("INTERNAL", f"{INTERNAL} {error_id}", [_info("INTERNAL", error_id=error_id)])


def _told(violations: Sequence[Violation]) -> list[Violation]:
    """The violations that fit into headers, and how many do not."""
    sizes = itertools.accumulate(len(f"{v.field}{v.description}".encode()) + 8 for v in violations)
    fit = sum(size <= TOLD_BYTES for size in sizes)
    rest = len(violations) - fit
    more = [Violation(violations[fit].field, f"and {rest} more violations")] if rest else []
    return [*violations[:fit], *more]


def _info(reason: str, **metadata: str) -> Message:
    info: Message = error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata)
    return info


def _status(code: str, text: str, details: Sequence[Message]) -> status_pb2.Status:
    status = status_pb2.Status(code=code_pb2.Code.Value(code), message=text)
    for detail in details:
        status.details.add().Pack(detail)
    return status
