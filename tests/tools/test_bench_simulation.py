"""The benchmark of simulated pages: what it runs and how it counts."""

import json
import sys
from pathlib import Path

import pytest

from tools.bench import simulation
from tools.bench.watched import CommandFailedError, cpu_seconds, watch


def test_a_run_is_measured(bundle_folder: Path, data_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As many pages as were asked for, in two cells; a page costs something, and is measured before all is told."""
    arguments = [
        "--bundle",
        str(bundle_folder),
        "--data",
        str(data_folder),
        "--pages",
        "40",
        "--workers",
        "1",
        "--json",
    ]
    assert 0 == simulation.main(arguments)
    found = json.loads(capsys.readouterr().out)
    [run] = found["runs"]

    assert (2, 1, 40) == (found["cells"], run["workers"], run["pages"])
    assert 0 < run["first_metric_s"] < run["seconds"]
    assert run["pages_per_second"] == run["pages"] / run["seconds"] < run["steady_pages_per_second"]
    assert run["pages_per_core_second"] == run["pages"] / run["cpu_seconds"]


def test_a_command_that_fails_is_told(tmp_path: Path) -> None:
    """With what it said last."""
    with pytest.raises(CommandFailedError, match=r"no such thing$"):
        watch([sys.executable, "-c", "raise SystemExit('first\\nno such thing')"], lambda: 0)


def test_cpu_time_is_read_as_the_kernel_says_it(tmp_path: Path) -> None:
    """In hundredths of a second, of the process and of children it has waited for; its name may hold anything."""
    (tmp_path / "stat").write_text("7 (a) b) S " + " ".join("0" * 10) + " 100 20 3 400 0 0")

    assert 5.23 == cpu_seconds(tmp_path)
