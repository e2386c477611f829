"""
Somebody else's ranked lists beside our own: the same requests, the same measure, differences paired by member.

    python -m tools.benchmark.peer LISTS --run RUN [--name RecTools] [--json]

LISTS is Parquet of cut (the place of a cut in the experiment), member_id and title_ids (best first), as the scripts in
tools/benchmarks/peers write it; RUN is the variant's folder below a benchmark's `--out`.
"""

from pathlib import Path

import click
import msgspec
import numpy as np
import polars as pl
from rich.console import Console

import pagegen
from pagegen.cli.options import FOLDER
from pagegen.data.dataset import Dataset, read_dataset
from pagegen.errors import DataError, PagegenError
from pagegen.metrics.comparison import compare
from pagegen.metrics.registry import measure
from pagegen.metrics.stored_pages import stored_pages
from pagegen.ordering.examination import default_examination
from pagegen.replay import outcomes
from pagegen.simulation.protocol import occasions_of
from pagegen.simulation.results import Results
from pagegen.training.fit import rng_of

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


class Beside(msgspec.Struct, frozen=True):
    """Means over members, and what ours has over the peer's with the ends of the 95 % interval."""

    measure: str
    name: str
    requests: int
    members: int
    ours: float
    peer: float
    ours_by_request: float
    peer_by_request: float
    difference: float
    low: float
    high: float

    @property
    def share(self) -> float:
        """Of the peer's mean that the low end of the interval is above it."""
        return self.low / self.peer


def beside(results: Results, data: Dataset, lists: pl.DataFrame, name: str) -> Beside:
    """
    The two-stage's lists and the peer's, by the experiment's first measure.

    Raises:
        DataError: a request of the experiment is not among the lists.
    """
    chosen = measure(results.run.experiment["measures"][0])
    value = measured(results, data, lists, chosen.name)
    ours = results.values("two_stage")[chosen.name].to_numpy()
    member = data.members.ids.positions(results.occasions["member_id"])
    found = compare({chosen.name: ours}, {chosen.name: value}, member, rng_of(0, "peer"), names=("two_stage", name))[0]
    return Beside(
        measure=chosen.name,
        name=name,
        requests=len(value),
        members=found.members,
        ours=found.mean,
        peer=found.baseline_mean,
        ours_by_request=float(np.nanmean(ours)),
        peer_by_request=float(np.nanmean(value)),
        difference=found.difference,
        low=found.low,
        high=found.high,
    )


def measured(results: Results, data: Dataset, lists: pl.DataFrame, name: str) -> np.ndarray:
    """[O] the measure of the peer's list for every request."""
    asked = results.occasions.select("cut", "member_id").join(
        lists.with_columns(pl.col("cut").cast(pl.Int16)), on=["cut", "member_id"], how="left", maintain_order="left"
    )
    if missing := asked["title_ids"].null_count():
        message = f"{missing} of {asked.height} requests have no list; make the lists on the same cuts and members"
        raise DataError(message)
    depth = int(results.run.experiment["page"]["depth"])
    titles = asked["title_ids"].list.head(depth)
    pages = (
        results.pages("two_stage")
        .collect()
        .with_columns(
            title_ids=titles, row_lengths=titles.list.len().reshape((-1, 1)).arr.to_list().cast(pl.List(pl.Int16))
        )
    )
    followed = outcomes(data, occasions_of(results.occasions, data))
    seen = stored_pages(pages, data, followed, default_examination(), grid=(1, depth), facts=False)
    return np.asarray(measure(name).of(seen), np.float64)


@click.command(help=__doc__)
@click.argument("lists", type=FILE)
@click.option("--run", "place", type=FOLDER, required=True, help="Of a benchmark: holds its data and its run.")
@click.option("--name", default="RecTools", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(*, lists: Path, place: Path, name: str, as_json: bool) -> None:
    try:
        results, data = pagegen.read_results(place / "run"), read_dataset(place / "data")
        found = beside(results, data, pl.read_parquet(lists), name)
    except PagegenError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    Console().print(
        f"{found.measure} of {found.requests} requests, {found.members} members: two_stage {found.ours:.4f}, {name} "
        f"{found.peer:.4f}; {found.difference:+.4f} [{found.low:+.4f}, {found.high:+.4f}], at least "
        f"{100 * found.share:+.0f} %. By request {found.ours_by_request:.4f} and {found.peer_by_request:.4f}",
        highlight=False,
    )


if __name__ == "__main__":
    main()
