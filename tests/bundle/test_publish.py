"""Publishing: what is current, how it moves, and the way back."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pagegen.bundle.manifest import MANIFEST, read_manifest
from pagegen.bundle.publish import CURRENT, HISTORY, current_id, differences, publish, rollback
from pagegen.bundle.store import verify
from pagegen.errors import BundleError
from tests.training.builders import files_of


@pytest.fixture
def bundles(copy: Callable[[], Path]) -> Iterator[Path]:
    """Bundle after bundle, each of another id: the same files under other seeds."""

    def make() -> Iterator[Path]:
        for seed in range(1, 9):
            bundle = copy()
            text = (bundle / MANIFEST).read_text()
            (bundle / MANIFEST).write_text(text.replace('"rng_seed": 0', f'"rng_seed": {seed}'))
            yield bundle

    return make()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def id_of(bundle: Path) -> str:
    return read_manifest(bundle)[1]


def history(home: Path) -> list[str]:
    return (home / HISTORY).read_text().split()


def names(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir())


def test_a_published_bundle_lies_under_its_id_and_is_current(bundles: Iterator[Path], home: Path) -> None:
    """A link that can be moved with its folder, a copy of every file, and a line of history."""
    bundle = next(bundles)
    done = publish(bundle, home)

    assert (home / id_of(bundle), id_of(bundle), True) == (done.folder, done.bundle_id, done.changed)
    assert id_of(bundle) == (home / CURRENT).readlink().as_posix() == current_id(home)
    assert files_of(bundle) == files_of(home / CURRENT)
    assert [id_of(bundle)] == history(home)
    assert sorted([id_of(bundle), CURRENT, HISTORY]) == names(home)


def test_the_next_one_takes_its_place_and_the_first_stays(bundles: Iterator[Path], home: Path) -> None:
    """For the way back, and for servers that still read it."""
    one, two = next(bundles), next(bundles)
    publish(one, home)
    publish(two, home)

    assert id_of(two) == current_id(home)
    assert [id_of(one), id_of(two)] == history(home)
    assert files_of(one) == files_of(home / id_of(one))


def test_publishing_what_is_current_changes_nothing(bundles: Iterator[Path], home: Path) -> None:
    """Not even a time of a file."""
    bundle = next(bundles)
    publish(bundle, home)
    before = [(path, path.lstat().st_mtime_ns) for path in sorted(home.rglob("*"))]

    assert not publish(bundle, home).changed
    assert not publish(home / CURRENT, home).changed
    assert before == [(path, path.lstat().st_mtime_ns) for path in sorted(home.rglob("*"))]


def test_an_earlier_one_can_be_published_again(bundles: Iterator[Path], home: Path) -> None:
    """It is not copied anew, and it is history twice."""
    one, two = next(bundles), next(bundles)
    for bundle in (one, two, one):
        publish(bundle, home)

    assert id_of(one) == current_id(home)
    assert [id_of(one), id_of(two), id_of(one)] == history(home)


@pytest.mark.parametrize("hurt", ["the new bundle", "its place", "its place holds another"])
def test_damage_is_refused_and_current_stays(hurt: str, bundles: Iterator[Path], home: Path) -> None:
    """What is published is what was checked."""
    one, two = next(bundles), next(bundles)
    publish(one, home)
    if hurt == "its place holds another":
        shutil.copytree(one, home / id_of(two))
    else:
        bad = two if hurt == "the new bundle" else shutil.copytree(two, home / id_of(two))
        (bad / "titles.json").write_bytes(b"[]")
    with pytest.raises(
        BundleError, match="titles.json has 2 bytes" if hurt != "its place holds another" else "holds bundle"
    ):
        publish(two, home)

    assert id_of(one) == current_id(home) == verify(home / CURRENT)[1]
    assert [id_of(one)] == history(home)


def test_what_a_crash_left_is_no_obstacle(bundles: Iterator[Path], home: Path) -> None:
    """Half a copy, and a link that was made and not yet moved."""
    one, two = next(bundles), next(bundles)
    publish(one, home)
    (home / f".{id_of(two)}.partial").mkdir()
    (home / f".{id_of(two)}.partial" / MANIFEST).write_text("half")
    (home / f".{CURRENT}.partial").symlink_to("nowhere")
    publish(two, home)

    assert files_of(two) == files_of(home / CURRENT)
    assert sorted([id_of(one), id_of(two), CURRENT, HISTORY]) == names(home)


def test_a_current_that_leads_nowhere_is_replaced(bundles: Iterator[Path], home: Path) -> None:
    """Somebody removed the folder."""
    one, two = next(bundles), next(bundles)
    publish(one, home)
    shutil.rmtree(home / id_of(one))
    publish(two, home)

    assert id_of(two) == verify(home / CURRENT)[1]


@pytest.mark.parametrize("what", ["a folder is current", "the directory is a file"])
def test_a_place_that_cannot_be_published_to_is_refused(what: str, bundles: Iterator[Path], home: Path) -> None:
    """With a sentence, and everything as it was."""
    if what == "a folder is current":
        (home / CURRENT).mkdir(parents=True)
        (home / CURRENT / "mine").write_text("mine")
    else:
        home.write_text("mine")
    with pytest.raises(BundleError, match=str(home)):
        publish(next(bundles), home)

    assert "mine" == (home / CURRENT / "mine" if home.is_dir() else home).read_text()


def test_rolling_back_goes_back_step_by_step(bundles: Iterator[Path], home: Path) -> None:
    """Twice from the third to the first; then there is nothing earlier, and the first stays current."""
    ids = [publish(next(bundles), home).bundle_id for _ in range(3)]
    found = [rollback(home).bundle_id for _ in range(2)]

    assert [ids[1], ids[0]] == found
    with pytest.raises(BundleError, match=r"has no earlier bundle to roll back to \(published so far: 1\)"):
        rollback(home)
    assert ids[0] == current_id(home)
    assert [ids[0]] == history(home)
    assert sorted([*ids, CURRENT, HISTORY]) == names(home)


def test_after_a_rollback_the_way_forward_is_publishing(bundles: Iterator[Path], home: Path) -> None:
    """And that can be rolled back again."""
    one, two, three = next(bundles), next(bundles), next(bundles)
    for bundle in (one, two):
        publish(bundle, home)
    rollback(home)
    publish(three, home)

    assert [id_of(one), id_of(three)] == history(home)
    assert id_of(one) == rollback(home).bundle_id


@pytest.mark.parametrize("hurt", ["gone", "damaged", "another"])
def test_a_damaged_earlier_bundle_is_not_rolled_back_to(hurt: str, bundles: Iterator[Path], home: Path) -> None:
    """What is current stays, and so does the history."""
    one, two = next(bundles), next(bundles)
    for bundle in (one, two):
        publish(bundle, home)
    shutil.rmtree(home / id_of(one))
    if hurt != "gone":
        shutil.copytree(two if hurt == "another" else one, home / id_of(one))
    if hurt == "damaged":
        (home / id_of(one) / "titles.json").unlink()
    with pytest.raises(BundleError):
        rollback(home)

    assert id_of(two) == current_id(home)
    assert [id_of(one), id_of(two)] == history(home)


@pytest.mark.parametrize("made", [False, True], ids=["no directory", "an empty one"])
def test_where_nothing_was_published_there_is_no_way_back(made: bool, home: Path) -> None:
    """And nothing is current."""
    if made:
        home.mkdir()

    assert current_id(home) is None
    with pytest.raises(BundleError, match=r"\(published so far: 0\)"):
        rollback(home)


def test_differences_are_named_with_both_sides(bundles: Iterator[Path], bundle: Path) -> None:
    """By dotted name; nothing of what is the same; None where one has no such key."""
    other = next(bundles)
    table = json.loads((other / MANIFEST).read_text())
    trees = table["fit"]["rankers"]["boosted_trees"]["trees"]
    table["fit"]["rankers"]["boosted_trees"]["trees"] = trees + 1
    table["report"]["previous_ndcg_10"] = 0.25
    del table["versions"]["scipy"]
    (other / MANIFEST).write_text(json.dumps(table))
    found = differences(bundle, other)

    assert {} == differences(bundle, bundle)
    assert {
        "fit.rankers.boosted_trees.trees": (trees, trees + 1),
        "report.previous_ndcg_10": (None, 0.25),
        "rng_seed": (0, 1),
        "versions.scipy": (read_manifest(bundle)[0].versions["scipy"], None),
    } == found
    assert {key: (right, left) for key, (left, right) in found.items()} == differences(other, bundle)
