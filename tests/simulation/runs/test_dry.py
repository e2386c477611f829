"""Dry runs: the plan, its cost and its time, from a few real pages."""

from pathlib import Path

import polars as pl

from pagegen.simulation.runs.dry import PAGES, dry_run
from pagegen.simulation.runs.folder import RunFolder
from tests.simulation.experiments import given, nobody, order, results_of, run, table


def test_a_dry_run_trains_what_the_run_needs_first(whole: RunFolder, taste_data: Path, tmp_path: Path) -> None:
    """The bundles as of the first cut stay, and the run is the same as without it."""
    told = dry_run(order(table(), taste_data, tmp_path / "run", workers=2), nobody)
    kept = sorted(path.relative_to(tmp_path / "run").as_posix() for path in (tmp_path / "run").rglob("*/0"))
    greedy, template = told.cells

    assert ["bundles/greedy/0"] == kept
    assert (1, 0) == (greedy.bundles, template.bundles)
    assert greedy.bundle_seconds > 0
    assert (PAGES, 0) == (greedy.tried, greedy.poor)
    left = greedy.bundle_seconds + sum(cell.page_seconds * told.pages / 2 for cell in told.cells)
    assert abs(left / 2 - told.seconds) < 1e-9
    assert results_of(run(table(), taste_data, tmp_path / "run")) == results_of(whole)


def test_a_dry_run_tells_what_is_asked_for(whole: RunFolder, taste_data: Path, tmp_path: Path) -> None:
    """Cut by cut; of a finished run nothing is left."""
    told = dry_run(order(table(), taste_data, whole.path), nobody)
    asked = pl.read_parquet(whole.table("occasions"))

    assert asked["cut"].value_counts().sort("cut")["count"].to_list() == [cut.occasions for cut in told.cuts]
    assert (0, 0.0) == (told.pages, told.seconds)


def test_poor_pages_are_told(bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """A dry run does not stop for them."""
    poor = given(bundle_folder, page={"rows": 30, "min_rows": 29})
    told = dry_run(order(poor, data_folder, tmp_path / "run"), nobody)

    assert [True, True] == [cell.poor == cell.tried > 0 for cell in told.cells]
    assert [0, 0] == [cell.bundles for cell in told.cells]
