"""
Claims: what is true of the titles that are shown; each kind of truth is one function.

| code | is true of a title when | argument |
|---|---|---|
| `new` | it was released within the last 7 days; never where only the year of its release is known | |
| `leaving_soon` | its licence in the country ends within `leaving_days`, and no extension is known | |
| `top_10_in_country` | it is among the ten most played there in the last days, with at least `min_plays` | its rank |
| `top_10` | the same of plays everywhere, where the country has too few to speak for itself | its rank |
| `people` | the member follows one of its cast or directors (`context/likings.py`) | whom most |
| `because_you_watched` | a title that the member enjoyed adds something to the explainer's score | which adds most |
| `keyword` | it is one of the 3 rarest of the title, and of another that the member enjoyed | the rarest of them |
| `match` | it was scored, and its match is at least `min_match` | percent |

A title is enjoyed when it was finished and not disliked. Its match is 1 - p' / p, with p the calibrated probability of
a play and p' the mean of all titles that were scored for the page: a match of 80 % says that a play is five times as
likely as of the average one. A ranker that was never calibrated claims no match.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
import numpy as np
from msgspec import Meta

from pagegen.arrays import NONE, Float64, Int32, Int64, Mask, best, lengths, ranges, record, within
from pagegen.context import Contexts, followed
from pagegen.data.catalog import Tags
from pagegen.data.trends import DAY_MS
from pagegen.pool import Explainer

Kind: TypeAlias = Literal["new", "leaving_soon", "top_10", "people", "because_you_watched", "keyword", "match"]
CODES: Final = (
    "new",
    "leaving_soon",
    "top_10",
    "top_10_in_country",
    "people",
    "because_you_watched",
    "keyword",
    "match",
)
NEW_DAYS: Final = 7
TEN: Final = 10
RARE: Final = 3  # keywords of a title that tell something of it: those that fewest titles have


class EvidenceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reasons: tuple[Kind, ...] = (  # that are given, the strongest first: what is true of fewest titles says most
        "new",
        "leaving_soon",
        "top_10",
        "people",
        "because_you_watched",
        "keyword",
        "match",
    )
    repeats: Annotated[int, Meta(ge=1)] = 3  # titles of a row that get the same reason, code and argument
    explainer: str = "because_you_watched"  # source that says which watched title speaks for a title
    leaving_days: Annotated[float, Meta(ge=0)] = 30.0
    min_plays: Annotated[int, Meta(ge=1)] = 10  # of a title with a rank; with fewer it is no chart
    min_match: Annotated[float, Meta(ge=0, le=1)] = 0.8


@record
class Shown:
    """The titles on one request's page, slot by slot, and what is asked of them."""

    contexts: Contexts
    request: int
    title: Int64  # [Q]
    match: Float64  # [Q] NaN where none is known
    enjoyed: Mask  # [T]
    explainer: Explainer | None
    rare_keywords: Int32  # [RARE, T]
    config: EvidenceConfig


@record
class Claim:
    """What may be said of the titles shown."""

    code: str
    about: Int32  # [Q] title, person or keyword, or a number; 0 where the code says it all; NONE where it is not true


def new(shown: Shown) -> Claim:
    catalog, now = shown.contexts.data.catalog, int(shown.contexts.time[shown.request])
    release = catalog.release_ms.take(shown.title)
    fresh = (release > now - NEW_DAYS * DAY_MS) & (release <= now) & catalog.day_known.take(shown.title)
    return Claim(code="new", about=_where(fresh))


def leaving_soon(shown: Shown) -> Claim:
    data, now = shown.contexts.data, int(shown.contexts.time[shown.request])
    closes = data.catalog.windows.closes(int(shown.contexts.country[shown.request]), data.anywhere, now).take(
        shown.title
    )
    soon = (now < closes) & (closes < now + shown.config.leaving_days * DAY_MS)
    return Claim(code="leaving_soon", about=_where(soon))


def top_10(shown: Shown) -> Claim:
    """Of equal plays the lower title position goes first, as in the row of that name."""
    trends = shown.contexts.trends
    plays = trends.short[shown.request]
    chart = best(plays, plays >= shown.config.min_plays, TEN)
    rank = np.full(len(plays), NONE, np.int32)
    rank[chart] = np.arange(1, len(chart) + 1)
    code = "top_10_in_country" if trends.local[shown.request] else "top_10"
    return Claim(code=code, about=rank.take(shown.title))


def people(shown: Shown) -> Claim:
    person = np.full(len(shown.enjoyed), NONE, np.int32)
    least_first = followed(shown.contexts, shown.request)[::-1]
    if len(least_first):
        tags = shown.contexts.data.catalog.people
        length = lengths(tags.title_start)[least_first]
        cell = ranges(tags.title_start[least_first], length)
        person[tags.titles[cell]] = np.repeat(least_first, length)  # repeated index: the last, followed most, wins
    return Claim(code="people", about=person.take(shown.title))


def because_you_watched(shown: Shown) -> Claim:
    if shown.explainer is None:
        about = np.full(len(shown.title), NONE, np.int32)
    else:
        about = shown.explainer.speaks_most(shown.contexts, shown.request, shown.enjoyed, shown.title)
    return Claim(code="because_you_watched", about=about)


def keyword(shown: Shown) -> Claim:
    rare, size = shown.rare_keywords, len(shown.contexts.data.catalog.keywords.names)
    liked = rare.take(shown.enjoyed.nonzero()[0], axis=1)
    titles = np.bincount(liked.ravel() + 1, minlength=size + 1)[1:]  # [keywords] enjoyed ones with it
    about = _rarest_of(rare, shown.title, titles > 0)
    own = shown.enjoyed.take(shown.title).nonzero()[0]
    if len(own):  # a title has nothing in common with itself
        about[own] = _rarest_of(rare, shown.title[own], titles > 1)
    return Claim(code="keyword", about=about)


def _rarest_of(rare: Int32, title: Int64, known: Mask) -> Int32:
    """[n] the rarest keyword of each title that is among the known [keywords]; NONE without any."""
    tags, about = rare.take(title, axis=1), np.full(len(title), NONE, np.int32)
    for tag, is_known in zip(tags[::-1], np.append(known, np.False_).take(tags)[::-1], strict=True):
        np.copyto(about, tag, where=is_known)
    return about


def rarest(tags: Tags) -> Int32:
    """
    [RARE, T] the tags of each title that fewest titles have; NONE behind the last.

    The rarest come first; of those that equally few titles have, the first by name.
    """
    by_rarity = np.lexsort((tags.tag, lengths(tags.title_start)[tags.tag], tags.title))
    place = within(tags.start)
    few = np.flatnonzero(place < RARE)
    table = np.full((RARE, len(tags.start) - 1), NONE, np.int32)
    table[place[few], tags.title[few]] = tags.tag[by_rarity[few]]
    return table


def match(shown: Shown) -> Claim:
    strong = shown.match >= shown.config.min_match  # NaN never is
    about = np.full(len(strong), NONE, np.int32)
    about[strong] = 100.0 * shown.match[strong]
    return Claim(code="match", about=about)


def _where(true: Mask) -> Int32:
    """What a code says that needs no argument."""
    return np.where(true, np.int32(0), np.int32(NONE))


CLAIMS: Final[Mapping[Kind, Callable[[Shown], Claim]]] = {
    "new": new,
    "leaving_soon": leaving_soon,
    "top_10": top_10,
    "people": people,
    "because_you_watched": because_you_watched,
    "keyword": keyword,
    "match": match,
}
