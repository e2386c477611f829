"""The wheel: what is in it works outside the checkout."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
QUICK = ("fit.examples.occasions=200", "fit.rankers.boosted_trees.trees=5", "fit.source.als.embedding_size=8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(ROOT, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT))
    [found] = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel installed beside the libraries of this environment."""
    place = tmp_path_factory.mktemp("installed")
    run(
        place, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(place / "site"), str(wheel)
    )
    return place / "site"


def run(folder: Path, *arguments: str, site: Path | None = None) -> str:
    """What Python prints, started in that folder, with nothing of the checkout on its path."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)} | ({"PYTHONPATH": str(site)} if site else {})
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    """Their data files too; no tests, no tools, nothing that was compiled."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    ours = {
        path.relative_to(ROOT).as_posix()
        for top in ("pagegen", "candidates", "rankers")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }

    assert {"pagegen", "candidates", "rankers"} == tops
    assert ours == {name for name in names if ".dist-info/" not in name}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_world_train_and_page_run_outside_the_checkout(site: Path, tmp_path: Path) -> None:
    """From nothing to somebody's page, with the packages that were installed."""
    where = run(tmp_path, "-c", "import pagegen, candidates, rankers; print(pagegen.__file__)", site=site)
    run(
        tmp_path,
        "-m",
        "pagegen",
        "world",
        "--out",
        "data",
        "--members",
        "60",
        "--titles",
        "80",
        "--days",
        "12",
        site=site,
    )
    settings = [word for setting in QUICK for word in ("--set", setting)]
    order = ("--data", "data", "--out", "bundle", "--no-gate", "--json", *settings)
    trained = json.loads(run(tmp_path, "-m", "pagegen", "train", *order, site=site))
    page = ("--data", "data", "--bundle", "bundle", "--json")
    member = run(tmp_path, "-c", MEMBER, site=site).strip()
    found = json.loads(run(tmp_path, "-m", "pagegen", "page", *page, "--member", member, site=site))

    assert Path(where.strip()).is_relative_to(site)
    assert trained["bundle_id"] == found["bundle_id"]
    assert len(found["rows"]) >= 4


MEMBER = "import polars; print(polars.read_parquet('data/events.parquet')['member_id'][0])"


def test_the_command_is_installed(site: Path, tmp_path: Path) -> None:
    """`pagegen --version`."""
    assert run(tmp_path, str(site / "bin" / "pagegen"), "--version", site=site).startswith("pagegen, version ")
