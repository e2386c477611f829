"""What explanations say, in a sentence. Positions in sentences count from 0, as those of the settings do."""

from collections.abc import Callable, Mapping
from typing import Final

from pagegen.explaining.absence import Absence, Lack, Standing
from pagegen.explaining.changes import Change
from pagegen.explaining.rows import KeptOff
from pagegen.explaining.titles import Place, TitleReasons

RULES: Final[Mapping[str, str]] = {  # what keeps a row off, by the rule of a kind
    "pin": "{kind} is pinned",
    "first": "{kind} may not stand so high (first)",
    "last": "{kind} may not stand so low (last)",
    "max_rows": "there are rows of {kind} enough (max_rows)",
    "distance": "the last row of {kind} is too near (distance)",
    "min_titles": "too few of its titles are not above already ({kind}: min_titles)",
}


def sentence_of(title: TitleReasons, change: Change | None) -> str:
    """Why the title is here, or why not, and what would show it."""
    about = f"{title.name} ({title.title_id})" if title.name else title.title_id
    if title.absence is None:
        return f"{about} is {_place(title.places[0])}."
    why = ABSENT[title.absence.reason](title, title.absence)
    return f"{about} is not on the page: {why}." + (f" {_change(change)}" if change else "")


def rule_of(rule: str, kind: str) -> str:
    """What kept a row off."""
    return RULES[rule].format(kind=kind)


def kept_off(one: KeptOff) -> str:
    return f"{one.row.heading} ({one.row.row_id}), worth {one.gain:.4f} here: {rule_of(one.rule, one.of_kind)}"


def _place(place: Place) -> str:
    because = f": {place.reason_text}" if place.reason_text else ""
    return f"title {place.column} of row {place.position}, {place.row.heading}{because}"


def _filtered(title: TitleReasons, absence: Absence) -> str:
    del title
    return f"{_filters(absence.filters)} removed it"


def _filters(names: tuple[str, ...]) -> str:
    return f"the filter{'s' if len(names) > 1 else ''} {' and '.join(names)}"


def _not_proposed(title: TitleReasons, absence: Absence) -> str:
    del absence
    ranks = [
        f"{one.scorer} ranks it {one.rank}" + (f", and {one.quota} are taken" if one.quota else "")
        for one in title.opinions
        if one.rank is not None
    ]
    return "no source proposes it" + (f" ({'; '.join(ranks)})" if ranks else "; no scorer has an opinion of it")


def _not_scored(title: TitleReasons, absence: Absence) -> str:
    del title
    return (
        f"it is not among the titles that are scored (max_pairs), so it stands behind them in {_in(absence.standings)}"
    )


def _row_too_short(title: TitleReasons, absence: Absence) -> str:
    del title
    best = absence.standings[0]
    return f"{_in(absence.standings)} has fewer titles than the {best.titles} that its kind wants"


def _beyond_row(title: TitleReasons, absence: Absence) -> str:
    del title
    best = absence.standings[0]
    return f"it is title {best.place} of {_in(absence.standings)}, which brings {best.titles}"


def _shown_above(title: TitleReasons, absence: Absence) -> str:
    del title
    return f"an earlier answer of this page has shown it, or its row {_in(absence.standings)}"


def _row_not_placed(title: TitleReasons, absence: Absence) -> str:
    del title
    best = absence.standings[0]
    return f"it is title {best.place} of {_in(absence.standings)}, which has no place{_lacked(best.lack)}"


def _lacked(lack: Lack | None) -> str:
    if lack is None:
        return ""
    if lack.rule:
        return f", since {rule_of(lack.rule, lack.of_kind)}"
    less = f"{lack.behind:.4f} less" if lack.behind >= 0 else f"{-lack.behind:.4f} more"
    return f"; at the last position it would have added {less} than the row there, {lack.rank} of {lack.among} left"


def _beyond_columns(title: TitleReasons, absence: Absence) -> str:
    del title
    best = absence.standings[0]
    return f"it is title {best.place} of {_in(absence.standings)}, which shows {best.titles}"


def _in(standings: tuple[Standing, ...]) -> str:
    best, others = standings[0].row, len(standings) - 1
    return f"{best.heading} ({best.row_id})" + (f" and of {others} other rows" if others else "")


ABSENT: Final[Mapping[str, Callable[[TitleReasons, Absence], str]]] = {
    "unknown": lambda title, absence: "the catalog has no such title",  # noqa: ARG005
    "filtered": _filtered,
    "not_proposed": _not_proposed,
    "not_scored": _not_scored,
    "row_too_short": _row_too_short,
    "beyond_row": _beyond_row,
    "shown_above": _shown_above,
    "row_not_placed": _row_not_placed,
    "beyond_columns": _beyond_columns,
}


def _change(change: Change) -> str:
    if isinstance(change.value, int):
        return f"With {change.what} = {change.value} it would be shown."
    return f"Without {_filters(change.value) if change.value else change.what} it would be shown."
