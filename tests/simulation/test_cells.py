"""Cells that are recipes: what their training is given."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from pagegen.bundle.manifest import read_manifest
from pagegen.bundle.settings import merged
from pagegen.data.dataset import Past
from pagegen.homepage import HOME
from pagegen.pool import Source
from pagegen.simulation.cells import CellSpec, cell_of, train_cells
from tests.simulation.experiments import QUICK
from tests.training.builders import NO_PAGES, taste_world


def test_fits_find_nothing_that_came_later(tmp_path: Path) -> None:
    """However far they look: the log and its trends end before the cut, and the bundle says which cut that was."""
    data, ends = taste_world(members=30).data, list[int]()
    cutoff = int(data.events.time[len(data.events) // 2])

    def fit(past: Past, *settings: Any) -> Source:
        ends.append(max(past.data.events.time[-1], past.data.trends.worldwide.time[-1]))
        return HOME.sources["als"].fit(past, *settings)

    home = replace(HOME, sources={**HOME.sources, "als": replace(HOME.sources["als"], fit=fit)})
    fits = merged(QUICK, {"fit": {"ranker": "popularity"}})["fit"]
    past = Past(data=data, watermark=data.events.before(cutoff), cutoff_ms=cutoff)
    cell = cell_of(home, "curious", CellSpec(fit=fits), 0, tmp_path)
    train_cells(home, [(cell, tmp_path / "bundle")], past, NO_PAGES)
    manifest, _ = read_manifest(tmp_path / "bundle")

    assert max(ends) < cutoff
    assert (manifest.cutoff_ms, manifest.watermark) == (cutoff, past.watermark)
