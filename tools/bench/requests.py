"""Requests: moments drawn from the log, so that members are asked for as often as they are active."""

import numpy as np

from pagegen.data.dataset import Dataset
from pagegen.request import PageRequest


class TooFewError(Exception):
    """The log has not as many different moments."""


def draw(data: Dataset, count: int, rng: np.random.Generator) -> list[PageRequest]:
    """
    Distinct members and times: those of events drawn uniformly from the second half of the log.

    Raises:
        TooFewError: there are not so many.
    """
    events = data.events
    drawn = rng.permutation(np.arange(len(events) // 2, len(events)))
    moments = zip(events.member[drawn].tolist(), events.time[drawn].tolist(), strict=True)
    chosen = list(dict.fromkeys(moments))[:count]
    if len(chosen) < count:
        message = f"the second half of the log has {len(chosen)} different members and times, {count} are wanted"
        raise TooFewError(message)
    return [PageRequest(member_id=data.members.ids[member], time=time) for member, time in chosen]
