"""`pagegen bundle`: show, verify, diff and rollback."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pagegen.bundle.manifest import read_manifest
from pagegen.bundle.publish import current_id, publish
from pagegen.cli import main
from tests.training.builders import files_of, retrained, taste_world, write_data
from tests.worlds import DAY, NOW, event, tell, title


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two, of other seeds."""
    place = tmp_path_factory.mktemp("bundles")
    data = write_data(place / "data", taste_world())
    return retrained(data, place / "one").folder, retrained(data, place / "two", rng_seed=1).folder


def bundle(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["bundle", *map(str, arguments)])


def test_show_tells_what_it_was_made_from(bundles: tuple[Path, Path]) -> None:
    """Its id, size, inputs, versions and numbers."""
    manifest, bundle_id = read_manifest(bundles[0])
    size = sum(info.size for info in manifest.files.values())
    result = bundle("show", bundles[0])

    assert 0 == result.exit_code
    assert f"Bundle {bundle_id}: {size:,} bytes in {len(manifest.files)} files" in result.stdout
    assert f"fitted on {manifest.watermark:,} events of data {manifest.data_digest[:16]}, seed 0" in result.stdout
    assert f"lightgbm {manifest.versions['lightgbm']}" in result.stdout
    assert f"{manifest.report['ndcg_10']:.4f}" in result.stdout


def test_show_as_json_is_the_manifest_with_its_id(bundles: tuple[Path, Path]) -> None:
    """For programs."""
    found = json.loads(bundle("show", bundles[0], "--json").stdout)

    assert json.loads((bundles[0] / "manifest.json").read_text()) | {"bundle_id": read_manifest(bundles[0])[1]} == found


def test_a_bundle_with_nothing_to_judge_by_can_be_shown(tmp_path: Path) -> None:
    """A log without a single play: the numbers that are not known are not there."""
    log = [event("ann", "abcdef"[day % 6], "click", NOW - day * DAY) for day in range(12)]
    data = write_data(tmp_path / "data", tell([title(name) for name in "abcdef"], log))
    done = retrained(data, tmp_path / "bundle")
    result = bundle("show", done.folder)

    assert 0 == result.exit_code
    assert "popularity, on 0 positives" in result.stdout
    assert "NDCG" not in result.stdout
    assert done.report == read_manifest(done.folder)[0].report


def test_verify_reads_all_of_a_whole_bundle(bundles: tuple[Path, Path]) -> None:
    """Also its ranker, in a child process."""
    manifest, bundle_id = read_manifest(bundles[0])
    result = bundle("verify", bundles[0])

    assert 0 == result.exit_code
    assert f"Bundle {bundle_id} is whole: {len(manifest.files)} files" in result.stdout


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("titles.json", b"[]", "titles.json has 2 bytes and should have"),
        ("source.als.factors.npy", b"", "source.als.factors.npy has 0 bytes"),
        ("more.txt", b"", "does not hold the files its manifest names: more.txt"),
        ("manifest.json", b"{", "manifest.json is damaged"),
        ("manifest.json", None, "is not a bundle (no manifest.json)"),
    ],
)
def test_verify_says_what_is_wrong(
    name: str, content: bytes | None, says: str, bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    """A sentence and exit code 1."""
    damaged = shutil.copytree(bundles[0], tmp_path / "damaged")
    (damaged / name).unlink() if content is None else (damaged / name).write_bytes(content)
    result = bundle("verify", damaged)

    assert (1, "") == (result.exit_code, result.stdout)
    assert says in result.stderr
    assert result.stderr.startswith("pagegen: ")


def test_verify_refuses_a_ranker_that_is_not_there(bundles: tuple[Path, Path], tmp_path: Path) -> None:
    """Tampered with: every checksum is right."""
    tampered = shutil.copytree(bundles[0], tmp_path / "tampered")
    text = (tampered / "manifest.json").read_text()
    (tampered / "manifest.json").write_text(text.replace('"ranker": "boosted_trees"', '"ranker": "oracle"'))
    result = bundle("verify", tampered)

    assert 1 == result.exit_code
    assert "oracle" in result.stderr


def test_diff_lists_what_differs(bundles: tuple[Path, Path]) -> None:
    """As a table and as JSON; the same bundle differs in nothing."""
    text, same = bundle("diff", *bundles), bundle("diff", bundles[0], bundles[0])
    found = json.loads(bundle("diff", *bundles, "--json").stdout)

    assert [0, 0] == [text.exit_code, same.exit_code]
    assert [0, 1] == found["rng_seed"]
    assert "rng_seed" in text.stdout
    assert "data_digest" not in found
    assert "are the same bundle" in " ".join(same.stdout.split())
    assert {} == json.loads(bundle("diff", bundles[0], bundles[0], "--json").stdout)


def test_rollback_makes_the_earlier_one_current(bundles: tuple[Path, Path], tmp_path: Path) -> None:
    """Once; then there is no earlier one."""
    one, two = (publish(folder, tmp_path / "published").bundle_id for folder in bundles)
    back, again = (bundle("rollback", tmp_path / "published") for _ in range(2))

    assert (0, f"{tmp_path}/published/current is {one} again (was {two})\n") == (back.exit_code, back.stdout)
    assert 1 == again.exit_code
    assert "no earlier bundle to roll back to" in again.stderr
    assert one == current_id(tmp_path / "published")
    assert files_of(bundles[0]) == files_of(tmp_path / "published" / "current")


@pytest.mark.parametrize("command", [("show",), ("verify",), ("diff", "."), ("rollback",)], ids=lambda words: words[0])
def test_a_folder_that_is_not_there_is_a_sentence(command: tuple[str, ...], tmp_path: Path) -> None:
    """Exit code 1, for every command."""
    result = bundle(*command, tmp_path / "nowhere")

    assert 1 == result.exit_code
    assert result.stderr.startswith("pagegen: ")
