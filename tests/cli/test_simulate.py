"""`pagegen simulate` and `pagegen measure`: what they print, and what they say of what is wrong."""

import json
import os
import re
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from pagegen.cli import main
from pagegen.cli.simulate_tables import print_run
from pagegen.simulation.runs.folder import RunFolder
from tests.cli.test_train import lines
from tests.simulation.experiments import given


@pytest.fixture(scope="module")
def experiment(bundle_folder: Path, data_folder: Path) -> Path:
    """A file beside its data."""
    path = data_folder.parent / "experiment.toml"
    content = given(Path(os.path.relpath(bundle_folder, path.parent)), data=data_folder.name, leak_pages=0)
    path.write_text("\n".join(lines(content)))
    return path


@pytest.fixture(scope="module")
def done(experiment: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("simulated") / "run"
    return out, simulate(experiment, "--out", out)


def simulate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["simulate", *map(str, arguments)])


def measure(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["measure", *map(str, arguments)])


def test_an_experiment_is_a_table(done: tuple[Path, Result]) -> None:
    """Cells below each measure, members and pages beside it, differences with their verdict."""
    out, result = done
    printed = result.stdout

    assert 0 == result.exit_code, result.output
    assert all(
        word in printed for word in ("difference from greedy", "  template", "members", "ndcg@10", "coverage", "n.s.")
    )
    assert str(out) in printed
    assert "pagegen simulate experiment.toml" == json.loads((out / "run.json").read_text())["command"]


def test_a_narrow_terminal_breaks_no_number(done: tuple[Path, Result]) -> None:
    """In 80 columns every interval stands whole."""
    console = Console(file=StringIO(), width=80, force_terminal=True, color_system=None, highlight=False)
    print_run(RunFolder(path=done[0]), 1.0, console)
    printed, _, report = console.file.getvalue().partition("Report: ")  # type: ignore[attr-defined]

    assert str(done[0] / "report.html") in report
    assert "…" not in printed
    assert printed.count("[") == len(re.findall(r" \[[+-]?\d+\.\d{4}, [+-]?\d+\.\d{4}\]", printed)) > 0


def test_json_is_all_there_is_on_stdout(done: tuple[Path, Result], experiment: Path) -> None:
    """The tables of the folder, with null for what is no number."""
    found = json.loads(simulate(experiment, "--out", done[0], "--json").stdout)
    coverage = [row for row in found["estimates"] if (row["metric"], row["stratum"]) == ("coverage", "all")]

    assert {"folder", "seconds", "run", "estimates", "differences", "surfaces", "leakage"} == found.keys()
    assert {"greedy", "template"} == found["run"]["cells"].keys()
    assert [None, None] == [row["low"] for row in coverage]


def test_measures_are_added(done: tuple[Path, Result]) -> None:
    """Several at once, separated by blanks or by the option."""
    result = measure(done[0], "--measures", "mrr recall@1x1", "--measures", "map")

    assert 0 == result.exit_code, result.output
    assert all(name in result.stdout for name in ("mrr", "recall@1x1", "map", "ndcg@10"))


def test_a_report_lies_in_the_folder(done: tuple[Path, Result]) -> None:
    """And is named at the end."""
    out, result = done

    assert f"Report: {out / 'report.html'}" in result.stdout.replace("\n", "")
    assert (out / "report.html").read_text().lower().startswith("<!doctype html>")


def test_a_cell_that_sees_the_future_fails(experiment: Path, tmp_path: Path) -> None:
    """Exit code 3: its bundle has learnt from what it was to foresee."""
    path = experiment.with_name("leaking.toml")
    path.write_text(experiment.read_text().replace("leak_pages = 0", "leak_pages = 5"))
    result = simulate(path, "--out", tmp_path / "run")

    assert 3 == result.exit_code, result.output
    assert "Cell greedy failed, it sees the future: 5 of 5 pages feel" in " ".join(result.stdout.split())


def test_a_dry_run_prints_the_plan(experiment: Path, tmp_path: Path) -> None:
    """And makes no pages."""
    result = simulate(experiment, "--out", tmp_path / "run", "--dry-run")
    told = json.loads(simulate(experiment, "--out", tmp_path / "run", "--dry-run", "--json").stdout)
    words = ("bundles to train", "ms a page", "Left to do", "1 worker;", "poor pages")

    assert 0 == result.exit_code, result.output
    assert all(word in result.stdout for word in words)
    assert {"cuts", "cells", "pages", "seconds", "workers", "megabytes"} == told.keys()
    assert not (tmp_path / "run" / "pages").exists()


def test_what_is_wrong_is_said(experiment: Path, tmp_path: Path) -> None:
    """One sentence, exit 1, no traceback."""
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "x"\ncolour = "red"\n[cells.a]\npage.orderer = "none"\n')
    result = simulate(wrong, "--out", tmp_path / "run")
    other = simulate(experiment, "--out", tmp_path)
    parts = ("colour does not exist", "data is missing", "baseline is ''", "'none'")

    assert [1, 1] == [result.exit_code, other.exit_code]
    assert all(part in result.stderr for part in parts)
    assert "holds wrong.toml, and no run" in other.stderr
    assert "no finished run" in measure(tmp_path / "run", "--measures", "mrr").stderr
    assert "cannot be read as TOML" in simulate(tmp_path / "none.toml", "--out", tmp_path / "run").stderr


def test_who_stops_a_run_is_told_that_nothing_is_lost(
    experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And how to go on."""

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pagegen.cli.simulate.run_experiment", stopped)
    result = simulate(experiment, "--out", tmp_path / "run")

    assert 1 == result.exit_code
    assert "the same command goes on from there" in result.stderr
