"""`pagegen page`: the same page as a server's, and readable."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import pagegen
from pagegen.cli import main
from pagegen.request import PageRequest, RecentEvent
from pagegen.serving.wire import json_text
from pagegen.v1.page_pb2 import PAGE_VIEW_FULL
from pagegen.v1.page_service_pb2 import GeneratePageRequest
from tests.cli.test_page_html import Tags
from tests.servers import Served

Serving = Callable[..., Served]


@pytest.fixture
def run(bundle_folder: Path, data_folder: Path) -> Callable[..., Result]:
    """`pagegen page` on the medium world."""

    def page(*arguments: str) -> Result:
        command = ["page", "--bundle", str(bundle_folder), "--data", str(data_folder), *arguments]
        return CliRunner().invoke(main, command)

    return page


def test_offline_json_is_what_the_server_sends(
    bundle_folder: Path, data_folder: Path, serving: Serving, run: Callable[..., Result]
) -> None:
    """Byte for byte, through the command with and without a server, and through the client."""
    served = serving(pagegen.load(bundle_folder, data_folder))
    offline = run("--member", "m001", "--time", "2024-03-10T20:00:00Z", "--json").stdout

    online = CliRunner().invoke(
        main, ["page", "--server", served.target, "--member", "m001", "--time", "2024-03-10T20:00:00Z", "--json"]
    )

    asked = GeneratePageRequest(member_id="m001", view=PAGE_VIEW_FULL)
    asked.time.FromJsonString("2024-03-10T20:00:00Z")
    page = served.client.generate_page(asked)
    assert online.stdout == offline == json_text(page) + "\n"


def test_what_was_just_played_is_a_recent_event(
    run: Callable[..., Result], bundle_folder: Path, data_folder: Path
) -> None:
    """A finished play of each title, in this order, the last a second before the page; the time has to be said."""
    now = 1_710_100_800_000
    events = tuple(
        RecentEvent(title_id=title, kind="play", time=time, fraction=1.0)
        for title, time in (("t003", now - 2_000), ("t005", now - 1_000))
    )
    request = PageRequest(member_id="m001", time=now, recent_events=events)
    [expected] = pagegen.load(bundle_folder, data_folder).run([request]).pages
    asked = ["--member", "m001", "--time", "2024-03-10T20:00:00Z", "--json"]
    page = json.loads(run(*asked, "--played", "t003", "--played", "t005").stdout)

    assert expected.page_id == page["page_id"] != json.loads(run(*asked).stdout)["page_id"]
    assert [list(row.title_ids) for row in expected.rows] == [row["title_ids"] for row in page["rows"]]
    assert "--played is just before --time; say when with --time" in run("--member", "m001", "--played", "t003").output


def test_options_are_the_request(run: Callable[..., Result]) -> None:
    """Rows, columns, seed, watermark, sources left out, and the clock of old data."""
    options = ["--rows", "3", "--columns", "5", "--seed", "9", "--watermark", "100", "--disable-source", "als"]

    page = json.loads(run("--member", "m001", *options, "--now", "data-end", "--json").stdout)

    assert len(page["rows"]) <= 3
    assert max(len(row["title_ids"]) for row in page["rows"]) <= 5
    assert (page["rng_seed"], page["watermark"]) == ("9", "100")
    assert page["degradations"] == [{"code": "source_left_out", "source": "als"}]


def test_a_page_is_gone_on_with(run: Callable[..., Result]) -> None:
    """Two answers of the command are the page of one."""
    asked = ["--member", "m003", "--rows", "6", "--json"]
    whole, top = (json.loads(run(*asked, *more).stdout) for more in ((), ("--page-size", "3")))
    rest = json.loads(run(*asked, "--page-token", top["next_page_token"]).stdout)

    assert [3, 3] == [len(top["rows"]), len(rest["rows"])]
    assert top["rows"] + rest["rows"] == whole["rows"]


def test_a_row_is_gone_on_with(
    bundle_folder: Path, data_folder: Path, serving: Serving, run: Callable[..., Result]
) -> None:
    """`--more` shows what comes after the row's titles, with and without a server, for people and for programs."""
    served = serving(pagegen.load(bundle_folder, data_folder))
    asked = ["--member", "m003", "--columns", "4", "--time", "2024-03-10T20:00:00Z"]
    row = next(row for row in json.loads(run(*asked, "--json").stdout)["rows"] if row["kind"] == "genre")
    more = [*asked, "--more", row["row_id"]]
    offline, online = (
        run(*more, "--json"),
        CliRunner().invoke(main, ["page", "--server", served.target, *more, "--json"]),
    )
    further = json.loads(offline.stdout)["row"]

    assert online.stdout == offline.stdout
    assert (4, row["heading"]) == (len(further["title_ids"]), further["heading"])
    assert not set(row["title_ids"]) & set(further["title_ids"])
    assert further["heading"] in run(*more).stdout
    assert further["names"][0] in run(*more).stdout


def test_a_row_that_the_page_does_not_show_is_refused(run: Callable[..., Result]) -> None:
    """With the ids of those that it shows."""
    refused = run("--member", "m003", "--more", "genre:Opera")

    assert refused.exit_code == 1
    assert "row_id: is 'genre:Opera'; the page has" in refused.stderr


def test_the_terminal_shows_rows_and_where_they_are_from(run: Callable[..., Result]) -> None:
    """Each heading, its titles on one line, and the provenance."""
    shown = run("--member", "m001").stdout
    page = json.loads(run("--member", "m001", "--json").stdout)

    lines = shown.splitlines()
    assert [row["heading"] for row in page["rows"] if row["heading"] not in shown] == []
    assert len(lines) == 2 * len(page["rows"]) + 1
    assert [row["reason_texts"] for row in page["rows"] if row["reason_texts"][0] not in shown] == []
    assert page["page_id"] in lines[-1]
    assert page["bundle_id"] in lines[-1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--rows", "0"], "rows: is 0; from 1 to 100"),
        (["--rows", "10000", "--columns", "0"], "rows: is 10000; from 1 to 100; columns: is 0; from 1 to 100"),
        (["--rows", str(2**40)], "request: "),
        (["--country", "Norway"], "country: is 'Norway'; two capital letters"),
        (["--disable-source", "oracle"], "disabled_sources: names 'oracle'; there are als"),
        (["--set", "fit.ranker=popularity"], "fit.ranker cannot be overridden"),
        (["--set", "page.orderer=astrology"], "settings: page.orderer names 'astrology'; there are"),
        (["--now", "soon"], "'soon' is no time"),
        (["--homepage", "nowhere:HOME"], "--homepage nowhere:HOME cannot be imported"),
        (["--server", "127.0.0.1:1"], "--server has its own bundle"),
        (["--more", "genre:Drama", "--html", "page.html"], "--html writes whole pages"),
    ],
)
def test_what_is_wrong_is_one_sentence(run: Callable[..., Result], arguments: list[str], sentence: str) -> None:
    """On stderr, with exit code 1 and nothing on stdout."""
    result = run("--member", "m001", *arguments)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"pagegen: {sentence}")


def test_missing_folders_are_sentences(tmp_path: Path, data_folder: Path) -> None:
    """A bundle or data that are not there, and nothing to make a page from."""
    said = []
    for options in (
        ["--bundle", str(tmp_path), "--data", str(data_folder)],
        ["--bundle", "b", "--data", "nowhere"],
        [],
    ):
        result = CliRunner().invoke(main, ["page", "--member", "m001", *options])
        said.append((result.exit_code, result.stderr))

    assert said == [
        (1, f"pagegen: {tmp_path} is not a bundle (no manifest.json); make one with `pagegen train`\n"),
        (
            1,
            "pagegen: nowhere is not a data folder (no data.json); make one with `pagegen import` or `pagegen world`\n",
        ),
        (1, "pagegen: a page needs --bundle and --data, or --server\n"),
    ]


def test_the_html_stands_alone(run: Callable[..., Result], tmp_path: Path) -> None:
    """One file, every title of the page in it, no script and nothing fetched."""
    page = json.loads(run("--member", "m001", "--json").stdout)

    result = run("--member", "m001", "--html", str(tmp_path / "page.html"))

    text = (tmp_path / "page.html").read_text("utf-8")
    tags = Tags()
    tags.feed(text)
    assert (result.exit_code, tags.links, "http://" in text or "https://" in text) == (0, [], False)
    assert {"script", "img", "link"} & set(tags.tags) == set()
    assert [name for row in page["rows"] for name in row["names"] if name not in tags.texts] == []
