"""Whom the demo shows pages of: a member it knows well, one it has never met, and a child."""

import numpy as np

from pagegen.arrays import lengths, record
from pagegen.client import message
from pagegen.data.dataset import Dataset
from pagegen.request import PageRequest
from pagegen.v1.page_service_pb2 import GeneratePageRequest


@record
class Visitor:
    name: str
    description: str
    request: PageRequest

    @property
    def message(self) -> GeneratePageRequest:
        return message(self.request, "TRACE")


def visitors(data: Dataset) -> list[Visitor]:
    """The grown-up and the child with the longest histories, and somebody without one, right after the data end."""
    events, kids = lengths(data.events.member_start), data.members.kids
    warm, child = (data.members.ids[int(np.argmax(np.where(who, events, -1)))] for who in (~kids, kids))
    return [
        Visitor(name="warm", description=f"{warm}, a member with a long history", request=_request(warm, data)),
        Visitor(name="cold", description="somebody new", request=_request("somebody-new", data)),
        Visitor(name="kids", description=f"{child}, a child", request=_request(child, data)),
    ]


def _request(member_id: str, data: Dataset) -> PageRequest:
    return PageRequest(member_id=member_id, time=data.end_ms)
