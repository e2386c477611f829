"""A/A tests of stored runs: two cells that are the same are told apart as often as is said."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import pagegen
from pagegen.arrays import AnyArray
from pagegen.metrics.comparison import Values
from pagegen.simulation.world import WorldConfig, generate
from tests.simulation.experiments import run, table
from tools.experiments import aa

SOUND = aa.Alarms(
    measure="mrr", members=900, carriers=300.0, difference=0.1, p=0.2, by_test=0.05, by_interval=0.05, draws=2_000
)


def stored(folder: Path, *cells: str) -> tuple[tuple[Values, Values], AnyArray]:
    """The values of two cells, and whose pages they are."""
    results = pagegen.read_results(folder)
    return aa.values_of(results, cells), results.occasions["member_id"].to_numpy()


def alarms(pair: tuple[Values, Values], member: AnyArray, draws: int) -> dict[str, aa.Alarms]:
    return {each.measure: each for each in aa.false_alarms(pair, member, np.random.default_rng(0), draws)}


def test_coins_make_any_two_cells_the_same(run_folder: Path) -> None:
    """As they are, every member's page is less novel in one; after the coins the test says so in 5 % of 300 draws."""
    found = alarms(*stored(run_folder, "taste", "popular"), 300)

    assert (found["novelty"].p < 0.001, found["novelty"].members, round(found["novelty"].carriers)) == (True, 41, 33)
    assert 0.02 <= found["novelty"].by_test <= 0.08
    assert all(each.sound for each in found.values())


def test_cells_that_never_differ_raise_no_alarm(run_folder: Path) -> None:
    """And nobody carries a difference."""
    found = alarms(*stored(run_folder, "again", "again"), 5)

    assert {(0.0, 0.0, 0.0, 1.0)} == {
        (each.carriers, each.by_test, each.by_interval, each.p) for each in found.values()
    }


def changed(**fields: Any) -> aa.Alarms:
    return aa.Alarms(**{name: fields.get(name, getattr(SOUND, name)) for name in SOUND.__struct_fields__})


def test_what_is_sound() -> None:
    """5 +- 1.5 %; the interval, and too few alarms, are judged where enough members carry the difference."""
    few = {"carriers": 12.0, "by_interval": 0.08}

    assert [True, True] == [SOUND.sound, changed(by_test=0.036, by_interval=0.065).sound]
    assert [False, False] == [changed(by_test=0.066).sound, changed(by_interval=0.034).sound]
    assert [True, True, False] == [changed(**few, by_test=share).sound for share in (0.05, 0.01, 0.07)]
    assert changed(by_test=0.08, draws=300).sound


@pytest.mark.slow
def test_two_seeds_of_one_recipe(tmp_path: Path) -> None:
    """Trained twice on a world of 600 members; the tool finds 2,000 draws sound, and says so as JSON."""
    generate(WorldConfig(members=600, titles=500, days=40, seed=0)).write(tmp_path / "data")
    cells = {f"seed_{seed}": {"rng_seed": seed} for seed in (0, 1)}
    usual = {"measures": ["ndcg_2d", "recall@3x4", "novelty"], "leak_pages": 0, "strata": []}
    protocol = {"kind": "page", "cuts": [0.7], "min_history": 0, "occasions": 1_500}
    page = {"rows": 12, "columns": 8}
    run(
        table(baseline="seed_0", cells=cells, protocol=protocol, page=page, **usual),
        tmp_path / "data",
        tmp_path / "run",
    )
    result = CliRunner().invoke(aa.main, [str(tmp_path / "run"), "--json"])
    found = {each["measure"]: each for each in json.loads(result.stdout)}

    assert 0 == result.exit_code, found
    assert ["ndcg_2d(1,1)", "recall@3x4", "novelty", "true_plays", "true_plays_by_place"] == list(found)
    assert found["novelty"]["carriers"] > aa.FEWEST
