"""Why a title is not on the page: a known answer for every reason, and each title has exactly one or is there."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pagegen.engine import Engine
from pagegen.explaining import REASONS, Change, TitleAnswer, explain, look, title_of
from pagegen.request import PageRequest, RecentEvent
from tests.explaining.telling import HARD, RANKED, SOFT, telling
from tests.test_promises import requests
from tests.worlds import NOW, ask

PLAY = {n: 0.9 - 0.02 * n for n in range(30)}


def answer(engine: Engine, title_id: str, **asked: Any) -> TitleAnswer:
    (found,) = explain(engine, ask(**asked), [title_id]).titles
    return found


def reason(found: TitleAnswer) -> str:
    return found.reasons.absence.reason if found.reasons.absence else "here"


def test_a_title_that_does_not_exist() -> None:
    """Nothing more is known of it."""
    found = answer(telling([(SOFT, [1, 2])], PLAY), "Casablanca")

    assert ("unknown", None, ()) == (reason(found), found.change, found.reasons.opinions)
    assert found.sentence == "Casablanca is not on the page: the catalog has no such title."


def test_a_title_that_filters_removed() -> None:
    """By the names of all that did, and that it would be there without them."""
    disliked = (RecentEvent(title_id="t01", kind="thumbs_down", time=NOW - 1),)
    engine = telling([(SOFT, [1, 2, 3])], PLAY)
    one, two = (answer(engine, "t01", exclude_title_ids=("t01",), recent_events=events) for events in ((), disliked))

    assert ("filtered", "filtered") == (reason(one), reason(two))
    assert Change(what="filters", value=("excluded",)) == one.change
    assert Change(what="filters", value=("not_interested", "excluded")) == two.change
    assert one.sentence == (
        "The t01 (t01) is not on the page: the filter excluded removed it. "
        "Without the filter excluded it would be shown."
    )


def test_a_filtered_title_that_would_not_be_shown_anyway() -> None:
    """No change is promised."""
    found = answer(telling([(SOFT, [1, 2, 3])], PLAY), "t09", exclude_title_ids=("t09",))

    assert ("filtered", None) == (reason(found), found.change)


def test_a_title_that_nobody_proposes() -> None:
    """Each scorer's rank of it is told, and how many of its best are taken."""
    found = answer(telling([(SOFT, [1, 2, 3])], PLAY), "t09")

    assert ("not_proposed", None) == (reason(found), found.change)
    assert found.sentence == (
        "The t09 (t09) is not on the page: no source proposes it (told ranks it 10, and 7 are taken)."
    )


def test_a_title_whose_source_the_request_leaves_out() -> None:
    """What the request would have to leave off is found."""
    engine = telling([(SOFT, [1, 2, 3]), (HARD, [4])], PLAY)
    disabled = answer(engine, "t01", disabled_sources=("told",))
    unwanted = answer(engine, "t01", row_kinds=("hard",))

    assert ("not_proposed", Change(what="disabled_sources", value=())) == (reason(disabled), disabled.change)
    assert ("not_proposed", Change(what="row_kinds", value=())) == (reason(unwanted), unwanted.change)
    assert unwanted.sentence.endswith("Without row_kinds it would be shown.")


def test_a_title_further_down_a_row_than_its_source_was_asked() -> None:
    """Two columns and four titles to refill: the tenth is not even proposed, and would be shown by ten columns."""
    found = answer(telling([(SOFT, range(12))], PLAY), "t09", columns=2)

    assert ("not_proposed", Change(what="columns", value=10)) == (reason(found), found.change)


def test_a_title_that_is_not_scored() -> None:
    """Only three pairs are, and the row goes by the ranker; a row that goes by its source does not mind."""
    rows = [1, 2, 3, 4, 5, 6]
    ranked, own = (answer(telling([(kind, rows)], PLAY, pairs=3), "t06", columns=4) for kind in (RANKED, SOFT))

    assert ("not_scored", "beyond_columns") == (reason(ranked), reason(own))
    assert ranked.reasons.scored is None
    assert "(max_pairs), so it stands behind them in Because you watched The t00 (ranked:t00)" in ranked.sentence


def test_a_title_whose_row_is_too_short() -> None:
    """With how many its kind wants."""
    found = answer(telling([(SOFT, [1, 2]), (HARD, [3])], PLAY, soft={"min_titles": 4}), "t02")

    assert "row_too_short" == reason(found)
    assert "has fewer titles than the 4 that its kind wants" in found.sentence


def test_a_title_beyond_what_its_row_brings() -> None:
    """By the kind's limit, whatever the page is; by the page's, which could be wider."""
    limited = answer(telling([(SOFT, [1, 2, 3, 4])], PLAY, soft={"max_titles": 2}), "t04")
    wider = answer(telling([(RANKED, range(10))], PLAY), "t08", columns=2)

    assert ("beyond_row", None) == (reason(limited), limited.change)
    assert "it is title 3 of Because you watched The t00 (soft:t00), which brings 2" in limited.sentence
    assert ("beyond_row", Change(what="columns", value=9)) == (reason(wider), wider.change)


def test_a_title_that_an_earlier_answer_has_shown() -> None:
    """Itself, or the row it stands in further right."""
    engine = telling([(SOFT, [1, 2, 3]), (SOFT, [4, 1, 5])], PLAY)
    first = engine.run([ask(page_size=1, columns=2)]).pages[0]
    rest = {"page_token": first.next_page_token, "columns": 2}
    found = [reason(answer(engine, f"t0{n}", **rest)) for n in range(1, 6)]

    few = telling([(RANKED, [1, 2, 3]), (SOFT, [4, 1, 5])], PLAY, pairs=1)

    assert "shown_above" == reason(answer(few, "t02", **rest))  # although it is not scored any more
    assert ("t01", "t02") == first.rows[0].title_ids
    assert ["shown_above", "shown_above", "shown_above", "here", "here"] == found


def test_a_title_whose_row_has_no_place() -> None:
    """Its value against that of the row in the last position; with a row more it would be there."""
    engine = telling([(SOFT, [1]), (SOFT, [2]), (SOFT, [3])], PLAY)
    found = answer(engine, "t03", rows=1)
    (standing,) = found.reasons.absence.standings if found.reasons.absence else ()

    assert ("row_not_placed", Change(what="rows", value=3)) == (reason(found), found.change)
    assert standing.lack
    assert (3, 3, "") == (standing.lack.rank, standing.lack.among, standing.lack.rule)
    assert standing.lack.behind == pytest.approx(PLAY[1] - PLAY[3])
    assert "would have added 0.0400 less than the row there, 3 of 3 left" in found.sentence


def test_a_title_below_the_end_of_the_answer() -> None:
    """A larger answer is what it takes."""
    found = answer(telling([(SOFT, [1]), (SOFT, [2]), (SOFT, [3])], PLAY), "t03", page_size=1)

    assert ("row_not_placed", Change(what="page_size", value=3)) == (reason(found), found.change)


def test_a_title_whose_row_a_rule_keeps_off() -> None:
    """With the rule; more rows do not help."""
    found = answer(telling([(SOFT, [1]), (SOFT, [2])], PLAY, soft={"max_rows": 1}), "t02")

    assert ("row_not_placed", None) == (reason(found), found.change)
    assert "which has no place, since there are rows of soft enough (max_rows)." in found.sentence


def test_a_title_beyond_the_columns() -> None:
    """
    At the place it has there, repeats of titles above left out. It is not one column that it lacks: with three or four
    the longer row comes first, and with five it shows all it has.
    """
    engine = telling([(SOFT, [1, 2]), (SOFT, [1, 3, 2, 4, 5])], PLAY)
    found = answer(engine, "t05", columns=2)
    (standing,) = found.reasons.absence.standings if found.reasons.absence else ()

    assert ("beyond_columns", 2, 2) == (reason(found), standing.place, standing.titles)
    assert Change(what="columns", value=5) == found.change
    assert found.sentence.endswith("With columns = 5 it would be shown.")


def test_the_row_that_got_furthest_gives_the_reason() -> None:
    """One row is too short, one has no place, in one it is beyond the columns."""
    engine = telling([(SOFT, [1, 2, 3]), (HARD, [3]), (RANKED, [3])], PLAY, hard={"min_titles": 2}, ranked={"first": 9})
    found = answer(engine, "t03", columns=2, rows=1)
    standings = found.reasons.absence.standings if found.reasons.absence else ()

    assert "beyond_columns" == reason(found)
    assert ["beyond_columns", "row_not_placed", "row_too_short"] == [one.reason for one in standings]
    assert "of Because you watched The t00 (soft:t00) and of 2 other rows" in found.sentence


def test_a_title_that_is_there() -> None:
    """Its places from the top, the ranker's rank (ties in the order of the catalog), who proposed it, and scorers."""
    engine = telling([(SOFT, [1, 2]), (SOFT, [4, 2])], {1: 0.9, 2: 0.8, 4: 0.8}, hard_rows=0)
    found = answer(engine, "t04").reasons, answer(engine, "t02").reasons
    four, two = found

    assert [[(1, 0)], [(0, 1), (1, 1)]] == [[(p.position, p.column) for p in one.places] for one in found]
    assert two.scored
    assert four.scored
    assert [(2, 3), (3, 3)] == [(s.rank, s.among) for s in (two.scored, four.scored)]
    assert [("told", "soft:t00", 1), ("told", "soft:t01", 1)] == [
        (one.source, one.row.row_id, one.place) for one in two.proposals
    ]
    assert [("told", -2.0, 3, 7)] == [(one.scorer, one.score, one.rank, one.quota) for one in two.opinions]


@settings(max_examples=25)
@given(requests(), st.integers(0, 100), st.sampled_from([None, 1, 4]))
def test_a_title_is_on_the_page_or_has_one_reason(
    engine: Engine, request: PageRequest, few: int, page_size: int | None
) -> None:
    """Every title of the catalog, and what the trace says of it agrees with the reason."""
    small = replace(engine, limits=replace(engine.limits, max_pairs=few))
    size = None if page_size is None else min(page_size, request.rows)
    case = look(small, replace(request, page_size=size))
    shown = {title for row in case.trace.pages[0].rows for title in row.title_ids}
    retrieved, filled = case.trace.retrieved, case.trace.filled
    ids = engine.data.catalog.ids

    for title, title_id in enumerate(ids.names):
        found = title_of(case, title_id)
        assert (title_id in shown) == bool(found.places) == (found.absence is None)
        if found.absence is None:
            continue
        removed, proposed = bool(retrieved.eligible.removed[0, title]), title in retrieved.pool.candidates.title
        assert found.absence.reason in REASONS[1:]
        assert (found.absence.reason in ("filtered", "not_proposed")) == (not proposed)
        assert found.absence.reason != "filtered" or removed
        assert found.absence.reason != "not_proposed" or not removed
        assert found.absence.reason != "not_scored" or found.scored is None
        assert (found.scored is None) == (title not in retrieved.pairs.title)
        stands = {one.reason for one in found.absence.standings}
        assert bool(stands & {"row_not_placed", "beyond_columns"}) == (title in filled.title)


@settings(max_examples=8)
@given(st.sampled_from(["m001", "m003", "m012", "a stranger"]), st.integers(1, 6), st.integers(2, 8))
def test_changes_are_the_smallest_that_do(engine: Engine, who: str, rows: int, columns: int) -> None:
    """The page made with the change shows the title, with one less it does not."""
    asked = ask(who, rows=rows, columns=columns)
    case = look(engine, asked)
    every = {name: title_of(case, name).absence for name in engine.data.catalog.ids.names}
    one_each = {absence.reason: name for name, absence in every.items() if absence}

    for found in explain(engine, asked, list(one_each.values())).titles:
        if found.change and isinstance(found.change.value, int):
            what, name = found.change.what, found.reasons.title_id
            changed: list[dict[str, Any]] = [{what: found.change.value}, {what: found.change.value - 1}]
            with_it, less = engine.run([replace(asked, **fields) for fields in changed]).pages
            assert any(name in row.title_ids for row in with_it.rows)
            assert not any(name in row.title_ids for row in less.rows)


def test_a_page_without_rows_has_reasons_too(engine: Engine) -> None:
    """All sources left out: nothing is proposed."""
    asked = ask("m001", disabled_sources=engine.identity.sources)
    explained = explain(engine, asked, ["t000"], gap=True)

    assert ((), ()) == (explained.rows, explained.left_over)
    assert explained.titles[0].reasons.absence
    assert explained.gap
    assert (0.0, 0.0, 0.0) == (explained.gap.plays, explained.gap.bound, explained.gap.share)
