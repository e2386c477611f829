"""Damage: every way in which a file can be hurt is found before anything is parsed."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pagegen.bundle.manifest import MANIFEST, read_manifest
from pagegen.bundle.store import verify
from pagegen.errors import BundleError


@pytest.fixture(scope="module")
def mine(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that every test leaves as it found it."""
    return shutil.copytree(bundle, tmp_path_factory.mktemp("damage") / "bundle")


@pytest.fixture
def names(mine: Path) -> Iterator[list[str]]:
    """The files the manifest names; the bundle is whole again afterwards."""
    files = {path.name: path.read_bytes() for path in mine.iterdir()}
    yield sorted(files.keys() - {MANIFEST})
    for path in mine.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name, content in files.items():
        (mine / name).write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def flip_last(path: Path) -> None:
    path.write_bytes(flipped(path.read_bytes(), len(path.read_bytes()) - 1, 0))


def link(path: Path) -> None:
    """The same bytes, in a place nobody answers for."""
    shutil.move(path, path.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent / "elsewhere")


def dangle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "nowhere")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def flipped(content: bytes, position: int, bit: int) -> bytes:
    return content[:position] + bytes([content[position] ^ (1 << bit)]) + content[position + 1 :]


@pytest.mark.parametrize(
    "hurt", [truncate, empty, lengthen, flip_last, link, dangle, folder], ids=lambda hurt: hurt.__name__
)
def test_any_damage_to_any_file_is_found(hurt: Callable[[Path], None], mine: Path, names: list[str]) -> None:
    """The sentence names the file, and what to do."""
    for name in names:
        kept = (mine / name).read_bytes()
        hurt(mine / name)
        with pytest.raises(BundleError, match=rf"{name} has .*; roll back or train again"):
            verify(mine)
        shutil.rmtree(mine / name) if (mine / name).is_dir() else (mine / name).unlink()
        (mine / name).write_bytes(kept)

    assert verify(mine)
    assert len(names) > 10


def test_a_file_that_is_missing_or_extra_is_named(mine: Path, names: list[str]) -> None:
    """One of the manifest's, another of anybody's, hidden ones and folders too."""
    for name in names:
        kept = (mine / name).read_bytes()
        (mine / name).unlink()
        with pytest.raises(BundleError, match=f"does not hold the files its manifest names: {name};"):
            verify(mine)
        (mine / name).write_bytes(kept)
    for extra in ("ranker.more.txt", ".hidden", "source.als.more.npy"):
        (mine / extra).write_text("")
        with pytest.raises(BundleError, match=f"does not hold the files its manifest names: {extra};"):
            verify(mine)
        (mine / extra).unlink()
    (mine / "folder").mkdir()
    with pytest.raises(BundleError, match="manifest names: folder;"):
        verify(mine)


@settings(max_examples=300)
@given(st.data())
def test_any_bit_of_any_file_counts(
    bundle: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """One bit, anywhere: the checksum of a file tells, the id of the bundle tells of the manifest."""
    place = tmp_path_factory.getbasetemp() / "bit by bit"
    if not place.exists():
        shutil.copytree(bundle, place)
    path = place / data.draw(st.sampled_from(sorted(path.name for path in place.iterdir())))
    content = path.read_bytes()
    position = data.draw(st.integers(0, len(content) - 1))
    path.write_bytes(flipped(content, position, data.draw(st.integers(0, 7))))
    try:
        found = verify(place)[1]
    except BundleError:
        found = ""
    finally:
        path.write_bytes(content)

    assert found in {""} if path.name != MANIFEST else found != read_manifest(bundle)[1]


@pytest.mark.parametrize("what", ["missing", "a file", "empty", "a folder of another kind"])
def test_what_is_no_bundle_is_refused(what: str, tmp_path: Path) -> None:
    """The sentence says how to make one."""
    place = tmp_path / "bundle"
    if what == "a file":
        place.write_text("")
    elif what != "missing":
        place.mkdir()
    if "kind" in what:
        (place / "data.json").write_text("{}")
    with pytest.raises(BundleError, match=r"is not a bundle \(no manifest\.json\); make one with `pagegen train`"):
        verify(place)
