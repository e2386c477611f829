"""`pagegen train`: what it prints, how it ends, and what it says of what is wrong."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pagegen.bundle.manifest import read_manifest
from pagegen.bundle.publish import current_id
from pagegen.bundle.resolve import merged
from pagegen.bundle.settings import Table
from pagegen.cli import main
from tests.training.builders import FAST, files_of, retrained, taste_world, write_data
from tests.worlds import DAY, NOW, SMALL, World

BACKWARDS = ("--homepage", "tests.training.homes:BACKWARDS", "--set", "fit.ranker=backwards")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("train") / "data", taste_world())


@pytest.fixture(scope="module")
def config(data: Path) -> Path:
    """The settings of a quick job, as TOML."""
    path = data.parent / "quick.toml"
    path.write_text("\n".join(lines(merged(SMALL, FAST))))
    return path


def lines(table: Table, prefix: str = "") -> list[str]:
    """The table as dotted keys."""
    out = []
    for key, value in table.items():
        out += lines(value, f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key} = {json.dumps(value)}"]
    return out


def train(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


def test_a_bundle_is_trained_and_its_numbers_are_printed(data: Path, config: Path, tmp_path: Path) -> None:
    """The steps go to stderr, the table to stdout; the bundle is that of the job itself."""
    result = train("--data", data, "--out", tmp_path / "bundle", "--config", config)
    printed = " ".join(result.stdout.split())
    bundle_id = read_manifest(tmp_path / "bundle")[1]

    assert 0 == result.exit_code
    assert f"Bundle {bundle_id} in {tmp_path}/bundle (not published)" in printed
    assert all(
        name in printed for name in ("NDCG@10", "popularity", "95 %", "calibration error", "pool recall", "coverage@20")
    )
    assert all(step in result.stderr for step in ("window 1 of 3", "ranker, on", "sources, on everything"))
    assert files_of(tmp_path / "bundle") == files_of(retrained(data, tmp_path / "job").folder)


def test_json_is_all_there_is_on_stdout(data: Path, config: Path, tmp_path: Path) -> None:
    """Trained and published, then unchanged: the same keys, with the report of the manifest."""
    order = ("--data", data, "--out", tmp_path / "out", "--config", config, "--publish", tmp_path / "home", "--json")
    first, second = (train(*order) for _ in range(2))
    trained, unchanged = (json.loads(result.stdout) for result in (first, second))
    bundle_id = current_id(tmp_path / "home")
    place = str(tmp_path / "home" / str(bundle_id))

    assert [0, 0] == [first.exit_code, second.exit_code]
    assert {"bundle_id": bundle_id, "folder": str(tmp_path / "out"), "changed": True, "published": True} == {
        key: value for key, value in trained.items() if key != "report"
    }
    assert trained | {"folder": place, "changed": False, "published": False} == unchanged
    assert read_manifest(tmp_path / "out")[0].report == trained["report"]
    assert "nothing to train" in second.stderr


def test_when_nothing_has_changed_it_says_so(data: Path, config: Path, tmp_path: Path) -> None:
    """With the bundle that was named; no second one is written."""
    done = retrained(data, tmp_path / "bundle")
    result = train("--data", data, "--out", tmp_path / "out", "--config", config, "--previous", done.folder)

    assert (0, f"Nothing has changed: {done.bundle_id} in {done.folder}\n") == (result.exit_code, result.stdout)
    assert not (tmp_path / "out").exists()


def test_the_gate_ends_with_3(medium: World, config: Path, tmp_path: Path) -> None:
    """The bundle is there, and published it is not; without the gate it is."""
    data = write_data(tmp_path / "data", medium)
    order = ("--data", data, "--out", tmp_path / "out", "--config", config, "--publish", tmp_path / "home", *BACKWARDS)
    refused = train(*order)
    was = current_id(tmp_path / "home")
    ungated = train(*order, "--no-gate")

    assert 3 == refused.exit_code
    assert "pagegen: the gate refuses the bundle: not better than popularity: NDCG@10 -0." in refused.stderr
    assert was is None
    assert (0, read_manifest(tmp_path / "out")[1]) == (ungated.exit_code, current_id(tmp_path / "home"))


def test_options_are_settings(data: Path, config: Path, tmp_path: Path) -> None:
    """The file, then --threads for all that have some, then --set; --as-of and --rng-seed are inputs of their own."""
    options = (
        "--threads",
        "1",
        "--set",
        "fit.rankers.boosted_trees.trees=3",
        "--as-of",
        "2024-03-13",
        "--rng-seed",
        "5",
    )
    result = train("--data", data, "--out", tmp_path / "out", "--config", config, *options)
    manifest = read_manifest(tmp_path / "out")[0]

    assert 0 == result.exit_code
    assert {"trees": 3, "threads": 1, "leaves": 7} == {
        key: manifest.fit["rankers"]["boosted_trees"][key] for key in ("trees", "threads", "leaves")
    }
    assert (1, 3) == (manifest.fit["source"]["als"]["threads"], manifest.fit["source"]["als"]["epochs"])
    assert (5, NOW - NOW % DAY - 2 * DAY) == (manifest.rng_seed, manifest.cutoff_ms)


def test_every_problem_of_the_settings_is_said_at_once(data: Path, tmp_path: Path) -> None:
    """Unknown keys, wrong types, impossible numbers, parts that do not exist: before anything is read or trained."""
    (tmp_path / "wrong.toml").write_text(
        'fit.ranker = "oracle"\nfit.examples = { windows = 1, warmup = 1.5, horizont = 3 }\npage.max_pairs = "many"\n'
    )
    result = train("--data", data, "--out", tmp_path / "out", "--config", tmp_path / "wrong.toml")
    said = result.stderr

    assert (1, "") == (result.exit_code, result.stdout)
    assert [] == [
        word
        for word in (
            "'oracle'",
            "examples.windows is 1",
            "warmup is 1.5",
            "horizont does not exist",
            "page.max_pairs: Expected",
        )
        if word not in said
    ]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"--data": "nowhere"}, 1, "nowhere is not a data folder"),
        ({"--as-of": "1999-01-01"}, 1, "no events before the cut-off"),
        ({"--as-of": "yesterday"}, 2, "yesterday"),
        ({"--config": "nowhere.toml"}, 1, "nowhere.toml cannot be read as TOML"),
        ({"--previous": "nowhere"}, 1, "nowhere is not a bundle"),
        ({"--set": "fit"}, 2, "'fit' is no setting"),
        ({"--set": "fit.ranker=oracle"}, 1, "names 'oracle'"),
        ({"--set": "fit.rankers.boosted_trees.trees=0"}, 1, "trees"),
        ({"--set": "fit.source.als.embedding_size=-1"}, 1, "embedding_size"),
        ({"--homepage": "no.such:HOME"}, 1, "--homepage no.such:HOME cannot be imported"),
        ({"--rng-seed": "-1"}, 2, "-1"),
        ({"--threads": "0"}, 2, "0"),
        ({"--out": "file"}, 1, "--out file exists and is not a bundle"),
        ({"--publish": "file"}, 1, "file"),
    ],
    ids=lambda value: " ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_wrong_input_is_a_sentence(
    change: dict[str, str],
    code: int,
    says: str,
    data: Path,
    config: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An exit code, and no traceback."""
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine")
    options = {"--data": str(data), "--out": "out", "--config": str(config)} | change
    result = train(*(word for pair in options.items() for word in pair))

    assert code == result.exit_code, result.stderr
    assert says in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert "mine" == Path("file").read_text()
