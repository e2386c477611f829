"""The retraining job: where it writes, and what it never removes."""

import shutil
from pathlib import Path

import pytest

from pagegen.errors import BundleError, DataError
from tests.training.builders import (
    files_of,
    retrained,
)


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
