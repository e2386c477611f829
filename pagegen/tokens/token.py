"""
The token as it is sent: base64url, at most 4,096 characters.

    version 1 byte · checksum 8 · digest of the request 8 · rows 1 · titles 2 · low bits 1 · high bits 1
    · kinds 4 each · rows 4 each · titles, packed

No secret: a checksum tells damage, not forgery. Whoever forges one hides titles from themselves, or sees some twice:
what may be shown at all is decided anew for every answer.
"""

import base64
import hashlib
import struct

import numpy as np

from pagegen.arrays import record
from pagegen.errors import RequestError, Violation
from pagegen.tokens.sets import pack, packed_bytes, unpack
from pagegen.tokens.shown import MOST_BITS, Shown, cut

VERSION = 1
MAX_TOKEN = 4_096  # characters
DIGEST = 8  # bytes
FRONT = struct.Struct(">B8s")  # version and checksum
HEAD = struct.Struct(">8sBHBB")


@record
class Token:
    request: bytes  # digest of what stays the same while a page is continued
    shown: Shown


def write_token(token: Token) -> str:
    """The token as it is sent."""
    shown = token.shown
    low, high = cut(len(shown.title), shown.bits)
    body = HEAD.pack(token.request, len(shown.row), len(shown.title), low, high)
    body += shown.kind.astype(">u4").tobytes() + shown.row.astype(">u4").tobytes() + pack(shown.title, low, high)
    return _text(FRONT.pack(VERSION, checksum(body)) + body)


def read_token(text: str) -> Token:
    """
    What was written.

    Raises:
        RequestError: damaged, of another version, or never written by us.
    """
    if len(text) > MAX_TOKEN:
        too_long = f"has {len(text)} characters; at most {MAX_TOKEN}"
        raise _wrong(too_long)
    body = _body(text)
    try:
        request, rows, titles, low, high = HEAD.unpack_from(body)
        whole = len(body) == HEAD.size + 8 * rows + packed_bytes(titles, low, high)
        if not whole or not 1 <= low + high <= MOST_BITS:
            raise _wrong(FOREIGN)
        kind, row = np.frombuffer(body, ">u4", 2 * rows, HEAD.size).astype(np.uint32).reshape(2, rows)
        title = unpack(body[HEAD.size + 8 * rows :], titles, low, high)
    except (struct.error, ValueError) as error:
        raise _wrong(FOREIGN) from error
    if (title[1:] <= title[:-1]).any():  # nobody but a forger writes that
        raise _wrong(FOREIGN)
    return Token(request=request, shown=Shown(kind=kind, row=row, title=title, bits=low + high))


FOREIGN = "is no token of a page; send the `next_page_token` of an answer, or none to start at the top"
DAMAGED = "is damaged; send the `next_page_token` exactly as it came, or none to start at the top"


def checksum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=DIGEST).digest()


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _body(text: str) -> bytes:
    """What the version and the checksum stand for."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except ValueError as error:
        raise _wrong(FOREIGN) from error
    if len(content) < FRONT.size:
        raise _wrong(FOREIGN)
    version, check = FRONT.unpack_from(content)
    if version != VERSION:
        other = f"is of version {version}, this is version {VERSION}; start at the top, without it"
        raise _wrong(other)
    if check != checksum(content[FRONT.size :]) or _text(content) != text:
        raise _wrong(DAMAGED)
    return content[FRONT.size :]


def _wrong(description: str) -> RequestError:
    return RequestError(Violation("page_token", description))
