"""Ranked lists: all that the filters leave, by the ranker, then by the first source, then by nobody."""

import numpy as np
import polars as pl

from pagegen.data.schema import PAGES
from pagegen.simulation.lists import KIND, lists_frame, ranked
from pagegen.simulation.pages_log import pages_frame
from pagegen.trace import Trace
from tests.contracts import some_requests
from tests.worlds import World, ask, play, tiny_engine, title, world

LESS = {"page": {"max_pairs": 20}}  # so that most titles are not scored


def traced(medium: World, *overrides: dict) -> Trace:
    return tiny_engine(medium.data, *overrides).run(some_requests(12, seed=2))


def by_hand(trace: Trace, b: int) -> list[int]:
    """The definition, title by title."""
    retrieved = trace.retrieved
    pairs = range(int(retrieved.pairs.start[b]), int(retrieved.pairs.start[b + 1]))
    score = {int(retrieved.pairs.title[i]): float(trace.prediction.score[i]) for i in pairs}
    source = retrieved.pool.scores["als"][b]
    allowed = np.flatnonzero(retrieved.eligible.removed[b] == 0).tolist()
    key = {
        t: (0, -score[t], t) if t in score else (1, -source[t], t) if source[t] == source[t] else (2, 0.0, t)
        for t in allowed
    }
    return sorted(allowed, key=lambda t: key[t])


def test_a_list_is_its_definition(medium: World) -> None:
    """For members with and without a history, whether all titles were scored or few."""
    for trace in (traced(medium), traced(medium, LESS)):
        for depth in (0, 1, 30, len(medium.data.catalog)):
            found = [ranked(trace, b, depth).tolist() for b in range(12)]
            assert [by_hand(trace, b)[:depth] for b in range(12)] == found


def test_watched_titles_are_left_out_though_a_row_is_spared_them(medium: World) -> None:
    """Continue watching proposes them; a list has only what every filter leaves."""
    trace = traced(medium)
    proposed = [set(trace.retrieved.pairs.title[trace.retrieved.pairs.request == b].tolist()) for b in range(12)]

    assert any(titles - set(ranked(trace, b, 1_000).tolist()) for b, titles in enumerate(proposed))


def test_no_scorer_leaves_the_rest_in_catalog_order(medium: World) -> None:
    """As the catalog has it."""
    trace = traced(medium, {"fit": {"sources": ["top_10"]}})
    scored = np.bincount(trace.retrieved.pairs.request, minlength=12)

    for b in range(12):
        rest = ranked(trace, b, 1_000)[scored[b] :]
        assert rest.tolist() == sorted(rest.tolist())


def test_a_list_is_stored_as_a_page_of_one_row(medium: World) -> None:
    """The first titles only; everything else is that of the page."""
    trace = traced(medium)
    frame = lists_frame(trace, (1, 7), "simulation")
    same = [name for name in PAGES if name not in ("row_kinds", "row_seeds", "row_lengths", "title_ids")]

    assert frame.schema == PAGES
    assert [[KIND]] * 12 == frame["row_kinds"].to_list()
    ids = trace.retrieved.contexts.data.catalog.ids
    assert [ids.of(ranked(trace, b, 7)) for b in range(12)] == frame["title_ids"].to_list()
    assert frame["row_lengths"].list.sum().to_list() == frame["step_probabilities"].list.len().to_list()
    shared = [name for name in same if name != "step_probabilities"]
    assert frame.select(shared).equals(pages_frame(trace, "simulation").select(shared))
    assert (frame["title_ids"].list.len() == pl.Series([7] * 12)).all()


def test_a_list_that_is_cut_into_rows_is_the_same_list(medium: World) -> None:
    """Read row by row; the last rows of a short list are short or missing, and an empty list is an empty row."""
    trace = traced(medium)
    whole, cut = lists_frame(trace, (1, 12)), lists_frame(trace, (3, 4))
    all_ = len(ranked(trace, 0, 1_000))
    long = lists_frame(trace, (1_000, 7))["row_lengths"].to_list()[0]

    assert [[4, 4, 4]] * 12 == cut["row_lengths"].to_list()
    assert [[KIND] * 3] * 12 == cut["row_kinds"].to_list()
    assert [[""] * 3] * 12 == cut["row_seeds"].to_list()
    same = ["page_id", "title_ids", "step_probabilities", "provenance"]
    assert whole.select(same).equals(cut.select(same))
    assert (all_ // 7, {7}, all_ % 7) == (len(long) - bool(all_ % 7), {*long[: all_ // 7]}, sum(long) % 7)


def test_nothing_to_rank_is_one_empty_row() -> None:
    """Whoever has watched the whole catalog is recommended nothing, on a page that can be stored."""
    watched = world([title("t1")], [play("ann", "t1")])
    frame = lists_frame(tiny_engine(watched).rank([ask("ann")]), (3, 4))

    assert ([[0]], [[]]) == (frame["row_lengths"].to_list(), frame["title_ids"].to_list())
