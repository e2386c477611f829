"""Cells by measures: at a glance, in full, and as grids of differences."""

import math
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from pagegen.arrays import record
from pagegen.metrics.results import Difference, Estimate
from pagegen.simulation.report.found import ALL, Found
from pagegen.simulation.report.kinds import Look, MeasureKind
from pagegen.simulation.report.svg import Scale, axis, scale, whisker
from pagegen.simulation.report.wording import between, chance, change, places, plain, signed, spread


@record
class Line:
    """One measure of one cell, in full."""

    cell: str
    members: int
    pages: int
    mean: str
    interval: str
    plot: Markup
    difference: str  # "" for the baseline
    spread: str
    difference_plot: Markup
    change: str
    verdict: str
    p: str
    look: Look


@record
class Block:
    """One measure: every cell, on the same scale."""

    kind: MeasureKind
    axis: Markup
    difference_axis: Markup
    lines: Sequence[Line]


@record
class Square:
    """A difference in a grid, or at a glance."""

    text: str
    detail: str
    plot: Markup
    verdict: str
    look: Look
    counts: str  # where they are not those of the row


NOTHING = Square(text="–", detail="no data", plot=Markup(), verdict="", look="none", counts="")


@record
class Band:
    """A row of a grid."""

    label: str
    note: str
    members: int
    pages: int
    baseline: str
    squares: Sequence[Square]


@record
class Grid:
    """Differences from the baseline: things by cells, on one scale."""

    title: str
    note: str
    axis: Markup
    groups: Mapping[str, Sequence[Band]]


def blocks(found: Found, kinds: Sequence[MeasureKind]) -> Sequence[Block]:
    """The measures in full."""
    return [_block(found, kind) for kind in kinds]


def _block(found: Found, kind: MeasureKind) -> Block:
    keys = [(ALL, kind.name, cell) for cell in found.cells]
    estimates = [found.estimates[key] for key in keys if key in found.estimates]
    differences = {key[2]: found.differences[key] for key in keys if key in found.differences}
    digits = digits_of(estimates, list(differences.values()))
    ends = [end for each in estimates for end in (each.low, each.mean, each.high)]
    on, moved = scale(ends), scale(_ends(differences.values()), zero=True)
    lines = [_line(found, kind, each, differences.get(each.cell), (on, moved, digits)) for each in estimates]
    return Block(kind=kind, axis=axis(on), difference_axis=axis(moved, zero=True), lines=lines)


def digits_of(estimates: Sequence[Estimate], differences: Sequence[Difference]) -> int:
    widths = [each.high - each.low for each in estimates] + [each.high - each.low for each in differences]
    return places([width / 2 for width in widths])


def _ends(differences: Iterable[Difference]) -> list[float]:
    return [end for each in differences for end in (each.low, each.difference, each.high)]


def _line(
    found: Found, kind: MeasureKind, mine: Estimate, moved: Difference | None, how: tuple[Scale, Scale, int]
) -> Line:
    on, moved_on, digits = how
    plot = whisker(moved_on, moved.low, moved.difference, moved.high, zero=True) if moved else Markup()
    return Line(
        cell=mine.cell,
        members=mine.members,
        pages=mine.pages,
        mean=plain(mine.mean, digits),
        interval=between(mine.low, mine.high, digits),
        plot=whisker(on, mine.low, mine.mean, mine.high),
        difference=signed(moved.difference, digits) if moved else "",
        spread=spread(moved.low, moved.high, digits) if moved else "",
        difference_plot=plot,
        change=change(moved.difference, moved.baseline_mean) if moved else "",
        verdict=said_of(found, moved, mine.cell),
        p=chance(moved.p_holm) if moved else "",
        look=look_of(found, kind, moved, mine.cell),
    )


def look_of(found: Found, kind: MeasureKind, moved: Difference | None, cell: str) -> Look:
    if found.leaking(cell) or (moved and not found.stands(cell)):
        return "failed"
    return kind.look(moved.verdict) if moved and moved.pages else "none"


def said_of(found: Found, moved: Difference | None, cell: str) -> str:
    """The verdict; of a cell that saw the future there is none."""
    return "" if moved is None else moved.verdict if found.stands(cell) else "failed"


def glance(found: Found) -> Mapping[str, Sequence[Band]]:
    """All measures, by family: changes in percent."""
    return {family: [_glanced(found, kind) for kind in kinds] for family, kinds in found.families().items()}


def _compared(found: Found, kind: MeasureKind) -> bool:
    return any((ALL, kind.name, cell) in found.differences for cell in found.others)


def _glanced(found: Found, kind: MeasureKind) -> Band:
    estimates = {cell: found.estimates.get((ALL, kind.name, cell)) for cell in found.cells}
    moved = {cell: found.differences.get((ALL, kind.name, cell)) for cell in found.others}
    known = [each for each in moved.values() if each]
    usual: Difference | Estimate = known[0] if known else next(each for each in estimates.values() if each)
    digits = digits_of([] if known else [each for each in estimates.values() if each], known)
    its = estimates[found.baseline]
    return Band(
        label=kind.name,
        note=kind.about,
        members=usual.members,
        pages=usual.pages,
        baseline=plain(its.mean, digits) if its else "–",
        squares=[
            _square(found, kind, cell, each, (usual, digits)) if each else _alone(estimates[cell], its, digits)
            for cell, each in moved.items()
        ],
    )


def _alone(mine: Estimate | None, its: Estimate | None, digits: int) -> Square:
    """A cell whose members' values cannot be paired: of all pages together, or itself a comparison of two cells."""
    if mine is None or not mine.pages:
        return NOTHING
    moved = change(mine.mean - its.mean, its.mean) if its else ""
    said = between(mine.low, mine.high, digits) if math.isfinite(mine.low) else "no interval"
    text = moved or plain(mine.mean, digits)
    detail = f"{plain(mine.mean, digits)}, {said}" if moved else said
    return Square(text=text, detail=detail, plot=Markup(), verdict="", look="none", counts="")


def _square(
    found: Found,
    kind: MeasureKind,
    cell: str,
    moved: Difference | None,
    how: tuple[Difference | Estimate, int],
    on: Scale | None = None,
) -> Square:
    """A difference: in percent where it is glanced at, in the measure's own units where it has a scale to stand on."""
    usual, digits = how
    if moved is None or not moved.pages:
        return NOTHING
    own = (moved.members, moved.pages) == (usual.members, usual.pages)
    said = spread(moved.low, moved.high, digits)
    units = signed(moved.difference, digits)
    return Square(
        text=units if on else change(moved.difference, moved.baseline_mean) or units,
        detail=said if on else f"{units} ({said})",
        plot=whisker(on, moved.low, moved.difference, moved.high, zero=True) if on else Markup(),
        verdict=said_of(found, moved, cell),
        look=look_of(found, kind, moved, cell),
        counts="" if own else f"{moved.members:,} · {moved.pages:,}",
    )


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
    on, digits = scale(_ends(known), zero=True), digits_of([], known)
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
        squares=[_square(found, kind, cell, cells.get(cell), (usual, digits), on) for cell in found.others],
    )


def strata(found: Found, most: int = 3) -> Sequence[Grid]:
    """The headline measure, and a few after it, in every stratum."""
    parts = [part for part in dict.fromkeys(stratum for stratum, _, _ in found.differences) if part != ALL]
    kinds = [kind for kind in found.kinds if _compared(found, kind)][:most] if parts else []
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
