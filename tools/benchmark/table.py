"""The table of a benchmark: every cell beside what others have published, and what each is better than."""

from collections.abc import Mapping, Sequence

import msgspec
from rich.console import Console
from rich.table import Table as RichTable

import pagegen
from tools.benchmark.presets import Published


class Gain(msgspec.Struct, frozen=True):
    """A measure of a cell less that of the best single source, members paired."""

    difference: float
    low: float  # of the 95 % interval
    high: float


class Row(msgspec.Struct, frozen=True):
    name: str
    values: dict[str, float]  # by measure, members weighing the same
    by_request: dict[str, float] = {}  # by measure of a page, requests weighing the same
    members: int = 0  # with something to find; 0: a published row
    gains: dict[str, Gain] = {}  # by measure
    source: str = ""  # of a published row


class Benchmark(msgspec.Struct, frozen=True):
    """What is printed, and written as JSON."""

    name: str
    variant: str
    requests: int  # with something to find
    measures: list[str]
    by_request: list[str]  # measures that are told by request too: the first ones, where members have several
    best: str  # the single source with the highest first measure
    rows: list[Row]


def benchmark(results: pagegen.Results, variant: str, singles: Sequence[str], others: Sequence[Published]) -> Benchmark:
    """
    The table of a run.

    Args:
        results: of the run.
        variant: whose data it was made on.
        singles: cells that are one source alone.
        others: published rows.
    """
    everybody = results.estimates.filter(stratum="all")
    means = {cell: dict(part.select("metric", "mean").iter_rows()) for (cell,), part in everybody.group_by("cell")}
    members = dict(everybody.group_by("cell").agg(members=everybody["members"].min()).iter_rows())
    measures = list(results.run.experiment["measures"])
    best = max(singles, key=lambda cell: means[cell][measures[0]])
    rows = [_published(row) for row in others]
    for cell in results.run.cells:
        gains = {} if cell == best else _gains(results, cell, best)
        by_request = _by_request(results, cell)
        row = Row(name=cell, values=means[cell], by_request=by_request, members=members[cell], gains=gains)
        rows.append(row)
    counts = results.run.counts
    several = counts["with_targets"] > counts["members_with_targets"]
    return Benchmark(
        name=results.run.name,
        variant=variant,
        requests=counts["with_targets"],
        measures=measures,
        by_request=[name for name in measures if name in rows[-1].by_request][:TWO] if several else [],
        best=best,
        rows=rows,
    )


TWO = 2


def _published(row: Published) -> Row:
    values = ({}, row.values) if row.by_request else (row.values, {})
    return Row(name=row.model, values=values[0], by_request=values[1], source=row.source)


def _by_request(results: pagegen.Results, cell: str) -> dict[str, float]:
    """Means over the requests that have a value."""
    values = results.values(cell).drop("occasion").fill_nan(None)
    return {name: float(mean) for name, mean in values.mean().row(0, named=True).items() if mean is not None}


def _gains(results: pagegen.Results, cell: str, best: str) -> dict[str, Gain]:
    """Every measure of a page, against the best single source."""
    found = results.compare(cell, best).select("metric", "difference", "low", "high")
    return {metric: Gain(*numbers) for metric, *numbers in found.iter_rows()}


def headings(found: Benchmark) -> list[str]:
    by_request = [f"{measure} by request" for measure in found.by_request]
    return ["", *found.measures, *by_request, f"{found.measures[0]} - {found.best}", "members"]


def cells_of(found: Benchmark, row: Row) -> list[str]:
    """The row as text, a dash for what is not known."""
    values = [_number(row.values, measure) for measure in found.measures]
    values += [_number(row.by_request, measure) for measure in found.by_request]
    gain = row.gains.get(found.measures[0])
    interval = f"{gain.difference:+.4f} [{gain.low:.4f}, {gain.high:.4f}]" if gain else "-"
    return [row.name, *values, interval, f"{row.members:,}" if row.members else row.source]


def _number(values: Mapping[str, float], measure: str) -> str:
    return f"{values[measure]:.4f}" if measure in values else "-"


def markdown(found: Benchmark) -> str:
    """The table as the README shows it."""
    lines = [headings(found), ["---"] * len(headings(found)), *(cells_of(found, row) for row in found.rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def show(found: Benchmark) -> None:
    """The table in the terminal."""
    console = Console()
    console.width = console.width if console.is_terminal else 160
    title = " ".join(filter(None, (found.name, found.variant))) + f", {found.requests:,} requests"
    table = RichTable(*headings(found), title=title, title_justify="left")
    for row in found.rows:
        table.add_row(*cells_of(found, row), style="dim" if row.source else "")
    console.print(table)
