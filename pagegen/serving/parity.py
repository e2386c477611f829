"""
Parity: whether a server's pages are those that an engine makes here, in every byte and at every stage.

The server tells the digests of the stages with each page. The same request, with all that the server filled in made
explicit, is answered here, and what differs first has a name: `features: plays_total` is a feature that was computed
otherwise, `response` a page that was put into words otherwise.
"""

import msgspec
import numpy as np

from pagegen.data.dataset import Dataset
from pagegen.data.schema import DEVICES
from pagegen.digests import Digests, differing
from pagegen.errors import PagegenError
from pagegen.page import Identity
from pagegen.serving.live import Live
from pagegen.serving.wire import timestamp
from pagegen.v1.device_pb2 import Device
from pagegen.v1.page_pb2 import PAGE_VIEW_TRACE
from pagegen.v1.page_service_pb2 import GeneratePageRequest, GeneratePageResponse

STRANGER = "somebody new"
RESPONSE = "response"  # the stage of pages that differ though every stage of the engine is equal
PRESENT = 4  # every fourth page is that of the server's present


class ParityError(PagegenError):
    """The server's pages cannot be compared with those made here."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One page, from a server and from here."""

    page_id: str  # the server's
    member_id: str
    time: int  # ms
    stages: int  # that were compared
    differ: tuple[str, ...]  # those of them that differ, in the order of the line; empty: the pages are equal
    left_out: tuple[str, ...]  # sources that the server left out, and so did we


def sampled(data: Dataset, members: int, rng: np.random.Generator) -> list[GeneratePageRequest]:
    """
    Requests for the pages of so many members, active ones more often, and of a stranger.

    Each is for the time of one of the member's events or, every fourth, for the server's present.
    """
    drawn = rng.permutation(len(data.events))
    _, first = np.unique(data.events.member[drawn], return_index=True)
    chosen = drawn[np.sort(first)[:members]]
    ids = [*data.members.ids.of(data.events.member[chosen]), STRANGER]
    times = [*data.events.time[chosen].tolist(), data.end_ms]
    messages = []
    for place, (member_id, ms) in enumerate(zip(ids, times, strict=True)):
        device, seed = Device.Value(f"DEVICE_{rng.choice(DEVICES).upper()}"), int(rng.integers(2**31))
        time = None if place % PRESENT == PRESENT - 1 else timestamp(ms)
        messages.append(
            GeneratePageRequest(member_id=member_id, time=time, device=device, rng_seed=seed, view=PAGE_VIEW_TRACE)
        )
    return messages


def compare(live: Live, message: GeneratePageRequest, served: GeneratePageResponse) -> Compared:
    """
    What differs between the page that a server sent for the message and the one that is made here.

    Raises:
        ParityError: the server makes its pages of another bundle, or with other settings.
    """
    _check_identity(served, live.engine.identity)
    again = live.answer(explicit(message, served))
    there, here = _digests(served), _digests(again)
    differ = differing(there, here)
    if not differ and served.SerializeToString(deterministic=True) != again.SerializeToString(deterministic=True):
        differ = (RESPONSE,)
    return Compared(
        page_id=served.page_id,
        member_id=message.member_id,
        time=served.time.ToMilliseconds(),
        stages=len(there),
        differ=differ,
        left_out=tuple(left_out.source for left_out in served.degradations),
    )


def _check_identity(served: GeneratePageResponse, here: Identity) -> None:
    if served.bundle_id != here.bundle_id:
        what = f"the server has bundle {served.bundle_id}, --bundle is {here.bundle_id}"
        message = f"{what}; pass the one that it serves"
        raise ParityError(message)
    if served.config_digest != here.config_digest:
        what = f"the server has settings {served.config_digest}, here they are {here.config_digest}"
        message = f"{what}; pass --set and --homepage as the server has them"
        raise ParityError(message)


def explicit(message: GeneratePageRequest, served: GeneratePageResponse) -> GeneratePageRequest:
    """The same request, with what the server filled in spelt out, and what it left out disabled."""
    same = GeneratePageRequest()
    same.CopyFrom(message)
    same.time.CopyFrom(served.time)
    same.watermark, same.rng_seed = served.watermark, served.rng_seed
    same.disabled_sources[:] = [left_out.source for left_out in served.degradations]
    return same


def _digests(page: GeneratePageResponse) -> Digests:
    return {each.stage: each.digest for each in page.stage_digests}
