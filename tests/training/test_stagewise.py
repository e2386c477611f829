"""The orderer that is learnt, from past requests to a bundle and back."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pagegen.bundle.load import load_engine
from pagegen.bundle.models import build_engine
from pagegen.bundle.settings import Table
from pagegen.bundle.store import verify
from pagegen.data.dataset import read_dataset
from pagegen.errors import BundleError, ConfigError
from pagegen.homepage import HOME
from rankers.stagewise_rows import StagewiseRows
from tests.bundle.forging import DAMAGES, spoilt
from tests.training.builders import fast_settings, files_of, job, retrained, taste_world, trained_on, write_data
from tests.worlds import DAY, NOW, World, ask

TREES = "orderer.trees.txt"
LEARNT: Table = {
    "fit": {
        "orderer": "stagewise",
        "orderers": {"stagewise": {"min_data_in_leaf": 2, "reg": 0.1, "learning_rate": 0.3, "threads": 1}},
        "examples": {"warmup": 0.2, "min_positives": 5},
        "stages": {"requests": 60, "rows": 5, "columns": 6},
    }
}
WANTED: Table = {**LEARNT, "page": {"orderer": "stagewise"}}
REQUESTS = [ask(f"m{n:02d}", columns=6) for n in range(12)]
SOME = np.linspace(-2.0, 2.0, 4_000, dtype=np.float32).reshape(100, 40)  # more columns than rows have features


@pytest.fixture(scope="module")
def known() -> World:
    return taste_world()


@pytest.fixture(scope="module")
def bundle(known: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained from a folder, beside it."""
    data = write_data(tmp_path_factory.mktemp("stagewise") / "data", known)
    return retrained(data, data.parent / "bundle", WANTED).folder


def test_a_bundle_holds_it(bundle: Path) -> None:
    """The same bytes again; trees that say something, and pages as of the models in memory."""
    data = read_dataset(bundle.parent / "data")
    again = retrained(bundle.parent / "data", bundle.parent / "again", WANTED).folder
    mine = load_engine(HOME, bundle, data)
    models = trained_on(data, WANTED).models
    in_memory = build_engine(HOME, fast_settings(WANTED), models, data, mine.identity.bundle_id)
    pages = [engine.run(REQUESTS).placed for engine in (mine, in_memory)]

    assert files_of(bundle) == files_of(again)
    assert isinstance(mine.orderer, StagewiseRows)
    assert mine.orderer.trees
    assert np.ptp(mine.orderer.trees.score(SOME)) > 0.1
    assert pages[0].title.tobytes() == pages[1].title.tobytes()
    assert pages[0].gain.tobytes() == pages[1].gain.tobytes()


def test_it_is_off_unless_it_is_wanted(known: World) -> None:
    """A bundle without it holds none, and is refused at the door for pages by it, in words."""
    said: list[str] = []
    assert trained_on(known.data, say=said.append).models.orderer is None
    assert not any("rows of" in step for step in said)
    with pytest.raises(ConfigError, match=r"page\.orderer is 'stagewise', which has to be learnt: train a bundle with"):
        fast_settings({"page": {"orderer": "stagewise"}})
    with pytest.raises(ConfigError, match=r"fit\.orderer names 'greedy'; there are stagewise"):
        fast_settings({"fit": {"orderer": "greedy"}})


def test_a_bundle_that_has_not_learnt_it_is_refused(known: World, tmp_path: Path) -> None:
    """When it is loaded with the override."""
    data = write_data(tmp_path / "data", known)
    plain = retrained(data, tmp_path / "plain").folder
    with pytest.raises(ConfigError, match=r"train a bundle with fit\.orderer = 'stagewise'"):
        load_engine(HOME, plain, read_dataset(data), {"page": {"orderer": "stagewise"}})


def test_with_too_few_plays_it_is_greedy(known: World) -> None:
    """It says so; the bundle works."""
    said: list[str] = []
    rare: Table = {"fit": {"examples": {"min_positives": 10_000}}}
    models = trained_on(known.data, WANTED, rare, say=said.append).models
    engine = build_engine(HOME, fast_settings(WANTED, rare), models, known.data, "a bundle")

    assert isinstance(models.orderer, StagewiseRows)
    assert models.orderer.trees is None
    assert 1 == said.count("stagewise has learnt nothing: too few plays to learn it from")
    assert engine.orderer is models.orderer


def test_its_examples_are_of_the_newer_windows(known: World) -> None:
    """On sources of their own past, with a ranker that learnt from the older half."""
    said: list[str] = []
    trained_on(known.data, WANTED, say=said.append)
    sources = [found[0] for step in said if (found := re.findall(r"sources as of (\d+) events", step))]

    assert sources[:3][1:] == sources[3:]


def test_it_learns_nothing_from_what_comes_after_the_cut_off(known: World) -> None:
    """Later events change no tree."""
    cut = NOW - 5 * DAY
    past = replace(job(known.data).past, watermark=known.data.events.before(cut), cutoff_ms=cut)
    found = [trained_on(known.data, WANTED, past=part).models.orderer for part in (past, past.alone())]

    assert found[0]
    assert found[1]
    assert "trees" in found[0].save()
    assert found[0].save()["trees"] == found[1].save()["trees"]


@pytest.mark.parametrize("spoil", DAMAGES.values(), ids=DAMAGES)
def test_damaged_trees_are_refused(spoil: Callable[[bytes], bytes], bundle: Path, tmp_path: Path) -> None:
    """By a child process, in words."""
    copy = spoilt(bundle, tmp_path / "copy", TREES, spoil)

    assert verify(copy)
    with pytest.raises(BundleError, match=r"the orderer of .* is refused by its reader"):
        load_engine(HOME, copy, read_dataset(bundle.parent / "data"))
