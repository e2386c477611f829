"""The retraining job: when there is nothing to do, and what is published."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pagegen.bundle.manifest import read_manifest
from pagegen.bundle.publish import current_id, publish
from pagegen.bundle.resolve import resolve
from pagegen.bundle.store import verify
from pagegen.errors import BundleError, GateError
from pagegen.training.job import Order, retrain
from tests.training.builders import (
    FAST,
    files_of,
    nobody,
    retrained,
    write_data,
)
from tests.training.homes import BACKWARDS
from tests.worlds import SMALL, World

WORSE = {"fit": {"families": ["moment", "member_activity"], "rankers": {"boosted_trees": {"trees": 1}}}}


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


def test_the_current_bundle_is_what_a_new_one_is_compared_with(data: Path, bundle: Path, tmp_path: Path) -> None:
    """On the same requests: here another seed, which is about as good."""
    publish(bundle, tmp_path / "home")
    done = retrained(data, tmp_path / "out", rng_seed=11, publish=tmp_path / "home", gate=True)

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
    (before / "ranker.trees_00.txt").write_text("tree")
    with pytest.raises(BundleError, match=r"ranker\.trees_00\.txt has 4 bytes"):
        retrained(data, tmp_path / "out", previous=before)
