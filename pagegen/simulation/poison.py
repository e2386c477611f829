"""
Poison: data with the same past and another future, on which an engine that sees no future makes the same page.

What a request cannot know is replaced: every event from its watermark on by others of other members, titles, kinds,
grades and times, and all that the catalog says of titles that have not arrived by then. Positions stay what they are,
since fitted models hold them: members, a country, genres and people that nobody has met come behind all others, and
titles that nobody has met are those that have not arrived.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pagegen.arrays import NONE, AnyArray, Int32, Mask, starts
from pagegen.context import Contexts
from pagegen.data.catalog import NOT_KNOWN, Catalog, Tags, Windows
from pagegen.data.dataset import Dataset
from pagegen.data.events import PLAY, Events, by_member
from pagegen.data.ids import Ids
from pagegen.data.members import NO_CEILING
from pagegen.data.schema import DEVICES, EVENT_KINDS, TITLE_KINDS
from pagegen.data.trends import DAY_MS, read_trends

NEWCOMERS = 40  # members
LEAST, MOST = 1_000, 50_000  # events of another future: those that are missing are another story too
SPAN_MS = 400 * DAY_MS  # within which they happen, most of them soon
OFTEN = 10  # every tenth event is of the member who asks, the first one too; every tenth is of a newcomer
TAGGED = ("genres", "people", "keywords", "language", "niches")
TAGS = 4  # of a title that has not arrived, at most
PLAYS = 0.7  # of all events; the others are of any kind


def widened(data: Dataset) -> Dataset:
    """The data with newcomers, their country, and genres and people of no title; one serves many requests."""
    people, catalog = data.members, data.catalog
    countries, ids = _with(data.countries.names, 1), _with(people.ids.names, NEWCOMERS)
    members = replace(
        people,
        ids=Ids(ids),
        country=np.append(people.country, np.full(NEWCOMERS, len(countries) - 1, np.int32)),
        kids=np.append(people.kids, np.arange(NEWCOMERS) % 2 == 0),
        maturity_ceiling=np.append(people.maturity_ceiling, np.full(NEWCOMERS, NO_CEILING, np.int16)),
    )
    tags = {name: getattr(catalog, name) for name in TAGGED}
    named = {name: replace(tag, names=_with(tag.names, TAGS)) for name, tag in tags.items()}
    return replace(data, members=members, countries=Ids(countries), catalog=replace(catalog, **named))


def _with(names: Sequence[str], number: int) -> tuple[str, ...]:
    """The sorted names, and so many that come after all of them."""
    last = names[-1] if names else ""
    return (*names, *(f"{last}~{i:02d}" for i in range(number)))


def poisoned(data: Dataset, contexts: Contexts, rng: np.random.Generator) -> Dataset:
    """
    Another future for one request.

    Args:
        data: widened.
        contexts: of the request, on the data as they are.
        rng: of the future.
    """
    events = _events(data, contexts, rng)
    trends = read_trends(events, data.members.country, len(data.countries), len(data.catalog))
    return replace(data, events=events, trends=trends, catalog=_catalog(data.catalog, contexts, rng))


def _events(data: Dataset, contexts: Contexts, rng: np.random.Generator) -> Events:
    """The events below the watermark, and others after them; the first as soon as the true one that is not seen."""
    old, member, begin = data.events, int(contexts.member[0]), int(contexts.time[0])
    watermark = int(contexts.watermark[0])
    if watermark < len(old):
        begin = min(begin, int(old.time[watermark]))
    size = int(np.clip(len(old) - watermark, LEAST, MOST) + rng.integers(1, LEAST))
    after = np.sort(float(SPAN_MS) ** rng.random(size)).astype(np.int64)
    after[: rng.integers(1, 4)] = 0
    who = rng.integers(0, len(data.members), size)
    who[1::OFTEN] = rng.integers(len(data.members) - NEWCOMERS, len(data.members), len(who[1::OFTEN]))
    who[::OFTEN] = who[::OFTEN] if member == NONE else member
    any_kind = rng.integers(0, len(EVENT_KINDS), size)
    new = {
        "time": begin + after,
        "member": who,
        "title": rng.integers(0, len(data.catalog), size),
        "kind": np.where(rng.random(size) < PLAYS, PLAY, any_kind),
        "grade": np.where(rng.random(size) < 0.5, np.nan, rng.integers(1, 11, size) / 2),
        "fraction": rng.random(size),
        "season": rng.integers(0, 4, size),
        "episode": rng.integers(0, 11, size),
        "device": np.arange(size) % len(DEVICES),
    }
    joined = {name: _joined(getattr(old, name)[:watermark], column) for name, column in new.items()}
    start, of_member = by_member(joined["member"], len(data.members))
    return Events(**joined, member_start=start, of_member=of_member)


def _joined(past: AnyArray, future: AnyArray) -> AnyArray:
    return np.concatenate([past, future.astype(past.dtype)])


def _catalog(catalog: Catalog, contexts: Contexts, rng: np.random.Generator) -> Catalog:
    """The catalog with other titles in place of those that have not arrived."""
    unseen, size, now = _unseen(contexts), len(catalog), int(contexts.time[0])
    release = now + rng.integers(0, SPAN_MS, size)
    other: dict[str, AnyArray] = {
        "name": np.full(size, "unheard of", object),
        "kind": rng.integers(0, len(TITLE_KINDS), size),
        "release_ms": release,
        "day_known": np.ones(size, np.bool_),
        "release_year": release.astype("M8[ms]").astype("M8[Y]").astype(np.int64) + 1970,
        "runtime_minutes": rng.uniform(1, 500, size),
        "maturity": rng.integers(0, 19, size),
    }
    columns: dict[str, Any] = {name: _retagged(getattr(catalog, name), unseen, rng) for name in TAGGED}
    for name, new in other.items():
        old = getattr(catalog, name)
        columns[name] = np.where(unseen, new.astype(old.dtype), old)
    return replace(catalog, **columns, windows=_without(catalog.windows, unseen))


def _unseen(contexts: Contexts) -> Mask:
    """[T] titles of which the request can know nothing: not released, and nobody has touched them."""
    release, first = contexts.data.catalog.release_ms, contexts.trends.first_ms[0]
    unseen = ((release == NOT_KNOWN) | (release >= contexts.time[0])) & (first == np.iinfo(np.int64).max)
    unseen[contexts.history.title] = False  # the client may know of one
    return unseen


def _retagged(tags: Tags, unseen: Mask, rng: np.random.Generator) -> Tags:
    """The unseen titles carry other tags, new ones among them."""
    size, stays = len(tags.names), ~unseen[tags.title]
    title = np.repeat(np.flatnonzero(unseen), TAGS)
    drawn = rng.integers(0, size, len(title))
    drawn[::TAGS] = size - 1
    cell = np.unique(np.append(tags.title[stays].astype(np.int64) * size + tags.tag[stays], title * size + drawn))
    carrier: Int32 = (cell // size).astype(np.int32)
    start = starts(np.bincount(carrier, minlength=len(unseen)))
    return replace(tags, start=start, tag=(cell % size).astype(np.int32), title=carrier)


def _without(windows: Windows, unseen: Mask) -> Windows:
    """The unseen titles may be shown everywhere, always."""
    stays = ~unseen[windows.title]
    columns = {name: getattr(windows, name)[stays] for name in ("title", "country", "start", "end")}
    return replace(windows, restricted=windows.restricted & ~unseen, **columns)
