"""Experiments whose answer is known."""

from functools import partial
from pathlib import Path

import polars as pl

from pagegen.cli.homepages import homepage as homepage_of
from tests.simulation.experiments import BACKWARDS, run, table
from tests.training.builders import crowd_world, write_data

CELLS = {name: {"fit": {"ranker": name}} for name in ("popularity", "backwards")}


def test_what_nobody_wants_first_is_worse(tmp_path: Path) -> None:
    """Where popularity is all there is to know, its reverse loses on every metric of what was played."""
    data = write_data(tmp_path / "data", crowd_world(members=30))
    content = table(
        baseline="popularity",
        measures=["ndcg@10", "recall@1x4", "mrr"],
        protocol={"cuts": [0.6]},
        page={"form": "list", "depth": 50},
        cells=CELLS,
        strata=[],
    )
    folder = run(content, data, tmp_path / "run", home=partial(homepage_of, BACKWARDS))
    found = pl.read_parquet(folder.table("differences"))

    assert ["ndcg@10", "recall@1x4", "mrr"] == found["metric"].to_list()
    assert ["lower"] * 3 == found["verdict"].to_list()
    assert {("backwards", "popularity")} == set(found.select("cell", "baseline").iter_rows())
