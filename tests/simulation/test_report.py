"""The report of an experiment: one file that stands alone, says what the tables say, and trusts no name."""

import re
import shutil
from pathlib import Path

import pytest

import pagegen
from pagegen.data.dataset import read_dataset
from pagegen.errors import DataError
from pagegen.simulation.report import write_report
from pagegen.simulation.results import read_results
from tests.simulation.made_runs import HOSTILE
from tests.simulation.pages_read import Reader


@pytest.fixture(scope="module")
def text(run_folder: Path, run_data: Path) -> str:
    return write_report(run_folder, run_data).read_text("utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Reader:
    return Reader(text)


def number(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))


def test_it_is_well_formed(page: Reader) -> None:
    """Every element is closed where it should be."""
    assert (page.open, page.wrong) == ([], [])


def test_it_stands_alone(text: str, page: Reader) -> None:
    """Nothing is fetched, nothing runs: no address, no script, no image."""
    assert re.findall(r"https?:|//\w|url\(|@import", text) == []
    assert {"script", "img", "link", "iframe", "object"} & set(page.tags) == set()
    assert [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "data", "srcset")] == []
    assert {value for name, value in page.attributes if name == "href" and not value.startswith("#")} == set()


def test_names_are_escaped(text: str, page: Reader) -> None:
    """Titles may be called anything."""
    assert HOSTILE not in text
    assert HOSTILE in "".join(page.text)


def test_the_same_folder_gives_the_same_bytes(text: str, run_folder: Path, run_data: Path, tmp_path: Path) -> None:
    """Wherever it lies, and however often it is written."""
    copy = shutil.copytree(run_folder, tmp_path / "elsewhere")
    first = write_report(copy, read_dataset(run_data)).read_bytes()

    assert first == text.encode()
    assert write_report(copy, run_data).read_bytes() == first
    assert [path.name for path in copy.iterdir() if path.name.startswith(".")] == []


def test_links_lead_somewhere(page: Reader) -> None:
    """Every section of the list above is there."""
    ids = {value for name, value in page.attributes if name == "id"}

    assert {value[1:] for name, value in page.attributes if name == "href"} == ids
    assert {"verdict", "glance", "surface", "strata", "composition", "pages", "measures", "provenance"} == ids


def test_numbers_are_those_of_the_tables(run_folder: Path, page: Reader) -> None:
    """Mean, difference, intervals and counts of every measure and cell, to the digits shown."""
    results = read_results(run_folder)
    estimates = results.estimates.filter(stratum="all").sort("metric", maintain_order=True)
    rows = [row for row in page.rows("measures") if row[0].split()[0] in results.run.cells]
    shown = sorted((row[0].split()[0], *row[1].split(" ", 1), row[6]) for row in rows)
    true = sorted(
        (e["cell"], e["mean"], e["low"], e["high"], f"{e['members']} · {e['pages']}")
        for e in estimates.iter_rows(named=True)
    )

    assert len(rows) == estimates.height
    for cell, mean, interval, counts in shown:
        low, high = map(number, interval.split(" to "))
        slack = 0.51 * 10.0 ** -len(mean.partition(".")[2])
        assert any(
            cell == e[0] and counts == e[4] and [number(mean), low, high] == pytest.approx(e[1:4], abs=slack)
            for e in true
        ), (cell, mean, interval, counts)


def test_differences_are_those_of_the_tables(run_folder: Path, page: Reader) -> None:
    """Of the measure of the verdict, in the order of the cells."""
    results = read_results(run_folder)
    moved = results.differences.filter(stratum="all", metric="ndcg@10").sort("cell")
    rows = [row for row in page.rows("measures") if row[0] in moved["cell"].to_list()]
    of_first = {row[0]: row for row in reversed(rows)}

    for each in moved.iter_rows(named=True):
        difference, interval = of_first[each["cell"]][3].split(" ", 1)
        assert number(difference) == pytest.approx(each["difference"], abs=6e-4)
        assert [*map(number, interval.split(" to "))] == pytest.approx([each["low"], each["high"]], abs=6e-4)
        assert ("failed" if each["cell"] == "future" else each["verdict"]) in of_first[each["cell"]][5].lower()


def test_strata_stand_in_groups_with_their_counts(run_folder: Path, page: Reader) -> None:
    """Everybody first, then every level of every way to divide."""
    moved = read_results(run_folder).differences.filter(metric="ndcg@10", cell="taste")
    counts = {
        row["stratum"].partition("=")[2] or "everybody": f"{row['members']} · {row['pages']}"
        for row in moved.iter_rows(named=True)
    }
    first = page.rows("strata")[: len(counts) + 3]

    assert {row[0]: row[1].removesuffix(" few") for row in first if len(row) > 1 and row[0] != "stratum"} == counts


def test_composition_is_what_the_metrics_say(run_folder: Path, page: Reader) -> None:
    """In percent, and on all pages where they are few: as the experiment's own measure of the same share."""
    results = read_results(run_folder)
    [share] = results.estimates.filter(stratum="all", metric="row_share(genre)", cell="popular")["mean"]
    [moved] = results.differences.filter(stratum="all", metric="row_share(genre)", cell="taste")["difference"]
    [row] = [row for row in page.rows("composition") if row[0] == "genre"]

    assert row[1] == f"{results.occasions['member_id'].n_unique()} · {results.occasions.height}"
    assert number(row[2]) == pytest.approx(100 * share, abs=0.01)
    assert number(row[3].split()[1]) == pytest.approx(100 * moved, abs=0.01)


def test_a_cell_that_leaks_is_marked(page: Reader) -> None:
    """On top, in the verdict and at a glance."""
    said = " ".join(page.text)

    assert "future saw the future: 12 of 50 pages came out differently" in said
    assert "first at the stage features" in said
    assert "Do not use its figures" in said


def test_what_made_it_is_told(run_folder: Path, text: str) -> None:
    """Bundles, digests, seed, command and the experiment."""
    run = read_results(run_folder).run

    for said in (run.data_digest, run.command, "a bundle", run.cells["taste"][0].config_digest, "rng_seed = 0"):
        assert said in text


def test_without_the_data_there_are_ids(run_folder: Path, tmp_path: Path) -> None:
    """And it says so; composition needs the catalog and is left out."""
    copy = shutil.copytree(run_folder, tmp_path / "alone")
    said = write_report(copy).read_text("utf-8")

    assert "titles go by their ids" in said
    assert 'id="pages"' in said
    assert 'id="composition"' not in said


def test_the_data_are_found_where_they_were(run_folder: Path, run_data: Path, tmp_path: Path, text: str) -> None:
    """Beside the folder, or where the run has noted."""
    assert write_report(run_folder).read_text("utf-8") == text

    copy = shutil.copytree(run_folder, tmp_path / "moved")
    (copy / "local.json").write_text(f'{{"data": "{run_data}"}}', "utf-8")

    assert write_report(copy).read_text("utf-8") == text


def test_other_data_are_refused(run_folder: Path, data_folder: Path) -> None:
    """Their titles would have the wrong names."""
    with pytest.raises(DataError, match=r"have digest .* was made on"):
        write_report(run_folder, data_folder)


def test_a_single_cell_has_a_report_too(run_folder: Path, run_data: Path, tmp_path: Path) -> None:
    """There is nothing to compare it with."""
    copy = shutil.copytree(run_folder, tmp_path / "one")
    run = (copy / "run.json").read_text("utf-8")
    results = pagegen.read_results(copy)
    results.estimates.filter(cell="popular").write_parquet(copy / "estimates.parquet")
    results.surfaces.filter(cell="popular").write_parquet(copy / "surfaces.parquet")
    (copy / "differences.parquet").unlink()
    one = re.sub(r'"cells": \{\n  "popular": (\[.*?\n  \]),.*?\n \}', r'"cells": {"popular": \1}', run, flags=re.DOTALL)
    (copy / "run.json").write_text(one, "utf-8")
    page = Reader(write_report(copy, run_data).read_text("utf-8"))

    assert [*pagegen.read_results(copy).run.cells] == ["popular"]
    assert (page.open, page.wrong) == ([], [])
    assert "popular alone" in re.sub(r"\s+", " ", " ".join(page.text))
