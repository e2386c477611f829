"""Every feature family keeps the contract of families; pairs are dealt as they say."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.arrays import NONE
from pagegen.context import TrendWindows, read_contexts
from pagegen.engine import Engine
from pagegen.errors import SchemaError
from pagegen.features import Pairs, compute, pair_up
from pagegen.homepage import HOME
from pagegen.pool import Candidates, RowsBuilder
from tests.contracts import check_family
from tests.worlds import NOW, ask, title, world

DATA = world([title(f"t{n:02d}") for n in range(20)])


@pytest.mark.parametrize("name", HOME.families)
def test_families_keep_their_contract(name: str, engine: Engine) -> None:
    """As many columns as declared, one number a pair, never infinite, the same to the bit alone and in any batch."""
    check_family(name, engine)


def test_what_is_not_known_is_nan(engine: Engine) -> None:
    """Of a stranger asking before the log began: all that needs a history, a grade or a play is NaN, not 0."""
    (start,) = engine.data.events.time[:1].tolist()
    table = engine.retrieve([ask("a stranger", start, row_kinds=("genre",))]).table
    unknown = {name for name, column in zip(table.names, table.values.T, strict=True) if np.isnan(column).all()}

    assert len(table.values) > 20
    assert {
        *(f"{scorer}_{what}" for scorer in ("als", "because_you_watched") for what in ("score", "rank", "z")),
        *("idle_days", "mean_grade", "year_gap", "popularity_gap", "mean_year", "mean_popularity"),
        *("genre_share", "genre_share_recent", "genre_lift", "genre_grade_lift"),
        *("last_play_days", "history_days", "member_mean_grade", "novelty_appetite", "own_play_days", "own_touch_days"),
        *(
            "share_since_visit",
            "lift_since_visit",
            "share_at_visit",
            "arrival_after_visit_days",
            "release_after_visit_days",
        ),
        *(
            "last_session_share",
            "share_of_catalog",
            "year_share",
            "year_share_recent",
            "year_gap_recent",
            "year_spread",
        ),
    } == unknown


def test_a_family_that_breaks_its_word_is_an_error_of_the_program(engine: Engine) -> None:
    """It declares two columns and computes one."""

    class Liar:
        name, columns = "liar", ("a", "b")

        def compute(self, pairs: Pairs) -> list[np.ndarray]:
            return [np.zeros(len(pairs))]

    with pytest.raises(SchemaError, match="liar declares 2 columns and computed 1"):
        compute([Liar()], engine.retrieve([ask()]).pairs)


ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.lists(st.integers(0, 19), min_size=1, max_size=9, unique=True)), max_size=9
).map(lambda rows: sorted(rows, key=lambda row: row[0]))


def candidates(rows: list[tuple[int, list[int]]]) -> Candidates:
    builder = RowsBuilder()
    for r, (request, titles) in enumerate(rows):
        builder.add((request, 0, r, 0), np.array(titles, np.int32), np.zeros(len(titles), np.float32))
    return builder.build()


def dealt(rows: list[list[int]], limit: int) -> list[int]:
    """Column by column through the rows, the first `limit` distinct titles."""
    out: list[int] = []
    for column in range(max(map(len, rows), default=0)):
        out += [row[column] for row in rows if column < len(row)]
    return sorted(list(dict.fromkeys(out))[:limit])


@given(ROWS, st.integers(1, 12))
def test_pairs_are_dealt_round_robin(rows: list[tuple[int, list[int]]], limit: int) -> None:
    """At most `max_pairs` of a request, first columns first; every candidate knows its pair or that it has none."""
    contexts = read_contexts([ask()] * 3, DATA, TrendWindows())
    found = candidates(rows)
    pairs = pair_up(contexts, {}, found, limit)
    expected = [dealt([titles for b, titles in rows if b == request], limit) for request in range(3)]
    pair = {(b, t): i for i, (b, t) in enumerate(zip(pairs.request.tolist(), pairs.title.tolist(), strict=True))}

    assert expected == [pairs.title[pairs.start[b] : pairs.start[b + 1]].tolist() for b in range(3)]
    assert [b for b, titles in enumerate(expected) for _ in titles] == pairs.request.tolist()
    assert [pair.get((b, t), NONE) for b, titles in rows for t in titles] == pairs.of_candidate.tolist()


def test_what_a_member_sees_first_is_scored_first(engine: Engine) -> None:
    """With room for just the titles on the first screens, none of those goes without a score."""
    (request,) = requests = [ask("m001", time=NOW)]
    found = engine.run(requests).retrieved.pool.candidates
    column = np.concatenate([np.arange(size) for size in np.diff(found.start)])
    room = len(set(found.title[column < request.screen_columns].tolist()))
    scored = replace(engine, limits=replace(engine.limits, max_pairs=room)).run(requests).retrieved.pairs

    assert set(found.title[column < request.screen_columns].tolist()) == set(scored.title.tolist())
    assert room < len(set(found.title.tolist()))
