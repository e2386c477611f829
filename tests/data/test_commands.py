"""The commands `import` and `check`: what they print, and how they end."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from pagegen.cli.data import check_command, import_group
from pagegen.data.importing.mapping import example

NOW = "2023-01-01"
FILES = {
    "ratings.dat": "1::10::5::978300760\n2::10::3::978300700\n",
    "movies.dat": "10::Matrix, The (1999)::Action|Sci-Fi\n",
    "users.dat": "1::F::1::10::48067\n",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def run(command: click.Command, *arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def spoil(source: Path) -> None:
    with (source / "ratings.dat").open("a") as file:
        file.write("1::99::5::978300760\n")


def test_a_clean_import_ends_with_0(tmp_path: Path, source: Path) -> None:
    """The report is for people, and says what to do next."""
    result = run(import_group, "movielens", source, "--out", tmp_path / "data", "--now", NOW)

    assert result.exit_code == 0
    assert "pagegen check" in result.stdout
    assert not (tmp_path / "data.rejects.csv").exists()


@pytest.mark.parametrize(("options", "code"), [((), 4), (("--allow-rejects",), 0)])
def test_rejected_rows_end_with_4_unless_allowed(
    tmp_path: Path, source: Path, options: tuple[str, ...], code: int
) -> None:
    """The folder is written either way, and the reject file beside it."""
    spoil(source)
    result = run(import_group, "movielens", source, "--out", tmp_path / "data", "--now", NOW, *options)

    assert (result.exit_code, (tmp_path / "data" / "data.json").exists()) == (code, True)
    assert "unknown title" in result.stdout
    assert (tmp_path / "data.rejects.csv").read_text().splitlines() == [
        "table,line,reason,raw",
        "events,3,unknown title,1::99::5::978300760",
    ]


def test_low_ratings_can_be_left_out(tmp_path: Path, source: Path) -> None:
    """They are skipped, which is no reject: exit code 0."""
    options = ("--min-rating", "4", "--json", "--now", NOW)
    result = run(import_group, "movielens", source, "--out", tmp_path / "data", *options)
    [_, ratings, _] = json.loads(result.stdout)["tables"]

    assert (0, 2, 1, 1) == (result.exit_code, ratings["read"], ratings["kept"], ratings["skipped"])


def test_now_decides_what_is_future(tmp_path: Path, source: Path) -> None:
    """The clock is an option: on the last day of 2000 one of the two ratings is still to come."""
    result = run(
        import_group, "movielens", source, "--out", tmp_path / "data", "--now", "2000-12-31T22:12:00Z", "--json"
    )
    [_, ratings, _] = json.loads(result.stdout)["tables"]

    assert ratings["rejected"] == [{"reason": "time in the future", "rows": 1, "first_lines": [1]}]


def test_a_wrong_now_is_a_usage_error(tmp_path: Path, source: Path) -> None:
    """Click names the option."""
    result = run(import_group, "movielens", source, "--out", tmp_path / "data", "--now", "soon")

    assert result.exit_code == 2
    assert "'soon' is not an ISO time" in result.stderr


def test_the_example_is_printed_without_any_other_option() -> None:
    """It is the packaged one, ready to be edited."""
    result = run(import_group, "log", "--print-example")

    assert (result.exit_code, result.stdout) == (0, example())


def test_import_log(tmp_path: Path) -> None:
    """The three files and the mapping."""
    (tmp_path / "e.csv").write_text("user,item,at\nu1,a,2020-01-01\n")
    (tmp_path / "c.csv").write_text("sku,title\na,Alpha\n")
    mapping = (
        '[events.columns]\nmember_id = "user"\ntitle_id = "item"\ntime = "at"\n[events.constants]\nkind = "click"\n'
    )
    mapping += '[catalog.columns]\ntitle_id = "sku"\nname = "title"\n[catalog.constants]\nkind = "movie"\n'
    (tmp_path / "m.toml").write_text(mapping)
    files = ("--events", tmp_path / "e.csv", "--catalog", tmp_path / "c.csv", "--mapping", tmp_path / "m.toml")
    result = run(import_group, "log", *files, "--out", tmp_path / "data", "--json")

    assert result.exit_code == 0
    assert [table["kept"] for table in json.loads(result.stdout)["tables"]] == [1, 1]


def test_check_of_sound_data_ends_with_0(tmp_path: Path, source: Path) -> None:
    """It lists the row kinds, and why some are off."""
    run(import_group, "movielens", source, "--out", tmp_path / "data", "--now", NOW)
    result = run(check_command, tmp_path / "data")

    assert result.exit_code == 0
    assert "no play with a fraction below 0.9" in result.stdout
    assert "0 errors, 1 warnings" in " ".join(result.stdout.split())


def test_check_of_damaged_data_ends_with_1(tmp_path: Path, source: Path) -> None:
    """As text and as JSON."""
    run(import_group, "movielens", source, "--out", tmp_path / "data", "--now", NOW)
    (tmp_path / "data" / "events.parquet").write_bytes(b"no")
    text = run(check_command, tmp_path / "data")
    as_json = run(check_command, tmp_path / "data", "--json")

    assert (text.exit_code, as_json.exit_code) == (1, 1)
    assert "events: the file cannot be read" in text.stdout
    assert [problem["table"] for problem in json.loads(as_json.stdout)["problems"]] == ["events", "events"]
