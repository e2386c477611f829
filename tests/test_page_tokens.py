"""Page tokens: whose they are, how long they hold, how large they get, and what a forged one can do."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.data.dataset import Dataset
from pagegen.data.ids import name_digests
from pagegen.engine import Engine
from pagegen.errors import RequestError
from pagegen.request import LastPage, PageRequest, RecentEvent
from pagegen.tokens import Shown, Token, read_token, write_token
from tests.test_continuing import Run, answers, engine_facts, rows_of, run
from tests.test_promises import KINDS, check_shape, check_titles, requests
from tests.worlds import (
    DAY,
    NOW,
    World,
    ask,
    engine_of,
    event,
    moved,
    play,
    small_settings,
    tell,
    tiny_engine,
    tiny_models,
    title,
    world,
)

__all__ = ["engine_facts", "run"]  # fixtures


DIFFERENT: dict[str, Any] = {
    "member_id": "m002",
    "device": "web",
    "rows": 13,
    "columns": 7,
    "visible_columns": 2,
    "country": "NO",
    "language": "nb",
    "maturity_ceiling": 18,
    "kids": True,
    "rng_seed": 1,
    "page_number": 1,
    "last_page": LastPage(time=NOW - 1, title_ids=(("t001",),)),
    "exclude_title_ids": ("t001",),
    "row_kinds": ("genre",),
    "exclude_row_kinds": ("top_10",),
}
NEWER: dict[str, Any] = {
    "time": NOW + 1,
    "watermark": 2_999,
    "recent_events": (RecentEvent(title_id="t001", kind="click", time=NOW - 1),),
    "page_size": 5,
    "disabled_sources": ("als",),
}


@pytest.mark.parametrize("field", DIFFERENT)
def test_the_token_of_another_request_is_refused(engine: Engine, field: str) -> None:
    """Another member's, or one made for another device, geometry, country and so on."""
    asked = ask("m001", rows=12, columns=6, page_size=2)
    token = engine.run([asked]).pages[0].next_page_token

    with pytest.raises(RequestError, match="page_token: continues another request; all but disabled_sources, page_s"):
        engine.run([replace(asked, page_token=token, **{field: DIFFERENT[field]})])


@pytest.mark.parametrize("field", NEWER)
def test_what_is_known_by_now_may_be_newer(engine: Engine, field: str) -> None:
    """And so may be how much is wanted; all other fields of a request are in the test above."""
    asked = ask("m001", rows=12, columns=6, page_size=2)
    token = engine.run([asked]).pages[0].next_page_token

    assert engine.run([replace(asked, page_token=token, **{field: NEWER[field]})]).pages[0].rows
    assert set(DIFFERENT) | set(NEWER) | {"page_token"} == {*PageRequest.__dataclass_fields__}


def test_how_a_request_is_spelt_makes_no_difference(engine: Engine) -> None:
    """The order of a list, or a name twice."""
    asked = ask("m001", rows=12, page_size=2, exclude_row_kinds=("top_10", "genre"), exclude_title_ids=("t1", "t2"))
    token = engine.run([asked]).pages[0].next_page_token
    other = replace(asked, exclude_row_kinds=("genre", "top_10", "genre"), exclude_title_ids=("t2", "t1"))

    assert engine.run([replace(asked, page_token=token)]).pages[0].rows == (
        engine.run([replace(other, page_token=token)]).pages[0].rows
    )


def test_a_token_outlives_bundle_settings_and_data(medium: World) -> None:
    """
    Continued by another bundle, on a catalog with other positions, with other settings: nothing that was shown comes
    again in the hard rows, no row twice, the page is as long as was asked.
    """
    old, settings = medium.data, small_settings()
    models = tiny_models(old, settings)
    asked = ask("m003", rows=14, columns=5, page_size=4)
    top = engine_of(models, old, settings).run([asked]).pages[0]
    shown = {t for row in top.rows for t in row.title_ids}
    gone = next(t for t in sorted(shown) if t not in {row.evidence.seed_id for row in top.rows})
    new = grown(medium, without=gone)
    others = small_settings({"page": {"constraints": {"hard_rows": 14}, "kinds": {"top_10": {"on": False}}}})
    rest = engine_of(moved(models, old, new, settings), new, others).run(
        [replace(asked, page_token=top.next_page_token, page_size=None)]
    )
    (page,) = rest.pages

    assert old.catalog.ids.position("t149") != new.catalog.ids.position("t149")
    assert not shown & {t for row in page.rows for t in row.title_ids}
    assert not {row.row_id for row in top.rows} & {row.row_id for row in page.rows}
    assert 0 < len(page.rows) <= 10


def grown(medium: World, without: str) -> Dataset:
    """The medium world with titles in front of all others, and one less."""
    news = [title(f"a{n:02d}", genres=["Drama"]) for n in range(30)]
    extra = tell(news, [play("m001", f"a{n:02d}") for n in range(30)])
    catalog = extra.catalog.vstack(medium.catalog.filter(medium.catalog["title_id"] != without))
    events = medium.events.filter(medium.events["title_id"] != without)
    return World(catalog=catalog, members=medium.members, events=events).data


@given(requests(), st.data())
def test_a_forged_token_harms_only_its_sender(
    run: Run, engine_facts: tuple[int, World], asked: PageRequest, data: st.DataObject
) -> None:
    """Any rows, any titles, in any number, rightly sealed: no title that may not be shown, no broken page, no error."""
    hard_rows, medium = engine_facts
    top = run(replace(asked, page_size=1))
    if not top.next_page_token:
        return
    bits = data.draw(st.integers(1, 40))
    digests = st.lists(st.integers(0, 2**32 - 1), max_size=120)
    rows = data.draw(digests, label="rows")
    forged = Shown(
        kind=np.array(data.draw(st.permutations(rows)), np.uint32),
        row=np.array(rows, np.uint32),
        title=np.array(sorted(data.draw(st.sets(st.integers(0, 2**bits - 1), max_size=300))), np.uint64),
        bits=bits,
    )
    token = write_token(Token(request=read_token(top.next_page_token).request, shown=forged))
    page = run(replace(asked, page_token=token, page_size=data.draw(st.none() | st.integers(1, asked.rows))))

    check_titles(page, asked, medium)
    check_shape(page, asked, hard_rows=max(0, hard_rows - len(rows)))
    assert len(page.rows) <= max(0, asked.rows - len(rows))
    assert len(page.next_page_token) <= 4_096


def test_a_full_page_has_no_rest(engine: Engine) -> None:
    """A token that says as many rows were shown as the page may have."""
    asked = ask("m003", rows=4, page_size=2)
    second = replace(asked, page_token=engine.run([asked]).pages[0].next_page_token)
    (page,) = engine.run([second]).pages

    assert (2, "") == (len(page.rows), page.next_page_token)


@pytest.fixture(scope="module")
def plenty() -> Engine:
    """4,000 titles with 60 genres, of which each has 67: more than any token holds."""
    titles = [title(f"title-{n:05d}", genres=[f"genre {n % 60:02d}"]) for n in range(4_000)]
    events = [event(f"m{n % 50:03d}", f"title-{n % 500:05d}", "click", NOW - DAY - n) for n in range(2_000)]
    sources = {"fit": {"sources": ["trending", "facets", "top_10"]}}
    page = {"page": {"source": {"facets": {"scorer": "trending", "genres": 60}}, "max_pairs": 100}}
    return tiny_engine(world(titles, events), sources, page)


@pytest.mark.parametrize(
    ("rows", "columns", "whole"), [(30, 40, True), (40, 40, True), (100, 100, False)], ids=["usual", "much", "most"]
)
def test_tokens_stay_below_4_kb(plenty: Engine, rows: int, columns: int, whole: bool) -> None:
    """
    Of 1,200 titles each is remembered and the page is the one that one answer makes; of the largest page that can be
    asked for, the left of each row: a token is 4 KB, nothing of the hard rows comes again, no row comes twice.
    """
    asked = ask("m001", rows=rows, columns=columns)
    pages = answers(lambda r: plenty.run([r]).pages[0], asked, [7])
    shown = rows_of(pages)
    hard = [t for row in shown[: plenty.rules.constraints.hard_rows] if row.kind != "top_10" for t in row.title_ids]

    last = read_token(pages[-2].next_page_token).shown
    left = [t for row in shown[: len(last.row)] for t in row.title_ids[:18]]  # 1,800 titles in 100 rows

    assert max(len(page.next_page_token) for page in pages) <= 4_096
    assert last.bits >= 18
    assert last.holds(name_digests(left)).all()
    assert len(shown) >= min(rows, 50)
    assert len({row.row_id for row in shown}) == len(shown)
    assert len(set(hard)) == len(hard)
    assert not whole or list(plenty.run([asked]).pages[0].rows) == shown
    assert KINDS.keys() >= {row.kind for row in shown}
