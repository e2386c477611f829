"""Publishing: `DIR/<bundle id>` beside its predecessors, and `DIR/current`, a link that moves in one rename."""

import shutil
from pathlib import Path

import msgspec

from pagegen.arrays import record
from pagegen.bundle.manifest import read_manifest
from pagegen.bundle.store import verify
from pagegen.errors import BundleError

CURRENT = "current"
HISTORY = "history"  # ids, one a line, in the order in which they became current


@record
class Published:
    folder: Path
    bundle_id: str
    changed: bool  # False: this very bundle was current already


def check_directory(directory: Path) -> None:
    """
    Whether bundles can be published there.

    Raises:
        BundleError: it is no folder, or what is current there is no link.
    """
    link = directory / CURRENT
    if (directory.exists() and not directory.is_dir()) or (link.exists() and not link.is_symlink()):
        message = f"nothing can be published in {directory}: it must be a folder whose {CURRENT}, if any, is a link"
        raise BundleError(message)


def publish(bundle: Path, directory: Path) -> Published:
    """
    Copy a bundle into the directory and make it current.

    Raises:
        BundleError: the bundle, or what lies in its place already, is damaged; or nothing can be published there.
    """
    _, bundle_id = verify(bundle)
    check_directory(directory)
    directory.mkdir(parents=True, exist_ok=True)
    place = directory / bundle_id
    if not place.exists():
        beside = directory / f".{bundle_id}.partial"
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(bundle, beside)
        beside.rename(place)
    _verify_published(place)
    changed = current_id(directory) != bundle_id
    if changed:
        _point(directory, bundle_id)
        with (directory / HISTORY).open("a", encoding="utf-8") as history:
            history.write(f"{bundle_id}\n")
    return Published(folder=place, bundle_id=bundle_id, changed=changed)


def _verify_published(place: Path) -> None:
    """A folder of some id holds the bundle of that id, whole."""
    found = verify(place)[1]
    if found != place.name:
        message = f"{place} holds bundle {found}, not that of its name; remove it, or publish into another folder"
        raise BundleError(message)


def current_id(directory: Path) -> str | None:
    """The id of the bundle that is current; None where nothing is published."""
    link = directory / CURRENT
    return link.readlink().name if link.is_symlink() else None


def rollback(directory: Path) -> Published:
    """
    Make the bundle current that was so before.

    Raises:
        BundleError: nothing was published before, or it is damaged; what is current stays.
    """
    path = directory / HISTORY
    history = path.read_text("utf-8").split() if path.is_file() else []
    if len(history) < 2:
        message = f"{directory} has no earlier bundle to roll back to (published so far: {len(history)})"
        raise BundleError(message)
    earlier = history[-2]
    _verify_published(directory / earlier)
    _point(directory, earlier)
    beside = path.with_suffix(".partial")
    beside.write_text("".join(f"{bundle_id}\n" for bundle_id in history[:-1]), "utf-8")
    beside.rename(path)
    return Published(folder=directory / earlier, bundle_id=earlier, changed=True)


def _point(directory: Path, bundle_id: str) -> None:
    beside = directory / f".{CURRENT}.partial"
    beside.unlink(missing_ok=True)
    beside.symlink_to(bundle_id)
    beside.rename(directory / CURRENT)


def differences(a: Path, b: Path) -> dict[str, tuple[object, object]]:
    """
    Where two bundles' manifests differ, as dotted name → (in a, in b); None where one does not have it.

    Raises:
        BundleError: one of them is no bundle.
    """
    flat_a, flat_b = (_flat(msgspec.to_builtins(read_manifest(folder)[0])) for folder in (a, b))
    return {
        key: (flat_a.get(key), flat_b.get(key)) for key in sorted(flat_a | flat_b) if flat_a.get(key) != flat_b.get(key)
    }


def _flat(table: object, prefix: str = "") -> dict[str, object]:
    if not isinstance(table, dict):
        return {prefix.rstrip("."): table}
    return {key: value for name, inner in table.items() for key, value in _flat(inner, f"{prefix}{name}.").items()}
