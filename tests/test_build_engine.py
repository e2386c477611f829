"""An engine from settings: every number reaches the stage it is for."""

from typing import Any

import numpy as np
import pytest

from pagegen.arrays import groups
from pagegen.bundle.resolve import resolve
from pagegen.errors import ConfigError
from pagegen.homepage import HOME
from pagegen.trace import Trace
from tests.random_worlds import member_ids
from tests.worlds import World, ask, tiny_engine

REQUESTS = [ask(who, columns=8) for who in member_ids()[:12]]


def run(medium: World, **half: Any) -> Trace:
    return tiny_engine(medium.data, half).run(REQUESTS)


def lengths(trace: Trace, kind: str) -> set[int]:
    return {len(row.title_ids) for page in trace.pages for row in page.rows if row.kind == kind}


def kinds(trace: Trace) -> set[str]:
    return {row.kind for page in trace.pages for row in page.rows}


def test_a_kind_that_is_switched_off_is_not_shown(medium: World) -> None:
    """The others are."""
    plain, off = run(medium), run(medium, page={"kinds": {"genre": {"on": False}, "top_10": {"on": False}}})

    assert {"genre", "top_10"} == kinds(plain) - kinds(off)


def test_limits_of_a_kind_are_the_settings(medium: World) -> None:
    """Fewest and most titles a row, in place of what its source declares."""
    plain = run(medium)
    limited = run(
        medium,
        page={"constraints": {"kinds": {"genre": {"min_titles": 6, "max_titles": 7}, "top_picks": {"max_titles": 5}}}},
    )

    assert lengths(plain, "genre") - {6, 7}
    assert {6, 7} >= lengths(limited, "genre")
    assert {5} == lengths(limited, "top_picks")


def test_who_orders_a_kind_is_the_settings(medium: World) -> None:
    """The source in place of the ranker, or a blend; the other kinds stay as they are."""
    plain, source, blend = (
        run(medium, page={"kinds": {"genre": {"order": order}}} if order else {}) for order in (None, "source", 0.5)
    )
    proposed, filled = source.retrieved.pool.candidates, source.filled
    genre = [kind.name for kind in HOME.kinds(resolve(HOME).fit.sources)].index("genre")
    rows = [titles_of(filled.title, filled.start, r) for r in np.flatnonzero(filled.rows.kind == genre).tolist()]
    came = [titles_of(proposed.title, proposed.start, r) for r in np.flatnonzero(proposed.rows.kind == genre).tolist()]
    others = [
        fill.title[(fill.rows.kind != genre)[groups(fill.start)]].tolist()
        for fill in (t.filled for t in (plain, source, blend))
    ]

    assert rows == [titles for titles in came if len(titles) >= 4]
    assert 3 == len({trace.filled.title.tobytes() for trace in (plain, source, blend)})
    assert others[0] == others[1] == others[2]


def titles_of(title: np.ndarray, start: np.ndarray, row: int) -> list[int]:
    return title[start[row] : start[row + 1]].tolist()


def test_the_number_of_pairs_and_of_spare_titles_are_the_settings(medium: World) -> None:
    """Ten pairs a request are scored, and a row brings two titles beyond its eight columns."""
    trace = run(medium, page={"max_pairs": 10, "refill": 2, "source": {"top_picks": {"quotas": {"als": 9}}}})

    assert {10} == set(np.diff(trace.retrieved.pairs.start).tolist())
    assert 10 == np.diff(trace.retrieved.pool.candidates.start).max() == np.diff(trace.filled.start).max()


def test_only_the_filters_that_are_on_remove_titles(medium: World) -> None:
    """Without `watched`, top picks hold what was played; eligible titles know the filters by name."""
    trace = run(medium, page={"filters": ["licence", "kids"]})
    played = {(page.member_id, title) for page in run(medium).pages for title in page_titles(page, "top_picks")}
    seen = set(medium.events.filter(kind="play").select("member_id", "title_id").iter_rows())

    assert ("licence", "kids") == trace.retrieved.eligible.names
    assert not played & seen
    assert seen & {(page.member_id, title) for page in trace.pages for title in page_titles(page, "top_picks")}


def page_titles(page: Any, kind: str) -> list[str]:
    return [title for row in page.rows if row.kind == kind for title in row.title_ids]


def test_sources_and_families_that_are_off_are_not_there(medium: World) -> None:
    """No rows of theirs, no columns; a scorer that is off has no column among the source scores either."""
    settings = {"sources": ["trending", "facets"], "families": ["source_scores", "trend", "moment"]}
    trace = run(medium, fit=settings)

    assert {"trending_now", "genre", "new_releases"} >= kinds(trace) > set()
    assert ("trending_score", "trending_rank", "trending_z", "plays_day") == trace.retrieved.table.names[:4]
    assert "device" == trace.retrieved.table.names[-1]


def test_the_trend_windows_are_the_settings(medium: World) -> None:
    """With a floor of no plays every country speaks for itself, with one of a million none does."""
    low, high = (run(medium, fit={"trends": {"min_plays": plays}}) for plays in (0.0, 1e6))
    known = low.retrieved.contexts.country >= 0

    assert known.any()
    assert known.tolist() == low.retrieved.contexts.trends.local.tolist()
    assert not high.retrieved.contexts.trends.local.any()


def test_the_orderer_is_the_one_that_was_chosen(medium: World) -> None:
    """With its own settings: a template of genres has one below the row that is pinned on top."""
    orderer = {"orderer": "template", "orderers": {"template": {"sequence": ["genre"]}}}
    trace = run(medium, page=orderer)

    assert {("continue_watching", "genre")} == {tuple(row.kind for row in page.rows[:2]) for page in trace.pages}


def test_contradicting_constraints_stop_the_engine(medium: World) -> None:
    """Before a page is asked for."""
    pins = {"genre": {"pin": 0}, "top_picks": {"pin": 0}, "continue_watching": {"pin": 5}}
    with pytest.raises(ConfigError, match=r"genre.*pinned at 0"):
        tiny_engine(medium.data, {"page": {"constraints": {"kinds": pins}}})


def test_attraction_puts_rows_of_a_kind_higher(medium: World) -> None:
    """Genre rows stand right below the pinned row when they count a hundred times as much, low when they count 0."""
    pages = {value: run(medium, page={"attraction": {"genre": value}}).pages for value in (0.0, 100.0)}
    places = {
        value: np.mean([row.kind == "genre" for page in pages[value] for row in page.rows[1:4]]) for value in pages
    }

    assert places[0.0] < 0.2
    assert places[100.0] > 0.9


def test_exploration_is_left_to_the_settings(medium: World) -> None:
    """Pages of other seeds differ where a share is set, and nowhere else."""
    for exploration, different in (({}, 1), ({"rows": 0.3}, 5), ({"slots": 0.3}, 5)):
        engine = tiny_engine(medium.data, {"page": {"exploration": exploration}})
        pages = engine.run([ask("m003", rng_seed=seed) for seed in range(5)]).pages
        shown = {tuple((row.row_id, row.title_ids) for row in page.rows) for page in pages}
        assert different == len(shown)
