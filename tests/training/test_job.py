"""The retraining job: folders in, a bundle out, published if it is good enough."""

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pagegen.bundle.manifest import read_manifest
from pagegen.bundle.publish import current_id, publish
from pagegen.bundle.settings import resolve
from pagegen.bundle.store import verify
from pagegen.data.dataset import read_dataset
from pagegen.errors import BundleError, DataError, GateError
from pagegen.training import job as jobs
from pagegen.training.job import Order, retrain
from tests.training.builders import (
    FAST,
    fast_settings,
    files_of,
    nobody,
    page,
    pages_log,
    retrained,
    taste_world,
    write_data,
)
from tests.training.homes import BACKWARDS
from tests.worlds import DAY, HOUR, NOW, SMALL, World

CUT = NOW - 10 * DAY
WORSE = {"fit": {"families": ["moment", "member_activity"], "rankers": {"lambdamart": {"trees": 1}}}}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("job") / "data", taste_world())


@pytest.fixture(scope="module")
def bundle(data: Path) -> Path:
    """Trained once; to be copied, not changed."""
    return retrained(data, data.parent / "bundle").folder


@pytest.fixture
def no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever trains fails."""

    def train(*_: Any) -> None:
        pytest.fail("it was trained")

    monkeypatch.setattr(jobs, "train", train)


def test_the_same_inputs_make_the_same_bytes_wherever_they_are_written(
    data: Path, bundle: Path, tmp_path: Path
) -> None:
    """Another folder, deep down; the manifest names neither it nor the data's place, this machine or a clock."""
    done = retrained(data, tmp_path / "deep" / "down")

    assert files_of(bundle) == files_of(done.folder)
    assert (read_manifest(bundle)[1], True, False) == (done.bundle_id, done.changed, done.published)
    assert [] == [word for word in (str(data), str(tmp_path), "/", "tmp") if word in _without_values(bundle)]


def _without_values(bundle: Path) -> str:
    """The manifest's text but for the settings, whose names are ours."""
    manifest = json.loads((bundle / "manifest.json").read_text())
    return json.dumps({key: value for key, value in manifest.items() if key not in ("fit", "page")})


def test_the_truth_beside_the_data_is_not_looked_at(data: Path, bundle: Path, tmp_path: Path) -> None:
    """With a folder `truth` full of anything, the bundle is the same."""
    copy = shutil.copytree(data, tmp_path / "data")
    (copy / "truth").mkdir()
    shutil.copy(data / "events.parquet", copy / "truth" / "events.parquet")
    (copy / "truth" / "truth.json").write_text("{}")

    assert files_of(bundle) == files_of(retrained(copy, tmp_path / "bundle").folder)


def test_what_the_manifest_says_of_the_inputs(data: Path, bundle: Path) -> None:
    """All of them, with the time before which everything has been seen."""
    manifest, _ = read_manifest(bundle)
    read = read_dataset(data)
    digest, events = read.digest, read.events

    assert (digest, len(events), int(events.time[-1]) + 1_000, 0) == (
        manifest.data_digest,
        manifest.watermark,
        manifest.cutoff_ms,
        manifest.rng_seed,
    )
    assert fast_settings().fit.ranker == manifest.ranker
    assert {"implicit", "lightgbm", "numpy", "polars", "scipy"} == manifest.versions.keys()


def poisoned(world: World) -> World:
    """From CUT on other titles, other members with ids before and after all others', at other times."""
    early = world.events.filter(pl.col("time").cast(pl.Int64) < CUT)
    late = world.events.filter(pl.col("time").cast(pl.Int64) >= CUT)
    strange = late.with_columns(
        title_id=pl.col("title_id").reverse(),
        member_id=pl.when(pl.int_range(pl.len()) % 2 == 0)
        .then(pl.lit("a new member"))
        .otherwise(pl.lit("z new member")),
        time=pl.col("time") + pl.duration(hours=13),
    )
    return World(catalog=world.catalog, members=world.members, events=pl.concat([early, strange]))


def test_what_comes_after_as_of_changes_nothing(tmp_path: Path) -> None:
    """Poisoned events, pages and members after it: every file is the same, the manifest but for the data's digest."""
    world = taste_world()
    pages = [page("m01", CUT + hours * HOUR, [["t01"]], [1]) for hours in (1, 2)]
    old = [page("m01", CUT - (i + 30) * HOUR, [["t01", "t02"]], [i % 3]) for i in range(250)][::-1]
    one = write_data(tmp_path / "one", world, pages_log(old))
    other = write_data(tmp_path / "other", poisoned(world), pages_log([*old, *pages]))
    bundles = [files_of(retrained(at, tmp_path / f"of {at.name}", as_of_ms=CUT).folder) for at in (one, other)]
    manifests = [json.loads(files.pop("manifest.json")) for files in bundles]
    digests = [manifest.pop("data_digest") for manifest in manifests]

    assert bundles[0] == bundles[1]
    assert manifests[0] == manifests[1]
    assert digests[0] != digests[1]
    assert CUT == manifests[0]["cutoff_ms"]


def test_as_of_the_future_is_as_of_the_end(data: Path, bundle: Path, tmp_path: Path) -> None:
    """It is the same bundle, not another one each night."""
    assert files_of(bundle) == files_of(retrained(data, tmp_path / "bundle", as_of_ms=NOW + 999 * DAY).folder)


def test_before_all_events_there_is_nothing_to_train_on(data: Path, tmp_path: Path) -> None:
    """A sentence, and no bundle."""
    with pytest.raises(DataError, match="no events before the cut-off"):
        retrained(data, tmp_path / "bundle", as_of_ms=NOW - 999 * DAY)
    assert not (tmp_path / "bundle").exists()


@pytest.mark.usefixtures("no_training")
@pytest.mark.parametrize("kind", ["file", "folder", "somebody else's manifest", "link", "below a file"])
def test_an_out_that_is_no_bundle_is_refused_before_training(
    kind: str, data: Path, bundle: Path, tmp_path: Path
) -> None:
    """Nothing of anybody's is ever removed, not even behind a link."""
    out = tmp_path / "out"
    if kind == "file":
        out.write_text("mine")
    elif kind == "link":
        out.symlink_to(bundle)
    elif kind == "below a file":
        (tmp_path / "file").write_text("mine")
        out = tmp_path / "file" / "out"
    else:
        out.mkdir()
        (out / ("manifest.json" if "manifest" in kind else "thesis.tex")).write_text(
            '{"name": "my web page", "format": 1}'
        )
    before = sorted((path.name, path.is_dir() or path.read_bytes()) for path in tmp_path.rglob("*"))

    with pytest.raises(DataError, match=r"--out .* (exists and is not a bundle|cannot be made)"):
        retrained(data, out)
    assert before == sorted((path.name, path.is_dir() or path.read_bytes()) for path in tmp_path.rglob("*"))


@pytest.mark.usefixtures("no_training")
def test_a_place_that_cannot_be_published_to_is_refused_before_training(data: Path, tmp_path: Path) -> None:
    """A file of somebody's."""
    (tmp_path / "home").write_text("mine")
    with pytest.raises(BundleError, match="nothing can be published in"):
        retrained(data, tmp_path / "out", publish=tmp_path / "home")


@pytest.mark.parametrize("state", ["empty", "bundle", "damaged bundle", "crash"])
def test_an_earlier_bundle_is_replaced(state: str, data: Path, bundle: Path, tmp_path: Path) -> None:
    """So is an empty folder, a bundle that lost a file, and what a crash has left."""
    out = tmp_path / "out"
    if state == "empty":
        out.mkdir()
    elif state == "crash":
        (tmp_path / ".out.partial").mkdir()
        (tmp_path / ".out.partial" / "half").write_text("half")
    else:
        shutil.copytree(bundle, out)
    if state == "damaged bundle":
        (out / "titles.json").unlink()

    assert files_of(bundle) == files_of(retrained(data, out).folder)
    assert ["out"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.usefixtures("no_training")
def test_unchanged_inputs_are_nothing_to_do(data: Path, bundle: Path, tmp_path: Path) -> None:
    """With the bundle that is current, or with one that is named; nothing is written."""
    publish(bundle, tmp_path / "home")
    current = retrained(data, tmp_path / "out", publish=tmp_path / "home", gate=True)
    named = retrained(data, tmp_path / "out", previous=bundle, gate=True)

    assert [(False, False)] * 2 == [(done.changed, done.published) for done in (current, named)]
    assert read_manifest(bundle)[1] == current.bundle_id == named.bundle_id
    assert read_manifest(bundle)[0].report == named.report
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("no_training")
def test_an_unchanged_bundle_is_published_where_it_is_not_current(data: Path, bundle: Path, tmp_path: Path) -> None:
    """Yesterday it was only trained; today somebody asks to publish it."""
    done = retrained(data, tmp_path / "out", previous=bundle, publish=tmp_path / "home", gate=True)

    assert (False, True) == (done.changed, done.published)
    assert done.bundle_id == current_id(tmp_path / "home")


@pytest.mark.parametrize("what", ["settings", "seed", "as of", "data"])
def test_any_other_input_makes_another_bundle(what: str, data: Path, bundle: Path, tmp_path: Path) -> None:
    """Even a setting of the page, which is not learnt."""
    overrides = [{"page": {"max_pairs": 500}}] if what == "settings" else []
    fields = {"seed": {"rng_seed": 7}, "as of": {"as_of_ms": NOW - 2 * DAY}}.get(what, {})
    place = write_data(tmp_path / "data", taste_world(1)) if what == "data" else data
    done = retrained(place, tmp_path / "out", *overrides, **fields)

    assert read_manifest(bundle)[1] != done.bundle_id


def test_the_current_bundle_is_what_a_new_one_is_compared_with(data: Path, bundle: Path, tmp_path: Path) -> None:
    """On the same requests: here another seed, which is about as good."""
    publish(bundle, tmp_path / "home")
    done = retrained(data, tmp_path / "out", rng_seed=7, publish=tmp_path / "home", gate=True)

    assert (True, True) == (done.changed, done.published)
    assert (
        pytest.approx(done.report["ndcg_10"] - done.report["over_previous"]["mean"]) == done.report["previous_ndcg_10"]
    )
    assert {"previous_ndcg_10", "over_previous"} == done.report.keys() - read_manifest(bundle)[0].report.keys()


def test_a_good_bundle_is_published(data: Path, bundle: Path, tmp_path: Path) -> None:
    """In a folder of its id, whole, and current."""
    done = retrained(data, tmp_path / "out", publish=tmp_path / "home", gate=True)

    assert done.published
    assert done.bundle_id == current_id(tmp_path / "home") == verify(tmp_path / "home" / "current")[1]
    assert files_of(bundle) == files_of(tmp_path / "home" / done.bundle_id)


def order(data: Path, tmp_path: Path, **fields: Any) -> Order:
    common = {"as_of_ms": None, "rng_seed": 0, "previous": None, "publish": tmp_path / "home", "gate": True}
    return Order(data=data, out=tmp_path / "out", **(common | fields))


def test_a_bundle_that_is_not_better_than_popularity_is_kept_and_not_published(tmp_path: Path, medium: World) -> None:
    """A ranker that puts last what everybody watches, where that is what there is to know."""
    data = write_data(tmp_path / "data", medium)
    settings = resolve(BACKWARDS, SMALL, FAST, {"fit": {"ranker": "backwards"}})
    with pytest.raises(GateError, match=r"not better than popularity: NDCG@10 -0\.\d{4} on the held-out window"):
        retrain(BACKWARDS, settings, order(data, tmp_path), nobody)

    assert "backwards" == verify(tmp_path / "out")[0].ranker
    assert not (tmp_path / "home").exists()


def test_a_bundle_that_is_surely_worse_than_the_current_one_is_not_published(
    data: Path, bundle: Path, tmp_path: Path
) -> None:
    """It knows neither titles nor tastes. What is current stays; --no-gate has the last word."""
    publish(bundle, tmp_path / "home")
    was = files_of(tmp_path / "home" / "current"), sorted(path.name for path in (tmp_path / "home").iterdir())
    with pytest.raises(
        GateError, match=r"significantly worse than the previous bundle: NDCG@10 -0\.\d{4}, 95 % interval -0"
    ):
        retrained(data, tmp_path / "out", WORSE, publish=tmp_path / "home", gate=True)
    now = files_of(tmp_path / "home" / "current"), sorted(path.name for path in (tmp_path / "home").iterdir())

    assert was == now
    assert verify(tmp_path / "out")
    assert retrained(data, tmp_path / "out", WORSE, publish=tmp_path / "home", gate=False).published
    assert verify(tmp_path / "out")[1] == current_id(tmp_path / "home")


@pytest.mark.usefixtures("no_training")
def test_a_refused_bundle_does_not_become_good_by_waiting(data: Path, bundle: Path, tmp_path: Path) -> None:
    """It is there, with unchanged inputs; it still has to pass the gate before it is published."""
    refused = shutil.copytree(bundle, tmp_path / "refused")
    manifest = json.loads((refused / "manifest.json").read_text())
    manifest["report"]["over_popularity"] = {"mean": -0.1, "low": -0.2, "high": 0.0}
    (refused / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(GateError, match="not better than popularity"):
        retrained(data, tmp_path / "out", previous=refused, publish=tmp_path / "home", gate=True)

    assert current_id(tmp_path / "home") is None


@pytest.mark.usefixtures("no_training")
def test_a_damaged_previous_bundle_stops_the_job(data: Path, bundle: Path, tmp_path: Path) -> None:
    """Nobody could say whether the new one is better."""
    before = shutil.copytree(bundle, tmp_path / "before")
    (before / "ranker.trees.txt").write_text("tree")
    with pytest.raises(BundleError, match=r"ranker\.trees\.txt has 4 bytes"):
        retrained(data, tmp_path / "out", previous=before)
