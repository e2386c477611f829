"""`pagegen parity`: a gate that a script can ask, and a person read."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pagegen.cli import main
from tests.servers import Served, serve


@pytest.fixture(scope="module")
def planted(bundle_folder: Path, data_folder: Path) -> Iterator[str]:
    """Where a server, in a process of its own, computes one feature otherwise than we do."""
    paths = ["--bundle", str(bundle_folder), "--data", str(data_folder)]
    with serve(*paths, "--port", "0", "--homepage", "tests.planted:FEATURE") as server:
        yield f"127.0.0.1:{server.line()['port']}"


@pytest.fixture
def run(bundle_folder: Path, data_folder: Path) -> Callable[..., Result]:
    def parity(*arguments: str) -> Result:
        command = ["parity", "--bundle", str(bundle_folder), "--data", str(data_folder), *arguments]
        return CliRunner().invoke(main, command)

    return parity


def test_a_difference_is_exit_code_3_and_its_stage(planted: str, run: Callable[..., Result]) -> None:
    """As JSON: how many pages differ first where, and of each page all that differs."""
    result = run("--server", planted, "--members", "6", "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == 3
    assert (found["pages"], found["equal"], found["first"]) == (7, 0, {"features: plays_total": 7})
    assert {page["differ"][0] for page in found["differences"]} == {"features: plays_total"}
    assert len({page["member_id"] for page in found["differences"]}) == 7


def test_the_same_code_in_another_process_is_equal(planted: str, run: Callable[..., Result]) -> None:
    """With the homepage that the server has, every digest is the same there and here."""
    result = run("--server", planted, "--members", "6", "--homepage", "tests.planted:FEATURE")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("7 of 7 pages are equal, byte for byte and at all ")


def test_a_person_reads_what_differs_first_and_whose_page_it_is(planted: str, run: Callable[..., Result]) -> None:
    """The stage, how much follows from it, member and time; then the counts."""
    lines = run("--server", planted, "--members", "2", "--seed", "3").stdout.splitlines()

    assert [line.startswith("features: plays_total and ") for line in lines[:4]] == [True, True, True, False]
    assert "somebody new at 2024-03-15T" in lines[2]
    assert [line.split() for line in lines[3:5]] == [
        ["differs", "first", "at", "pages"],
        ["features:", "plays_total", "3"],
    ]
    assert lines[5].startswith("0 of 3 pages are equal")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--set", "page.orderer=template"], "the server has settings "),
        (["--set", "fit.ranker=popularity"], "fit.ranker cannot be overridden"),
        (["--server", "127.0.0.1:1"], "UNAVAILABLE: "),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(
    planted: str, run: Callable[..., Result], arguments: list[str], sentence: str
) -> None:
    """On stderr, with exit code 1 and nothing on stdout."""
    result = run("--server", planted, *arguments)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"pagegen: {sentence}")


def test_another_bundle_is_refused(
    serving: Callable[..., Served], bundle_folder: Path, data_folder: Path, run: Callable[..., Result]
) -> None:
    """Its pages are meant to differ."""
    import pagegen
    from tests.serving.engines import renamed

    served = serving(renamed(pagegen.load(bundle_folder, data_folder), "another"))

    result = run("--server", served.target)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("pagegen: the server has bundle another, --bundle is ")
