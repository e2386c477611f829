"""References in a run: measured as cells are, named as what they are, and compared with nothing."""

import re
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

import pagegen
from pagegen.bundle.resolve import merged
from pagegen.bundle.settings import Table
from pagegen.cli import main
from pagegen.simulation.runs.folder import RunFolder, read_json
from tests.cli.test_train import lines
from tests.simulation.experiments import TWO_CELLS, results_of, table
from tests.simulation.pages_read import Reader

MEASURES = [
    "ndcg_2d@6x8",
    "recall@3x4",
    "row_share(ranked_list)",
    "repeat_share",
    "stability",
    "coverage",
    "recall_surface@2x3",
]
REFERENCES = {"flat": {"reference": "flat"}, "oracle": {"reference": "oracle"}}


def simulated(data: Path, folder: Path, *options: str, cells: Table) -> tuple[RunFolder, str]:
    """The run, as a person would make it, and what it prints."""
    content = table(cells=cells, measures=MEASURES, leak_pages=2, protocol={"cuts": [0.85]})
    folder.mkdir()
    (folder / "experiment.toml").write_text("\n".join(lines(content)))
    words = [folder / "experiment.toml", "--data", data, "--out", folder / "run", *options]
    done = CliRunner().invoke(main, ["simulate", *map(str, words)])
    assert 0 == done.exit_code, done.output
    return RunFolder(path=folder / "run"), done.stdout


@pytest.fixture(scope="module")
def made(taste_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, str]:
    return simulated(taste_data, tmp_path_factory.mktemp("references") / "one", cells={**TWO_CELLS, **REFERENCES})


def test_what_is_said_of_the_cells_is_said_without_references_too(
    made: tuple[RunFolder, str], taste_data: Path, tmp_path: Path
) -> None:
    """Pages, values and differences of the others are the same in every byte, Holm's correction among them."""
    without, _ = simulated(taste_data, tmp_path / "without", cells=TWO_CELLS)
    theirs, mine = results_of(without), results_of(made[0])
    estimates = (pl.read_parquet(each.table("estimates")).filter(cell="greedy") for each in (without, made[0]))
    same = [path for path in theirs if path.startswith(("pages", "values", "bundles", "differences", "leakage"))]

    assert len(same) > 6
    assert {path: theirs[path] for path in same} == {path: mine[path] for path in same}
    assert next(estimates).equals(next(estimates))


def test_who_knows_finds_more_and_the_list_has_no_rows_of_a_kind(made: tuple[RunFolder, str]) -> None:
    """Every cell is below the oracle; every reference has estimates, with intervals, and no difference."""
    found = pagegen.read_results(made[0].path)
    means = {(row["metric"], row["cell"]): row["mean"] for row in found.estimates.filter(stratum="all").to_dicts()}
    surfaces = found.surfaces.filter(rows=2, columns=3)

    assert {"template"} == set(found.differences["cell"])
    assert (["template"], ["flat", "oracle"]) == (found.run.others, found.run.references)
    for cell in ("greedy", "template", "flat"):
        assert means["ndcg_2d(1,1)@6x8", cell] < means["ndcg_2d(1,1)@6x8", "oracle"]
    assert [1.0, 0.0] == [means["row_share(ranked_list)", cell] for cell in ("flat", "oracle")]
    assert 0.0 == means["repeat_share", "flat"]
    assert {"greedy", "template", "flat", "oracle"} == set(surfaces["cell"])
    assert {"greedy", "template"} == set(found.leakage["cell"])


def test_references_are_called_references(made: tuple[RunFolder, str], taste_data: Path) -> None:
    """In the printed table, and everywhere in the report: neither has a verdict, nobody misses their leakage check."""
    printed = [line.split() for line in made[1].splitlines()]
    text = (made[0].path / "report.html").read_text("utf-8")
    page = Reader(text)
    said = re.sub(r"\s+", " ", " ".join(page.text))
    measured = [row for row in page.rows("measures") if row[0].split()[0] in REFERENCES]

    assert {"reference"} == {line[-1] for line in printed if line and line[0] in REFERENCES}
    assert (page.open, page.wrong) == ([], [])
    assert "flat (the ranked list, cut into rows as wide as the page) and oracle (" in said
    assert "Nobody checked" not in said
    assert "flat is" not in said
    assert "oracle is" not in said
    assert ["measure", "greedy", "template", "flat reference", "oracle reference"] == page.rows("glance")[0]
    assert {"flat reference", "oracle reference"} == {row[0] for row in measured}
    assert {("", "", "")} == {tuple(row[3:6]) for row in measured}


def test_two_workers_write_the_same(made: tuple[RunFolder, str], taste_data: Path, tmp_path: Path) -> None:
    """And references cost no training: there is one bundle."""
    again, _ = simulated(taste_data, tmp_path / "two", "--workers", "2", cells={**TWO_CELLS, **REFERENCES})

    assert results_of(again) == results_of(made[0])
    assert ["greedy"] == [path.name for path in (again.path / "bundles").iterdir()]
    assert merged(TWO_CELLS, REFERENCES).keys() == read_json(again.run)["cells"].keys()
