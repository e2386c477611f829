"""The manifest: what is said for one that is damaged, tampered with, or of another version."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pagegen.bundle import manifest as manifests
from pagegen.bundle.load import load_engine
from pagegen.bundle.manifest import MANIFEST, Manifest, encode, read_manifest
from pagegen.bundle.store import verify
from pagegen.errors import BundleError, PagegenError
from pagegen.homepage import HOME
from tests.worlds import World

KEYS = Manifest.__struct_fields__


@pytest.fixture
def place(copy: Callable[[], Path]) -> Path:
    return copy()


def tamper(place: Path, **changes: Any) -> None:
    """Rewrites some keys; None removes one."""
    table = json.loads((place / MANIFEST).read_text()) | changes
    (place / MANIFEST).write_text(json.dumps({key: value for key, value in table.items() if value is not None}))


def test_it_is_written_as_it_is_read(bundle: Path) -> None:
    """The same bytes; so its id can be computed by anybody."""
    assert encode(read_manifest(bundle)[0]) == (bundle / MANIFEST).read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"format": 1}',
        b'{"format": "1"}',
        b"\xff\xfe",
        b'{"format": 1, "fit": ' + b"[" * 100_000,
    ],
    ids=["empty", "half", "null", "list", "nothing else", "text", "not text", "deep"],
)
def test_a_damaged_manifest_is_a_sentence(content: bytes, place: Path) -> None:
    """Whatever it holds."""
    (place / MANIFEST).write_bytes(content)
    with pytest.raises(BundleError, match=r"manifest\.json is damaged \(.*\); roll back or train a new bundle"):
        verify(place)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_must_be_there_with_its_type(key: str, place: Path) -> None:
    """And no others."""
    changes: list[dict[str, Any]] = [{key: None}, {key: [[]]}, {"mood": "good"}]
    for change in changes:
        shutil.copy(place / MANIFEST, place.parent / "kept")
        tamper(place, **change)
        with pytest.raises(BundleError, match=r"manifest\.json is damaged"):
            verify(place)
        shutil.copy(place.parent / "kept", place / MANIFEST)


def test_half_a_manifest_is_a_sentence(place: Path) -> None:
    """Cut anywhere."""
    whole = (place / MANIFEST).read_bytes()
    for cut in range(0, len(whole) - 2, 97):
        (place / MANIFEST).write_bytes(whole[:cut])
        with pytest.raises(BundleError, match=r"manifest\.json is damaged"):
            verify(place)


@pytest.mark.parametrize("version", [0, 2, 10**6])
def test_another_format_says_so_before_anything_else(version: int, place: Path) -> None:
    """Even when its keys are others."""
    (place / MANIFEST).write_text(json.dumps({"format": version, "novelty": 3}))
    with pytest.raises(BundleError, match=f"has bundle format {version}, this pagegen reads 1; train a new bundle"):
        verify(place)


def test_a_huge_manifest_is_not_read(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's memory is filled."""
    monkeypatch.setattr(manifests, "MAX_MANIFEST_BYTES", 1_000)
    with pytest.raises(BundleError, match="bytes, which no manifest has"):
        verify(place)


def test_a_manifest_that_is_a_link_is_none(place: Path) -> None:
    """What it says must lie in the bundle, like everything else."""
    shutil.move(place / MANIFEST, place.parent / "elsewhere.json")
    (place / MANIFEST).symlink_to(place.parent / "elsewhere.json")
    with pytest.raises(BundleError, match=r"no manifest\.json"):
        verify(place)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("ranker", "oracle", "oracle"),
        ("fit", {"sources": ["als", "dowsing"]}, "dowsing"),
        ("fit", {"sources": 5}, r"fit\.sources"),
        ("fit", {}, "lacks what this homepage needs"),
        ("page", {"max_pairs": 0}, r"page\.max_pairs is 0"),
        ("page", {"orderers": {"greedy": {"speed": 1}}}, "speed"),
        ("page", {"orderers": []}, "orderers"),
    ],
    ids=["ranker", "source", "type", "defaults need more", "number", "part", "table"],
)
def test_a_tampered_manifest_is_a_sentence(key: str, value: Any, says: str, place: Path, medium: World) -> None:
    """Sound JSON, sound checksums, and parts or numbers that do not exist."""
    if value == {}:
        value = json.loads((place / MANIFEST).read_text())["fit"] | {"sources": ["als", "facets"]}
        table = json.loads((place / MANIFEST).read_text())["files"]
        (place / "source.als.factors.npy").unlink()
        tamper(place, files={name: info for name, info in table.items() if name != "source.als.factors.npy"})
    tamper(place, **{key: value})
    with pytest.raises(BundleError, match=says):
        load_engine(HOME, place, medium.data, trusted=True)


@settings(max_examples=120)
@given(st.data())
def test_no_flipped_bit_of_a_manifest_is_more_than_an_error(
    bundle: Path, medium: World, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Loading it is an engine of another id, or a sentence; never a crash."""
    place = tmp_path_factory.getbasetemp() / "flipped manifest"
    if not place.exists():
        shutil.copytree(bundle, place)
    content = (bundle / MANIFEST).read_bytes()
    position = data.draw(st.integers(0, len(content) - 1))
    bit = 1 << data.draw(st.integers(0, 6))
    (place / MANIFEST).write_bytes(content[:position] + bytes([content[position] ^ bit]) + content[position + 1 :])
    try:
        found = load_engine(HOME, place, medium.data, trusted=True).identity.bundle_id
    except PagegenError as error:
        found = str(error)

    assert found != read_manifest(bundle)[1]
    assert found
