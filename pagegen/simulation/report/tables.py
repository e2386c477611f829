"""Cells by measures: at a glance, and in full."""

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from pagegen.arrays import record
from pagegen.metrics.results import ALL, Difference, Estimate
from pagegen.simulation.report.found import Found
from pagegen.simulation.report.kinds import Look, MeasureKind
from pagegen.simulation.report.squares import NOTHING, Band, Square, digits_of, ends_of, look_of, said_of, square
from pagegen.simulation.report.svg import Scale, axis, scale, whisker
from pagegen.simulation.report.wording import DASH, between, chance, change, plain, signed, spread


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


def blocks(found: Found, kinds: Sequence[MeasureKind]) -> Sequence[Block]:
    """The measures in full."""
    return [_block(found, kind) for kind in kinds]


def _block(found: Found, kind: MeasureKind) -> Block:
    keys = [(ALL, kind.name, cell) for cell in found.cells]
    estimates = [found.estimates[key] for key in keys if key in found.estimates]
    differences = {key[2]: found.differences[key] for key in keys if key in found.differences}
    digits = digits_of(estimates, list(differences.values()))
    ends = [end for each in estimates for end in (each.low, each.mean, each.high)]
    on, moved = scale(ends), scale(ends_of(differences.values()), zero=True)
    lines = [_line(found, kind, each, differences.get(each.cell), (on, moved, digits)) for each in estimates]
    return Block(kind=kind, axis=axis(on), difference_axis=axis(moved, zero=True), lines=lines)


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


def glance(found: Found) -> Mapping[str, Sequence[Band]]:
    """All measures, by family: changes in percent."""
    return {family: [_glanced(found, kind) for kind in kinds] for family, kinds in found.families().items()}


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
        baseline=plain(its.mean, digits) if its else DASH,
        squares=[
            square(found, kind, cell, each, (usual, digits)) if each else _alone(estimates[cell], its, digits)
            for cell, each in moved.items()
        ]
        + [_alone(estimates[cell], its, digits) for cell in found.references],
    )


def _alone(mine: Estimate | None, its: Estimate | None, digits: int) -> Square:
    """A reference; or a cell whose members have no values to pair: of all pages, or a comparison itself."""
    if mine is None or not mine.pages:
        return NOTHING
    moved = change(mine.mean - its.mean, its.mean) if its else ""
    said = between(mine.low, mine.high, digits) if math.isfinite(mine.low) else "no interval"
    text = moved or plain(mine.mean, digits)
    detail = f"{plain(mine.mean, digits)}, {said}" if moved else said
    return Square(text=text, detail=detail, plot=Markup(), verdict="", look="none", counts="")
