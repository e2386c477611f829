"""Reading what an experiment found."""

import shutil
from pathlib import Path

import polars as pl
import pytest

import pagegen
from pagegen.data.schema import PAGES
from pagegen.errors import DataError
from pagegen.simulation.results import DIFFERENCES, ESTIMATES, LEAKAGE, OCCASIONS, SURFACES


def test_tables_come_with_their_columns(run_folder: Path) -> None:
    """Whatever wrote them: names and types are those that are promised, further columns come after."""
    results = pagegen.read_results(str(run_folder))

    assert (results.estimates.schema, results.differences.schema) == (ESTIMATES, DIFFERENCES)
    assert (results.surfaces.schema, results.leakage.schema) == (SURFACES, LEAKAGE)
    assert results.occasions.columns == [*OCCASIONS, "activity", "cold"]


def test_the_run_says_what_it_was(run_folder: Path) -> None:
    """Cells in the experiment's order, with the bundle of each cut."""
    run = pagegen.read_results(run_folder).run

    assert (run.name, run.baseline) == ("greedy against template", "popular")
    assert [*run.cells] == ["popular", "taste", "again", "future"]
    assert [(made.cut, made.bundle_id) for made in run.cells["taste"]] == [(0, "a bundle")]


def test_pages_and_values_are_read_when_asked_for(run_folder: Path) -> None:
    """All parts of a cell, in the order of the occasions; pages lazily."""
    results = pagegen.read_results(run_folder)
    pages, values = results.pages("taste"), results.values("taste")

    assert isinstance(pages, pl.LazyFrame)
    assert pages.collect_schema().names() == [*PAGES, "occasion"]
    assert pages.select("occasion").collect()["occasion"].to_list() == results.occasions["occasion"].to_list()
    assert values.columns[:2] == ["occasion", "ndcg@10"]
    assert values.height == results.occasions.height


def test_a_cell_that_does_not_exist_is_named(run_folder: Path) -> None:
    """With those that do."""
    with pytest.raises(DataError, match="no cell 'tase'; its cells are popular, taste, again, future"):
        pagegen.read_results(run_folder).values("tase")


def test_what_an_experiment_need_not_have_is_empty(run_folder: Path, tmp_path: Path) -> None:
    """A single cell has no differences, and not everybody measures surfaces or looks for leaks."""
    copy = shutil.copytree(run_folder, tmp_path / "run")
    for name in ("differences", "surfaces", "leakage"):
        (copy / f"{name}.parquet").unlink()
    results = pagegen.read_results(copy)

    assert (results.differences.height, results.differences.schema) == (0, DIFFERENCES)
    assert (results.surfaces.schema, results.leakage.schema) == (SURFACES, LEAKAGE)


def test_folders_that_are_none_are_refused(run_folder: Path, tmp_path: Path) -> None:
    """Nothing there, not finished, damaged, of another shape: each with what to do."""
    with pytest.raises(DataError, match=r"no run\.json.*pagegen simulate"):
        pagegen.read_results(tmp_path)
    copy = shutil.copytree(run_folder, tmp_path / "run")
    (copy / "estimates.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"estimates\.parquet cannot be read"):
        pagegen.read_results(copy)
    pl.DataFrame({"metric": ["ndcg"]}).write_parquet(copy / "estimates.parquet")
    with pytest.raises(DataError, match="no column cell, stratum, members"):
        pagegen.read_results(copy)
    (copy / "estimates.parquet").unlink()
    with pytest.raises(DataError, match=r"has no estimates\.parquet"):
        pagegen.read_results(copy)
    shutil.rmtree(copy / "pages")
    (copy / "run.json").write_text("{}", "utf-8")
    with pytest.raises(DataError, match=r"run\.json cannot be read"):
        pagegen.read_results(copy)


def test_a_cell_without_parts_is_refused(run_folder: Path, tmp_path: Path) -> None:
    """The experiment did not come to its end."""
    copy = shutil.copytree(run_folder, tmp_path / "run")
    shutil.rmtree(copy / "values" / "taste")
    with pytest.raises(DataError, match="holds no parts"):
        pagegen.read_results(copy).values("taste")
