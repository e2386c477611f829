"""Studies: what they say of a log whose answer is known."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner

from pagegen.arrays import Float64, record
from pagegen.errors import ConfigError
from pagegen.features import FeatureTable
from tests.tools.studied import SETTINGS
from tools.study import frontier, quotas, sources
from tools.study.__main__ import main
from tools.study.chart import Axis, chart
from tools.study.coverage import coverage
from tools.study.families import families
from tools.study.frontier import Frontier, Point
from tools.study.past import Studied, job_of, studied
from tools.study.reliability import grouped, reliability

FEW = ["--set", "fit.examples.windows=3", "--set", "fit.examples.pages=120", "--set", "fit.source.als.epochs=1"]


@pytest.fixture(scope="module")
def past(run_data: Path) -> Studied:
    """Three small windows, two of them to judge by."""
    return studied(job_of(run_data, 1.0, {"fit": SETTINGS}), 2)


def test_recall_rises_with_the_size(run_data: Path, tmp_path: Path) -> None:
    """And no kind of row holds more of the played titles than all rows together; asked on the command line."""
    drawn = tmp_path / "pool.svg"
    options = ["pool", "--data", str(run_data), "--json", "--svg", str(drawn), *FEW]
    pool = json.loads(CliRunner().invoke(main, options, catch_exceptions=False).stdout)

    assert {"als", "because_you_watched", "trending"} <= set(pool["recall"])
    for recall in pool["recall"].values():
        assert recall == sorted(recall)
        assert 0 < recall[-1] <= 1
    assert all(kind["alone"] <= kind["recall"] <= pool["whole"] for kind in pool["kinds"])
    assert "because_you_watched" in drawn.read_text()


def test_every_family_and_every_scorer_has_its_turn(past: Studied) -> None:
    """The difference is what the family adds, within its interval."""
    answer = families(past)
    found = {worth.family: worth for worth in answer.families}

    assert {"moment", "trend", "scores of als", "scores of trending"} <= set(found)
    for worth in found.values():
        assert worth.low <= worth.adds <= worth.high
        assert answer.ndcg_10 - worth.without == pytest.approx(worth.adds)
    assert len({worth.without for worth in found.values()}) > 3


def test_every_source_is_left_out_once(run_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pool and ranker have nothing of it then; what it adds is the difference, and all of it has a cost."""
    monkeypatch.setattr(sources, "RANKERS", 1)
    few = ["als", "trending", "top_picks", "facets"]
    answer = sources.sources(job_of(run_data, 1.0, {"fit": {**SETTINGS, "sources": few}}), 1)
    found = {worth.source: worth for worth in answer.sources}

    assert set(few) == set(found)
    for worth in found.values():
        assert worth.low <= worth.adds <= worth.high
        assert answer.ndcg_10 - worth.without == pytest.approx(worth.adds)
        assert worth.request_ms > 0
    assert found["facets"].pool < answer.pool
    assert found["als"].megabytes > 0 == found["facets"].megabytes
    assert 0 < found["als"].alone <= 1
    assert np.isnan(found["facets"].alone)


def test_every_scorer_has_other_quotas(run_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More titles make a larger pool that holds no less; what is set already is not tried again."""
    monkeypatch.setattr(quotas, "RANKERS", 1)
    monkeypatch.setattr(quotas, "QUOTAS", (2, 5, 40))
    few = {"fit": {**SETTINGS, "sources": ["als", "transitions", "top_picks"]}}
    page = {"source": {"top_picks": {"quotas": {"als": 5}}}}
    answer = quotas.quotas(job_of(run_data, 1.0, {**few, "page": page}), 1)
    found = {(tried.scorer, tried.quota): tried for tried in answer.tried}

    assert {("als", 2), ("als", 40), ("transitions", 2), ("transitions", 5), ("transitions", 40)} == set(found)
    assert found["als", 2].pairs < answer.pairs < found["als", 40].pairs
    assert 0.0 < found["als", 2].pool <= answer.pool < found["als", 40].pool
    for tried in found.values():
        assert tried.low <= tried.gains <= tried.high
        assert tried.ndcg_10 - answer.ndcg_10 == pytest.approx(tried.gains)


def test_the_frontier_has_every_size(past: Studied, monkeypatch: pytest.MonkeyPatch) -> None:
    """The best is not below itself, and every pair costs something."""
    monkeypatch.setattr(frontier, "TREES", (2, 9))
    monkeypatch.setattr(frontier, "LEAVES", (3, 5))
    points = frontier.frontier(past).points

    assert {(2, 3), (9, 3), (2, 5), (9, 5)} == {(point.trees, point.leaves) for point in points}
    assert min(point.below for point in points) == 0.0
    assert all(point.pair_us > 0 for point in points)


def test_the_knee_is_the_cheapest_that_is_as_good() -> None:
    """Of three sizes, one is significantly worse and one costs more."""
    worse, knee, dear = (
        Point(10, 7, 0.1, 0.05, 0.01, 0.09, 0.5),
        Point(40, 7, 0.14, 0.01, -0.01, 0.03, 1.0),
        Point(99, 7, 0.15, 0.0, 0.0, 0.0, 2.0),
    )

    assert Frontier([worse, knee, dear]).knee is knee


def test_less_of_the_popular_is_more_of_the_catalog(past: Studied, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores that are fame and a little chance: with the penalty that takes the fame away chance alone is left."""
    monkeypatch.setattr(Studied, "fit", lambda *_: FameAndChance(past=past))
    found = {point.penalty: point for point in coverage(past).traded}

    assert found[0.0].gains == 0
    assert found[0.3].coverage_20 > found[0.0].coverage_20


@record
class FameAndChance:
    past: Studied

    def score(self, table: FeatureTable) -> Float64:
        fame = next(np.log1p(window.total) for window in self.past.held if window.table is table)
        return 0.3 * fame + 1e-6 * np.sin(np.arange(len(fame)) ** 2)


def test_groups_of_equal_probability_tell_what_was_played() -> None:
    """A thousand pairs that are as likely as they say: predicted and played agree in every group."""
    rng = np.random.default_rng(5)
    probability = rng.random(200_000) ** 4
    label = (rng.random(200_000) < probability).astype(np.int8)
    groups = grouped(probability, label)

    assert sum(group.pairs for group in groups) == 200_000
    assert [group.predicted for group in groups] == sorted(group.predicted for group in groups)
    assert all(abs(group.predicted - group.played) < 0.02 for group in groups)
    assert next(group.played for group in grouped(probability, 1 - label)) > 0.9


def test_one_window_cannot_be_its_own_judge(past: Studied) -> None:
    """Reliability fitted where it is judged would prove nothing; with two it says what it found."""
    with pytest.raises(ConfigError, match="take 2"):
        reliability(replace(past, judged=1))
    found = reliability(past)

    assert sum(group.pairs for group in found.groups) == len(past.held[-1].label)
    assert 0 < found.error < 1


def test_a_chart_goes_through_its_points() -> None:
    """Corners of the drawing are the ends of the axes; the file is XML."""
    drawn = chart("a < b", {"up": [(1, 0), (10, 1), (100, 2)]}, Axis(name="x", log=True), Axis(name="y"))
    line = next(part for part in ElementTree.fromstring(drawn) if part.tag.endswith("polyline"))
    points = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]

    assert points[1] == pytest.approx(tuple(np.mean([points[0], points[2]], axis=0)))
    assert points[0][0] < points[2][0]
    assert points[0][1] > points[2][1]


def test_what_members_go_on_with_is_told_from_the_command_line(run_data: Path) -> None:
    """Both orders on the same sessions, in which somebody had a choice; who has nothing to learn from hears so."""
    options = ["resume", "--data", str(run_data), "--json"]
    answer = json.loads(CliRunner().invoke(main, [*options, "--set", f"{RESUME}=5"], catch_exceptions=False).stdout)
    refused = CliRunner().invoke(main, [*options, "--set", f"{RESUME}=100000"])

    assert ["AUC", "MRR", "NDCG"] == [one["measure"] for one in answer["measures"]]
    assert 0 < answer["members"] <= answer["sessions"]
    for one in answer["measures"]:
        assert 0 <= one["latest"] <= 1
        assert one["low"] <= one["difference"] <= one["high"]
        assert one["chance"] - one["latest"] == pytest.approx(one["difference"], abs=0.2)  # of sessions, of members
    assert (1, True) == (refused.exit_code, "too little was gone on with" in refused.output)


RESUME = "fit.source.continue_watching.min_positives"
