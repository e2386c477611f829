"""
Bundles on disk: a folder with one `.npy` an array, the ranker's text, the title ids and the manifest.

Written beside and renamed; verified by size and checksum before anything is parsed.
"""

import shutil
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from pagegen.arrays import AnyArray
from pagegen.bundle.manifest import FORMAT, MANIFEST, FileInfo, Manifest, encode, id_of, read_manifest
from pagegen.bundle.models import Models
from pagegen.bundle.parts import Files, arrays_of
from pagegen.bundle.settings import Settings
from pagegen.data.dataset import Past
from pagegen.data.folder import sha256_of
from pagegen.errors import BundleError

TITLES = "titles.json"
SOURCE, RANKER, ATTRACTION, ORDERER = "source.", "ranker.", "attraction.", "orderer."  # begin the names of their files
LIBRARIES = ("implicit", "lightgbm", "numpy", "polars", "scipy")
MAX_FILE_BYTES = 8 << 30


def describe(settings: Settings, past: Past, rng_seed: int) -> dict[str, Any]:
    """The inputs of training, as the manifest has them: the same inputs make the same bundle."""
    return {
        "fit": msgspec.to_builtins(settings.fit),
        "page": msgspec.to_builtins(settings.page),
        "data_digest": past.data.digest,
        "watermark": past.watermark,
        "cutoff_ms": past.time,
        "rng_seed": rng_seed,
        "versions": {name: metadata.version(name) for name in LIBRARIES},
    }


def save(
    folder: Path,
    models: Models,
    titles: Sequence[str],
    facts: Mapping[str, Any],
    *,
    like: Path | None = None,
) -> str:
    """
    Write a bundle and return its id.

    Args:
        folder: must not exist.
        models: what was fitted.
        titles: ids at the positions the models speak of: the catalog's they were fitted on.
        facts: the manifest's inputs (`describe`) and `report`.
        like: a bundle that was saved with the same sources: their files, which may be large, are linked.
    """
    beside = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    for name, content in _contents(models).items():
        if not (like and name.startswith(SOURCE) and _linked(like / f"{name}.npy", beside)):
            _write(beside, name, content)
    (beside / TITLES).write_bytes(msgspec.json.encode(titles))
    manifest = Manifest(
        format=FORMAT,
        ranker=models.ranker.name,
        features=list(models.ranker.feature_names),
        files={
            path.name: FileInfo(size=path.stat().st_size, sha256=sha256_of(path)) for path in sorted(beside.iterdir())
        },
        **facts,
    )
    encoded = encode(manifest)
    (beside / MANIFEST).write_bytes(encoded)
    beside.rename(folder)
    return id_of(encoded)


def _contents(models: Models) -> Files:
    """Everything that was learnt, by file stem."""
    files: dict[str, AnyArray | str] = {
        "calibration.score": models.calibration.score,
        "calibration.play": models.calibration.play,
        "examination.row": models.examination.row,
        "examination.column": models.examination.column,
    }
    for name, source in models.sources.items():
        files |= {f"{SOURCE}{name}.{key}": array for key, array in arrays_of(source).items()}
    if models.attraction is not None:
        files |= {f"{ATTRACTION}{key}": value for key, value in models.attraction.save().items()}
    if models.orderer is not None:
        files |= {f"{ORDERER}{key}": value for key, value in models.orderer.save().items()}
    return files | {f"{RANKER}{key}": value for key, value in models.ranker.save().items()}


def _linked(file: Path, folder: Path) -> bool:
    """Whether the file now lies in the folder too; some file systems have no links."""
    try:
        (folder / file.name).hardlink_to(file)
    except OSError:
        return False
    return True


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
