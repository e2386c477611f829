"""The experiment file: what it may say, what it means, and that all that is wrong is said at once."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pagegen.bundle.resolve import resolve
from pagegen.errors import ConfigError
from pagegen.homepage import HOME
from pagegen.simulation.cells import classes, owners
from pagegen.simulation.experiment import Design, read_design
from tests.simulation.experiments import given, table


def design(content: dict[str, Any], folder: Path = Path()) -> Design:
    return read_design(HOME, content, folder)


def problems(content: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as error:
        design(content)
    return str(error.value)


def test_what_is_left_out_has_a_documented_value() -> None:
    """Horizon, fewest rows and the parameters of measures are spelt out, so that a run says what it did."""
    experiment = design(table(measures=["ndcg_2d", "ndcg_2d(1,1)", "mrr"])).experiment

    assert ("ndcg_2d(1,1)", "mrr") == experiment.measures
    assert 24.0 == experiment.protocol.horizon_hours
    assert design(table(protocol={"kind": "window"})).experiment.protocol.horizon_hours is None
    assert [1, 5] == [design(table(page={"rows": rows})).experiment.page.min_rows for rows in (6, 30)]
    assert (1, 40) == design(table(page={"form": "list", "depth": 40})).experiment.page.grid


def test_every_problem_is_said_at_once() -> None:
    """Unknown keys, types, measures, strata, baseline, cuts, numbers and settings of cells."""
    content = table(
        name="",
        baseline="nobody",
        measures=["ndgc@10", "recall@3x4"],
        strata=["mood"],
        colour="red",
        protocol={"kind": "visit", "cuts": [0.9, 0.8, 1.5], "min_history": -1, "gap": 1},
        page={"rows": "many", "min_yield": 2.0},
        cells={"a/b": {}, "one": {"page": {"orderer": "none"}}, "ONE": {"fit": {"ranker": "oracle"}}, "x": {"fits": 1}},
    )
    said = problems(content)

    for part in (
        "colour does not exist",
        "name is missing",
        "baseline is 'nobody'; one of the cells a/b, one, ONE, x",
        "'ndgc@10': no such metric; is it ndcg?",
        "strata names 'mood'; there are activity, tenure",
        "protocol.gap does not exist",
        "protocol.kind is 'visit'; one of page, session, window",
        "protocol.cuts has 1.5",
        "protocol.cuts are not in rising order",
        "protocol.min_history is -1",
        "page.rows: Expected `int`, got `str`",
        "page.min_yield is 2.0; from 0 to 1",
        "cells.'a/b' is no name for a folder",
        "cells.one differs from another cell by capitals only",
        "cells.x.fits does not exist",
        "cells.one: settings: page.orderer names 'none'",
        "cells.ONE: settings: fit.ranker names 'oracle'",
    ):
        assert f"\n- {part}" in said.replace("measures: ", "")


def test_an_experiment_needs_cells_and_measures() -> None:
    """And says so."""
    said = problems(table(cells={}, measures=[]))

    assert "there are no cells; add a table [cells.NAME] for each" in said
    assert "measures is empty" in said
    assert "experiment: name is missing" == problems(table(name=""))


def test_cold_members_are_told_apart_only_where_they_are_asked() -> None:
    """The usual protocol demands five earlier events: nobody would be cold, and the report would not say why."""
    said = "strata names 'cold', but protocol.min_history = 5 leaves nobody cold; take less than 5"

    assert f"experiment: {said}" == problems(table(strata=["cold"]))
    asked = design(table(strata=["cold"], protocol={"min_history": 4})).experiment
    assert (("cold",), 4) == (asked.strata, asked.protocol.min_history)


@pytest.mark.parametrize(
    ("cuts", "said"),
    [
        ([], "protocol.cuts is empty"),
        ([0.5, datetime(2024, 3, 1, tzinfo=UTC)], "mixes shares and instants"),
        ([datetime(2024, 3, 1)], "without an offset; write 2024-03-01T00:00:00Z"),
        ([0.5, 0.5], "not in rising order"),
        ([0.0], "protocol.cuts has 0.0"),
    ],
)
def test_cuts_that_cannot_be(cuts: list[Any], said: str) -> None:
    """Each with what to do about it."""
    assert said in problems(table() | {"protocol": {"cuts": cuts}})


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (0.6, "protocol.cuts and until (none: the end of the data) are not in rising order"),
        (1.0, "protocol.cuts and until (none: the end of the data) has 1.0; shares of the events lie between 0 and 1"),
        (
            datetime(2024, 3, 1, tzinfo=UTC),
            "protocol.cuts and until (none: the end of the data) mixes shares and instants",
        ),
    ],
)
def test_ends_that_cannot_be(until: float | datetime, said: str) -> None:
    """They are of the cuts' sort, behind them and before the last event."""
    assert said in problems(table() | {"protocol": {"cuts": [0.5, 0.6], "until": until}})


def test_a_bundle_comes_with_its_training(bundle_folder: Path) -> None:
    """Page settings may be overridden; what would need training is refused."""
    cells = {
        name: {"bundle": bundle_folder.name, **more} for name, more in (("a", {}), ("b", {"fit": {"ranker": "x"}}))
    }

    with pytest.raises(ConfigError, match=r"cells\.b: has a bundle, so its fit and rng_seed are given"):
        design(given(bundle_folder, cells=cells), bundle_folder.parent)
    with pytest.raises(ConfigError, match=r"cells\.a: .* is not a bundle"):
        design(given(bundle_folder, cells={"a": {"bundle": "none"}}), bundle_folder.parent)
    found = design(given(bundle_folder), bundle_folder.parent).cells
    assert ["greedy", "template"] == [cell.settings.page.orderer for cell in found]
    assert len({cell.bundle_id for cell in found}) == 1


def test_stability_is_not_measured_where_there_is_no_page_before() -> None:
    """A term that would be 0 on every page of an experiment is refused, and not shown as one without effect."""
    cells = {"off": {}, "close": {"page": {"objective": {"stability": 0.5}}}}

    assert "cells.close: page.objective.stability = 0.5 looks back" in problems(table(cells=cells, baseline="off"))


def test_a_usual_cell_has_the_homepages_settings() -> None:
    """Whatever the recipe says to the others, and the cell's own over them."""
    cells = {"ours": {}, "usual": {"usual": True}, "wider": {"usual": True, "fit": {"examples": {"folds": 7}}}}
    recipe = {"fit": {"examples": {"folds": 3}, "sources": ["als", "top_picks"]}, "page": {"max_pairs": 100}}
    found = {cell.name: cell.settings for cell in design(table(cells=cells, baseline="ours", recipe=recipe)).cells}
    said = {name: (its.fit.sources, its.fit.examples.folds, its.page.max_pairs) for name, its in found.items()}
    home = resolve(HOME)

    assert (("als", "top_picks"), 3, 100) == said["ours"]
    assert (home.fit.sources, home.fit.examples.folds, home.page.max_pairs) == said["usual"]
    assert (home.fit.sources, 7, home.page.max_pairs) == said["wider"]


def test_recipes_share_bundles_when_they_are_trained_alike() -> None:
    """What only the page overrides is no part of training; a setting of training, or its seed, is."""
    cells = {
        "plain": {},
        "template": {"page": {"orderer": "template"}},
        "again": {"rng_seed": 0},
        "other": {"rng_seed": 1},
        "popular": {"fit": {"ranker": "popularity"}},
    }
    found = design(table(cells=cells, baseline="plain")).cells

    assert {
        "plain": "plain",
        "template": "plain",
        "again": "plain",
        "other": "other",
        "popular": "popular",
    } == owners(found)
    together = ("plain", "popular")  # in all but the ranker
    assert {"plain": together, "popular": together, "other": ("other",)} == classes(found)


def test_references_are_beside_cells_that_are_compared() -> None:
    """A reference is no baseline, a list has no rows, and there are two of them."""
    cells = {"greedy": {}, "flat": {"reference": "flat"}, "oracle": {"reference": "oracle"}}

    assert ("greedy",) == design(table(cells=cells)).experiment.competing
    assert "baseline is 'flat', a reference; name a cell" in problems(table(cells=cells, baseline="flat"))
    assert "cells.oracle.reference is of pages, and page.form is list" in problems(
        table(cells=cells, page={"form": "list"})
    )
    assert "cells.best.reference is 'best'; one of flat, oracle" in problems(
        table(cells={"greedy": {}, "best": {"reference": "best"}})
    )
