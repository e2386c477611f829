"""Pages of the same request side by side: what differs is marked, and what the member went on to play."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import numpy as np
import polars as pl

from pagegen.arrays import NONE, record
from pagegen.data.dataset import Dataset
from pagegen.errors import DataError
from pagegen.replay import occasions, outcomes
from pagegen.simulation.report.choice import choose
from pagegen.simulation.report.found import Found
from pagegen.simulation.report.wording import when

ROWS, COLUMNS = 8, 6  # shown of a page
FEW_ROWS, MANY_CELLS = 5, 4  # fewer where there are many cells
FEW_COLUMNS, ABREAST = 4, 3  # fewer where three cells stand abreast
LIST_TITLES = 36  # shown of a page that is one row
PLAYED = 12  # titles that were played next, told with their places
Place: TypeAlias = tuple[int, int]  # row and column, from 1
State: TypeAlias = Literal["same", "only", "moved", "again"]


@record
class Tile:
    name: str
    state: State
    was: str  # where a moved title stands on the other page
    played: bool


@record
class PageRow:
    kind: str
    label: str
    tiles: Sequence[Tile]
    more: int  # titles further right


@record
class Panel:
    cell: str
    rows: Sequence[PageRow]
    shown: str  # how much of the page this is


@record
class Member:
    member: str
    why: str
    when: str
    device: str
    panels: Sequence[Panel]
    played: Sequence[tuple[str, Sequence[str]]]  # title, and where it stands on the page of each cell
    followed: int  # titles played next, those that are not told too
    found: Sequence[int]  # how many of them the page of each cell has


@record
class Known:
    """What the data say besides."""

    data: Dataset | None
    played: Sequence[str]  # ids of the titles that followed
    rows: int  # to show of a page
    columns: int

    def name(self, title: str) -> str:
        """The title's name; the id, or whatever it is, where the catalog has no such title."""
        place = self.data.catalog.ids.position(title) if self.data else NONE
        return str(self.data.catalog.name[place]) if self.data and place != NONE else title


@record
class Layout:
    """One page: rows of titles."""

    kinds: Sequence[str]
    seeds: Sequence[str]
    titles: Sequence[Sequence[str]]

    def first(self) -> Mapping[str, Place]:
        """Each title's first slot."""
        places: dict[str, Place] = {}
        for r, row in enumerate(self.titles, 1):
            for c, title in enumerate(row, 1):
                places.setdefault(title, (r, c))
        return places


def members(found: Found, data: Dataset | None) -> Sequence[Member]:
    """Of the chosen members; without the data titles have no names and nobody knows what was played."""
    chosen = choose(found) if found.results.occasions.height else []
    try:
        pages = {cell: _layouts(found, cell, [each.occasion for each in chosen]) for cell in found.cells}
    except DataError:
        return []
    asked = {row["occasion"]: row for row in found.results.occasions.iter_rows(named=True)}
    return [
        _member(
            asked[each.occasion], found, data, {cell: page[each.occasion] for cell, page in pages.items()}, each.why
        )
        for each in chosen
        if all(each.occasion in page for page in pages.values())
    ]


def _layouts(found: Found, cell: str, chosen: list[int]) -> Mapping[int, Layout]:
    frame = found.results.pages(cell).filter(pl.col("occasion").is_in(chosen)).collect()
    return {row["occasion"]: _layout(row) for row in frame.iter_rows(named=True)}


def _layout(row: Mapping[str, Any]) -> Layout:
    ends = np.cumsum([0, *row["row_lengths"]]).tolist()
    titles = [row["title_ids"][low:high] for low, high in pairwise(ends)]
    return Layout(kinds=row["row_kinds"], seeds=row["row_seeds"] or [""] * len(titles), titles=titles)


def _member(
    asked: Mapping[str, Any], found: Found, data: Dataset | None, page: Mapping[str, Layout], why: str
) -> Member:
    rows = ROWS if len(page) < MANY_CELLS else FEW_ROWS
    columns = FEW_COLUMNS if len(page) == ABREAST else COLUMNS
    known = Known(data=data, played=_played(data, asked) if data else [], rows=rows, columns=columns)
    first = {cell: layout.first() for cell, layout in page.items()}
    told = _foremost(known.played, [first[cell] for cell in page])
    return Member(
        member=asked["member_id"],
        why=why,
        when=when(_ms(asked["time"])),
        device=asked["device"],
        panels=[panel(cell, layout, _others(found, first, cell), known) for cell, layout in page.items()],
        played=[(known.name(title), [_place(first[cell].get(title)) for cell in page]) for title in told],
        followed=len(known.played),
        found=[len({*known.played} & first[cell].keys()) for cell in page],
    )


def _foremost(played: Sequence[str], first: Sequence[Mapping[str, Place]]) -> Sequence[str]:
    """All titles, or those that stand highest on any of the pages, if they are too many to tell."""
    if len(played) <= PLAYED:
        return played
    nowhere = (np.inf, np.inf)
    return sorted(played, key=lambda title: min(places.get(title, nowhere) for places in first))[:PLAYED]


def _others(found: Found, first: Mapping[str, Mapping[str, Place]], cell: str) -> Mapping[str, Place]:
    """Where the baseline shows what; the baseline itself moves nothing, but may have what no other cell has."""
    if cell != found.baseline:
        return first[found.baseline]
    elsewhere = {title for other in found.others for title in first[other]}
    return {title: place for title, place in first[cell].items() if title in elsewhere or not found.others}


def _played(data: Dataset, asked: Mapping[str, Any]) -> Sequence[str]:
    """The titles that metrics count as played."""
    member = data.members.ids.position(asked["member_id"])
    if member == NONE:
        return []
    begin, horizon = _ms(asked["time"]), _ms(asked["until"]) - _ms(asked["time"])
    past = occasions(np.array([member], np.int32), np.array([begin], np.int64), horizon)
    return data.catalog.ids.of(outcomes(data, past).title)


def _ms(time: datetime) -> int:
    return round(time.timestamp() * 1000)


def panel(cell: str, page: Layout, others: Mapping[str, Place], known: Known) -> Panel:
    """The top left of a page, beside the first slots of the one it is compared with."""
    rows, columns = (1, LIST_TITLES) if len(page.titles) == 1 else (known.rows, known.columns)
    first = page.first()
    shown = [
        PageRow(
            kind=kind,
            label=kind.replace("_", " ") + (f": {known.name(seed)}" if seed else ""),
            tiles=[_tile((r, c), title, (first, others), known) for c, title in enumerate(titles[:columns], 1)],
            more=max(0, len(titles) - columns),
        )
        for r, (kind, seed, titles) in enumerate(zip(page.kinds, page.seeds, page.titles, strict=True), 1)
    ]
    return Panel(cell=cell, rows=shown[:rows], shown=_shown(page, min(rows, len(shown))))


def _shown(page: Layout, rows: int) -> str:
    titles = sum(len(row) for row in page.titles)
    return f"{rows} of {len(page.titles)} rows; {titles} titles, {len(page.first())} different"


def _tile(place: Place, title: str, pages: tuple[Mapping[str, Place], Mapping[str, Place]], known: Known) -> Tile:
    """A title in its slot, beside the first slots of this page and of the one it is compared with."""
    first, there = pages[0][title], pages[1].get(title)
    state: State = "again" if first != place else "only" if there is None else "same" if there == place else "moved"
    was = _place(there) if state == "moved" else ""
    return Tile(name=known.name(title), state=state, was=was, played=title in known.played)


def _place(place: Place | None) -> str:
    return f"{place[0]}·{place[1]}" if place else ""
