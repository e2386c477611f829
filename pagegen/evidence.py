"""
Evidence: why a row is on the page and why a title is in it, only what is true at the request's time.

A row's evidence is its kind and what it is about. A title's reason is the first that holds of: it was released within
the last 30 days (`new`; never said of a release that is known by its year only), it is among the ten most played of
the last week in the country (`top_10`), the member has played three titles with one of its people (`people`).
"""

from dataclasses import dataclass

import numpy as np

from pagegen.arrays import NONE, Int32, Mask, best, lengths, ranges
from pagegen.context import Contexts
from pagegen.data.trends import DAY_MS
from pagegen.pool import RowKind

NEW_DAYS = 30
FOLLOWED = 3  # titles with a person that make the member know them


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    reason: str  # the row's kind
    seed_type: str  # none, title, genre, person, niche or words
    seed_id: str  # title id, genre, person, or the name of a niche, the words; "" without one
    seed_name: str


def row_evidence(kind: RowKind, seed: int, contexts: Contexts) -> Evidence:
    """What the row is about."""
    catalog = contexts.data.catalog
    if seed == NONE or kind.seed_type == "none":
        return Evidence(reason=kind.name, seed_type="none", seed_id="", seed_name="")
    if kind.seed_type == "title":
        return Evidence(reason=kind.name, seed_type="title", seed_id=catalog.ids[seed], seed_name=catalog.name[seed])
    if kind.seed_type == "words":
        return Evidence(reason=kind.name, seed_type="words", seed_id=kind.words[seed], seed_name=kind.words[seed])
    tags = {"person": catalog.people, "genre": catalog.genres, "niche": catalog.niches}[kind.seed_type]
    name = tags.names[seed]
    return Evidence(reason=kind.name, seed_type=kind.seed_type, seed_id=name, seed_name=name)


def title_reasons(title: Int32, contexts: Contexts, request: int) -> list[str]:
    """The reason of each title, "" where none is known."""
    code = np.zeros(len(contexts.data.catalog), np.int8)
    for place, find in ((3, _of_known_people), (2, _top_10), (1, _new)):  # the first reason is written last
        code[find(contexts, request)] = place
    reasons: list[str] = _CODES[code[title]].tolist()
    return reasons


REASONS = ("", "new", "top_10", "people")
_CODES = np.array(REASONS, object)


def _new(contexts: Contexts, request: int) -> Mask:
    """[T] titles released lately."""
    catalog, now = contexts.data.catalog, int(contexts.time[request])
    release = catalog.release_ms
    return catalog.day_known & (now - NEW_DAYS * DAY_MS < release) & (release <= now)


def _top_10(contexts: Contexts, request: int) -> Int32:
    """The ten titles played most."""
    plays = contexts.trends.short[request]
    return best(plays, plays > 0, 10)


def _of_known_people(contexts: Contexts, request: int) -> Int32:
    """Titles with a person whom the member has seen often; some more than once."""
    people, played = contexts.data.catalog.people, contexts.played
    title = played.title[played.of(request)]
    cells = ranges(people.start[title], lengths(people.start)[title])
    known = np.flatnonzero(np.bincount(people.tag[cells]) >= FOLLOWED)
    return people.titles[ranges(people.title_start[known], lengths(people.title_start)[known])]
