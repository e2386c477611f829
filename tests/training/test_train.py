"""Training: what a bundle is made of, what is said of it, and when it falls back."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from pagegen.data.dataset import Dataset
from pagegen.engine import Engine
from pagegen.training.train import Previous, Trained, train
from tests.training.builders import fast_settings, job, page, pages_log, taste_world, trained_on
from tests.worlds import DAY, NOW, ask, engine_of, event, play, title, world

TITLES = [title(name) for name in "abcdef"]
KEYS = {
    "windows",
    "requests",
    "positives",
    "pairs",
    "calibration_error",
    "held_out",
    "coverage_20",
    "pool_recall",
    "ndcg_10",
    "popularity_ndcg_10",
    "over_popularity",
    "ranker",
}


@pytest.fixture(scope="module")
def tastes() -> Dataset:
    return taste_world().data


@pytest.fixture(scope="module")
def trained(tastes: Dataset) -> Trained:
    return trained_on(tastes)


def engine(trained: Trained, data: Dataset) -> Engine:
    return engine_of(trained.models, data, fast_settings())


def test_the_report_says_what_was_measured(trained: Trained) -> None:
    """Every number of the terminal's table, on the newest of three windows of two hundred requests."""
    report = trained.report

    assert KEYS == report.keys()
    assert {"windows": 3, "requests": 200, "ranker": "boosted_trees"} == {
        k: report[k] for k in ("windows", "requests", "ranker")
    }
    assert 0 < report["held_out"]["members"] <= report["held_out"]["requests"] <= 66
    assert report["over_popularity"]["low"] <= report["over_popularity"]["mean"] <= report["over_popularity"]["high"]
    assert pytest.approx(report["ndcg_10"] - report["popularity_ndcg_10"]) == report["over_popularity"]["mean"]


def test_what_can_be_learnt_is_learnt(trained: Trained) -> None:
    """Strict tastes: nearly every next title comes first, and popularity knows nothing of it."""
    assert trained.report["ndcg_10"] > 0.7
    assert trained.report["over_popularity"]["low"] > 0.5
    assert trained.report["pool_recall"] == 1.0


def test_the_trained_engine_makes_pages_of_the_taste(trained: Trained, tastes: Dataset) -> None:
    """The titles the member has left in their genre come before all others, and are likelier plays."""
    trace = engine(trained, tastes).run([ask("m01", tastes.end_ms)])
    mine, prediction = trace.retrieved.table.title % 4 == 1, trace.prediction
    best = np.argsort(-prediction.score, kind="stable")[: mine.sum()]

    assert [True] * 4 == mine[best].tolist()
    assert prediction.play[mine].mean() > 5 * prediction.play[~mine].mean()


def test_the_same_job_learns_the_same_models(trained: Trained, tastes: Dataset) -> None:
    """Fitted twice: the same trees, factors, calibration and report."""
    again = trained_on(tastes)

    assert trained.report == again.report
    assert trained.models.ranker.save() == again.models.ranker.save()
    assert trained.models.calibration.play.tobytes() == again.models.calibration.play.tobytes()


def test_another_seed_learns_other_models(trained: Trained, tastes: Dataset) -> None:
    """Otherwise the seed would be for nothing."""
    assert trained.models.ranker.save() != trained_on(tastes, rng_seed=1).models.ranker.save()


def test_a_judged_ranker_may_learn_from_what_judged_it(trained: Trained, tastes: Dataset) -> None:
    """The report and the calibration are those of the ranker that had not seen the newest window; the trees are not."""
    said: list[str] = []
    again = trained_on(tastes, {"fit": {"examples": {"refit": True}}}, say=said.append)
    before, after = (int(step.split()[2]) for step in said if step.startswith("ranker, on"))

    assert trained.report == again.report
    assert trained.models.calibration.play.tobytes() == again.models.calibration.play.tobytes()
    assert trained.models.ranker.save() != again.models.ranker.save()
    assert before < after == again.report["positives"]


def test_with_too_few_positives_the_bundle_carries_popularity() -> None:
    """It says so as it happens and in the report; the rest is measured as ever."""
    said: list[str] = []
    data = taste_world().data
    found = trained_on(data, {"fit": {"examples": {"min_positives": 1_000}}}, say=said.append)
    report = found.report

    assert ("popularity", "popularity") == (report["ranker"], found.models.ranker.name)
    assert [["only", "positives: the bundle carries the popularity ranker"]] == [
        re.split(r" \d+ ", step) for step in said if "positives" in step
    ]
    assert 0.0 == report["over_popularity"]["mean"]
    assert KEYS == report.keys()


@pytest.mark.parametrize("requests", [5_000, 1])
def test_what_learns_nothing_needs_no_positives(requests: int) -> None:
    """A bundle that is to rank by one source's score does so, however thin the data: one window with one request."""
    few = {"fit": {"examples": {"min_positives": 1_000, "occasions": requests}, "ranker": "one_feature"}}
    found = trained_on(taste_world().data, few)

    assert requests > 1 or (1, 1) == (found.report["windows"], found.report["requests"])
    assert ("one_feature", ("als_score",)) == (found.models.ranker.name, found.models.ranker.feature_names)


def test_pages_are_learnt_from_where_they_are_logged(tastes: Dataset) -> None:
    """Every logged page is a request; examination is counted from two hundred of them or more."""
    times = np.linspace(NOW - 20 * DAY, NOW - 2 * DAY, 240).astype(int).tolist()
    rows = [[f"t{t:02d}" for t in range(5)], [f"t{t:02d}" for t in range(5, 10)]]
    log = [page(f"m{i % 40:02d}", time, rows, [3, 0 if i % 2 else 2]) for i, time in enumerate(times)]
    found = trained_on(tastes, {"fit": {"examples": {"warmup": 0.0}}}, pages=pages_log(log))

    assert 200 == found.report["requests"]
    assert [1.0, 0.5] == found.models.examination.row[0, :2].tolist()


def previous(data: Dataset, *overrides: dict[str, Any]) -> Previous:
    return Previous(settings=fast_settings(*overrides), ranker=trained_on(data, *overrides).models.ranker)


def test_the_previous_bundle_is_judged_on_the_same_requests(trained: Trained, tastes: Dataset) -> None:
    """The same ranker again is no better and no worse; nothing else of the report changes."""
    found = train(job(tastes), previous(tastes))
    same = {"mean": 0.0, "low": 0.0, "high": 0.0}

    assert trained.report | {"previous_ndcg_10": trained.report["ndcg_10"], "over_previous": same} == found.report


def test_a_previous_bundle_of_other_settings_gets_its_own_features(trained: Trained, tastes: Dataset) -> None:
    """Its window is replayed with the sources and features it knows; it knew less, and shows it."""
    found = train(
        job(tastes), previous(tastes, {"fit": {"sources": ["trending"], "families": ["title_age", "trend", "moment"]}})
    )

    assert trained.report["ndcg_10"] == found.report["ndcg_10"]
    assert found.report["previous_ndcg_10"] < 0.5
    assert found.report["over_previous"]["low"] > 0.2


def log_of(days: Sequence[float], kind: str = "play") -> Dataset:
    """One member who does something on these days before NOW, each time with another title."""
    return world(TITLES, [event("ann", "abcdef"[i % 6], kind, NOW - round(day * DAY)) for i, day in enumerate(days)])


@pytest.mark.parametrize(
    ("data", "requests"),
    [
        (log_of([0.5, 0.4]), 0),
        (log_of([9, 7, 5]), 1),
        (log_of([9, 8, 7, 6, 5, 4, 3, 2], kind="click"), 4),
        (world([title(name, windows=[]) for name in "abcdef"], [play("ann", "a", NOW - i * DAY) for i in range(9)]), 5),
    ],
    ids=["no horizon is over", "one request", "nobody plays anything", "nothing may be shown"],
)
def test_however_little_there_is_to_learn_from_there_is_a_bundle(data: Dataset, requests: int) -> None:
    """With popularity, no number that is not known, and an engine that answers."""
    found = trained_on(data)
    pages = engine(found, data).run([ask("ann", data.end_ms), ask("nobody", data.end_ms)]).pages

    assert (requests, "popularity") == (found.report["requests"], found.report["ranker"])
    assert not [key for key, value in found.report.items() if value != value]
    assert 2 == len(pages)
