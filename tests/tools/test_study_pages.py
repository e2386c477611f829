"""Studies of whole pages: orderers, templates, likeness to the page before, freshness."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import polars as pl
import pytest

from pagegen.errors import ConfigError
from pagegen.evidence import Evidence
from pagegen.metrics.ndcg_2d import ndcg_2d
from pagegen.metrics.stored_pages import stored_pages
from pagegen.metrics.window import window
from pagegen.page import PageRow
from pagegen.replay import occasions, replay
from pagegen.simulation.pages_log import pages_frame
from tests.tools.studied import SETTINGS
from tests.worlds import DAY, NOW, play, title, world
from tools.study import freshness, gaps, stability, template
from tools.study.filled import held_out
from tools.study.past import job_of

LEFT = "the title has left the first screen"


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


def test_ways_in_which_a_play_shows() -> None:
    """By hand, on a first screen of three rows by two columns; what stands right of it or below shows nothing."""
    page = [
        row("continue_watching", "a", "b"),
        row("because_you_watched", "c", "d", "e", seed="x", about={"e": "z"}),
        row("genre", "f", "y", about={"f": "y"}),
        row("because_you_watched", "g", seed="w"),
    ]
    found = {title: [*freshness.ways(page, 2, title).values()] for title in "axyzwcv"}

    assert found == {
        "a": [False, True, False, False, True],
        "x": [True, False, True, False, True],
        "y": [False, False, False, True, True],
        "z": [True, False, False, False, False],
        "w": [True, False, False, False, False],
        "c": [False, False, False, False, False],
        "v": [True, False, False, False, False],
    }


def row(kind: str, *titles: str, seed: str = "", about: Mapping[str, str] = MappingProxyType({})) -> PageRow:
    """A row whose titles have these reasons: because of a title that was watched, or none."""
    said = ["because_you_watched" if title in about else "" for title in titles]
    seed_type = "title" if seed else "none"
    return PageRow(
        row_id=f"{kind}:{seed}",
        kind=kind,
        heading="",
        evidence=Evidence(reason=kind, seed_type=seed_type, seed_id=seed, seed_name=seed),
        title_ids=titles,
        names=titles,
        scores=(0.0,) * len(titles),
        reasons=tuple(said),
        reason_arguments=tuple(about.get(title, "") for title in titles),
        reason_texts=("",) * len(titles),
        has_more=False,
        chance=1.0,
        title_chances=(1.0,) * len(titles),
    )


def test_who_was_away_had_done_nothing_for_three_days() -> None:
    """To the millisecond, by any event; strangers and members without a past have not been away."""
    data = world(
        [title("t1")], [play("ann", "t1", NOW - 3 * DAY), play("bob", "t1", NOW - 3 * DAY + 1), play("new", "t1", NOW)]
    )
    member = np.append(data.members.ids.positions(["ann", "bob", "new"]), -1).astype(np.int32)
    past = occasions(member, np.full(4, NOW), DAY)

    assert ["ann"] == data.members.ids.of(freshness.away(data, past).member)


def test_pages_change_with_a_play_and_with_days(run_data: Path) -> None:
    """
    A watched title leaves the rows of what is unwatched; shares are shares, with their interval; and what is watched
    changes a page more than that something is.
    """
    answer = freshness.freshness(job_of(run_data, 1.0, {"fit": SETTINGS}), 2)
    found = {(one.when, one.name): one for one in answer.figures}
    left, said = (found["after a play", name].mean for name in (LEFT, "the page says so"))

    assert 11 == len(found) == answer.table().row_count
    assert all(0 <= one.low <= one.mean <= one.high <= 1 and one.pages >= one.members > 0 for one in answer.figures)
    assert 0.5 < left
    assert said >= max(
        found["after a play", way].mean for way in ("a row is about it", "the reason of a title names it")
    )
    alike = {
        when: found[when, freshness.ALIKE].mean
        for when in ("after its last title again", "after a play", "after 3 days")
    }
    assert 0 < alike["after a play"] < alike["after its last title again"] <= 1
    assert 0 < alike["after 3 days"] < 1
    assert "What changes" in answer.chart()
