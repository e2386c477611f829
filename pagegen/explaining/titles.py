"""Why a title is on the page, and where; or why not."""

from dataclasses import dataclass

import numpy as np

from pagegen.arrays import groups
from pagegen.explaining.absence import Absence, absence_of
from pagegen.explaining.case import Case, RowName
from pagegen.explaining.sources import Opinion, Proposed, opinions_of, proposals_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the page shows the title."""

    position: int  # of the row, from 0
    row: RowName
    column: int  # from 0
    play: float  # probability of a play within the horizon
    reason: str  # a code; "": nothing is said
    reason_text: str
    chance: float  # that it was this title, given the row and the titles to its left; 1: certain


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What the ranker thinks of the title."""

    play: float  # probability of a play within the horizon
    rank: int  # from 1, among the scored
    among: int  # titles that were scored


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleReasons:
    """Either places or an absence, never both."""

    title_id: str
    name: str  # "" of a title that is not in the catalog
    places: tuple[Place, ...]  # from the top
    absence: Absence | None
    scored: Scored | None  # None: not among the scored
    proposals: tuple[Proposed, ...]
    opinions: tuple[Opinion, ...]


def title_of(case: Case, title_id: str) -> TitleReasons:
    """Why the title is here, or the first reason why not."""
    catalog = case.engine.data.catalog
    title = catalog.ids.position(title_id)
    known = title >= 0
    places = _places(case, title) if known else ()
    return TitleReasons(
        title_id=title_id,
        name=str(catalog.name[title]) if known else "",
        places=places,
        absence=None if places else absence_of(case, title),
        scored=_scored(case, title) if known else None,
        proposals=proposals_of(case, title) if known else (),
        opinions=opinions_of(case, title) if known else (),
    )


def _places(case: Case, title: int) -> tuple[Place, ...]:
    placed, (page,) = case.trace.placed, case.trace.pages
    slot = np.flatnonzero(placed.title == title)
    rows = groups(placed.start)[slot].tolist()
    found = []
    for row, column in zip(rows, (slot - placed.start[rows]).tolist(), strict=True):
        shown = page.rows[row]
        found.append(
            Place(
                position=case.steps[row].position,
                row=RowName(row_id=shown.row_id, heading=shown.heading),
                column=column,
                play=shown.scores[column],
                reason=shown.reasons[column],
                reason_text=shown.reason_texts[column],
                chance=shown.title_chances[column],
            )
        )
    return tuple(found)


def _scored(case: Case, title: int) -> Scored | None:
    pairs, prediction = case.trace.retrieved.pairs, case.trace.prediction
    pair = int(np.searchsorted(pairs.title, title))  # of a single request, in title order
    if pair == len(pairs) or pairs.title[pair] != title:
        return None
    score = prediction.score
    better = int((score > score[pair]).sum()) + int((score[:pair] == score[pair]).sum())
    return Scored(play=float(prediction.play[pair]), rank=1 + better, among=len(pairs))
