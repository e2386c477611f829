"""
Strata: kinds of occasions that results are told for apart, each as of the occasion's time.

Bounds are fixed numbers, not shares of this experiment's members: so strata of two experiments mean the same.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from pagegen.arrays import NONE, Int64
from pagegen.data.dataset import Dataset
from pagegen.data.schema import ANYWHERE, DEVICES
from pagegen.data.trends import DAY_MS
from pagegen.replay import Occasions, earlier_events

FEW, MANY = 20, 100  # earlier events of a light and of a heavy member
MONTH_DAYS, YEAR_DAYS = 30, 365
COLD = 5  # earlier events of a member about whom next to nothing is known


def activity(data: Dataset, past: Occasions) -> list[str]:
    """Light, medium and heavy by the number of earlier events."""
    return _levels(earlier_events(data, past), (FEW, MANY), ("light", "medium", "heavy"))


def tenure(data: Dataset, past: Occasions) -> list[str]:
    """By the days since the member's first event."""
    events = data.events
    first = np.append(events.of_member, 0)[np.where(past.member == NONE, -1, events.member_start[past.member])]
    known = earlier_events(data, past) > 0
    days = np.where(known, (past.time - np.append(events.time, 0)[first]) // DAY_MS, 0)
    return _levels(days, (MONTH_DAYS, YEAR_DAYS), ("first_month", "first_year", "longer"))


def country(data: Dataset, past: Occasions) -> list[str]:
    """The member's own; ZZ where it is not known."""
    places = np.where(past.member == NONE, NONE, data.members.country[past.member])
    return [ANYWHERE if place == NONE else data.countries[place] for place in places.tolist()]


def device(data: Dataset, past: Occasions) -> list[str]:
    del data
    return [DEVICES[place] for place in past.device.tolist()]


def cold(data: Dataset, past: Occasions) -> list[str]:
    """Cold with fewer than five earlier events."""
    return _levels(earlier_events(data, past), (COLD,), ("cold", "warm"))


STRATA: Final[Mapping[str, Callable[[Dataset, Occasions], list[str]]]] = {
    "activity": activity,
    "tenure": tenure,
    "country": country,
    "device": device,
    "cold": cold,
}


def _levels(value: Int64, bounds: tuple[int, ...], names: tuple[str, ...]) -> list[str]:
    """The name of the level each value lies in; a bound belongs to the level above it."""
    levels: list[str] = np.array(names, object)[np.searchsorted(bounds, value, side="right")].tolist()
    return levels
