"""The smallest change that would show a title: found by making the page anew, so that it is never less than true."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pagegen.engine import Engine
from pagegen.explaining.absence import Absence
from pagegen.explaining.case import Case
from pagegen.request import MAX_COLUMNS, MAX_ROWS, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that, were it otherwise and all else as it is, would bring the title to the page."""

    what: str  # rows, columns, page_size, filters, or a field of the request that leaves things out
    value: int | tuple[str, ...]  # the smallest number that does; the filters that would have to go; else ()


LEAVES_OUT = ("row_kinds", "exclude_row_kinds", "disabled_sources")


def change_for(case: Case, title_id: str, absence: Absence) -> Change | None:
    """What would show the title; None where nothing of the kind does, or where nobody knows how to look for it."""
    match absence.reason:
        case "filtered":
            return _without_filters(case, title_id, absence.filters)
        case "not_proposed":
            return _without_wishes(case, title_id) or _wider(case, title_id)
        case "row_not_placed":
            what = "page_size" if case.trace.placed.left[0] else "rows"
            return _more(case, title_id, what, MAX_ROWS if what == "rows" else case.request.rows)
        case "beyond_columns" | "beyond_row":
            return _more(case, title_id, "columns", MAX_COLUMNS)
    return None


def _without_filters(case: Case, title_id: str, names: tuple[str, ...]) -> Change | None:
    """Without these filters, of which each alone keeps the title off."""
    left = tuple(one for one in case.engine.filters if one.name not in names)
    shown = _first(replace(case.engine, filters=left), [case.request], title_id)
    return None if shown is None else Change(what="filters", value=names)


def _without_wishes(case: Case, title_id: str) -> Change | None:
    """With one of the request's lists of rows and sources left empty."""
    given = [name for name in LEAVES_OUT if getattr(case.request, name)]
    which = _first(case.engine, [_with(case.request, name, ()) for name in given], title_id)
    return None if which is None else Change(what=given[which], value=())


def _wider(case: Case, title_id: str) -> Change | None:
    """With more columns; wider pages only add to the pool, so what the widest does not have none has."""
    widest = case.engine.retrieve([_with(case.request, "columns", MAX_COLUMNS)])
    if case.engine.data.catalog.ids.position(title_id) not in widest.pool.candidates.title:
        return None
    return _more(case, title_id, "columns", MAX_COLUMNS)


def _more(case: Case, title_id: str, what: str, most: int) -> Change | None:
    """With a larger number of them, the smallest of those up to the most."""
    numbers = range((getattr(case.request, what) or 0) + 1, most + 1)
    which = _first(case.engine, [_with(case.request, what, number) for number in numbers], title_id)
    return None if which is None else Change(what=what, value=numbers[which])


def _with(request: PageRequest, what: str, value: int | tuple[str, ...]) -> PageRequest:
    changed: dict[str, Any] = {what: value}
    return replace(request, **changed)


def _first(engine: Engine, requests: Sequence[PageRequest], title_id: str) -> int | None:
    """The place of the first request whose page shows the title; one page at a time, so that memory is one page's."""
    shows = (any(title_id in row.title_ids for row in engine.run([one]).pages[0].rows) for one in requests)
    return next((place for place, there in enumerate(shows) if there), None)
