"""The manifest: what a bundle says of itself. It names no clock, host or path, so equal inputs give equal bytes."""

import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec

from pagegen.errors import BundleError

FORMAT: Final = 1
MAX_MANIFEST_BYTES: Final = 64 << 20
MANIFEST: Final = "manifest.json"


class FileInfo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    size: int  # bytes
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: int
    fit: dict[str, Any]  # the resolved settings it was fitted with
    page: dict[str, Any]  # those it makes pages with unless they are overridden
    ranker: str  # the fitted ranker; another than the settings' where there were too few positives
    features: list[str]
    data_digest: str
    watermark: int  # events it was fitted on
    cutoff_ms: int  # time before which it has seen everything
    rng_seed: int
    versions: dict[str, str]  # of the libraries that decide the bytes
    report: dict[str, Any]  # what training measured
    files: dict[str, FileInfo]


def encode(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=1) + b"\n"


def id_of(encoded: bytes) -> str:
    """The bundle id: a digest of the manifest, which holds those of all files."""
    return hashlib.sha256(encoded).hexdigest()[:16]


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """
    The manifest and the bundle id.

    Raises:
        BundleError: no bundle, a damaged one, or one of another format.
    """
    path = folder / MANIFEST
    if not path.is_file() or path.is_symlink():
        message = f"{folder} is not a bundle (no {MANIFEST}); make one with `pagegen train`"
        raise BundleError(message)
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        message = f"{path} has {path.stat().st_size} bytes, which no manifest has; train a new bundle"
        raise BundleError(message)
    encoded = path.read_bytes()
    try:
        version = msgspec.json.decode(encoded, type=_Format).format
        manifest = msgspec.json.decode(encoded, type=Manifest) if version == FORMAT else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"{path} is damaged ({error}); roll back or train a new bundle"
        raise BundleError(message) from error
    if manifest is None:
        message = f"{folder} has bundle format {version}, this pagegen reads {FORMAT}; train a new bundle"
        raise BundleError(message)
    return manifest, id_of(encoded)


class _Format(msgspec.Struct):
    format: int
