"""What is live: made from disk, sharing what has not changed."""

from pathlib import Path

from pagegen.data import folder as folders
from pagegen.homepage import HOME
from pagegen.serving.live import Sources, load_live
from tests.random_worlds import random_world

SOURCES = Sources(homepage=HOME, page={}, now=None)


def test_unchanged_data_are_shared(bundle_folder: Path, data_folder: Path) -> None:
    """A new bundle on the same data costs no second copy of them."""
    first = load_live(SOURCES, bundle_folder, data_folder)

    second = load_live(SOURCES, bundle_folder, data_folder, first)

    assert second.engine.data is first.engine.data
    assert second.engine is not first.engine


def test_changed_data_are_read(bundle_folder: Path, data_folder: Path, tmp_path: Path) -> None:
    """Their end is the new now."""
    world = random_world(events=3_100)
    folders.write(tmp_path / "newer", world.tables, {})
    first = load_live(SOURCES, bundle_folder, data_folder)

    second = load_live(SOURCES, bundle_folder, tmp_path / "newer", first)

    assert len(second.engine.data.events) == world.events.height
    assert second.door.now_ms() == second.engine.data.end_ms


def test_warming_makes_pages(bundle_folder: Path, data_folder: Path) -> None:
    """Without any member in the data too."""
    load_live(SOURCES, bundle_folder, data_folder).warm()
