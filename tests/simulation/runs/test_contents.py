"""What lies in the folder of a run."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import pagegen
from pagegen.data.schema import PAGES
from pagegen.metrics.comparison import estimate
from pagegen.simulation.row_cascade import RowCascade
from pagegen.simulation.runs.folder import RunFolder, read_json
from pagegen.simulation.runs.measure import measure
from pagegen.simulation.world import World, load
from pagegen.simulation.world.page_table import shown
from tests.simulation.experiments import given, nobody, noting, results_of, run, table
from tests.training.builders import files_of, retrained


def test_the_folder_holds_everything(whole: RunFolder) -> None:
    """Bundles as of every cut, for the cell they are shared from; pages and values of every cell; what was found."""
    places = {Path(place).parts[0] for place in results_of(whole)}
    tables = {f"{name}.parquet" for name in ("occasions", "estimates", "differences", "surfaces", "leakage")}

    assert {"plan.json", "run.json", "bundles", "pages", "values", *tables} == places
    assert ["0", "1"] == sorted(path.name for path in (whole.path / "bundles" / "greedy").iterdir())
    assert not (whole.path / "bundles" / "template").exists()


def test_any_two_cells_can_be_compared(whole: RunFolder) -> None:
    """With the baseline as the run found; the other way round its opposite; of a cell with itself nothing."""
    results = pagegen.read_results(whole.path)
    [cell], baseline = results.run.others, results.run.baseline
    found = results.differences.filter(stratum="all")

    assert_frame_equal(found, results.compare(cell, baseline))
    assert results.compare(baseline, cell)["difference"].to_list() == (-found["difference"]).to_list()
    assert 0.0 == results.compare(cell, cell)["difference"].abs().max()


def test_a_run_says_what_it_was(whole: RunFolder, taste_data: Path) -> None:
    """Nothing that differs from machine to machine; every cell's bundles; how much there was."""
    said = read_json(whole.run)
    asked = pl.read_parquet(whole.table("occasions"))
    cells = said["cells"]

    assert "pagegen simulate experiment.toml" == said["command"]
    assert str(taste_data) not in whole.run.read_text() + whole.plan.read_text()
    assert [row["bundle_id"] for row in cells["greedy"]] == [row["bundle_id"] for row in cells["template"]]
    assert [row["config_digest"] for row in cells["greedy"]] != [row["config_digest"] for row in cells["template"]]
    assert asked.height == said["counts"]["occasions"]
    assert asked["member_id"].n_unique() == said["counts"]["members"]
    assert {"numpy", "pagegen", "lightgbm"} <= said["versions"].keys()


def test_pages_are_stored_as_logged_pages_are(whole: RunFolder) -> None:
    """In the order of the occasions, of their members and times, made by the bundles of their cuts."""
    asked = pl.read_parquet(whole.table("occasions"))
    for cell, bundles in read_json(whole.run)["cells"].items():
        pages = pl.read_parquet(whole.path / "pages" / cell / "*.parquet")
        used = [bundles[cut]["bundle_id"] for cut in asked["cut"]]

        assert {**PAGES, "occasion": pl.Int32} == pages.schema
        assert asked.select("occasion", "member_id", "time").equals(pages.select("occasion", "member_id", "time"))
        assert used == pages["provenance"].struct.field("bundle_id").to_list()
        assert pages["row_lengths"].list.len().max() == 6
        assert pages["row_lengths"].list.max().max() == 8


def test_bundles_are_those_of_the_training_job(whole: RunFolder, taste_data: Path, tmp_path: Path) -> None:
    """`pagegen train --as-of` the cut makes the same files."""
    examples = {"fit": {"examples": {"occasions": 60}}}
    cutoff = read_json(whole.run)["cells"]["greedy"][1]["cutoff_ms"]
    usual = {"page": {"source": {"top_10": {"min_plays": 10}}, "evidence": {"min_plays": 10}}}
    done = retrained(taste_data, tmp_path / "bundle", examples, usual, as_of_ms=cutoff)
    mine, its = files_of(whole.bundle("greedy", 1)), files_of(done.folder)

    assert mine == its


def test_a_ranker_that_is_taught_with_another_is_that_of_its_own_training(taste_data: Path, tmp_path: Path) -> None:
    """Two cells that differ in the ranker are one training; a bundle that is there already stays."""
    cells, told = {"greedy": {}, "popular": {"fit": {"ranker": "popularity"}}}, list[str]()
    asked = table(cells=cells, protocol={"cuts": [0.85]}, leak_pages=0, measures=["ndcg@10"])
    folder = run(asked, taste_data, tmp_path / "run", noting(told))
    before = [files_of(folder.bundle(name, 0)) for name in cells]
    shutil.rmtree(folder.bundle("popular", 0))
    folder.run.unlink()
    run(asked, taste_data, tmp_path / "run", noting(told))

    assert before == [files_of(folder.bundle(name, 0)) for name in cells]
    assert 2 == told.count("train")
    fit = {"examples": {"occasions": 60}, "ranker": "popularity"}
    cutoff = read_json(folder.run)["cells"]["popular"][0]["cutoff_ms"]
    alone = {"page": {"source": {"top_10": {"min_plays": 10}}, "evidence": {"min_plays": 10}}}
    assert before[1] == files_of(retrained(taste_data, tmp_path / "own", {"fit": fit}, alone, as_of_ms=cutoff).folder)


def test_estimates_are_of_the_values(whole: RunFolder) -> None:
    """Recomputed from what is stored; every cell x stratum x measure, sets without an interval."""
    asked = pl.read_parquet(whole.table("occasions"))
    estimates = pl.read_parquet(whole.table("estimates"))
    values = pl.read_parquet(whole.path / "values" / "template" / "*.parquet")
    mine = {name: values[name].to_numpy() for name in ("ndcg@10", "stability")}
    [ndcg, stability] = estimate(mine, asked["member_id"].to_numpy(), np.random.default_rng(0), cell="template")
    found = {row["metric"]: row for row in estimates.filter(cell="template", stratum="all").to_dicts()}

    assert ["ndcg@10", "recall@3x4", "novelty", "stability", "coverage"] == list(found)
    assert (ndcg.mean, ndcg.pages) == pytest.approx((found["ndcg@10"]["mean"], found["ndcg@10"]["pages"]))
    assert stability.mean == pytest.approx(found["stability"]["mean"])
    assert 0.0 < found["coverage"]["mean"] <= 1.0
    assert np.isnan(found["coverage"]["low"])
    assert {"all", *(f"activity={level}" for level in asked["activity"].unique())} == set(estimates["stratum"])


def test_surfaces_are_means_over_members(copy: RunFolder) -> None:
    """The corner of the surface is the recall of that window."""
    measure(copy, ["recall@2x3"], None, 1, (float, nobody))
    surface = pl.read_parquet(copy.table("surfaces"))
    corner = pl.read_parquet(copy.table("estimates")).filter(stratum="all", metric="recall@2x3")

    assert 2 * 2 * 3 == surface.height
    assert corner["mean"].to_list() == pytest.approx(surface.filter(rows=2, columns=3)["value"].to_list())


def test_lists_are_measured_as_lists(bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """One row of the titles asked for."""
    folder = run(given(bundle_folder, page={"form": "list", "depth": 25}), data_folder, tmp_path / "run")
    pages = pl.read_parquet(folder.path / "pages" / "greedy" / "*.parquet")

    assert {1} == set(pages["row_lengths"].list.len())
    assert pages["row_lengths"].list.sum().max() == 25
    assert msgspec.json.decode(folder.run.read_bytes())["experiment"]["page"]["form"] == "list"


def test_a_world_says_what_pages_are_worth(small: World, tmp_path: Path) -> None:
    """Beside the metrics: the plays its members would make of the stored pages, by its own behaviour."""
    small.write(tmp_path / "data")
    protocol = {"kind": "page", "cuts": [0.9], "occasions": 40}
    content = table(protocol=protocol, cells={"greedy": {"fit": {"ranker": "popularity"}}})
    folder = run(content, tmp_path / "data", tmp_path / "run")
    pages, values = (pl.read_parquet(place) for place in (folder.pages("greedy", 0), folder.values("greedy", 0)))
    [told] = pl.read_parquet(folder.table("estimates")).filter(metric="true_plays", stratum="all").to_dicts()

    assert RowCascade().expected_plays(load(tmp_path / "data"), shown(pages)).tolist() == values["true_plays"].to_list()
    assert (told["pages"], told["mean"] > 0) == (40, True)
    assert not folder.table("differences").exists()
