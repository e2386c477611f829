"""Editorial: what somebody has written, in its order, under its heading; what cannot be is refused at load."""

from typing import Any

import pytest

from pagegen.bundle.settings import Table
from pagegen.engine import Engine
from pagegen.errors import ConfigError
from pagegen.page import PageRow
from tests.worlds import Fields, ask, event, member, play, tiny_engine, title, world

FILMS = [*(title(name) for name in "abcdefgh"), title("late", maturity=18), title("gone", windows=[])]
NIGHTS: Fields = {"heading": "Summer nights", "titles": ["d", "b", "late", "a", "gone", "c"]}
OURS: Fields = {"heading": "Our {own}", "titles": ["h", "g", "f", "e", "h"]}


def engine_of(*lists: Fields, log: list[Fields] | None = None, **page: Any) -> Engine:
    settings: Table = {
        "fit": {"sources": ["editorial", "trending"]},
        "page": {"source": {"editorial": {"lists": list(lists)}}, **page},
    }
    return tiny_engine(world(FILMS, log or [], [member("kid", kids=True)]), settings)


def rows(engine: Engine, who: str = "me", **fields: Any) -> list[PageRow]:
    return list(engine.run([ask(who, row_kinds=("editorial",), **fields)]).pages[0].rows)


def test_a_list_is_a_row_under_its_heading_in_its_order() -> None:
    """Whatever the ranker thinks; braces are only text; a title twice is there once."""
    shown = {row.heading: row.title_ids for row in rows(engine_of(NIGHTS, OURS))}

    assert {"Summer nights": ("d", "b", "late", "a", "c"), "Our {own}": ("h", "g", "f", "e")} == shown


def test_rows_are_told_apart_by_their_headings() -> None:
    """In the identity of the row and in its evidence."""
    found = [(r.row_id, r.evidence.seed_type, r.evidence.seed_id) for r in rows(engine_of(NIGHTS, OURS))]

    assert ("editorial:Summer nights", "words", "Summer nights") in found
    assert 2 == len(set(found))


def test_no_list_is_above_the_filters() -> None:
    """A child sees none that is for adults, nobody what is not licensed, was watched or is not wanted."""
    log = [play("me", "d"), event("me", "b", "not_interested", 0)]

    assert ("d", "b", "a", "c") == rows(engine_of(NIGHTS), "kid")[0].title_ids
    assert [] == rows(engine_of(NIGHTS, log=log))  # three are left, which is no row
    short = engine_of(NIGHTS, log=log, constraints={"kinds": {"editorial": {"min_titles": 3}}})
    assert ("late", "a", "c") == rows(short)[0].title_ids


def test_a_list_may_be_pinned() -> None:
    """By the constraints of its kind, above what is worth more."""
    log = [play("you", name) for name in "efgh"]
    pinned = engine_of(NIGHTS, log=log, constraints={"kinds": {"editorial": {"pin": 0}}})
    orders = [
        [row.kind for row in engine.run([ask("me")]).pages[0].rows] for engine in (engine_of(NIGHTS, log=log), pinned)
    ]

    assert [["trending_now", "editorial"], ["editorial", "trending_now"]] == orders


def test_titles_that_nobody_knows_are_refused_by_name() -> None:
    """When the engine is built, all of a list at once."""
    with pytest.raises(ConfigError, match="'Summer nights' has titles that are not in the catalog: x, y; correct"):
        engine_of(OURS, {**NIGHTS, "titles": ["a", "x", "b", "y"]})


@pytest.mark.parametrize("lists", [[NIGHTS, NIGHTS], [{**NIGHTS, "heading": ""}]])
def test_each_list_has_a_heading_of_its_own(lists: list[Fields]) -> None:
    """Else rows could not be told apart."""
    with pytest.raises(ConfigError, match="need headings, each its own"):
        engine_of(*lists)


def test_without_lists_there_are_no_rows() -> None:
    """Also where the source is on."""
    assert [] == rows(engine_of())
