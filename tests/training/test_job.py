"""The retraining job: which inputs decide its bundle, and which do not."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from pagegen.bundle.manifest import read_manifest
from pagegen.data.dataset import read_dataset
from pagegen.errors import DataError
from tests.training.builders import (
    fast_settings,
    files_of,
    page,
    pages_log,
    retrained,
    taste_world,
    write_data,
)
from tests.worlds import DAY, HOUR, NOW, World

CUT = NOW - 10 * DAY


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


@pytest.mark.parametrize("what", ["settings", "seed", "as of", "data"])
def test_any_other_input_makes_another_bundle(what: str, data: Path, bundle: Path, tmp_path: Path) -> None:
    """Even a setting of the page, which is not learnt."""
    overrides = [{"page": {"max_pairs": 500}}] if what == "settings" else []
    fields = {"seed": {"rng_seed": 7}, "as of": {"as_of_ms": NOW - 2 * DAY}}.get(what, {})
    place = write_data(tmp_path / "data", taste_world(1)) if what == "data" else data
    done = retrained(place, tmp_path / "out", *overrides, **fields)

    assert read_manifest(bundle)[1] != done.bundle_id
