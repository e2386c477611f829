"""What is told of all pages of a cell together: metrics of exposure, for every stratum, and mean surfaces."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from pagegen.arrays import Float64, Int64, lengths
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.metric import Level, Measure
from pagegen.metrics.results import Estimate
from pagegen.replay import outcomes
from pagegen.simulation.measuring import measurable_part, strata
from pagegen.simulation.runs.tasks import Done, Point, Task, parts_of
from pagegen.simulation.runs.workshop import Workshop


def whole(shop: Workshop, task: Task) -> Done:
    """Part by part, so that memory does not grow with the pages."""
    sets, surfaces = _of_level(shop, "set"), _of_level(shop, "surface")
    exposure, sums = _Exposure(shop, sets), _Surfaces(shop, surfaces)
    for part in parts_of(shop.asked["cut"].to_list()):
        frame = pl.read_parquet(shop.setup.folder.pages(task.cell, part.number))
        pages = measurable_part(shop, frame, part, facts=False)
        here = slice(part.low, part.high)
        exposure.add(pages, here)
        sums.add(pages, here)
    return Done(task=task, estimates=tuple(exposure.estimates(task.cell)), surface=tuple(sums.points(task.cell)))


def _of_level(shop: Workshop, level: Level) -> list[Measure]:
    return [measure for measure in shop.measures if measure.metric.level == level]


class _Exposure:
    """How much each title is looked at in each stratum; measures of the same window share it."""

    def __init__(self, shop: Workshop, measures: list[Measure]) -> None:
        self.measures, self.members = measures, shop.occasions.member
        self.masks = strata(shop.asked, shop.setup.experiment.strata)
        self.windows = {str(measure.window): measure for measure in measures}
        self.totals = {window: np.zeros((len(self.masks), len(shop.data.catalog))) for window in self.windows}

    def add(self, pages: Measurable, here: slice) -> None:
        for window, measure in self.windows.items():
            for total, mask in zip(self.totals[window], self.masks.values(), strict=True):
                if mask[here].any():
                    total += measure.total(pages, mask[here].astype(np.float64))

    def estimates(self, cell: str) -> Iterator[Estimate]:
        """Without intervals: no member has a value of his or her own."""
        for measure in self.measures:
            for (stratum, mask), total in zip(self.masks.items(), self.totals[str(measure.window)], strict=True):
                yield Estimate(
                    metric=measure.name,
                    cell=cell,
                    stratum=stratum,
                    members=len(np.unique(self.members[mask])),
                    pages=int(mask.sum()),
                    mean=measure.of_total(total),
                    low=float("nan"),
                    high=float("nan"),
                )


class _Surfaces:
    """Means over members of the mean over each member's pages with targets."""

    def __init__(self, shop: Workshop, measures: list[Measure]) -> None:
        self.measures = measures
        self.weight = _weights(shop) if measures else np.zeros(0)
        self.sums = {m.name: np.zeros((m.window.rows or 0, m.window.columns or 0)) for m in measures}

    def add(self, pages: Measurable, here: slice) -> None:
        for measure in self.measures:
            value = np.nan_to_num(measure.of(pages))  # NaN has no weight
            self.sums[measure.name] += np.tensordot(self.weight[here], value, axes=1)

    def points(self, cell: str) -> Iterator[Point]:
        for name, surface in self.sums.items():
            for (row, column), value in np.ndenumerate(surface):
                yield Point(metric=name, cell=cell, rows=row + 1, columns=column + 1, value=float(value))


def _weights(shop: Workshop) -> Float64:
    """[O] what each page counts, so that members count the same; 0 without targets."""
    wanted: Int64 = lengths(outcomes(shop.data, shop.occasions).start)
    members, unit = np.unique(shop.occasions.member, return_inverse=True)
    pages = np.bincount(unit[wanted > 0], minlength=len(members))
    share = np.divide(1.0, pages, out=np.zeros(len(members)), where=pages > 0)
    return np.where(wanted > 0, share[unit], 0.0) / max(1, int((pages > 0).sum()))
