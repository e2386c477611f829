"""Bundles whose checksums are right and whose contents are not: what only somebody who means it can make."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from pagegen.bundle.manifest import MANIFEST

DAMAGES: Mapping[str, Callable[[bytes], bytes]] = {
    "garbage": lambda _: b"tree\nthis is not a forest\n",
    "half": lambda trees: trees[: len(trees) // 2],
}


def forge(bundle: Path, name: str, content: bytes | None) -> Path:
    """Replaces a file's content (None: removes it) and its entry in the manifest."""
    manifest = json.loads((bundle / MANIFEST).read_text())
    if content is None:
        (bundle / name).unlink()
        del manifest["files"][name]
    else:
        (bundle / name).write_bytes(content)
        manifest["files"][name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (bundle / MANIFEST).write_text(json.dumps(manifest))
    return bundle


def spoilt(bundle: Path, copy: Path, name: str, spoil: Callable[[bytes], bytes]) -> Path:
    """A copy of the bundle, one file of which is spoilt."""
    shutil.copytree(bundle, copy)
    return forge(copy, name, spoil((copy / name).read_bytes()))
