"""The public face: `import pagegen`."""

import subprocess
import sys
from pathlib import Path

import pytest

import pagegen
from pagegen.errors import BundleError
from tests.servers import bundle_folder, data_folder
from tests.worlds import ask

__all__ = ["bundle_folder", "data_folder"]  # fixtures


def test_importing_it_costs_nothing() -> None:
    """Names are looked up when they are used."""
    code = "import sys, pagegen; print({'numpy', 'polars', 'grpc'} & set(sys.modules)); pagegen.PageRequest"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


def test_every_name_is_there() -> None:
    """And nothing else is."""
    assert [name for name in pagegen.__all__ if getattr(pagegen, name, None) is None] == []
    assert not hasattr(pagegen, "Magic")


def test_a_bundle_and_data_make_an_engine(bundle_folder: Path, data_folder: Path) -> None:
    """In three lines, with settings of its own."""
    engine = pagegen.load(str(bundle_folder), data_folder, page={"orderer": "template"})

    [page] = engine.run([ask("m001")]).pages

    assert page.rows
    assert page.config_digest != pagegen.load(bundle_folder, engine.data).identity.config_digest


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path, data_folder: Path) -> None:
    """With the error everything in pagegen raises."""
    with pytest.raises(BundleError):
        pagegen.load(tmp_path, data_folder)
