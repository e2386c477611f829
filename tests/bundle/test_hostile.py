"""Contents that lie under right checksums: refused with a sentence, whatever a reader of them would do."""

import io
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pagegen.bundle import load as loading
from pagegen.bundle.load import load_engine, load_ranker, try_ranker
from pagegen.bundle.manifest import MANIFEST
from pagegen.bundle.store import verify
from pagegen.errors import BundleError
from pagegen.homepage import HOME
from tests.bundle.forging import forge
from tests.worlds import World

TREES = "ranker.trees_00.txt"
REFUSED = r"the ranker of .* is refused by its reader \(exit -?\d+\); roll back or train again"


def npy(array: np.ndarray, *, pickled: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=pickled)
    return file.getvalue()


def a_huge_array() -> bytes:
    """A header that promises a petabyte."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (10**14,)})
    return file.getvalue() + bytes(64)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"tree\nthis is not a forest\n",
        lambda _: b"",
        lambda trees: trees[: len(trees) // 2],
        lambda trees: trees.replace(b"num_leaves=", b"num_leaves=99999"),
        lambda trees: re.sub(rb"leaf_value=\S+", b"leaf_value=nan", trees),
    ],
    ids=["garbage", "empty", "half", "leaves", "nan"],
)
def test_a_ranker_that_its_reader_cannot_bear_is_refused(
    spoil: Callable[[bytes], bytes], copy: Callable[[], Path], medium: World
) -> None:
    """LightGBM may abort, hang or mispredict on such text: a child process does, and this one goes on."""
    bundle = copy()
    forge(bundle, TREES, spoil((bundle / TREES).read_bytes()))

    assert verify(bundle)
    with pytest.raises(BundleError, match=REFUSED):
        load_engine(HOME, bundle, medium.data)


def test_half_a_ranker_is_refused_wherever_only_it_is_loaded(copy: Callable[[], Path]) -> None:
    """As for the comparison with a previous bundle."""
    bundle = copy()
    forge(bundle, TREES, (bundle / TREES).read_bytes()[:3_000])
    with pytest.raises(BundleError, match=REFUSED):
        load_ranker(HOME, bundle, verify(bundle)[0])


def test_a_reader_that_hangs_is_not_waited_for(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended, and the bundle refused."""
    (tmp_path / "sleepy_reader.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(loading, "TRY_SECONDS", 1)
    part = replace(HOME.rankers["boosted_trees"], probe="sleepy_reader")
    with pytest.raises(BundleError, match="keeps its reader busy for over 1 s; roll back or train again"):
        try_ranker(part, bundle)


def test_a_reader_gets_the_rankers_files_and_no_others(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs with the modules that this process has."""
    script = f"import sys\nassert sys.argv[1:] == [{str(bundle / TREES)!r}]\nimport rankers.boosted_trees\n"
    (tmp_path / "careful_reader.py").write_text(script)
    monkeypatch.syspath_prepend(tmp_path)

    try_ranker(replace(HOME.rankers["boosted_trees"], probe="careful_reader"), bundle)
    assert str(tmp_path) in sys.path


def test_a_ranker_that_does_not_exist_is_refused_before_it_is_tried(copy: Callable[[], Path], medium: World) -> None:
    """The manifest names another one."""
    bundle = copy()
    text = (bundle / MANIFEST).read_text()
    (bundle / MANIFEST).write_text(text.replace('"ranker": "boosted_trees"', '"ranker": "oracle"', 2))
    with pytest.raises(BundleError, match="oracle"):
        load_engine(HOME, bundle, medium.data)


@pytest.mark.parametrize(
    "name", ["source.als.factors.npy", "calibration.score.npy", "source.because_you_watched.start.npy"]
)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        npy(np.zeros(4))[:-8],
        npy(np.array([{"a": 1}]), pickled=True),
        a_huge_array(),
        b"not an array",
        None,
    ],
    ids=["empty", "magic", "half", "pickle", "huge", "text", "absent"],
)
def test_arrays_that_are_none_are_refused(
    name: str, content: bytes | None, copy: Callable[[], Path], medium: World
) -> None:
    """Never unpickled, never a crash."""
    bundle = forge(copy(), name, content)
    with pytest.raises(BundleError, match=r"cannot be read|lacks what this homepage needs"):
        load_engine(HOME, bundle, medium.data, trusted=True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("source.als.objective.npy", npy(np.zeros(5))),
        ("source.als.title.npy", npy(np.array([0, 99_999]))),
        ("source.als.title.npy", npy(np.array(["a", "b"]))),
        ("source.als.factors.npy", npy(np.zeros(7, np.float32))),
        ("source.because_you_watched.seed.npy", npy(np.array([[0.5]]))),
        ("titles.json", b'["a'),
        ("titles.json", b"[1, 2]"),
        ("titles.json", b'{"a": "b"}'),
        ("titles.json", b'["a"]'),
        ("titles.json", None),
        ("ranker.trees_00.txt", None),
    ],
    ids=[
        "objective",
        "titles beyond",
        "words",
        "flat",
        "floats",
        "half json",
        "numbers",
        "table",
        "too few",
        "no titles",
        "no trees",
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    name: str, content: bytes | None, copy: Callable[[], Path], medium: World
) -> None:
    """Other shapes and types than the models', or titles that are not there."""
    bundle = forge(copy(), name, content)
    with pytest.raises(BundleError, match="lacks what this homepage needs"):
        load_engine(HOME, bundle, medium.data, trusted=True)


def test_a_file_of_a_name_that_leads_elsewhere_is_refused(copy: Callable[[], Path], medium: World) -> None:
    """A bundle reads nothing beside itself."""
    bundle = copy()
    (bundle.parent / "secret.npy").write_bytes(npy(np.zeros(3)))
    text = (bundle / MANIFEST).read_text()
    (bundle / MANIFEST).write_text(text.replace('"titles.json"', f'"{Path("..") / "secret.npy"}"'))
    with pytest.raises(BundleError, match="does not hold the files"):
        load_engine(HOME, bundle, medium.data)
