"""
Filters: which titles may be shown at all, decided once for every request before anything is proposed.

A filter is a mask over the catalog. Soft filters may be spared by a row kind (a continue-watching row shows what was
watched); hard ones never are. One bit a filter says, for any title, which filters removed it.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np

from pagegen.arrays import Mask, UInt16, groups, record
from pagegen.context import Contexts
from pagegen.data.catalog import NOT_KNOWN, UNRATED
from pagegen.data.events import NOT_INTERESTED, PLAY, THUMBS_DOWN, THUMBS_UP
from pagegen.data.members import NO_CEILING
from pagegen.data.schema import EVENT_KINDS


class Filter(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def soft(self) -> bool:
        """Whether a row kind may be spared."""
        ...

    def keep(self, contexts: Contexts) -> Mask:
        """[B, T] titles that may be shown."""
        ...


@record
class Eligible:
    """Which titles may be shown."""

    names: tuple[str, ...]  # of the filters
    soft: frozenset[str]  # names of those that a row kind may be spared
    removed: UInt16  # [B, T] bit i: filter i removed the title

    def spared(self, spares: frozenset[str]) -> int:
        """The bits a row kind with these spared filters ignores; a hard filter is never one of them."""
        return sum(1 << bit for bit, name in enumerate(self.names) if name in spares & self.soft)

    def allowed(self, request: int, spares: frozenset[str] = frozenset()) -> Mask:
        """[T] titles that may be shown in a row that spares these filters."""
        removed = self.removed[request]
        bits = self.spared(spares)
        return (removed if not bits else removed & ~np.uint16(bits)) == 0


def apply(filters: Sequence[Filter], contexts: Contexts) -> Eligible:
    """Ask every filter about every title."""
    removed = np.zeros((len(contexts), len(contexts.data.catalog)), np.uint16)
    for bit, filter_ in enumerate(filters):
        removed |= ~filter_.keep(contexts) * np.uint16(1 << bit)
    names, soft = tuple(filter_.name for filter_ in filters), frozenset(f.name for f in filters if f.soft)
    return Eligible(names=names, soft=soft, removed=removed)


@record
class Watched:
    """Removes titles the member has played, whole or in part."""

    name: str = "watched"
    soft: bool = True

    def keep(self, contexts: Contexts) -> Mask:
        mask = np.ones((len(contexts), len(contexts.data.catalog)), np.bool_)
        mask[groups(contexts.played.start), contexts.played.title] = False
        return mask


@record
class Licence:
    """
    Keeps titles that have arrived and are licensed in the request's country at its time.

    A title has arrived when its release or, where that is not known, its first event is in the past. A country
    nobody knows gets only what is licensed everywhere.
    """

    name: str = "licence"
    soft: bool = False

    def keep(self, contexts: Contexts) -> Mask:
        catalog, anywhere = contexts.data.catalog, contexts.data.anywhere
        places = zip(contexts.country.tolist(), contexts.time.tolist(), strict=True)
        open_ = np.array([catalog.windows.open(country, anywhere, time) for country, time in places], np.bool_)
        released = np.where(catalog.release_ms == NOT_KNOWN, contexts.trends.first_ms, catalog.release_ms)
        return open_.reshape(released.shape) & (released < contexts.time[:, None])


@record
class Maturity:
    """Keeps titles rated at most the ceiling; with a ceiling, unrated titles go."""

    name: str = "maturity"
    soft: bool = False

    def keep(self, contexts: Contexts) -> Mask:
        maturity, ceiling = contexts.data.catalog.maturity, contexts.maturity_ceiling[:, None]
        return (ceiling == NO_CEILING) | ((maturity != UNRATED) & (maturity <= ceiling))


class KidsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    max_maturity: int = 7  # years


@record
class Kids:
    """Keeps titles rated for children on a kids profile; unrated titles go."""

    config: KidsConfig
    name: str = "kids"
    soft: bool = False

    def keep(self, contexts: Contexts) -> Mask:
        maturity = contexts.data.catalog.maturity
        suitable = (maturity != UNRATED) & (maturity <= self.config.max_maturity)
        return ~contexts.kids[:, None] | suitable


@record
class NotInterested:
    """Removes titles whose last verdict by the member was "not interested" or a thumb down, until played again."""

    name: str = "not_interested"
    soft: bool = False

    def keep(self, contexts: Contexts) -> Mask:
        history = contexts.history
        verdict = np.flatnonzero(_VERDICT[history.kind])
        against = np.zeros((len(contexts), len(contexts.data.catalog)), np.bool_)
        against[groups(history.start)[verdict], history.title[verdict]] = _AGAINST[history.kind[verdict]]
        return ~against


_AGAINST = np.isin(range(len(EVENT_KINDS)), (NOT_INTERESTED, THUMBS_DOWN))  # [event kinds]
_VERDICT = _AGAINST | np.isin(range(len(EVENT_KINDS)), (THUMBS_UP, PLAY))


@record
class Excluded:
    """Removes titles the request excludes."""

    name: str = "excluded"
    soft: bool = False

    def keep(self, contexts: Contexts) -> Mask:
        mask = np.ones((len(contexts), len(contexts.data.catalog)), np.bool_)
        for row, request in zip(mask, contexts.requests, strict=True):
            if request.exclude_title_ids:
                position = contexts.data.catalog.ids.positions(request.exclude_title_ids)
                row[position[position >= 0]] = False
        return mask
