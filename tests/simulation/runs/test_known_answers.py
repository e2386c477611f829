"""Experiments whose answer is known."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from pagegen.bundle.settings import Table
from pagegen.cli import main
from pagegen.cli.homepages import homepage as homepage_of
from pagegen.metrics.registry import METRICS
from pagegen.simulation.runs.folder import RunFolder
from pagegen.simulation.world import World, WorldConfig, generate
from tests.cli.test_train import lines
from tests.simulation.experiments import BACKWARDS, given, run, table
from tests.simulation.known import CELLS
from tests.training.builders import crowd_world, write_data

KNOWN = "tests.simulation.known:KNOWN"
COLD = dict.fromkeys(("recall_cold", "ndcg_cold"), "(1000)")  # nothing in a small world has been played so often
ARGUMENTS = {"cold_share": "(10)", "genre_share": "(Drama)", "row_share": "(genre)", **COLD}
EVERY = [name + ARGUMENTS.get(name, "") for name, metric in METRICS.items() if metric.level == "page"]
LIST: Table = {"page": {"form": "list", "depth": 50}, "protocol": {"cuts": [0.6]}, "strata": []}


def cells(*names: str) -> Table:
    return {name: CELLS[name] for name in names}


def test_cells_that_are_the_same_differ_by_exactly_nothing(
    bundle_folder: Path, data_folder: Path, tmp_path: Path
) -> None:
    """By every measure of a page: no difference, no interval, p 1, n.s.; and each has the same estimates."""
    same = {name: {"bundle": str(bundle_folder), "trained_later": True} for name in ("greedy", "same")}
    content = given(bundle_folder, cells=same, measures=[*EVERY, "stability"], leak_pages=0)
    folder = run(content, data_folder, tmp_path / "run")
    found = pl.read_parquet(folder.table("differences")).filter(pl.col("members") > 0)
    estimates = pl.read_parquet(folder.table("estimates")).filter(pl.col("metric") != "stability")
    one, other = (estimates.filter(cell=cell).drop("cell") for cell in ("greedy", "same"))

    assert len(EVERY) == found["metric"].n_unique() == 17
    assert {(0.0, 0.0, 0.0, 1.0, 1.0)} == set(found.select("difference", "low", "high", "p", "p_holm").iter_rows())
    assert {"n.s."} == set(found["verdict"])
    assert one.equals(other)
    assert {1.0} == set(pl.read_parquet(folder.values("same", 0))["stability"])


def test_what_nobody_wants_first_is_worse(tmp_path: Path) -> None:
    """Where popularity is all there is to know, its reverse loses on every metric of what was played."""
    data = write_data(tmp_path / "data", crowd_world(members=30))
    both = {name: {"fit": {"ranker": name}} for name in ("popularity", "backwards")}
    content = table(baseline="popularity", measures=["ndcg@10", "recall@1x4", "mrr"], cells=both, **LIST)
    folder = run(content, data, tmp_path / "run", home=partial(homepage_of, BACKWARDS))
    found = pl.read_parquet(folder.table("differences"))

    assert ["ndcg@10", "recall@1x4", "mrr"] == found["metric"].to_list()
    assert ["lower"] * 3 == found["verdict"].to_list()
    assert {("backwards", "popularity")} == set(found.select("cell", "baseline").iter_rows())


@pytest.fixture(scope="module")
def seen(taste_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, Result]:
    """Two cells that see the future beside an honest one, run as a person would."""
    folder = tmp_path_factory.mktemp("seen")
    content = table(baseline="honest", measures=["mrr", "ndcg@10"], cells=cells("honest", "seer", "peek"), **LIST)
    (folder / "experiment.toml").write_text("\n".join(lines(content)))
    words = [folder / "experiment.toml", "--data", taste_data, "--out", folder / "run", "--homepage", KNOWN, "--json"]
    return RunFolder(path=folder / "run"), CliRunner().invoke(main, ["simulate", *map(str, words)])


def test_cells_that_see_the_future_win_enormously(seen: tuple[RunFolder, Result]) -> None:
    """What is played next stands first on every list; nobody honest comes near."""
    found = pl.read_parquet(seen[0].table("differences"))

    assert {"seer", "peek"} == set(found["cell"])
    assert {1.0} == set(found.filter(metric="mrr")["mean"])
    assert (found["baseline_mean"] < 0.25).all()
    assert {"higher"} == set(found["verdict"])


def test_cells_that_see_the_future_fail_with_their_stage(seen: tuple[RunFolder, Result]) -> None:
    """The source by its name, the feature by its column, on most pages; the honest cell on none; exit code 3."""
    told = {row["cell"]: row for row in json.loads(seen[1].stdout)["leakage"]}

    assert 3 == seen[1].exit_code, seen[1].output
    assert {"honest": None, "seer": "pool: seer", "peek": "features: peeked"} == {
        cell: row["stage"] for cell, row in told.items()
    }
    assert 0 == told["honest"]["leaks"]
    assert min(told["seer"]["leaks"], told["peek"]["leaks"]) >= 4 == told["honest"]["pages"] - 1


def shuffled(folder: Path, world: World, **changes: Any) -> dict[str, dict[str, Any]]:
    """By measure: how rows in no order differ from the same rows, placed greedily."""
    world.write(folder / "data")
    protocol = {"kind": "page", "cuts": [0.4], "min_history": 0}
    usual = {"baseline": "honest", "measures": ["ndcg_2d"], "protocol": protocol, "leak_pages": 0, "strata": []}
    content = table(cells=cells("honest", "shuffled"), **usual, **changes)
    done = run(content, folder / "data", folder / "run", home=partial(homepage_of, KNOWN))
    return {row["metric"]: row for row in pl.read_parquet(done.table("differences")).to_dicts()}


def test_rows_in_no_order_are_worth_less(small: World, tmp_path: Path) -> None:
    """In plays of the world's members, who look at the top first, and of those who go by place alone."""
    found = shuffled(tmp_path, small, page={"rows": 6, "columns": 6})

    for plays in (found["true_plays"], found["true_plays_by_place"]):
        assert ("lower", True) == (plays["verdict"], plays["difference"] < -0.02)


@pytest.mark.slow
def test_rows_in_no_order_lose(tmp_path: Path) -> None:
    """Where there are enough members, by what they played too."""
    world = generate(WorldConfig(members=200, titles=200, days=20, seed=3))
    found = shuffled(tmp_path, world, page={"rows": 12, "columns": 8})

    assert {"ndcg_2d(1,1)", "true_plays", "true_plays_by_place"} == {*found}
    assert {"lower"} == {row["verdict"] for row in found.values()}
