"""
From a bundle on disk to an engine.

Checksums come first, then contents; and a ranker whose reader can crash on damaged text (LightGBM aborts or silently
mispredicts) is first read in a child process.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from pagegen.arrays import AnyArray
from pagegen.bundle.manifest import Manifest
from pagegen.bundle.models import Models, build_engine
from pagegen.bundle.parts import Files, Homepage, RankerPart, SavedAttraction, SavedOrderer, SavedRanker
from pagegen.bundle.resolve import resolve
from pagegen.bundle.settings import Settings, Table
from pagegen.bundle.store import ATTRACTION, ORDERER, RANKER, TITLES, verify
from pagegen.data.dataset import Dataset
from pagegen.engine import Engine
from pagegen.errors import BundleError, ConfigError
from pagegen.ordering import Examination
from pagegen.pool import Source
from pagegen.ranking import Calibration


def load_engine(
    home: Homepage,
    folder: Path,
    data: Dataset,
    page: Table | None = None,
    *,
    trusted: bool = False,
    like: tuple[Engine, Settings] | None = None,
) -> Engine:
    """
    The engine of a bundle on these data.

    Args:
        home: what the names in the bundle mean.
        folder: of the bundle.
        data: its catalog may have gained and lost titles since: new ones have no factors, lost ones drop out.
        page: overrides of the bundle's page settings.
        trusted: skips the child process, for a bundle this process has just written or a parent has tried.
        like: an engine of a bundle that learnt the same but for its ranker, and its settings: sources with the same
            settings are taken from it.

    Raises:
        BundleError: a bundle that is damaged, foreign to this homepage, or of another format.
        ConfigError: overrides that do not exist, or would need training.
    """
    folder = folder.resolve()
    manifest, bundle_id = verify(folder)
    settings = settings_of(home, manifest, page)
    if not trusted:
        try_models(home, folder, manifest)
    shared = _shared(settings, *like) if like else {}
    models = _load_models(home, settings, manifest, (folder, data), shared)
    return build_engine(home, settings, models, data, bundle_id)


def _shared(settings: Settings, engine: Engine, its: Settings) -> Mapping[str, Source]:
    """The engine's sources that have the same settings for their pages."""
    same = {name for name in settings.fit.sources if settings.page.source[name] == its.page.source[name]}
    return {source.name: source for source in engine.sources if source.name in same}


def settings_of(home: Homepage, manifest: Manifest, page: Table | None = None) -> Settings:
    """
    The bundle's settings, with overrides of its page half.

    Raises:
        BundleError: they do not fit this homepage.
        ConfigError: overrides that do not exist, or would need training.
    """
    page = page or {}
    if fit := page.get("fit"):
        message = f"fit.{next(iter(fit))} cannot be overridden for a trained bundle; train one with it"
        raise ConfigError(message)
    try:
        resolve(home, {"fit": manifest.fit, "page": manifest.page})
    except ConfigError as error:
        message = f"the bundle was made for another homepage ({error}); pass its --homepage, or train a new bundle"
        raise BundleError(message) from error
    if manifest.ranker not in home.rankers:
        what = f"the bundle's ranker {manifest.ranker!r} does not exist on this homepage"
        message = f"{what}; pass its --homepage, or train a new bundle"
        raise BundleError(message)
    return resolve(home, {"fit": manifest.fit, "page": manifest.page}, page)


def _load_models(
    home: Homepage, settings: Settings, manifest: Manifest, place: tuple[Path, Dataset], sources: Mapping[str, Source]
) -> Models:
    """What the bundle holds; of the sources, those that are not there already."""
    folder, data = place
    files = _read_files(folder, manifest)
    try:
        titles = data.catalog.ids.positions(msgspec.json.decode((folder / TITLES).read_bytes(), type=list[str]))
        loaded = dict(sources)
        parts = home.with_copies(settings.fit.copies).sources
        for name in [name for name in settings.fit.sources if name not in sources]:
            part = parts[name]
            config = msgspec.convert(settings.page.source[name], part.page_config)
            loaded[name] = part.load(_inside(files, f"source.{name}."), titles, len(data.catalog), config)
        return Models(
            sources=loaded,
            ranker=_ranker(home, manifest, files),
            calibration=Calibration(**_inside(files, "calibration.")),
            examination=Examination(**_inside(files, "examination.")),
            attraction=_attraction(home, settings, files),
            orderer=_orderer(home, settings, files),
        )
    except (LookupError, TypeError, ValueError, OSError, msgspec.DecodeError) as error:
        message = f"{folder} lacks what this homepage needs ({error!r}); train a new bundle"
        raise BundleError(message) from error


def load_ranker(home: Homepage, folder: Path, manifest: Manifest) -> SavedRanker:
    """The ranker of a verified bundle, tried in a child process first."""
    try_ranker(home.rankers[manifest.ranker], folder)
    return _ranker(home, manifest, _read_files(folder, manifest))


def _ranker(home: Homepage, manifest: Manifest, files: Files) -> SavedRanker:
    return home.rankers[manifest.ranker].load(_inside(files, RANKER))


def _attraction(home: Homepage, settings: Settings, files: Files) -> SavedAttraction | None:
    """What the bundle holds of rows; None where there was too little to learn it from, or it was not wanted."""
    found = _inside(files, ATTRACTION)
    return home.attractions[settings.fit.attraction].load(found) if found else None


def _orderer(home: Homepage, settings: Settings, files: Files) -> SavedOrderer | None:
    name = settings.fit.orderer
    return home.learnt_orderers[name].load(_inside(files, ORDERER)) if name else None


def _inside(files: Files, prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): content for name, content in files.items() if name.startswith(prefix)}


def _read_files(folder: Path, manifest: Manifest) -> Files:
    """Arrays are mapped, not read: workers share their pages."""
    files: dict[str, AnyArray | str] = {}
    for name in manifest.files:
        path = folder / name
        try:
            if path.suffix == ".npy":
                mapped = np.load(path, mmap_mode="r", allow_pickle=False)
                files[path.stem] = np.asarray(mapped)  # a plain view is indexed faster
            elif path.suffix == ".txt":
                files[path.stem] = path.read_text("utf-8")
        except (ValueError, OSError, EOFError) as error:
            message = f"{path} cannot be read ({error}); roll back or train again"
            raise BundleError(message) from error
    return files


TRY_SECONDS = 60


def try_models(home: Homepage, folder: Path, manifest: Manifest) -> None:
    """
    Parse the ranker, the attraction of rows and the orderer in a child process first.

    Raises:
        BundleError: the child did not survive it.
    """
    try_ranker(home.rankers[manifest.ranker], folder)
    if any(name.startswith(ATTRACTION) for name in manifest.files):
        _try(home.attractions[manifest.fit["attraction"]].probe, folder, ("row attraction", ATTRACTION))
    if any(name.startswith(ORDERER) for name in manifest.files):
        _try(home.learnt_orderers[manifest.fit["orderer"]].probe, folder, ("orderer", ORDERER))


def try_ranker(part: RankerPart, folder: Path) -> None:
    """
    Parse the ranker in a child process first, where its part has a probe: damaged text can crash or hang the reader.

    Raises:
        BundleError: the child did not survive it.
    """
    _try(part.probe, folder, ("ranker", RANKER))


def _try(probe: str, folder: Path, what: tuple[str, str]) -> None:
    """The text files of a model, by what it is and how their names begin, read by the probe, if there is one."""
    if not probe:
        return
    files = map(str, sorted(folder.glob(f"{what[1]}*.txt")))
    command = [sys.executable, "-c", _CHILD, probe, str(len(sys.path)), *sys.path, *files]
    try:
        done = subprocess.run(command, timeout=TRY_SECONDS, capture_output=True, check=False)
    except subprocess.TimeoutExpired as error:
        message = f"the {what[0]} of {folder} keeps its reader busy for over {TRY_SECONDS} s; roll back or train again"
        raise BundleError(message) from error
    if done.returncode:
        message = (
            f"the {what[0]} of {folder} is refused by its reader (exit {done.returncode}); roll back or train again"
        )
        raise BundleError(message)


# Runs a module as its own program, with the imports of this process: the rest of its arguments are the program's.
_CHILD = """
import runpy, sys
module, paths = sys.argv[1], int(sys.argv[2])
sys.path[:] = sys.argv[3 : 3 + paths]
sys.argv[1:] = sys.argv[3 + paths :]
runpy.run_module(module, run_name="__main__")
"""
