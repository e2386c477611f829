"""Cells that learn the same but for the ranker are asked together: it costs less and changes nothing."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from candidates.als import Als
from pagegen.arrays import Float32
from pagegen.context import Contexts
from pagegen.homepage import HOME
from pagegen.replay import BATCH
from pagegen.simulation.cells import CellSpec, Recipe, cell_of, together
from pagegen.simulation.runs.folder import RunFolder
from tests.simulation.experiments import run, table

PROTOCOL = {"cuts": [0.8]}
CELLS: dict[str, dict[str, Any]] = {
    "usual": {},
    "popular": {"fit": {"ranker": "popularity"}},
    "forgetful": {"page": {"source": {"als": {"max_history": 1}}}},
    "als": {"fit": {"ranker": "one_feature"}, "page": {"max_pairs": 30, "filters": ["licence"]}},
    "other": {"fit": {"source": {"als": {"embedding_size": 4}}}},
}


@pytest.fixture(scope="module")
def all_(taste_data: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return run(experiment(*CELLS), taste_data, tmp_path_factory.mktemp("together") / "run")


def experiment(*names: str) -> dict[str, Any]:
    return table(cells={name: CELLS[name] for name in names}, baseline=names[0], protocol=PROTOCOL, leak_pages=0)


def test_cells_are_asked_together_that_learn_the_same_but_for_the_ranker() -> None:
    """Whatever their pages look like; a bundle that was given is asked alone."""
    cells = [cell_of(HOME, name, (Recipe(), CellSpec(**spec)), 0, Path()) for name, spec in CELLS.items()]

    assert [("usual", "popular", "forgetful", "als"), ("other",)] == together(cells)


@pytest.mark.parametrize("name", CELLS)
def test_pages_are_those_of_the_cell_alone(all_: RunFolder, name: str, taste_data: Path, tmp_path: Path) -> None:
    """To the byte, bundle, page ids and all, whoever was asked before it."""
    alone = run(experiment(name), taste_data, tmp_path / "run")
    parts = sorted(path.relative_to(alone.path) for path in (alone.path / "pages").rglob("*.parquet"))

    assert parts
    assert [(alone.path / part).read_bytes() for part in parts] == [(all_.path / part).read_bytes() for part in parts]


def test_what_cells_share_is_scored_once(
    taste_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, all_: RunFolder
) -> None:
    """Four cells, of which one has another way to score: two scores of each batch of requests."""
    asked = list[int]()
    score = Als.score

    def counted(self: Als, contexts: Contexts) -> Float32:
        asked.append(len(contexts))
        return score(self, contexts)

    names = ("usual", "popular", "forgetful", "als")
    folder = run(experiment(*names), taste_data, tmp_path / "run")
    for path in (folder.path / "pages").rglob("*.parquet"):
        path.unlink()
    folder.run.unlink()
    monkeypatch.setattr(Als, "score", counted)
    run(experiment(*names), taste_data, tmp_path / "run")
    pages = pl.read_parquet(folder.table("occasions")).height

    assert 2 * pages == sum(asked)
    assert BATCH >= max(asked)


def test_what_was_learnt_once_lies_on_the_disk_once(all_: RunFolder) -> None:
    """Two bundles, each whole, with links to the files of one."""
    one, other = ({path.name: path for path in all_.bundle(name, 0).iterdir()} for name in ("usual", "popular"))
    same = {name for name in one if name in other and one[name].samefile(other[name])}

    assert {name for name in one if name.startswith("source.")} == same != set()
