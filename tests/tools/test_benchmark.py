"""Benchmarks: data from raw files, a run, a table beside published rows, a line in the history; and searches."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import pagegen
from pagegen.bundle.resolve import merged, resolve
from pagegen.cli.options import read_toml
from pagegen.data.dataset import Past, read_dataset
from pagegen.errors import ConfigError, DataError
from pagegen.homepage import HOME
from pagegen.metrics.comparison import member_means
from tests.simulation.experiments import QUICK
from tests.training.builders import taste_world
from tools.benchmark import __main__ as command
from tools.benchmark import history, prepare, presets, search
from tools.benchmark.presets import NAMES, Data, Published, Search, Variant, data_of, design_of, experiment, singles
from tools.benchmark.table import Benchmark, benchmark, cells_of, headings, markdown

SPLIT = Data(kind="split")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A split of strict tastes: of every member's twenty titles four are to be found."""
    folder = tmp_path_factory.mktemp("raw")
    events = taste_world(members=30).events
    pairs = events.select(user="member_id", item="title_id").with_columns(place=pl.int_range(pl.len()).over("user") % 5)
    pairs.filter(pl.col("place") > 0).select("user", "item").write_parquet(folder / "train.parquet")
    pairs.filter(pl.col("place") == 0).select("user", "item").write_parquet(folder / "test.parquet")
    return folder


def tiny(name: str) -> dict[str, Any]:
    """The benchmark's own experiment, with models that are trained in no time."""
    quick = {"recipe": {"fit": QUICK["fit"]}, "cells": {"homepage": {"fit": QUICK["fit"]}}, "leak_pages": 2}
    return merged(PRESETS[name], quick)


PRESETS: Mapping[str, dict[str, Any]] = {name: experiment(name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_can_be_run(name: str) -> None:
    """Its settings exist; it has a cell for the two stages, single sources, popularity; and is asked for in lists."""
    design = design_of(experiment(name))

    assert {"two_stage", "popularity", "als"} <= {cell.name for cell in design.cells}
    assert "list" == design.experiment.page.form
    assert singles(design)
    costly = [cell for cell in design.cells if cell.name != "homepage" and cell.settings.fit.examples.occasions > 2]
    assert len({cell.lessons for cell in costly}) == 1  # else every cell costs a training of its own
    assert [resolve(HOME).fit] == [cell.settings.fit for cell in design.cells if cell.name == "homepage"]
    assert data_of(name).variants


@pytest.mark.parametrize("name", NAMES)
def test_a_single_source_is_ranked_by_its_own_score(name: str) -> None:
    """The cell and the source have one name."""
    design = design_of(experiment(name))

    for cell in design.cells:
        if cell.name in singles(design):
            assert f"{cell.name}_score" == cell.settings.fit.rankers["one_feature"]["column"]
            assert cell.name in cell.settings.fit.sources


def test_published_rows_name_measures_of_their_benchmark() -> None:
    """Every row has a place in its table, and says where it is from."""
    for name in NAMES:
        for variant in data_of(name).variants:
            for row in presets.published(name, variant):
                assert set(row.values) <= set(experiment(name)["measures"])
                assert row.source


def test_a_split_becomes_a_log_of_two_instants(raw: Path, tmp_path: Path) -> None:
    """The training part at one, which is a past without time, and the test part an hour later."""
    data = read_dataset(prepare.prepare(raw, SPLIT, Variant(), tmp_path / "data"))
    times, counts = np.unique(data.events.time, return_counts=True)
    train, test = (pl.read_parquet(raw / f"{name}.parquet").height for name in ("train", "test"))

    assert [train, test] == counts.tolist()
    assert 3_600_000 == times[1] - times[0]
    assert Past(data=data, watermark=train).timeless


def test_a_search_sees_nothing_of_the_test_part(raw: Path, tmp_path: Path) -> None:
    """Of a split, the training part alone, of which each member hides every tenth title and keeps the others."""
    data = read_dataset(prepare.prepare_search(raw, SPLIT, Variant(), tmp_path / "data"))
    train, events = pl.read_parquet(raw / "train.parquet"), data.events
    pairs = zip(data.members.ids.of(events.member), data.catalog.ids.of(events.title), strict=True)
    hidden = np.bincount(events.member[events.time > events.time[0]], minlength=30)

    assert sorted(train.rows()) == sorted(pairs)
    assert (np.bincount(events.member) // 10).tolist() == hidden.tolist()
    assert hidden.sum() > 0


def test_a_search_on_a_log_ends_where_the_test_begins(tmp_path: Path) -> None:
    """The first half of the events, in their order."""
    folder = tmp_path / "raw"
    folder.mkdir()
    rows = [f"{m}::{10 + t}::{t % 5 + 1}::{978300000 + 100 * m + t}" for m in range(1, 9) for t in range(5)]
    (folder / "ratings.dat").write_text("\n".join(rows) + "\n")
    (folder / "movies.dat").write_text("".join(f"{10 + t}::Film {t} (1999)::Drama\n" for t in range(5)))
    data = Data(kind="movielens", search=Search(until=0.5, cuts=(0.8,)))
    part = read_dataset(prepare.prepare_search(folder, data, Variant(), tmp_path / "part")).events
    liked = read_dataset(prepare.prepare(folder, data, Variant(min_rating=4.0), tmp_path / "liked")).events

    assert [20, 978300404] == [len(part), part.time[-1] // 1_000]
    assert [16, 4.0] == [len(liked), liked.grade.min()]


def test_a_split_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the files that are looked for."""
    with pytest.raises(DataError, match=r"has no train\.parquet; --data names the folder"):
        prepare.prepare(tmp_path, SPLIT, Variant(), tmp_path / "data")


@pytest.fixture(scope="module")
def out(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A benchmark that was run from raw files to the table, twice."""
    folder = tmp_path_factory.mktemp("benchmark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "experiment", tiny)
        patch.setattr(command, "note", lambda found, cost: history.note(found, cost, folder / "HISTORY.md"))
        for said in ("once.json", "again.json"):
            asked = ["ml-1m-m1", "--data", str(raw), "--out", str(folder / "out"), "--json"]
            result = CliRunner().invoke(command.main, asked, catch_exceptions=False)
            (folder / said).write_text(result.stdout)
    return folder


def table_of(out: Path) -> Benchmark:
    results = pagegen.read_results(out / "out" / "run")
    return benchmark(results, "", ["als", "item_knn"], [Published("X", "a paper", {"recall@20": 0.5})])


def test_a_benchmark_is_the_table_of_a_run(out: Path) -> None:
    """Cells as the run estimates them, published rows first, a dash for what nobody has published."""
    found = table_of(out)
    results = pagegen.read_results(out / "out" / "run")
    means = dict(results.estimates.filter(stratum="all", metric="recall@20").select("cell", "mean").iter_rows())
    lines = markdown(found).splitlines()

    assert means == {row.name: row.values["recall@20"] for row in found.rows if not row.source}
    assert ["X", "0.5000", "-"] == cells_of(found, found.rows[0])[:3]
    assert len({line.count("|") for line in lines}) == 1 == lines.count(f"| {' | '.join(headings(found))} |")
    assert (out / "out" / "table.md").read_text().count("\n") == len(lines) + len(presets.published("ml-1m-m1", "")) - 1


def test_cells_are_compared_with_the_best_single_source(out: Path) -> None:
    """The one with the highest first measure, member by member; itself is compared with nothing."""
    found = table_of(out)
    rows = {row.name: row for row in found.rows}
    results = pagegen.read_results(out / "out" / "run")
    value = {cell: results.values(cell)["recall@20"].to_numpy() for cell in ("two_stage", found.best)}
    delta = member_means((value["two_stage"] - value[found.best])[None], results.occasions["member_id"].to_numpy())
    gain = rows["two_stage"].gains["recall@20"]

    assert found.best == max(("als", "item_knn"), key=lambda cell: rows[cell].values["recall@20"])
    assert ({}, True) == (rows[found.best].gains, gain.low <= gain.difference <= gain.high)
    assert gain.difference == pytest.approx(float(np.nanmean(delta)))


def test_a_table_is_noted_once(out: Path) -> None:
    """When it was computed: date, commit, numbers; asked for again, it is only shown."""
    [line] = (out / "HISTORY.md").read_text().splitlines()
    once, again = (json.loads((out / name).read_text())[0]["table"] for name in ("once.json", "again.json"))

    assert once == again
    assert f"two_stage {table_of(out).rows[1].values['recall@20']:.4f}" in line
    assert "X" not in line


def test_who_comes_often_is_told_apart(out: Path) -> None:
    """Where members have several requests, their mean over requests stands beside; here nobody has."""
    found = table_of(out)
    values = pagegen.read_results(out / "out" / "run").values("als")["recall@20"].to_numpy()

    assert [] == found.by_request
    assert found.rows[2].by_request["recall@20"] == pytest.approx(float(np.nanmean(values)))


def test_a_search_is_for_one_cell_on_validation_data() -> None:
    """A single source is trained alone; a log is asked at the cuts of its search."""
    alone = search.validation("ml-100k-rolling", data_of("ml-100k-rolling"), "als")
    two = search.validation("gowalla", data_of("gowalla"), "two_stage")

    assert (["als", "top_picks"], [0.6, 0.7, 0.8, 0.9]) == (
        alone["cells"]["als"]["fit"]["sources"],
        alone["protocol"]["cuts"],
    )
    assert ["als"] == [cell.name for cell in design_of(alone).cells]
    assert "fit" not in two["cells"]["two_stage"]
    with pytest.raises(ConfigError, match=r"ml-1m-m1 has no cell lightgcn"):
        search.validation("ml-1m-m1", SPLIT, "lightgcn")


def test_a_search_of_a_source_judges_the_source(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which knows strict tastes, where popularity does not; a search of popularity's own cell says so."""
    pytest.importorskip("optuna", reason="the extra `tune` is not installed")
    monkeypatch.setattr(search, "experiment", tiny)
    data = prepare.prepare_search(raw, SPLIT, Variant(), tmp_path / "data")
    value = {}
    for model in ("item_knn", "popularity"):
        table = search.validation("ml-1m-m1", SPLIT, model) | {"measures": ["recall@3"]}
        value[model] = search.search(table, {}, (data, tmp_path / model), (1, 1))[0].value

    assert value["item_knn"] > value["popularity"] + 0.2


def test_every_space_is_of_settings_that_exist() -> None:
    """Those of a preset that has the model; and the whole range may be drawn."""
    spaces = read_toml(presets.FOLDER / "spaces.toml")
    for model, space in spaces.items():
        table = next(PRESETS[name] for name in NAMES if model in PRESETS[name]["cells"])
        ends = [{key: value.get("of", [value.get("low")])[0] for key, value in space.items()}]
        ends.append({key: value.get("of", [value.get("high")])[-1] for key, value in space.items()})
        one = {**table, "baseline": model, "cells": {model: table["cells"][model]}}

        assert 2 == len(design_of(search.cells_of(one, ends)).cells)


def test_trials_that_share_their_training_are_one_run(raw: Path, tmp_path: Path) -> None:
    """The preset's own settings first, drawn ones after; the same seed draws the same."""
    pytest.importorskip("optuna", reason="the extra `tune` is not installed")
    table = merged(tiny("ml-1m-m1"), {"baseline": "item_knn", "measures": ["recall@20"]})
    table = {**table, "cells": {"item_knn": table["cells"]["item_knn"]}}
    spaces = {"page.source.item_knn.max_history": search.Space(of=(1, 3, 9))}
    data = prepare.prepare_search(raw, SPLIT, Variant(), tmp_path / "data")
    found = [search.search(table, spaces, (data, tmp_path / name), (3, 1)) for name in ("one", "two")]
    drawn = [trial.settings for trial in found[0]]

    assert [(t.settings, t.value) for t in found[0]] == [(t.settings, t.value) for t in found[1]]
    assert {} == drawn[0]
    assert all(trial["page.source.item_knn.max_history"] in (1, 3, 9) for trial in drawn[1:])
    assert 3 == len(pagegen.read_results(tmp_path / "one" / "trials").run.cells)
