"""Measures that are added to a finished run."""

from pathlib import Path

import pytest

from pagegen.errors import ConfigError, DataError, RunError
from pagegen.simulation.runs.folder import RunFolder, read_json
from pagegen.simulation.runs.measure import measure
from tests.simulation.experiments import nobody, noting, results_of, run, table


def test_measures_are_added_without_a_page_being_made(copy: RunFolder, taste_data: Path, tmp_path: Path) -> None:
    """The result is that of an experiment that had them from the start."""
    told = list[str]()
    measure(copy, ["mrr", "stability@3x4", "ndcg@10"], None, 1, (float, noting(told)))
    had = read_json(copy.run)["experiment"]["measures"]
    start = run(table(measures=had), taste_data, tmp_path / "start")

    assert {"values", "whole", "compare"} == set(told)
    assert ["mrr", "stability@3x4"] == had[-2:]
    assert results_of(start) == results_of(copy)


def test_a_run_that_has_moved_is_told_where_its_data_are(copy: RunFolder, taste_data: Path) -> None:
    """On another machine nothing says so; afterwards it is known again."""
    copy.local.unlink()
    with pytest.raises(DataError, match="lie nobody knows where; say where they are with --data"):
        measure(copy, ["mrr"], None, 1, (float, nobody))
    measure(copy, ["mrr"], taste_data, 1, (float, nobody))
    measure(copy, ["map"], None, 1, (float, nobody))

    assert ["mrr", "map"] == read_json(copy.run)["experiment"]["measures"][-2:]


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
    with pytest.raises(ConfigError, match=r"^mrr\[grade>=4\]: no play has a grade; ask for a lower one"):
        measure(copy, ["mrr[grade>=4]"], None, 1, (float, nobody))
    with pytest.raises(ConfigError, match=r"there is no kind 'chart'; there are .*top_picks"):
        measure(copy, ["row_share(chart)"], None, 1, (float, nobody))
