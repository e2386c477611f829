"""What the report says of each cell, in words."""

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pagegen.metrics.results import Difference, Estimate, frame
from pagegen.simulation.report.found import Found, find
from pagegen.simulation.report.kinds import kind_of
from pagegen.simulation.report.verdicts import Verdict, summary, verdicts
from pagegen.simulation.report.warnings import warnings
from pagegen.simulation.results import LEAKAGE, SURFACES, CutRun, Results, Run, read_results

MADE = CutRun(cut=0, bundle_id="a bundle", config_digest="a digest", cutoff_ms=0)


def moved(cell: str, difference: float, *, metric: str = "ndcg@10", p: float = 0.001, members: int = 50) -> Difference:
    """A cell against a baseline of 0.2, with an interval of 0.01 around the difference."""
    return Difference(
        metric=metric,
        cell=cell,
        baseline="base",
        stratum="all",
        members=members,
        pages=2 * members,
        mean=0.2 + difference,
        baseline_mean=0.2,
        difference=difference,
        low=difference - 0.01 if difference else 0.0,
        high=difference + 0.01 if difference else 0.0,
        p=p,
        p_holm=p,
    )


def found(folder: Path, *differences: Difference, leaks: dict[str, int] | None = None, **specs: Any) -> Found:
    """An experiment with these differences, every cell checked for leaks."""
    cells = ["base", *dict.fromkeys(each.cell for each in differences)]
    estimates = [
        Estimate(metric=m, cell=c, stratum="all", members=50, pages=100, mean=0.2, low=0.1, high=0.3)
        for m in dict.fromkeys(each.metric for each in differences)
        for c in cells
    ]
    found = leaks or {}
    checked = [(cell, 50, found.get(cell, 0), "pool" if cell in found else None, None) for cell in cells]
    run = Run(
        name="a test",
        experiment={"baseline": "base", "cells": specs},
        command="",
        data_digest="",
        rng_seed=0,
        versions={},
        cells={cell: [MADE] for cell in cells},
        counts={},
    )
    return find(
        Results(
            folder=folder,
            run=run,
            estimates=frame(estimates),
            differences=frame(differences),
            surfaces=SURFACES.to_frame(),
            leakage=pl.DataFrame(checked, schema=LEAKAGE, orient="row"),
            occasions=pl.DataFrame({"occasion": []}),
        )
    )


def only(found: Found) -> Verdict:
    [verdict] = verdicts(found)
    return verdict


def test_higher(tmp_path: Path) -> None:
    """With both means, the interval, and what stands behind it."""
    verdict = only(found(tmp_path, moved("als", 0.05)))

    assert verdict.sentence == (
        "als is higher than base on ndcg@10: 0.250 against 0.200, a difference of +0.050 "
        "(95 % interval +0.040 to +0.060)."
    )
    assert (verdict.word, verdict.look, verdict.change) == ("higher", "better", "+25 %")
    assert verdict.evidence == "50 members, 100 pages, p 0.001 after Holm's correction"


def test_lower(tmp_path: Path) -> None:
    """The same the other way."""
    verdict = only(found(tmp_path, moved("als", -0.05)))

    assert verdict.sentence.startswith("als is lower than base on ndcg@10: 0.150 against 0.200, a difference of −0.050")  # noqa: RUF001
    assert (verdict.word, verdict.look) == ("lower", "worse")


def test_not_significant(tmp_path: Path) -> None:
    """Whatever the interval says: p is corrected for all measures."""
    verdict = only(found(tmp_path, moved("als", 0.05, p=0.2)))

    assert verdict.sentence.startswith("als cannot be told apart from base on ndcg@10: 0.250 against 0.200")
    assert verdict.sentence.endswith("which is not significant (n.s.).")
    assert (verdict.word, verdict.look) == ("n.s.", "same")


def test_exactly_equal(tmp_path: Path) -> None:
    """Not merely not significant."""
    same = found(tmp_path, moved("again", 0.0, p=1.0))

    assert only(same).sentence == "again and base are exactly equal on ndcg@10: 0.200."
    assert (only(same).word, summary(same)) == ("equal", "On ndcg@10, again is exactly equal to base.")


def test_a_leaking_cell_has_no_verdict(tmp_path: Path) -> None:
    """However high it is, no figure of it is told."""
    verdict = only(found(tmp_path, moved("future", 0.7), leaks={"future": 12}))

    assert verdict.sentence == (
        "future failed the leakage check: 12 of 50 pages came out differently when everything after the request was "
        "replaced, first at the stage pool. Do not use its figures."
    )
    assert (verdict.word, verdict.look, verdict.change, verdict.said) == ("failed", "failed", "", {})


def test_a_leaking_baseline_takes_all_verdicts_with_it(tmp_path: Path) -> None:
    """There is nothing sound to compare with."""
    leaking = found(tmp_path, moved("als", 0.05), leaks={"base": 1})

    assert only(leaking).sentence == (
        "The baseline base failed the leakage check, so nothing can be said of als against it."
    )
    assert summary(leaking) == "On ndcg@10, als cannot be judged, for the baseline leaks."


def test_no_pages_to_compare(tmp_path: Path) -> None:
    """A measure nobody has a value of."""
    verdict = only(found(tmp_path, moved("als", float("nan"), p=float("nan"), members=0)))

    assert (verdict.word, verdict.sentence) == ("no data", "There is no page on which als and base can be compared.")


def test_the_summary_is_one_sentence_for_all(tmp_path: Path) -> None:
    """Higher first, what failed last."""
    cells = [moved("als", 0.05), moved("byw", 0.04), moved("list", -0.05), moved("x", 0.7), moved("same", 0.001, p=0.9)]

    assert summary(found(tmp_path, *cells, leaks={"x": 1})) == (
        "On ndcg@10, als and byw are higher than base; list is lower than base; same cannot be told apart from base; "
        "x failed the leakage check: no comparison stands."
    )


def test_the_worlds_truth_is_told_beside(tmp_path: Path) -> None:
    """An offline measure may err; the world knows."""
    both = found(tmp_path, moved("als", 0.001, p=0.9), moved("als", 0.05, metric="true_plays"))

    assert summary(both).endswith("In true plays a page, which the simulated world knows, als is higher than base.")
    assert only(both).truth.startswith("True plays a page: 0.250 against 0.200, +0.050")


def test_higher_is_not_better_for_every_measure(tmp_path: Path) -> None:
    """Less inequality is better, and more horror is neither."""
    measures = ("ndcg@10", "gini", "genre_share(Horror)")
    said = only(found(tmp_path, *(moved("als", 0.05, metric=name) for name in measures))).said

    assert {look: [each.name for each in names] for look, names in said.items()} == {
        "better": ["ndcg@10"],
        "worse": ["gini"],
        "changed": ["genre_share(Horror)"],
    }


@pytest.mark.parametrize(
    ("name", "family"), [("recall@3x4", "Finding"), ("true_plays", "The world"), ("mine", "Other")]
)
def test_every_measure_has_a_family(name: str, family: str) -> None:
    """One that nobody knows too."""
    assert kind_of(name).family.startswith(family)


def test_what_to_be_careful_with(tmp_path: Path) -> None:
    """Leaks first, then bundles that know too much, then few members and missing pages."""
    specs = {"old": {"trained_later": True}}
    said = warnings(found(tmp_path, moved("als", 0.05), moved("old", 0.05, members=7), leaks={"als": 3}, **specs))

    assert [text.split(" ")[0] for text in said] == ["als", "The", "Only"]
    assert said[1] == "The bundle of old has learnt from what followed the requests: its figures prove nothing."
    assert said[2].startswith("Only 7 members have a value of ndcg@10")


def test_a_ranker_that_could_not_be_trained_is_told(run_folder: Path, bundle_folder: Path, tmp_path: Path) -> None:
    """The recipe asks for boosted trees, the bundle has popularity."""
    copy = shutil.copytree(run_folder, tmp_path / "run")
    shutil.copytree(bundle_folder, copy / "bundles" / "taste" / "0")

    assert (
        "There was too little to train boosted_trees on in taste, at a cut at least: there popularity ranks the titles."
    ) in warnings(find(read_results(copy)))
