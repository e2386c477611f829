"""
What pages are made of, cell by cell: row kinds, genres, new, cold and repeated titles.

Worked out by the metrics of the same names on stored pages, the same ones of every cell, at most `MOST_PAGES`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

from pagegen.arrays import AnyArray, Float64, record
from pagegen.data.dataset import Dataset
from pagegen.errors import DataError
from pagegen.metrics.cold_share import cold_share
from pagegen.metrics.comparison import compare, estimate
from pagegen.metrics.genre_share import genre_shares
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.new_share import new_share
from pagegen.metrics.repeat_share import repeat_share
from pagegen.metrics.results import Difference
from pagegen.metrics.row_share import row_share
from pagegen.metrics.stored_pages import stored_pages
from pagegen.metrics.window import WHOLE
from pagegen.ordering.examination import default_examination
from pagegen.replay import Outcomes
from pagegen.simulation.report.found import Found
from pagegen.simulation.report.grids import Grid, grid
from pagegen.simulation.report.kinds import MeasureKind
from pagegen.simulation.report.wording import counts, percent
from pagegen.training.fit import rng_of

MOST_PAGES: Final = 1_000
MOST_GENRES: Final = 12
NEW_DAYS: Final = 90.0
COLD_PLAYS: Final = 10.0
AGES: Final = ("out for 90 days or less", "played less than 10 times so far", "higher up on the page too")
Values = Mapping[str, Float64]


@record
class Piece:
    """One row kind in the bar of a cell."""

    kind: str
    share: str  # of the bar's width, percent
    label: str


@record
class Bar:
    cell: str
    pieces: Sequence[Piece]


@record
class Composition:
    counts: str
    kinds: Sequence[str]  # of rows, the most frequent first: their colours are by this order
    bars: Sequence[Bar]
    grids: Sequence[Grid]


def composition(found: Found, data: Dataset) -> Composition | None:
    """None where cells have no pages of the same requests."""
    try:
        frames = _frames(found)
    except DataError:
        return None
    if not frames[found.baseline].height:
        return None
    pages = {cell: _looked(frame, data) for cell, frame in frames.items()}
    member = frames[found.baseline]["member_id"].to_numpy()
    kinds = sorted({kind for each in pages.values() for kind in each.layout.kinds})
    rows = {cell: {kind: row_share(each, WHOLE, kind) for kind in kinds} for cell, each in pages.items()}
    means = {cell: _means(values, member) for cell, values in rows.items()}
    ordered = sorted(kinds, key=lambda kind: (-sum(mean[kind] for mean in means.values()), kind))
    genres = {
        cell: dict(zip(data.catalog.genres.names, genre_shares(each, WHOLE).T, strict=True))
        for cell, each in pages.items()
    }
    liked = _largest(_means(genres[found.baseline], member))
    parts: Mapping[str, tuple[Sequence[str], Mapping[str, Values]]] = {
        "Row kinds": (ordered, rows),
        "Genres": (liked, genres),
        "New, cold and repeated titles": (AGES, {cell: _ages(each) for cell, each in pages.items()}),
    }
    return Composition(
        counts=counts(len(np.unique(member)), len(member)),
        kinds=ordered,
        bars=[_bar(cell, mean, ordered) for cell, mean in means.items()],
        grids=[_grid(found, title, _picked(values, names), member) for title, (names, values) in parts.items()],
    )


def _frames(found: Found) -> Mapping[str, pl.DataFrame]:
    """Pages of the same occasions of every cell, evenly spread over the experiment."""
    asked = found.results.occasions["occasion"]
    chosen = asked.gather(np.unique(np.linspace(0, len(asked) - 1, min(len(asked), MOST_PAGES)).astype(np.int64)))
    frames = {
        cell: found.results.pages(cell).filter(pl.col("occasion").is_in(chosen.implode())).collect().sort("occasion")
        for cell in found.cells
    }
    made = set.intersection(*(set(frame["occasion"]) for frame in frames.values()))
    return {cell: frame.filter(pl.col("occasion").is_in(made)) for cell, frame in frames.items()}


def _looked(frame: pl.DataFrame, data: Dataset) -> Measurable:
    """The pages alone: what followed them is not asked for."""
    none = Outcomes(
        start=np.zeros(frame.height + 1, np.int64), title=np.zeros(0, np.int32), grade=np.zeros(0, np.float32)
    )
    return stored_pages(frame, data, none, default_examination())


def _ages(pages: Measurable) -> Values:
    values = (new_share(pages, WHOLE, NEW_DAYS), cold_share(pages, WHOLE, COLD_PLAYS), repeat_share(pages, WHOLE))
    return dict(zip(AGES, values, strict=True))


def _means(values: Values, member: AnyArray) -> Mapping[str, float]:
    found = estimate(values, member, np.random.default_rng(0), cell="")
    return {each.metric: each.mean for each in found}


def _largest(means: Mapping[str, float]) -> Sequence[str]:
    """The genres that pages have most of; without any page that has one, none."""
    known = [name for name, mean in means.items() if mean > 0]
    return sorted(known, key=lambda name: (-means[name], name))[:MOST_GENRES]


def _picked(values: Mapping[str, Values], names: Sequence[str]) -> Mapping[str, Values]:
    return {cell: {name: value[name] for name in names} for cell, value in values.items()}


def _grid(found: Found, title: str, values: Mapping[str, Values], member: AnyArray) -> Grid:
    """Paired differences from the baseline, one row a name."""
    rng = rng_of(found.results.run.rng_seed, "report", title)
    shares = {cell: {name: 100 * value for name, value in named.items()} for cell, named in values.items()}
    its = shares[found.baseline]
    moved: Mapping[str, Sequence[Difference]] = {
        cell: compare(shares[cell], its, member, rng, names=(cell, found.baseline)) for cell in found.others
    }
    rows = [
        (name, MeasureKind(name=name, about="", family="", better=0), {cell: moved[cell][at] for cell in found.others})
        for at, name in enumerate(its)
    ]
    return grid(found, title, "", {"": rows if found.others else []})


def _bar(cell: str, means: Mapping[str, float], kinds: Sequence[str]) -> Bar:
    pieces = [
        Piece(kind=kind, share=f"{100 * means[kind]:.2f}", label=percent(means[kind]))
        for kind in kinds
        if means[kind] > 0
    ]
    return Bar(cell=cell, pieces=pieces)
