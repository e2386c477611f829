"""Rows that go on: what was shown never comes again, and a row says whether anything is left."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.engine import Engine
from pagegen.errors import RequestError, RowNotFoundError
from pagegen.homepage import HOME
from pagegen.page import ExtendedRow, Page, PageRow
from pagegen.request import PageRequest, RecentEvent, RowRequest
from tests.contracts import proposal, some_requests, source_of
from tests.contracts import rows_of as proposed_rows
from tests.test_promises import KINDS, check_titles, requests
from tests.worlds import ALL_SOURCES, NOW, World, ask, tiny_engine, title, world

Both = tuple[Callable[[PageRequest], Page], Callable[[RowRequest], ExtendedRow]]


@pytest.fixture(scope="module")
def both(medium: World) -> Both:
    """A page, and further titles of its rows, with every source there is. Functions: hypothesis would print arrays."""
    engine = tiny_engine(medium.data, ALL_SOURCES)
    return lambda asked: engine.run([asked]).pages[0], engine.extend


def further(row: PageRow, asked: PageRequest, **fields: int | None) -> RowRequest:
    """Asks for what comes after the titles that the row shows."""
    return RowRequest(page=asked, row_id=row.row_id, shown_title_ids=row.title_ids, **fields)


@given(requests(), st.integers(1, 100))
def test_a_row_says_whether_it_goes_on(both: Both, medium: World, asked: PageRequest, size: int) -> None:
    """
    On any page: `has_more` exactly when there are further titles; none that was shown, none twice, none that may not be
    shown, as many as are wanted unless the row ends; names, scores and reasons beside them; the row is the same one.
    """
    run, extend = both
    page = run(asked)
    for row in page.rows:
        extended = extend(further(row, asked, page_size=size))
        found = extended.row

        assert row.has_more == bool(found.title_ids)
        assert not set(row.title_ids) & set(found.title_ids)
        assert len(found.title_ids) == len(set(found.title_ids)) <= size
        assert len(found.title_ids) == size or not found.has_more
        assert len(found.title_ids) == len(found.names) == len(found.scores) == len(found.reasons)
        assert len(row.title_ids) + len(found.title_ids) <= KINDS[row.kind].max_titles
        assert (row.row_id, row.kind, row.heading, row.evidence) == (
            found.row_id, found.kind, found.heading, found.evidence
        )  # fmt: skip
        check_titles(replace(page, rows=(found,)), asked, medium)
        assert (page.bundle_id, page.config_digest, page.watermark, page.time, page.absent_sources) == (
            extended.bundle_id, extended.config_digest, extended.watermark, extended.time, extended.absent_sources
        )  # fmt: skip


@pytest.mark.parametrize("who", ["m003", "m016", "m021", "a stranger"])
def test_a_row_is_read_to_its_end(both: Both, who: str) -> None:
    """Step by step: every title once; at the end `has_more` is false and the last step says so."""
    run, extend = both
    asked = ask(who, columns=4)
    for row in run(asked).rows:
        shown, more = row.title_ids, row.has_more
        while more:
            step = extend(RowRequest(page=asked, row_id=row.row_id, shown_title_ids=shown, page_size=7)).row
            shown, more = shown + step.title_ids, step.has_more
            assert step.title_ids
        assert len(set(shown)) == len(shown)
        assert () == extend(RowRequest(page=asked, row_id=row.row_id, shown_title_ids=shown)).row.title_ids


def test_the_titles_are_those_of_a_longer_row() -> None:
    """A genre in the ranker's order, by hand: the ten most played of twelve, two shown, then four, then the rest."""
    titles = [title(f"t{n:02d}") for n in range(12)]
    plays = [ask_play(n, times) for n in range(12) for times in range(12 - n)]
    engine = tiny_engine(world(titles, plays), {"fit": {"sources": ["trending", "facets"]}})
    asked = ask("somebody", columns=2, row_kinds=("genre",))
    (row,) = engine.run([asked]).pages[0].rows
    four = engine.extend(further(row, asked, page_size=4)).row
    rest = engine.extend(RowRequest(page=asked, row_id="genre:Drama", shown_title_ids=row.title_ids + four.title_ids))

    assert ("t00", "t01") == row.title_ids
    assert ("t02", "t03", "t04", "t05") == four.title_ids
    assert ("t06", "t07") == rest.row.title_ids  # the page's columns
    assert [True, True, True] == [row.has_more, four.has_more, rest.row.has_more]


def ask_play(number: int, times: int) -> dict[str, object]:
    return {
        "member_id": f"m{times}", "title_id": f"t{number:02d}", "kind": "play", "time": NOW - 3_600_000 * (1 + times),
        "fraction": 1.0,
    }  # fmt: skip


def test_a_long_row_goes_on_beyond_a_hundred() -> None:
    """400 titles of one genre, on the widest page and then by the hundred, each once."""
    engine = tiny_engine(world([title(f"t{n:03d}") for n in range(400)]), {"fit": {"sources": ["trending", "facets"]}})
    asked = ask(columns=100, row_kinds=("genre",))
    (row,) = engine.run([asked]).pages[0].rows
    shown, more = row.title_ids, row.has_more
    while more:
        step = engine.extend(RowRequest(page=asked, row_id=row.row_id, shown_title_ids=shown)).row
        shown, more = shown + step.title_ids, step.has_more

    assert {f"t{n:03d}" for n in range(400)} == set(shown)
    assert 400 == len(shown)


@pytest.mark.parametrize(("columns", "refill"), [(4, 20), (4, 0), (10, 0), (100, 20)])
def test_a_row_ends_where_its_kind_does(columns: int, refill: int) -> None:
    """Ten titles at most, counting those on the page; and a page that brings no spare titles knows of the next one."""
    settings = {"page": {"refill": refill, "constraints": {"kinds": {"genre": {"max_titles": 10}}}}}
    data = world([title(f"t{n:03d}") for n in range(40)])
    engine = tiny_engine(data, {"fit": {"sources": ["trending", "facets"]}}, settings)
    asked = ask(columns=columns, row_kinds=("genre",))
    (row,) = engine.run([asked]).pages[0].rows
    found = engine.extend(further(row, asked, page_size=100)).row

    assert (columns < 10, False) == (row.has_more, found.has_more)
    assert 10 == len(row.title_ids) + len(found.title_ids)


def test_a_kind_of_ten_ends_at_ten(engine: Engine) -> None:
    """Whatever else the chart would have had: `max_titles` counts what was shown."""
    asked = ask("m003", columns=6, row_kinds=("top_10",))
    (row,) = engine.run([asked]).pages[0].rows
    four = engine.extend(further(row, asked, page_size=100)).row

    assert (6, 4, True, False) == (len(row.title_ids), len(four.title_ids), row.has_more, four.has_more)


def test_titles_elsewhere_on_the_page_come_unless_excluded(engine: Engine) -> None:
    """A row on top left them out; whoever shows the whole page names them in `exclude_title_ids`."""
    asked = ask("m003", columns=8)
    page = engine.run([asked]).pages[0]
    row = next(row for row in page.rows[2:8] if row.kind == "because_you_watched")
    elsewhere = tuple(t for other in page.rows if other is not row for t in other.title_ids)
    free = engine.extend(further(row, asked, page_size=100)).row
    bare = engine.extend(further(row, replace(asked, exclude_title_ids=elsewhere), page_size=100)).row

    assert set(elsewhere) & set(free.title_ids)
    assert not set(elsewhere) & set(bare.title_ids)


def test_news_since_the_page_are_felt(engine: Engine) -> None:
    """A title that is no longer wanted does not come, one that was shown and disliked neither."""
    asked = ask("m003", columns=4)
    row = next(row for row in engine.run([asked]).pages[0].rows if row.kind == "top_picks")
    before = engine.extend(further(row, asked)).row
    no = RecentEvent(title_id=before.title_ids[0], kind="not_interested", time=NOW)
    after = engine.extend(further(row, replace(asked, time=NOW + 1, recent_events=(no,)))).row

    assert before.title_ids[0] not in after.title_ids
    assert len(after.title_ids) == 4


def test_rows_of_later_answers_go_on_too(engine: Engine) -> None:
    """The request that made them has a token; it says nothing of the row."""
    asked = ask("m003", columns=4, rows=12, page_size=4)
    token = engine.run([asked]).pages[0].next_page_token
    second = replace(asked, page_token=token)
    for row in engine.run([second]).pages[0].rows:
        assert engine.extend(further(row, asked)) == engine.extend(further(row, second))
        assert row.has_more == bool(engine.extend(further(row, second)).row.title_ids)


@pytest.mark.parametrize(
    ("row_id", "text"),
    [
        ("horoscope:", "row_id is of kind 'horoscope'; there are because_you_watched, trending_now"),
        ("genre:Opera", "nothing can be proposed for row 'genre:Opera'"),
        ("genre", "nothing can be proposed for row 'genre'"),
        ("because_you_watched:t999", "nothing can be proposed for row"),
        ("top_10:", "nothing can be proposed for row"),  # which the request excludes
    ],
)
def test_a_row_that_cannot_be_is_not_found(engine: Engine, row_id: str, text: str) -> None:
    """No such kind, no such seed, or a kind that the request does not want."""
    with pytest.raises(RowNotFoundError, match=text):
        engine.extend(RowRequest(page=ask("m003", exclude_row_kinds=("top_10",)), row_id=row_id))


def test_a_wrong_request_is_refused_before_anything_is_made(engine: Engine) -> None:
    """Fields of the page's request under its name."""
    heard: list[str] = []
    with pytest.raises(RequestError, match=r"page_request\.rows: is 0"):
        engine.extend(RowRequest(page=ask(rows=0), row_id="genre:Drama"), after=heard.append)

    assert [] == heard


def test_a_failing_source_leaves_the_row_of_a_disabled_one(engine: Engine) -> None:
    """As on a page: byte for byte, and named."""

    def broken(*_: object) -> None:
        raise RuntimeError

    source = source_of(engine, "trending")
    failing = type("Failing", (), {"name": source.name, "kinds": source.kinds, "propose": broken, "score": broken})()
    asked = ask("m003", columns=4)
    row = RowRequest(page=asked, row_id="genre:Drama", shown_title_ids=("t001",))
    there = replace(engine, sources=tuple(failing if s is source else s for s in engine.sources))
    expected = engine.extend(replace(row, page=replace(asked, disabled_sources=("trending",))))

    assert expected == there.extend(row, on_failure=lambda *_: None)
    assert ("trending",) == expected.absent_sources


@pytest.mark.parametrize("name", HOME.sources)
def test_a_longer_row_begins_as_the_shorter(medium: World, name: str) -> None:
    """Of every source: the same rows, whatever their limit, and the titles of a short one are the first of a long."""
    engine = tiny_engine(medium.data, ALL_SOURCES)
    asked = some_requests()
    source = source_of(engine, name)
    short, long = (source.propose(proposal(engine, asked, limit)) for limit in (5, 90))

    assert proposed_rows(short) == proposed_rows(long)
    for r in range(len(short.rows.kind)):
        few, many = (c.title[c.start[r] : c.start[r + 1]].tolist() for c in (short, long))
        assert few == many[: len(few)]
        assert len(few) >= min(5, len(many))
