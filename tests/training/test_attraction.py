"""The attraction of rows, from a pages log to a bundle and back."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pagegen.bundle.load import load_engine
from pagegen.bundle.models import build_engine
from pagegen.bundle.settings import Table
from pagegen.bundle.store import verify
from pagegen.data.dataset import read_dataset
from pagegen.errors import BundleError
from pagegen.homepage import HOME
from tests.bundle.forging import DAMAGES, spoilt
from tests.training.builders import fast_settings, files_of, job, retrained, trained_on, write_data
from tests.training.rows import PAGES, WANTED, rows_world
from tests.worlds import DAY, NOW, World, ask

TREES = "attraction.trees.txt"


@pytest.fixture(scope="module")
def known() -> World:
    return rows_world()


def test_rows_from_which_more_is_played_attract_more(known: World) -> None:
    """Genre rows, twice as much at least; a kind that was never logged has 1."""
    models = trained_on(known.data, WANTED, pages=PAGES).models
    engine = build_engine(HOME, fast_settings(WANTED), models, known.data, "a bundle")
    filled = engine.run([ask(f"m{n:02d}") for n in range(20)]).filled
    kinds = np.array([kind.name for kind in engine.rules.kinds])[filled.rows.kind]
    means = {name: filled.attraction[kinds == name].mean() for name in ("trending_now", "genre", "top_picks")}

    assert 2 * means["trending_now"] < means["genre"]
    assert 1.0 == means["top_picks"]


def test_nothing_is_learnt_of_rows_unless_it_is_wanted_and_can_be(known: World) -> None:
    """Off by default; without pages, or with too few plays for a ranker that has not seen them, it says so."""
    rare: Table = {"fit": {"examples": {"min_positives": 10_000}}}
    for overrides, pages, words in (((), PAGES, 0), ((WANTED,), PAGES[:0], 1), ((WANTED, rare), PAGES, 1)):
        said: list[str] = []
        found = trained_on(known.data, *overrides, pages=pages, say=said.append).models.attraction
        assert found is None
        assert words == said.count("no attraction of rows: too few logged pages to learn it from")


def test_a_training_hears_of_every_step(known: World) -> None:
    """The newer half of the windows is gone through once more, on sources of the same past."""
    said: list[str] = []
    trained_on(known.data, WANTED, pages=PAGES, say=said.append)
    sources = [re.findall(r"sources as of (\d+) events", step) for step in said]
    windows = [found[0] for found in sources if found]

    assert windows[:3][1:] == windows[3:]


@pytest.fixture(scope="module")
def bundle(known: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained from a folder, beside it."""
    data = write_data(tmp_path_factory.mktemp("attraction") / "data", known, PAGES)
    return retrained(data, data.parent / "bundle", WANTED).folder


def test_a_bundle_holds_it(bundle: Path, known: World) -> None:
    """Members by no id of theirs; the same bytes again; rows as of the models in memory."""
    data = read_dataset(bundle.parent / "data")
    again = retrained(bundle.parent / "data", bundle.parent / "again", WANTED).folder
    engine = load_engine(HOME, bundle, data)
    models = trained_on(data, WANTED, pages=PAGES).models
    requests = [ask(f"m{n:02d}") for n in range(9)]
    filled = engine.run(requests).filled

    assert files_of(bundle) == files_of(again)
    assert not any(b"m07" in content for name, content in files_of(bundle).items() if name.startswith("attraction."))
    assert np.ptp(filled.attraction) > 0.5
    in_memory = build_engine(HOME, fast_settings(WANTED), models, data, "x").run(requests).filled
    assert filled.attraction.tobytes() == in_memory.attraction.tobytes()


@pytest.mark.parametrize("spoil", DAMAGES.values(), ids=DAMAGES)
def test_damaged_trees_are_refused(spoil: Callable[[bytes], bytes], bundle: Path, tmp_path: Path) -> None:
    """By a child process, in words."""
    copy = spoilt(bundle, tmp_path / "copy", TREES, spoil)

    assert verify(copy)
    with pytest.raises(BundleError, match=r"the row attraction of .* is refused by its reader"):
        load_engine(HOME, copy, read_dataset(bundle.parent / "data"))


def test_rows_learn_nothing_from_what_comes_after_the_cut_off(known: World) -> None:
    """Later events and pages change no tree and no habit."""
    data = known.data
    cut = NOW - 5 * DAY
    past = replace(job(data).past, watermark=data.events.before(cut), cutoff_ms=cut)
    before = PAGES.filter(pl.col("time").cast(pl.Int64) < cut)
    found = [trained_on(data, WANTED, past=part, pages=before).models.attraction for part in (past, past.alone())]

    assert found[0]
    assert found[1]
    assert found[0].save()["trees"] == found[1].save()["trees"]
    assert found[0].save()["habit"].tobytes() == found[1].save()["habit"].tobytes()  # type: ignore[union-attr]
