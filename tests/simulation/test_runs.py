"""Runs: what lies in the folder, whoever did it and however often it was stopped."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from pagegen.arrays import record
from pagegen.data.schema import PAGES
from pagegen.engine import Engine
from pagegen.errors import ConfigError, DataError, RunError
from pagegen.metrics.comparison import estimate
from pagegen.request import PageRequest
from pagegen.simulation.runs.folder import RunFolder, read_json
from pagegen.simulation.runs.measure import measure
from pagegen.simulation.runs.tasks import PART, parts_of
from pagegen.simulation.runs.watch import Progress
from pagegen.simulation.runs.workshop import Tables
from tests.simulation.experiments import MEASURES, given, nobody, order, results_of, run, table
from tests.training.builders import files_of, retrained, taste_world, write_data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("run") / "data", taste_world(members=30))


@pytest.fixture(scope="module")
def whole(data: Path) -> RunFolder:
    """The usual experiment, run by this process."""
    return run(table(), data, data.parent / "whole")


@pytest.fixture
def copy(whole: RunFolder, tmp_path: Path) -> RunFolder:
    """Of that run, to be spoilt."""
    shutil.copytree(whole.path, tmp_path / "run")
    return RunFolder(path=tmp_path / "run")


def test_the_folder_holds_everything(whole: RunFolder) -> None:
    """Bundles as of every cut, for the cell they are shared from; pages and values of every cell; what was found."""
    places = {Path(place).parts[0] for place in results_of(whole)}
    tables = {f"{name}.parquet" for name in ("occasions", "estimates", "differences", "surfaces")}

    assert {"plan.json", "run.json", "bundles", "pages", "values", *tables} == places
    assert ["0", "1"] == sorted(path.name for path in (whole.path / "bundles" / "greedy").iterdir())
    assert not (whole.path / "bundles" / "template").exists()


def test_a_run_says_what_it_was(whole: RunFolder, data: Path) -> None:
    """Nothing that differs from machine to machine; every cell's bundles; how much there was."""
    said = read_json(whole.run)
    asked = pl.read_parquet(whole.table("occasions"))
    cells = said["cells"]

    assert "pagegen simulate experiment.toml" == said["command"]
    assert str(data) not in whole.run.read_text() + whole.plan.read_text()
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


def test_bundles_are_those_of_the_training_job(whole: RunFolder, data: Path, tmp_path: Path) -> None:
    """`pagegen train --as-of` the cut makes the same files."""
    examples = {"fit": {"examples": {"occasions": 60}}}
    cutoff = read_json(whole.run)["cells"]["greedy"][1]["cutoff_ms"]
    done = retrained(
        data, tmp_path / "bundle", examples, {"page": {"source": {"top_10": {"min_plays": 10}}}}, as_of_ms=cutoff
    )
    mine, its = files_of(whole.bundle("greedy", 1)), files_of(done.folder)

    assert mine == its


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


def test_surfaces_are_means_over_members(whole: RunFolder) -> None:
    """The corner of the surface is the recall of that window."""
    estimates = pl.read_parquet(whole.table("estimates")).filter(stratum="all", metric="recall@3x4")
    surface = pl.read_parquet(whole.table("surfaces"))
    measure(whole, ["recall@2x3"], None, 1, (float, nobody))
    corner = pl.read_parquet(whole.table("estimates")).filter(stratum="all", metric="recall@2x3")

    assert 2 * 2 * 3 == surface.height
    assert corner["mean"].to_list() == pytest.approx(surface.filter(rows=2, columns=3)["value"].to_list())
    assert estimates.height == 2


def test_cells_that_are_the_same_differ_by_exactly_nothing(data: Path, bundle_folder: Path, data_folder: Path) -> None:
    """And have the same intervals."""
    cells = {name: {"bundle": str(bundle_folder), "trained_later": True} for name in ("greedy", "same")}
    folder = run(given(bundle_folder, cells=cells), data_folder, data.parent / "same")
    found = pl.read_parquet(folder.table("differences"))
    estimates = pl.read_parquet(folder.table("estimates")).filter(pl.col("metric") != "stability")

    assert found.select(pl.col("difference", "low", "high").abs().max()).row(0) == (0.0, 0.0, 0.0)
    assert {"n.s."} == set(found["verdict"])
    one, other = (estimates.filter(cell=cell).drop("cell") for cell in ("greedy", "same"))
    assert one.equals(other)
    assert {1.0} == set(pl.read_parquet(folder.path / "values" / "same" / "*.parquet")["stability"])


def test_the_number_of_workers_changes_no_byte(whole: RunFolder, data: Path, tmp_path: Path) -> None:
    """Two spawned workers write what one process wrote."""
    measure(whole, ["recall@2x3"], None, 1, (float, nobody))  # as another test may have done
    two = run(table(measures=[*MEASURES, "recall@2x3"]), data, tmp_path / "two", workers=2)

    assert results_of(two) == results_of(whole)


class KilledError(Exception):
    """What a test calls a kill."""


@pytest.mark.parametrize("after", [1, 3, 5])
def test_a_run_that_was_killed_goes_on(whole: RunFolder, data: Path, tmp_path: Path, after: int) -> None:
    """Whatever was finished is not done again, and the whole is the same in every byte."""
    told = list[str]()

    def kill(progress: Progress) -> None:
        told.append(progress.kind)
        if len(told) == after:
            raise KilledError

    content = table(measures=[*read_json(whole.run)["experiment"]["measures"]])
    with pytest.raises(KilledError):
        run(content, data, tmp_path / "run", kill)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*/*.*") if path.is_file()}
    again = list[str]()
    folder = run(content, data, tmp_path / "run", lambda progress: again.append(progress.kind))

    assert results_of(folder) == results_of(whole)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert again.count("train") == 2 - told.count("train")
    assert again.count("pages") == len(
        parts_of(pl.read_parquet(folder.table("occasions"))["cut"].to_list())
    ) * 2 - told.count("pages")


def test_what_is_finished_is_not_done_again(copy: RunFolder, data: Path) -> None:
    """Asked for once more, nothing happens; a damaged part alone is made again."""
    again = list[str]()
    run(table(), data, copy.path, lambda progress: again.append(progress.kind))
    before = results_of(copy)
    copy.run.unlink()
    copy.pages("template", 0).unlink()
    copy.values("template", 0).unlink()
    run(table(), data, copy.path, lambda progress: again.append(progress.kind))

    assert ["pages", "values", "whole", "whole"] == again[:4]
    assert {"compare"} == set(again[4:])
    assert before.keys() == results_of(copy).keys()


def test_the_folder_of_another_experiment_is_refused(copy: RunFolder, data: Path, tmp_path: Path) -> None:
    """Whatever would change its pages; and a folder of something else. Another name or another measure is no other."""
    with pytest.raises(
        RunError, match=r"holds the run of another experiment \(rng_seed, digests differ\); name another"
    ):
        run(table(rng_seed=1), data, copy.path)
    with pytest.raises(RunError, match=r"\(page differ\)"):
        run(table(page={"rows": 5}), data, copy.path)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mother.txt").touch()
    with pytest.raises(RunError, match=r"holds mother.txt, and no run; name a new folder"):
        run(table(), data, tmp_path / "letters")
    run(table(name="another", measures=["mrr"]), data, copy.path)
    assert "mrr" in pl.read_parquet(copy.values("greedy", 0)).columns


def test_measures_are_added_without_a_page_being_made(copy: RunFolder, data: Path, tmp_path: Path) -> None:
    """The result is that of an experiment that had them from the start."""
    told = list[str]()
    measure(copy, ["mrr", "stability@3x4", "ndcg@10"], None, 1, (float, lambda progress: told.append(progress.kind)))
    had = read_json(copy.run)["experiment"]["measures"]
    start = run(table(measures=had), data, tmp_path / "start")

    assert {"values", "whole", "compare"} == set(told)
    assert ["mrr", "stability@3x4"] == had[-2:]
    assert results_of(start) == results_of(copy)


def test_only_a_finished_run_is_measured_and_on_its_own_data(
    copy: RunFolder, data_folder: Path, tmp_path: Path
) -> None:
    """Each with what to do."""
    with pytest.raises(RunError, match="holds no finished run; finish it with `pagegen simulate`"):
        measure(RunFolder(path=tmp_path), ["mrr"], None, 1, (float, nobody))
    with pytest.raises(RunError, match="holds other data than"):
        measure(copy, ["mrr"], data_folder, 1, (float, nobody))
    with pytest.raises(DataError, match="say where they are with --data"):
        measure(copy, ["mrr"], tmp_path / "gone", 1, (float, nobody))
    with pytest.raises(ConfigError, match="no such metric"):
        measure(copy, ["mrrr"], None, 1, (float, nobody))


def test_a_bundle_that_has_seen_what_follows_is_refused(bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """Unless the experiment says that it knows."""
    cells = {"greedy": {"bundle": str(bundle_folder)}}

    with pytest.raises(
        ConfigError, match=r"cells\.greedy\.bundle was trained on what followed .* trained_later = true"
    ):
        run(given(bundle_folder, cells=cells), data_folder, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_stops_when_its_pages_are_too_poor(bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """And says so; asked for again, it says so at once."""
    poor = given(bundle_folder, page={"rows": 30, "min_rows": 29}, protocol={"cuts": [0.3], "min_history": 0})
    told = list[str]()

    for _ in range(2):
        told.clear()
        with pytest.raises(
            RunError, match=r"cell greedy yields too few pages: only 0 of the first \d+ pages have 29 rows"
        ):
            run(poor, data_folder, tmp_path / "run", lambda progress: told.append(progress.kind))
    assert [] == told
    assert not (tmp_path / "run" / "run.json").exists()


@record
class Felt:
    stage: str
    detail: str


def check(engine: Engine, tables: Tables, requests: Sequence[PageRequest], rng: np.random.Generator) -> list[Felt]:
    """Says that every page of the first member asked leaks."""
    assert {"catalog", "members", "events"} == tables.keys()
    return [Felt(stage="context", detail=request.member_id) for request in requests[:1]]


def test_leaks_are_told_by_cell(bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """Fifty pages of each cell, cut by cut, and the first leak of each."""
    folder = run(given(bundle_folder), data_folder, tmp_path / "run", leak_check=check)
    found = pl.read_parquet(folder.table("leakage"))

    assert ["greedy", "template"] == found["cell"].to_list()
    assert [50, 50] == found["pages"].to_list()
    assert [2, 2] == found["leaks"].to_list()
    assert ["context", "context"] == found["stage"].to_list()


def test_parts_have_a_fixed_size_and_one_cut() -> None:
    """So what is in a file does not depend on who wrote it."""
    parts = parts_of([0] * (PART + 3) + [2] * 2)

    assert [(0, 0, 0, PART), (1, 0, PART, PART + 3), (2, 2, PART + 3, PART + 5)] == [
        (part.number, part.cut, part.low, part.high) for part in parts
    ]
    assert [] == parts_of([])


def test_lists_are_measured_as_lists(bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """One row of the titles asked for."""
    folder = run(given(bundle_folder, page={"form": "list", "depth": 25}), data_folder, tmp_path / "run")
    pages = pl.read_parquet(folder.path / "pages" / "greedy" / "*.parquet")

    assert {1} == set(pages["row_lengths"].list.len())
    assert pages["row_lengths"].list.sum().max() == 25
    assert msgspec.json.decode(folder.run.read_bytes())["experiment"]["page"]["form"] == "list"


def test_a_cell_that_is_no_cell_is_told_before_anything(data: Path, tmp_path: Path) -> None:
    """No folder is made for an experiment that cannot be run."""
    with pytest.raises(ConfigError, match="baseline is 'nobody'"):
        run(table(baseline="nobody"), data, tmp_path / "run")
    assert order(table(), data, tmp_path / "run").workers == 1
    assert not (tmp_path / "run").exists()
