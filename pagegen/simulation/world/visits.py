"""
Who opens the service in a quarter of a day, when exactly, on what, and whether for a title known beforehand.

A visit's chance follows the local hour and weekday; visits of members who are still watching do not happen.
"""

from typing import Final

import numpy as np

from pagegen.arrays import Int8, Int32, Int64, Mask, record
from pagegen.simulation.world.population import DEVICES, Members
from pagegen.simulation.world.rhythm import EPOCH_MS, PART_HOURS, PARTS, SECOND_MS, local_week_hour, part_shares

KNOWN_SHARE: Final = 0.2  # visits for a title heard of elsewhere: a play without a page
PAUSE_SECONDS: Final = 600  # after a play, before the next visit
PHONE_HOURS: Final = ((7, 9), (16, 17))  # weekday commutes
COMMUTE_SHIFT: Final = 0.55  # of tv and web visits become phone visits then


@record
class Visits:
    member: Int32  # [B]
    time_ms: Int64  # [B] whole seconds
    device: Int8  # [B] position in population.DEVICES
    known: Mask  # [B] comes for a known title, sees no page

    def pick(self, chosen: Mask | slice) -> "Visits":
        return Visits(
            member=self.member[chosen],
            time_ms=self.time_ms[chosen],
            device=self.device[chosen],
            known=self.known[chosen],
        )


def draw(members: Members, part: int, busy_seconds: Int64, rng: np.random.Generator) -> Visits:
    """
    Visits of the part-th quarter day since the epoch, in time order.

    Args:
        members: of the world.
        part: of a day, counted from the epoch.
        busy_seconds: [M] second at which each member's last play ends.
        rng: consumed the same way whoever is busy.
    """
    share = part_shares(part)[members.country, members.kids.astype(np.int8)]  # [M, hour]
    upto = np.cumsum(share, axis=1) * members.visits_a_week[:, None]
    comes = rng.random(len(members)) < -np.expm1(-upto[:, -1])
    hour = (upto < (rng.random(len(members)) * upto[:, -1])[:, None]).sum(axis=1)
    second = part * PART_HOURS * 3600 + np.minimum(hour, PART_HOURS - 1) * 3600 + rng.integers(0, 3600, len(members))
    time_ms = EPOCH_MS + second * SECOND_MS
    awake = (time_ms >= members.joined_ms) & (second > busy_seconds + PAUSE_SECONDS)
    here = np.flatnonzero(comes & awake)
    member = here[np.argsort(time_ms[here], kind="stable")].astype(np.int32)
    return Visits(
        member=member,
        time_ms=time_ms[member],
        device=_devices(members, member, time_ms[member], rng),
        known=rng.random(len(member)) < KNOWN_SHARE,
    )


def _devices(members: Members, member: Int32, time_ms: Int64, rng: np.random.Generator) -> Int8:
    habitual = (members.device_share[member] < rng.random(len(member))[:, None]).sum(axis=1)
    day, hour = np.divmod(local_week_hour(time_ms, members.country[member]), 24)
    commuting = (day < 5) & np.any([(hour >= first) & (hour <= last) for first, last in PHONE_HOURS], axis=0)
    moved = commuting & ~members.kids[member] & (rng.random(len(member)) < COMMUTE_SHIFT)
    return np.where(moved, DEVICES.index("phone"), np.minimum(habitual, len(DEVICES) - 1)).astype(np.int8)


def parts(days: int) -> range:
    return range(days * PARTS)
