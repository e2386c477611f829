"""What a run refuses, and when it stops."""

import multiprocessing
import os
import signal
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pagegen.bundle.parts import Homepage
from pagegen.errors import ConfigError, DataError, RunError
from pagegen.homepage import HOME
from pagegen.simulation.runs.simulate import simulate
from tests.simulation.experiments import given, nobody, noting, order, run, table


def test_names_in_measures_exist(taste_data: Path, tmp_path: Path) -> None:
    """A misspelt row kind or genre would be measured as 0; it is told before anything is trained."""
    wrong = table(measures=["row_share(top_pick)", "row_share(genre)", "genre_share(Dramma)"])

    with pytest.raises(
        ConfigError, match=r"no kind 'top_pick'; there are .*top_picks, .* no genre 'Dramma'; there are "
    ):
        run(wrong, taste_data, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_data_that_are_not_there_are_named(taste_data: Path, tmp_path: Path) -> None:
    """With the folder that was meant, and what else there is."""
    with pytest.raises(DataError, match=r"data = 'dater' of experiment.toml would be .*dater, .* with --data"):
        simulate(replace(order(table(data="dater"), taste_data, tmp_path / "run"), data=None), nobody)


def test_a_bundle_that_has_seen_what_follows_is_refused(bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """Unless the experiment says that it knows."""
    cells = {"greedy": {"bundle": str(bundle_folder)}}

    with pytest.raises(
        ConfigError, match=r"cells\.greedy\.bundle was trained on what followed .* trained_later = true"
    ):
        run(given(bundle_folder, cells=cells), data_folder, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_bundle_of_another_catalog_is_refused(bundle_folder: Path, taste_data: Path, tmp_path: Path) -> None:
    """Its pages would say nothing of its models."""
    with pytest.raises(
        ConfigError, match=r"greedy\.bundle knows \d+ titles, and the data have 0 of them; name a bundle"
    ):
        run(given(bundle_folder), taste_data, tmp_path / "run")


def test_a_run_stops_when_its_pages_are_too_poor(bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """And says so; asked for again, it says so at once."""
    poor = given(bundle_folder, page={"rows": 30, "min_rows": 29}, protocol={"cuts": [0.3], "min_history": 0})
    told = list[str]()

    for _ in range(2):
        told.clear()
        with pytest.raises(
            RunError, match=r"cell greedy yields too few pages: only 0 of the first \d+ pages have 29 rows"
        ):
            run(poor, data_folder, tmp_path / "run", noting(told))
    assert [] == told
    assert not (tmp_path / "run" / "run.json").exists()


def test_leaks_are_told_by_cell(bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """So many pages of each cell, over all cuts, and the first leak of each: bundles from later know what followed."""
    folder = run(given(bundle_folder, leak_pages=20), data_folder, tmp_path / "run")
    found = pl.read_parquet(folder.table("leakage"))

    assert ["greedy", "template"] == found["cell"].to_list()
    assert [20, 20] == found["pages"].to_list() == found["leaks"].to_list()
    assert ["training", "training"] == found["stage"].to_list()


def test_a_cell_that_is_no_cell_is_told_before_anything(taste_data: Path, tmp_path: Path) -> None:
    """No folder is made for an experiment that cannot be run."""
    with pytest.raises(ConfigError, match="baseline is 'nobody'"):
        run(table(baseline="nobody"), taste_data, tmp_path / "run")
    assert order(table(), taste_data, tmp_path / "run").workers == 1
    assert not (tmp_path / "run").exists()


def deadly() -> Homepage:
    """As a process does that the system ends for want of memory."""
    if multiprocessing.parent_process():
        os.kill(os.getpid(), signal.SIGKILL)
    return HOME


@pytest.mark.slow
def test_a_worker_that_dies_stops_the_run(bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """With a sentence; what is finished stays."""
    with pytest.raises(RunError, match="a worker has died, perhaps for want of memory; start again with fewer"):
        run(given(bundle_folder), data_folder, tmp_path / "run", home=deadly, workers=2)
    assert (tmp_path / "run" / "plan.json").exists()
