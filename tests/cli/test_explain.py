"""`pagegen explain`: in the terminal and as JSON, of the very page that `pagegen page` makes."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pagegen.cli import main


@pytest.fixture
def run(bundle_folder: Path, data_folder: Path) -> Callable[..., Result]:
    """A command on the medium world."""

    def command(name: str, *arguments: str) -> Result:
        return CliRunner(env={"COLUMNS": "200"}).invoke(
            main, [name, "--bundle", str(bundle_folder), "--data", str(data_folder), *arguments]
        )

    return command


ASKED = ["--member", "m001", "--rows", "6", "--columns", "8", "--time", "2024-03-10T20:00:00Z"]


def test_json_explains_the_page_of_the_same_options(run: Callable[..., Result]) -> None:
    """The page's id, its rows from the top, and of each title asked about either places or an absence."""
    page = json.loads(run("page", *ASKED, "--json").stdout)
    shown, hidden = page["rows"][0]["title_ids"][0], "nowhere"
    told = json.loads(run("explain", *ASKED, "--title", shown, "--title", hidden, "--gap", "--json").stdout)
    here, absent = told["titles"]

    assert (page["page_id"], page["bundle_id"]) == (told["page_id"], told["bundle_id"])
    assert [row["row_id"] for row in page["rows"]] == [row["row"]["row_id"] for row in told["rows"]]
    assert [len(row["title_ids"]) for row in page["rows"]] == [row["titles"] for row in told["rows"]]
    assert (0, 0) == (here["reasons"]["places"][0]["position"], here["reasons"]["places"][0]["column"])
    assert here["reasons"]["places"][0]["play"] == pytest.approx(page["rows"][0]["scores"][0])
    assert (None, "unknown") == (here["reasons"]["absence"], absent["reasons"]["absence"]["reason"])
    assert 0 < told["gap"]["plays"] <= told["gap"]["bound"]


def test_the_terminal_says_it_in_words(run: Callable[..., Result]) -> None:
    """Every row with its values and the best of the others, the sentence of each title, the gap, what rules did."""
    asked = [
        *ASKED,
        "--title",
        "t000",
        "--title",
        "nowhere",
        "--gap",
        "--set",
        "page.constraints.kinds.top_picks.first=5",
        "--set",
        "page.orderer=independent",
    ]
    told = json.loads(run("explain", *asked, "--json").stdout)
    shown = run("explain", *asked).stdout

    assert [row for row in told["rows"] if f"{row['gain']:.4f}" not in shown] == []
    assert [row for row in told["rows"] if row["row"]["heading"] not in shown] == []
    second = [(row["second"]["row"]["heading"], row["second"]["behind"]) for row in told["rows"] if row["second"]]
    compared = [f"{name}, {-by:.4f} more" if by < 0 else f"{name}, {by:.4f} less" for name, by in second]
    assert compared == re.findall(r"│ ([^│]+, \d\.\d{4} (?:more|less))", shown)
    assert {"more", "less"} == {said.split()[-1] for said in compared}
    assert [answer["sentence"] for answer in told["titles"] if answer["sentence"] not in shown] == []
    assert [one["scorer"] for one in told["titles"][0]["reasons"]["opinions"] if one["scorer"] not in shown] == []
    assert f"no page of these rows has more than {told['gap']['bound']:.4f}" in shown
    assert "top_picks may not stand so high (first)" in shown


def test_extra_terms_and_attraction_have_columns_where_they_are_on(run: Callable[..., Result]) -> None:
    """And not where they are not."""
    plain = run("explain", *ASKED, "--gap", "--set", "page.attraction.new_releases=1").stdout
    on = ["page.objective.diversity=0.1", "page.attraction={genre=1.5}", "page.exploration.rows=0.3"]
    varied = run("explain", *ASKED, "--gap", *(word for one in on for word in ("--set", one))).stdout
    columns = ("of it extra", "attraction", "chance", "does not count extra terms")

    assert [] == [name for name in columns if name in plain]
    assert [] == [name for name in columns if name not in varied]
    assert "1.50 x 1.00" in varied


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--rows", "0"], "rows: is 0; from 1 to 100"), (["--disable-source", "oracle"], "disabled_sources: names")],
)
def test_what_is_wrong_is_one_sentence(run: Callable[..., Result], arguments: list[str], sentence: str) -> None:
    """As of a page."""
    result = run("explain", "--member", "m001", *arguments)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"pagegen: {sentence}")
