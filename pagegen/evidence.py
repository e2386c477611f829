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
    seed_type: str  # none, title or genre
    seed_id: str  # title id or genre; "" without one
    seed_name: str


def row_evidence(kind: RowKind, seed: int, contexts: Contexts) -> Evidence:
    """What the row is about."""
    catalog = contexts.data.catalog
    if seed == NONE or kind.seed_type == "none":
        return Evidence(reason=kind.name, seed_type="none", seed_id="", seed_name="")
    if kind.seed_type == "title":
        return Evidence(reason=kind.name, seed_type="title", seed_id=catalog.ids[seed], seed_name=catalog.name[seed])
    genre = catalog.genres.names[seed]
    return Evidence(reason=kind.name, seed_type="genre", seed_id=genre, seed_name=genre)


def title_reasons(title: Int32, contexts: Contexts, request: int) -> list[str]:
    """The reason of each title, "" where none is known."""
    held = (_new(title, contexts, request), _top_10(contexts, request)[title], _known_people(contexts, request)[title])
    return _CODES[np.select(held, (1, 2, 3), 0)].tolist()


REASONS = ("", "new", "top_10", "people")
_CODES = np.array(REASONS, object)


def _new(title: Int32, contexts: Contexts, request: int) -> Mask:
    catalog, now = contexts.data.catalog, int(contexts.time[request])
    release = catalog.release_ms[title]
    return catalog.day_known[title] & (now - NEW_DAYS * DAY_MS < release) & (release <= now)


def _top_10(contexts: Contexts, request: int) -> Mask:
    plays = contexts.trends.short[request]
    mask = np.zeros(len(plays), np.bool_)
    mask[best(plays, plays > 0, 10)] = True
    return mask


def _known_people(contexts: Contexts, request: int) -> Mask:
    people, played = contexts.data.catalog.people, contexts.played
    title = played.title[played.of(request)]
    cells = ranges(people.start[title], lengths(people.start)[title])
    known = np.bincount(people.tag[cells], minlength=len(people.names)) >= FOLLOWED
    mask = np.zeros(len(contexts.data.catalog), np.bool_)
    mask[people.title[known[people.tag]]] = True
    return mask
