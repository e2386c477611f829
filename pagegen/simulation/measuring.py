"""
Measuring stored pages: values of each page, then what is told of all of them.

Whatever made the pages is not asked again; so metrics can be added later, and every one is computed by one function.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from pagegen.arrays import Mask
from pagegen.metrics.comparison import Values, compare, estimate
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.results import ALL, Difference, Estimate
from pagegen.metrics.stored_pages import stored_pages
from pagegen.simulation.behaviour import Behaviour
from pagegen.simulation.position_based import PositionBased
from pagegen.simulation.row_cascade import RowCascade
from pagegen.simulation.runs.folder import columns_of, write_frame
from pagegen.simulation.runs.tasks import Done, Part, Task, parts_of
from pagegen.simulation.runs.workshop import Workshop
from pagegen.simulation.world.page_table import shown
from pagegen.training.fit import rng_of

TRUE_PLAYS = "true_plays"
TRUTHS: Mapping[str, Behaviour] = {TRUE_PLAYS: RowCascade(), "true_plays_by_place": PositionBased()}


def values(shop: Workshop, task: Task) -> Done:
    """The values of one part's pages; those that are known already stay."""
    part, folder = task.part, shop.setup.folder
    assert part is not None
    path, names = folder.values(task.cell, part.number), value_names(shop, task.cell)
    known = pl.read_parquet(path) if columns_of(path) else pl.DataFrame()
    cells = (task.cell, shop.setup.experiment.baseline)
    mine, its = (pl.read_parquet(folder.pages(cell, part.number)) for cell in cells)
    missing = [name for name in names if name not in known.columns]
    columns = {name: known[name] for name in known.columns} | {"occasion": mine["occasion"]}
    columns |= page_values(shop, missing, (mine, its), part)
    write_frame(path, pl.DataFrame({name: columns[name] for name in ("occasion", *names)}))
    return Done(task=task)


def value_names(shop: Workshop, cell: str) -> list[str]:
    """What every page of the cell has a value of: measures of a page or, but for the baseline, of a pair."""
    pair = cell != shop.setup.experiment.baseline
    names = [m.name for m in shop.measures if m.metric.level == "page" or (m.metric.level == "pair" and pair)]
    return names + ([*TRUTHS] if shop.judged else [])


def page_values(
    shop: Workshop, names: Sequence[str], frames: tuple[pl.DataFrame, pl.DataFrame], part: Part
) -> dict[str, pl.Series]:
    """
    Values of these names for the pages of a part.

    Args:
        shop: for what followed.
        names: of measures, and perhaps true plays.
        frames: the cell's pages, and the baseline's.
        part: whose pages they are.
    """
    wanted = [measure for measure in shop.measures if measure.name in names]
    pages = measurable_part(shop, frames[0], part)
    others = tuple[Measurable, ...]()
    if any(measure.metric.level == "pair" for measure in wanted):
        others = (measurable_part(shop, frames[1], part, facts=False),)
    found = {m.name: m.of(pages, *(others if m.metric.level == "pair" else ())) for m in wanted}
    for name in [name for name in TRUTHS if name in names]:
        found[name] = TRUTHS[name].expected_plays(shop.truth, shown(frames[0]))
    return {name: pl.Series(value, dtype=pl.Float64) for name, value in found.items()}


def measurable_part(shop: Workshop, frame: pl.DataFrame, part: Part, *, facts: bool = True) -> Measurable:
    """The pages of a part as metrics see them; without `facts` for those that ask only where titles stand."""
    return stored_pages(
        frame, shop.data, shop.followed(part), shop.examination, grid=shop.setup.experiment.page.grid, facts=facts
    )


def strata(asked: pl.DataFrame, names: Sequence[str]) -> dict[str, Mask]:
    """Which occasions [O] belong to each stratum, all of them first."""
    masks: dict[str, Mask] = {ALL: np.ones(asked.height, np.bool_)}
    for name in names:
        for level in asked[name].unique().sort():
            masks[f"{name}={level}"] = (asked[name] == level).to_numpy()
    return masks


def compared(shop: Workshop, task: Task) -> Done:
    """
    Estimates of every cell, and differences from the baseline of those that compete, in one stratum.

    All cells of a stratum share their random draws: cells that are the same get the same intervals.
    """
    stratum, experiment = task.stratum, shop.setup.experiment
    inside = strata(shop.asked, experiment.strata)[stratum]
    member, baseline = shop.occasions.member[inside], experiment.baseline
    its = _inside(shop, baseline, inside)
    estimates, differences = list[Estimate](), list[Difference]()
    for cell in shop.setup.cell_names:
        mine = _inside(shop, cell, inside)
        rng = rng_of(experiment.rng_seed, "estimate", stratum)
        estimates += estimate(mine, member, rng, cell=cell, stratum=stratum)
        if cell != baseline and cell in experiment.competing:
            both = {name: value for name, value in mine.items() if name in its}
            rng = rng_of(experiment.rng_seed, "difference", stratum)
            differences += compare(both, its, member, rng, names=(cell, baseline), stratum=stratum)
    return Done(task=task, estimates=tuple(estimates), differences=tuple(differences))


def _inside(shop: Workshop, cell: str, inside: Mask) -> Values:
    """The values of a cell's pages [O] that belong to a stratum."""
    if cell not in shop.values:
        numbers = [part.number for part in parts_of(shop.asked["cut"].to_list())]
        paths = [shop.setup.folder.values(cell, number) for number in numbers]
        frame = pl.concat([pl.read_parquet(path, columns=value_names(shop, cell)) for path in paths])
        shop.values[cell] = {name: frame[name].to_numpy() for name in frame.columns}
    return {name: value[inside] for name, value in shop.values[cell].items()}
