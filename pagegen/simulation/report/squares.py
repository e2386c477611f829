"""One difference as a table shows it: what it says, how it is drawn, how it is coloured."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from pagegen.arrays import record
from pagegen.metrics.results import Difference, Estimate
from pagegen.simulation.report.found import Found
from pagegen.simulation.report.kinds import Look, MeasureKind
from pagegen.simulation.report.svg import Scale, whisker
from pagegen.simulation.report.wording import DASH, change, places, signed, spread


@record
class Square:
    """A difference in a grid, or at a glance."""

    text: str
    detail: str
    plot: Markup
    verdict: str
    look: Look
    counts: str  # where they are not those of the row


NOTHING = Square(text=DASH, detail="no data", plot=Markup(), verdict="", look="none", counts="")


@record
class Band:
    """A row of a grid."""

    label: str
    note: str
    members: int
    pages: int
    baseline: str
    squares: Sequence[Square]


def look_of(found: Found, kind: MeasureKind, moved: Difference | None, cell: str) -> Look:
    if found.leaking(cell) or (moved and not found.stands(cell)):
        return "failed"
    return kind.look(moved.verdict) if moved and moved.pages else "none"


def said_of(found: Found, moved: Difference | None, cell: str) -> str:
    """The verdict; of a cell that saw the future there is none."""
    return "" if moved is None else moved.verdict if found.stands(cell) else "failed"


def square(
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
    said = spread(moved.low, moved.high, digits).replace(" ", "\N{NO-BREAK SPACE}")
    units = signed(moved.difference, digits)
    return Square(
        text=units if on else change(moved.difference, moved.baseline_mean) or units,
        detail=said if on else f"{units} ({said})",
        plot=whisker(on, moved.low, moved.difference, moved.high, zero=True) if on else Markup(),
        verdict=said_of(found, moved, cell),
        look=look_of(found, kind, moved, cell),
        counts="" if own else f"{moved.members:,} · {moved.pages:,}",
    )


def digits_of(estimates: Sequence[Estimate], differences: Sequence[Difference]) -> int:
    widths = [each.high - each.low for each in estimates] + [each.high - each.low for each in differences]
    return places([width / 2 for width in widths])


def ends_of(differences: Iterable[Difference]) -> list[float]:
    return [end for each in differences for end in (each.low, each.difference, each.high)]
