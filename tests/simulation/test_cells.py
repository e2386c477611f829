"""Cells that are recipes: what their training is given."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from pagegen.bundle.manifest import read_manifest
from pagegen.bundle.resolve import merged
from pagegen.data.dataset import Past
from pagegen.homepage import HOME
from pagegen.pool import Source
from pagegen.simulation.cells import CellSpec, Recipe, cell_of, train_cells
from pagegen.simulation.experiment import Experiment
from pagegen.simulation.runs.folder import RunFolder
from pagegen.simulation.runs.workshop import Setup, Workshop
from tests.simulation.experiments import QUICK
from tests.training.builders import NO_PAGES, taste_world, write_data
from tests.training.rows import PAGES, WANTED, rows_world


def test_a_ranker_learns_from_the_pool_that_all_cells_share(tmp_path: Path) -> None:
    """What [recipe] says of pages is in the bundle and its digests; what a cell says of its own page is in neither."""
    few: dict[str, Any] = {"source": {"top_picks": {"quotas": {"als": 7}}}}
    recipe, other = Recipe(fit=QUICK["fit"], page=few), Recipe(fit=QUICK["fit"])
    shared, own, usual = (
        cell_of(HOME, "cell", given, 0, tmp_path)
        for given in ((recipe, CellSpec()), (recipe, CellSpec(page={"max_pairs": 9})), (other, CellSpec()))
    )
    data = taste_world(members=30).data
    train_cells(HOME, [(own, tmp_path / "bundle")], Past(data=data, watermark=len(data.events)), NO_PAGES)
    page = read_manifest(tmp_path / "bundle")[0].page

    assert (7, 800) == (page["source"]["top_picks"]["quotas"]["als"], page["max_pairs"])
    assert own.settings.page.max_pairs == 9
    assert shared.training == own.training
    assert shared.lessons == own.lessons != usual.lessons


def test_cells_that_differ_in_what_they_learn_of_rows_share_all_other_lessons(tmp_path: Path) -> None:
    """From the log as a run reads it; each bundle holds what its own cell wants."""
    data = write_data(tmp_path / "data", rows_world(), PAGES)
    setup = Setup(folder=RunFolder(path=tmp_path), data=data, experiment=Experiment(), clock=float)
    fits = [merged(QUICK["fit"], WANTED["fit"]), merged(QUICK["fit"], {**WANTED["fit"], "attraction": ""})]
    cells = [cell_of(HOME, "cell", (Recipe(), CellSpec(fit=fit)), 0, tmp_path) for fit in fits]
    places, shop = [tmp_path / "learnt", tmp_path / "plain"], Workshop(setup=setup)
    past = Past(data=shop.data, watermark=len(shop.data.events))
    train_cells(HOME, list(zip(cells, places, strict=True)), past, shop.logged_titles())

    assert cells[0].lessons == cells[1].lessons
    assert cells[0].training != cells[1].training
    assert [True, False] == [any(place.glob("attraction.*")) for place in places]


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
    cell = cell_of(home, "curious", (Recipe(), CellSpec(fit=fits)), 0, tmp_path)
    train_cells(home, [(cell, tmp_path / "bundle")], past, NO_PAGES)
    manifest, _ = read_manifest(tmp_path / "bundle")

    assert max(ends) < cutoff
    assert (manifest.cutoff_ms, manifest.watermark) == (cutoff, past.watermark)
