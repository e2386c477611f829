"""
Bundles on disk: a folder with one `.npy` an array, the ranker's text, the title ids and the manifest.

Written beside and renamed. Read in this order: sizes, checksums, then contents; and LightGBM's text, which crashes
the process or silently mispredicts when damaged, is first parsed in a child process.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from pagegen.arrays import AnyArray
from pagegen.bundle.manifest import FORMAT, MANIFEST, FileInfo, Manifest, encode, id_of, read_manifest
from pagegen.bundle.models import Models, build_engine
from pagegen.bundle.parts import Files, Homepage, RankerPart
from pagegen.bundle.settings import Settings, Table, merged, resolve
from pagegen.data.dataset import Dataset, Past
from pagegen.data.folder import sha256_of
from pagegen.engine import Engine
from pagegen.errors import BundleError, ConfigError
from pagegen.ordering import Examination
from pagegen.ranking import Calibration

TITLES = "titles.json"
LIBRARIES = ("implicit", "lightgbm", "numpy", "polars", "scipy")
MAX_FILE_BYTES = 8 << 30


def save(folder: Path, home: Homepage, settings: Settings, models: Models, facts: Mapping[str, Any], past: Past) -> str:
    """
    Write a bundle and return its id.

    Args:
        folder: must not exist.
        home: what the names in the settings mean.
        settings: what the models were fitted with.
        models: what was fitted.
        facts: `rng_seed` and `report` for the manifest.
        past: what the models were fitted on.
    """
    beside = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    files = _contents(home, settings, models)
    for name, content in files.items():
        _write(beside, name, content)
    (beside / TITLES).write_bytes(msgspec.json.encode(list(past.data.catalog.ids.names)))
    manifest = Manifest(
        format=FORMAT,
        fit=msgspec.to_builtins(settings.fit),
        page=msgspec.to_builtins(settings.page),
        ranker=models.ranker.name,
        features=list(models.ranker.feature_names),
        data_digest=past.data.digest,
        watermark=past.watermark,
        cutoff_ms=past.time,
        versions={name: metadata.version(name) for name in LIBRARIES},
        files={path.name: FileInfo(size=path.stat().st_size, sha256=sha256_of(path)) for path in sorted(beside.iterdir())},
        **facts,
    )
    encoded = encode(manifest)
    (beside / MANIFEST).write_bytes(encoded)
    beside.rename(folder)
    return id_of(encoded)


def _contents(home: Homepage, settings: Settings, models: Models) -> Files:
    """Everything that was learnt, by file stem."""
    files: dict[str, AnyArray | str] = {
        "calibration.score": models.calibration.score,
        "calibration.play": models.calibration.play,
        "examination.row": models.examination.row,
        "examination.column": models.examination.column,
    }
    for name in settings.fit.sources:
        if home.sources[name].fitted:
            files |= {f"source.{name}.{key}": array for key, array in models.sources[name].save().items()}
    return files | {f"ranker.{key}": value for key, value in models.ranker.save().items()}


def _write(folder: Path, name: str, content: AnyArray | str) -> None:
    if isinstance(content, str):
        (folder / f"{name}.txt").write_text(content, "utf-8")
    else:
        np.save(folder / f"{name}.npy", np.ascontiguousarray(content), allow_pickle=False)


def verify(folder: Path) -> tuple[Manifest, str]:
    """
    Check every byte of a bundle against its manifest.

    Raises:
        BundleError: naming the first file that is missing, extra, of another size, or changed.
    """
    manifest, bundle_id = read_manifest(folder)
    present = {path.name for path in folder.iterdir()} - {MANIFEST}
    if present != manifest.files.keys():
        wrong = sorted(present ^ manifest.files.keys())
        message = f"{folder} does not hold the files its manifest names: {', '.join(wrong)}; roll back or train again"
        raise BundleError(message)
    for name, info in manifest.files.items():
        _verify_file(folder / name, info)
    return manifest, bundle_id


def _verify_file(path: Path, info: FileInfo) -> None:
    size = path.stat().st_size if path.is_file() and not path.is_symlink() else -1
    if size != info.size or size > MAX_FILE_BYTES:
        message = f"{path} has {size} bytes and should have {info.size}; roll back or train again"
        raise BundleError(message)
    if sha256_of(path) != info.sha256:
        message = f"{path} has changed since it was written (sha256); roll back or train again"
        raise BundleError(message)


def load_engine(home: Homepage, folder: Path, data: Dataset, page: Table | None = None, *, trusted: bool = False) -> Engine:
    """
    The engine of a bundle on these data.

    Args:
        home: what the names in the bundle mean.
        folder: of the bundle.
        data: its catalog may have gained and lost titles since: new ones have no factors, lost ones drop out.
        page: overrides of the bundle's page settings.
        trusted: skips the child process, for a bundle this process has just written or a parent has tried.

    Raises:
        BundleError: a bundle that is damaged, foreign to this homepage, or of another format.
        ConfigError: overrides that do not exist, or would need training.
    """
    folder = folder.resolve()
    manifest, bundle_id = verify(folder)
    settings = _settings(home, manifest, page or {})
    if not trusted:
        try_ranker(home.rankers[manifest.ranker], folder)
    return build_engine(home, settings, _load_models(home, settings, manifest, (folder, data)), data, bundle_id)


def _settings(home: Homepage, manifest: Manifest, page: Table) -> Settings:
    """The bundle's settings with the overrides."""
    if fit := page.get("fit"):
        message = f"fit.{next(iter(fit))} cannot be overridden for a trained bundle; train one with it"
        raise ConfigError(message)
    try:
        resolve(home, {"fit": manifest.fit, "page": manifest.page})
    except ConfigError as error:
        message = f"the bundle was made for another homepage ({error}); pass its --homepage, or train a new bundle"
        raise BundleError(message) from error
    return resolve(home, {"fit": manifest.fit, "page": manifest.page}, page)


def _load_models(home: Homepage, settings: Settings, manifest: Manifest, place: tuple[Path, Dataset]) -> Models:
    folder, data = place
    files = _read_files(folder, manifest)
    titles = data.catalog.ids.positions(msgspec.json.decode((folder / TITLES).read_bytes(), type=list[str]))
    try:
        sources = {}
        for name in settings.fit.sources:
            part = home.sources[name]
            config = msgspec.convert(settings.page.source[name], part.page_config)
            sources[name] = part.load(_inside(files, f"source.{name}."), titles, len(data.catalog), config)
        return Models(
            sources=sources,
            ranker=home.rankers[manifest.ranker].load(_inside(files, "ranker.")),
            calibration=Calibration(**_inside(files, "calibration.")),
            examination=Examination(**_inside(files, "examination.")),
        )
    except (KeyError, TypeError, IndexError) as error:
        message = f"{folder} lacks what this homepage needs ({error!r}); train a new bundle"
        raise BundleError(message) from error


def _inside(files: Files, prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): content for name, content in files.items() if name.startswith(prefix)}


def _read_files(folder: Path, manifest: Manifest) -> Files:
    """Arrays are mapped, not read: workers share their pages."""
    files: dict[str, AnyArray | str] = {}
    for name in manifest.files:
        path = folder / name
        try:
            if path.suffix == ".npy":
                files[path.stem] = np.load(path, mmap_mode="r", allow_pickle=False)
            elif path.suffix == ".txt":
                files[path.stem] = path.read_text("utf-8")
        except (ValueError, OSError, EOFError) as error:
            message = f"{path} cannot be read ({error}); roll back or train again"
            raise BundleError(message) from error
    return files


TRY_SECONDS = 60


def try_ranker(part: RankerPart, folder: Path) -> None:
    """
    Parse the ranker in a child process first, where its part has a probe: damaged text can crash or hang the reader.

    Raises:
        BundleError: the child did not survive it.
    """
    if not part.probe:
        return
    command = [sys.executable, "-m", part.probe, *map(str, sorted(folder.glob("ranker.*")))]
    try:
        done = subprocess.run(command, timeout=TRY_SECONDS, capture_output=True, check=False, env=_same_imports())
    except subprocess.TimeoutExpired as error:
        message = f"the ranker of {folder} keeps its reader busy for over {TRY_SECONDS} s; roll back or train again"
        raise BundleError(message) from error
    if done.returncode:
        message = f"the ranker of {folder} is refused by its reader (exit {done.returncode}); roll back or train again"
        raise BundleError(message)


def _same_imports() -> dict[str, str]:
    """An environment in which a child finds the modules this process finds."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
