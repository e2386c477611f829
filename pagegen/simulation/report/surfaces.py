"""The recall surface: how much of what members went on to play stands in the first m rows by n columns."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from markupsafe import Markup

from pagegen.arrays import Float64, record
from pagegen.metrics.results import ALL
from pagegen.simulation.report.found import Found
from pagegen.simulation.report.svg import heat
from pagegen.simulation.report.wording import TIMES, counts, plain, signed

WINDOWS = ((1, 1), (3, 4), (5, 5), (10, 10), (20, 20), (40, 40))  # told in words below a map


@record
class Map:
    cell: str
    drawing: Markup
    windows: str


@record
class Surface:
    metric: str
    rows: int
    most: str  # recall of the darkest colour
    most_difference: str
    members: str  # whose means they are
    maps: Sequence[Map]  # of every cell
    differences: Mapping[str, Map]  # of every cell but the baseline


def surfaces(found: Found) -> Sequence[Surface]:
    """One for every surface that was measured."""
    frame = found.results.surfaces
    names = frame["metric"].unique(maintain_order=True)
    return [_surface(found, name, frame.filter(pl.col("metric") == name)) for name in names]


def _surface(found: Found, name: str, frame: pl.DataFrame) -> Surface:
    values = {cell: _matrix(frame.filter(pl.col("cell") == cell)) for cell in found.cells}
    values = {cell: value for cell, value in values.items() if value.size}
    its = values.get(found.baseline)
    moved = {cell: value - its for cell, value in values.items() if cell != found.baseline} if its is not None else {}
    most, most_moved = _largest(values), _largest(moved)
    return Surface(
        metric=name,
        rows=max((value.shape[0] for value in values.values()), default=0),
        most=plain(most, 2),
        most_difference=plain(most_moved, 3),
        members=_members(found),
        maps=[Map(cell=cell, drawing=heat(v, most), windows=_told(v, plain)) for cell, v in values.items()],
        differences={
            cell: Map(cell=cell, drawing=heat(v, most_moved, around_zero=True), windows=_told(v, signed))
            for cell, v in moved.items()
        },
    )


def _matrix(frame: pl.DataFrame) -> Float64:
    """[m, n]; NaN where a window was not measured."""
    rows, columns = (frame[axis].to_numpy() for axis in ("rows", "columns"))
    matrix = np.full((rows.max(initial=0), columns.max(initial=0)), np.nan)
    matrix[rows - 1, columns - 1] = frame["value"].to_numpy()
    return matrix


def _largest(values: Mapping[str, Float64]) -> float:
    return max((float(np.nanmax(np.abs(value), initial=0.0)) for value in values.values()), default=0.0)


def _told(value: Float64, written: object) -> str:
    say = signed if written is signed else plain
    rows, columns = value.shape
    inside = [(min(m, rows), n) for m, n in WINDOWS if n <= columns and (m <= rows or rows == 1)]
    whole = value.shape if value.shape not in inside else ()
    return " · ".join(
        f"{m}{TIMES}{n} {say(float(value[m - 1, n - 1]), 3)}" for m, n in [*inside, *([whole] if whole else [])]
    )


def _members(found: Found) -> str:
    """Those who played something; where the run did not count them, those with a recall."""
    known = found.results.run.counts
    if "members_with_targets" in known and "with_targets" in known:
        return counts(known["members_with_targets"], known["with_targets"])
    recalls = [each for key, each in found.estimates.items() if key[0] == ALL and key[1].startswith("recall")]
    return counts(recalls[0].members, recalls[0].pages) if recalls else ""
