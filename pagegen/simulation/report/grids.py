"""Grids: differences from the baseline of many things at once, things by cells, on one scale."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from pagegen.arrays import record
from pagegen.metrics.results import ALL, Difference
from pagegen.simulation.report.found import Found
from pagegen.simulation.report.kinds import MeasureKind
from pagegen.simulation.report.squares import Band, digits_of, ends_of, square
from pagegen.simulation.report.svg import Scale, axis, scale
from pagegen.simulation.report.wording import plain


@record
class Grid:
    """Differences from the baseline: things by cells, on one scale."""

    title: str
    note: str
    axis: Markup
    groups: Mapping[str, Sequence[Band]]


def grid(
    found: Found, title: str, note: str, rows: Mapping[str, Sequence[tuple[str, MeasureKind, Mapping[str, Difference]]]]
) -> Grid:
    """
    Differences on one scale.

    Args:
        found: the experiment.
        title: of the grid.
        note: under it.
        rows: by group: label, measure and the differences by cell.
    """
    known = [moved for bands in rows.values() for _, _, cells in bands for moved in cells.values()]
    on, digits = scale(ends_of(known), zero=True), digits_of([], known)
    groups = {group: [_band(found, band, on, digits) for band in bands if band[2]] for group, bands in rows.items()}
    return Grid(title=title, note=note, axis=axis(on, zero=True), groups=groups)


def _band(found: Found, band: tuple[str, MeasureKind, Mapping[str, Difference]], on: Scale, digits: int) -> Band:
    label, kind, cells = band
    usual = next(iter(cells.values()))
    return Band(
        label=label,
        note="",
        members=usual.members,
        pages=usual.pages,
        baseline=plain(usual.baseline_mean, digits),
        squares=[square(found, kind, cell, cells.get(cell), (usual, digits), on) for cell in found.others],
    )


def strata(found: Found, most: int = 3) -> Sequence[Grid]:
    """The headline measure, and a few after it, in every stratum."""
    parts = [part for part in dict.fromkeys(stratum for stratum, _, _ in found.differences) if part != ALL]
    kinds = (
        [kind for kind in found.kinds if any((ALL, kind.name, cell) in found.differences for cell in found.others)][
            :most
        ]
        if parts
        else []
    )
    return [
        grid(
            found,
            kind.name,
            kind.about,
            {group: _levels(found, kind, levels) for group, levels in _by_name(parts).items()},
        )
        for kind in kinds
    ]


def _by_name(parts: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Everybody first, then the levels of each way to divide."""
    names = dict.fromkeys(part.partition("=")[0] for part in parts)
    return {"": [ALL]} | {name: [part for part in parts if part.partition("=")[0] == name] for name in names}


def _levels(
    found: Found, kind: MeasureKind, parts: Sequence[str]
) -> list[tuple[str, MeasureKind, Mapping[str, Difference]]]:
    return [
        (
            "everybody" if part == ALL else part.partition("=")[2],
            kind,
            {
                cell: found.differences[part, kind.name, cell]
                for cell in found.others
                if (part, kind.name, cell) in found.differences
            },
        )
        for part in parts
    ]
