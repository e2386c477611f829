"""Studies of whole pages: orderers, templates, likeness to the page before."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pagegen.errors import ConfigError
from pagegen.metrics.ndcg_2d import ndcg_2d
from pagegen.metrics.stored_pages import stored_pages
from pagegen.metrics.window import window
from pagegen.replay import occasions, replay
from pagegen.simulation.pages_log import pages_frame
from tests.tools.studied import SETTINGS
from tools.study import gaps, stability, template
from tools.study.filled import held_out
from tools.study.past import job_of


def test_the_template_is_chosen_kind_by_kind(run_data: Path) -> None:
    """
    Each the best next one, none said again at the end. Whole pages of the sequence are worth what its last step says,
    and those of the usual one what pages of the engine are.
    """
    job = job_of(run_data, 1.0, {"fit": SETTINGS})
    answer = template.template(job, 1)
    engine, past = held_out(job, 1)
    usual = job.home.orderers["template"]
    pages = replace(engine, orderer=usual.make(usual.config())).run
    parts = [
        stored_pages(pages_frame(trace), engine.data, followed, engine.rules.examination, grid=(8, 10), facts=False)
        for trace, followed in replay(pages, engine.data, past, (8, 10))
    ]
    value = np.concatenate([ndcg_2d(part, window("8x10"), 1, 1) for part in parts])
    by_member = pl.DataFrame({"member": past.member, "value": value}).filter(pl.col("value").is_not_nan())

    assert [max(step.ndcg_2d.values()) for step in answer.steps] == [s.ndcg_2d[s.kind] for s in answer.steps]
    assert len({*answer.sequence[-2:]}) == min(2, len(answer.sequence))
    assert answer.table().row_count == len(answer.steps[0].ndcg_2d)
    assert all(kind in str(answer.table().caption) for kind in answer.sequence)
    assert "best sequence" in answer.chart()
    assert answer.chosen == pytest.approx(answer.steps[-1].ndcg_2d[answer.steps[-1].kind])
    assert answer.usual == pytest.approx(by_member.group_by("member").agg(pl.col("value").mean())["value"].mean())


def test_no_orderer_beats_brute_force(run_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All have a gap and a cost, the least gap first; lookahead's is not above greedy's."""
    monkeypatch.setattr(gaps, "MOST", 8)
    answer = gaps.gaps(job_of(run_data, 1.0, {"fit": SETTINGS}), 2)
    found = {gap.orderer: gap for gap in answer.gaps}

    assert answer.pages > 0
    assert answer.table().row_count == 5
    assert "lookahead" in answer.chart()
    assert answer.overlap >= 0.3
    assert {"greedy", "lookahead", "independent", "temperature", "template"} == set(found)
    assert all(-1e-9 < gap.mean <= gap.most and gap.page_ms > 0 for gap in found.values())
    assert found["lookahead"].mean <= found["greedy"].mean
    assert [gap.mean for gap in answer.gaps] == sorted(gap.mean for gap in answer.gaps)


def test_gaps_want_rows_that_share_titles(run_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any there is nothing to compare, and the command says so."""
    monkeypatch.setattr(gaps, "cases", lambda *_: [])

    with pytest.raises(ConfigError, match="twelve rows that share titles"):
        gaps.gaps(job_of(run_data, 1.0, {"fit": SETTINGS}), 1)


def test_who_comes_again_came_before() -> None:
    """By member, each visit with the one before it; two at one instant and strangers have none."""
    member, time = np.array([1, 2, 1, -1, -1, 2, 1, 1], np.int32), np.array([0, 1, 2, 3, 4, 5, 6, 6], np.int64)
    first, second = stability.again(occasions(member, time, 1))

    assert [(0, 2), (1, 5), (2, 6)] == [*zip(first.tolist(), second.tolist(), strict=True)]


def test_every_weight_for_stability_has_its_turn(run_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Likeness and quality of the same second visits; the first weight is the one that the others are compared with."""
    monkeypatch.setattr(stability, "WEIGHTS", (0.0, 0.1, 100.0))
    answer = stability.stability(job_of(run_data, 1.0, {"fit": SETTINGS}), 2)
    none, small, large = answer.steps

    assert answer.visits >= answer.members > 0
    assert (0.0, 0.0, 0.0) == (none.difference, none.low, none.high)
    assert len({none.alike, small.alike, large.alike}) == 3
    assert all(0 < step.alike < 1 and 0 <= step.changed <= 1 and step.low <= step.high for step in answer.steps)
    assert small.ndcg_2d - none.ndcg_2d == pytest.approx(small.difference)
    assert answer.table().row_count == 3
    assert "by weight" in answer.chart()
