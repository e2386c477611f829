"""
One page, whoever makes it: served = simulated = by one worker = by two = after a kill.

All of it by `pagegen` itself, in processes that are started, killed and asked over the wire.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from pagegen.cli import main
from pagegen.client import Client
from pagegen.request import PageRequest
from pagegen.simulation.runs.folder import RunFolder, read_json
from pagegen.v1.page_service_pb2 import GeneratePageResponse
from tests.cli.test_train import lines
from tests.servers import ROOT, serve
from tests.simulation.experiments import results_of, table


@pytest.fixture(scope="module")
def experiment(taste_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A file and its data, as arguments."""
    path = tmp_path_factory.mktemp("bytes") / "experiment.toml"
    path.write_text("\n".join(lines(table())))
    return ["simulate", str(path), "--data", str(taste_data)]


def simulated(experiment: list[str], out: Path, *options: str) -> RunFolder:
    done = CliRunner().invoke(main, [*experiment, "--out", str(out), *options])
    assert 0 == done.exit_code, done.output
    return RunFolder(path=out)


@pytest.fixture(scope="module")
def one(experiment: list[str]) -> RunFolder:
    """The run of one worker."""
    return simulated(experiment, Path(experiment[1]).parent / "one")


def test_one_worker_and_two_write_the_same(experiment: list[str], one: RunFolder, tmp_path: Path) -> None:
    """Every file that is a result, in every byte: bundles, pages, values, tables, and the report."""
    two = results_of(simulated(experiment, tmp_path / "two", "--workers", "2"))

    assert two == results_of(one)
    assert {"run.json", "report.html", "pages/greedy/00000.parquet", "bundles/greedy/1/manifest.json"} <= two.keys()


def killed(experiment: list[str], out: Path) -> None:
    """The run of a process that is ended by SIGKILL as soon as it has stored pages."""
    command = [sys.executable, "-m", "pagegen", *experiment, "--out", str(out)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not [*out.glob("pages/*/*.parquet")]:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert -signal.SIGKILL == process.wait(30)


def test_a_run_that_was_killed_ends_as_if_it_had_not_been(
    experiment: list[str], one: RunFolder, tmp_path: Path
) -> None:
    """It goes on where it was, with what the dead process has left, finished or not."""
    killed(experiment, tmp_path / "run")
    left = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").glob("pages/*/*.parquet")}
    unfinished = not (tmp_path / "run" / "run.json").exists()
    whole = simulated(experiment, tmp_path / "run")

    assert (unfinished, True) == (True, len(left) > 0)
    assert results_of(whole) == results_of(one)
    assert left == {path: path.stat().st_mtime_ns for path in left}


def test_a_server_makes_the_pages_that_were_simulated(taste_data: Path, one: RunFolder) -> None:
    """With the cell's bundle and settings, asked over the wire: every page of the last cut, its rows, titles and id."""
    run, cell = read_json(one.run), "template"
    made = run["cells"][cell][-1]
    stored = pl.read_parquet(one.path / "pages" / cell / "*.parquet")
    stored = stored.filter(pl.col("provenance").struct.field("bundle_id") == made["bundle_id"])
    page = lines({"page": run["experiment"]["cells"][cell]["page"]})
    options = [word for line in page for word in ("--set", line)]
    paths = ["--bundle", str(one.path / made["bundle"]), "--data", str(taste_data)]
    with (
        serve(*paths, *options, "--port", "0") as server,
        Client(f"127.0.0.1:{server.line()['port']}") as client,
    ):
        served = [client.generate_page(asked(row, run["experiment"]["page"])) for row in stored.to_dicts()]

    assert stored.height > 50
    assert [said(page) for page in served] == [told(row) for row in stored.to_dicts()]


def asked(stored: Mapping[str, Any], grid: Mapping[str, int]) -> PageRequest:
    """The request of a stored page, from what is stored beside it."""
    return PageRequest(
        member_id=stored["member_id"],
        time=round(stored["time"].timestamp() * 1_000),
        device=stored["device"],
        rows=grid["rows"],
        columns=grid["columns"],
        rng_seed=stored["provenance"]["rng_seed"],
    )


def told(stored: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: stored["provenance"][name] for name in ("bundle_id", "config_digest", "watermark")}
    rows = {name: stored[name] for name in ("row_kinds", "row_seeds", "row_lengths", "title_ids")}
    return {"page_id": stored["page_id"], **made, **rows}


def said(page: GeneratePageResponse) -> dict[str, Any]:
    """What a served page says of the same."""
    return {
        "page_id": page.page_id,
        "bundle_id": page.bundle_id,
        "config_digest": page.config_digest,
        "watermark": page.watermark,
        "row_kinds": [row.kind for row in page.rows],
        "row_seeds": [row.seed for row in page.rows],
        "row_lengths": [len(row.title_ids) for row in page.rows],
        "title_ids": [title for row in page.rows for title in row.title_ids],
    }
