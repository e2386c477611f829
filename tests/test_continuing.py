"""Pages in several answers: together they are the page that one answer would have been, and the rest is news."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.engine import Engine
from pagegen.page import Page, PageRow
from pagegen.request import PageRequest, RecentEvent
from tests.random_worlds import member_ids
from tests.test_promises import check_shape, check_titles, requests
from tests.worlds import (
    DAY,
    NOW,
    World,
    ask,
    tiny_engine,
    title,
    world,
)

Run = Callable[[PageRequest], Page]


@pytest.fixture(scope="module", params=["greedy", "independent", "template"])
def exact(medium: World, request: pytest.FixtureRequest) -> Run:
    """One request's page by an orderer that goes on as it began. A function: hypothesis would print arrays."""
    engine = tiny_engine(medium.data, {"page": {"orderer": request.param}})
    return lambda asked: engine.run([asked]).pages[0]


@pytest.fixture(scope="module")
def run(engine: Engine) -> Run:
    return lambda asked: engine.run([asked]).pages[0]


def answers(run: Run, asked: PageRequest, sizes: Sequence[int]) -> list[Page]:
    """All answers of a page, the last size again and again."""
    pages: list[Page] = []
    token = ""
    while (not pages or token) and len(pages) <= asked.rows:  # a page without an end is too long
        size = min(sizes[min(len(pages), len(sizes) - 1)], asked.rows)
        pages.append(run(replace(asked, page_size=size, page_token=token)))
        token = pages[-1].next_page_token
    return pages


def rows_of(pages: Sequence[Page]) -> list[PageRow]:
    return [row for page in pages for row in page.rows]


@given(asked=requests(), sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4))
def test_answers_make_the_page_of_one(exact: Run, asked: PageRequest, sizes: list[int]) -> None:
    """Byte for byte, whatever is asked and however it is cut; each answer as long as was asked, the last says so."""
    whole, pages = exact(asked), answers(exact, asked, sizes)

    assert list(whole.rows) == rows_of(pages)
    assert "" == whole.next_page_token
    for number, page in enumerate(pages[:-1]):
        assert len(page.rows) == min(sizes[min(number, len(sizes) - 1)], asked.rows)
        assert 0 < len(page.next_page_token) <= 4_096
    assert len({page.page_id for page in pages}) == len(pages)


@pytest.fixture(scope="module", params=["lookahead", "temperature"])
def roundabout(medium: World, request: pytest.FixtureRequest) -> Run:
    """One request's page by an orderer whose rows below depend on more than what is above."""
    engine = tiny_engine(medium.data, {"page": {"orderer": request.param}})
    return lambda asked: engine.run([asked]).pages[0]


@given(requests())
def test_the_first_answer_is_the_top_of_the_page(roundabout: Run, asked: PageRequest) -> None:
    """Also where the next answers may differ from the rest of it."""
    assert roundabout(asked).rows[:3] == roundabout(replace(asked, page_size=min(3, asked.rows))).rows


@given(requests(), st.integers(1, 6), st.data())
def test_news_between_answers_keep_every_promise(
    run: Run, engine_facts: tuple[int, World], asked: PageRequest, size: int, data: st.DataObject
) -> None:
    """Plays and verdicts after the first answer: the joined page repeats and breaks nothing, the top is what it was."""
    hard_rows, medium = engine_facts
    size = min(size, asked.rows)
    top = run(replace(asked, page_size=size))
    later = data.draw(st.integers(0, 3 * DAY), label="later")
    news = st.builds(
        RecentEvent,
        title_id=st.sampled_from([t for row in top.rows for t in row.title_ids] or ["t001"]),
        kind=st.sampled_from(["play", "not_interested", "list_add"]),
        time=st.just(asked.time + later - 1),
    )
    events = data.draw(st.lists(news, min_size=1, max_size=3).map(tuple), label="news")
    now = replace(
        asked, time=asked.time + later, watermark=None, recent_events=(*asked.recent_events, *events), page_size=None
    )
    rest = run(replace(now, page_token=top.next_page_token)) if top.next_page_token else replace(top, rows=())
    joined = replace(top, rows=top.rows + rest.rows)

    check_shape(joined, asked, hard_rows=hard_rows)
    check_titles(rest, now, medium)
    assert len({row.row_id for row in joined.rows}) == len(joined.rows)


@pytest.fixture(scope="module")
def engine_facts(engine: Engine, medium: World) -> tuple[int, World]:
    return engine.rules.constraints.hard_rows, medium


def test_a_new_play_is_felt_below(engine: Engine) -> None:
    """The row about the title just played is there, below the top that was shown; without the play it is not."""
    asked = ask("m003", rows=20, columns=6, exclude_row_kinds=("continue_watching",))
    top = engine.run([replace(asked, page_size=3)]).pages[0]
    played = top.rows[1].title_ids[0]
    news = RecentEvent(title_id=played, kind="play", time=NOW + 1_000, fraction=1.0)
    later = replace(asked, time=NOW + 2_000, page_token=top.next_page_token)
    quiet, lively = (engine.run([replace(later, recent_events=told)]).pages[0] for told in ((), (news,)))

    assert f"because_you_watched:{played}" not in [row.row_id for row in quiet.rows]
    assert f"because_you_watched:{played}" in [row.row_id for row in lively.rows]
    assert played in top.rows[1].title_ids
    assert played not in {t for row in lively.rows for t in row.title_ids if row.kind != "top_10"}


def test_caps_and_distances_count_what_was_shown() -> None:
    """Two rows of genres at most, none right below another: the second answer knows of the first."""
    titles = [title(f"{genre}{n:02d}", genres=[genre]) for genre in "abc" for n in range(8)]
    rule = {"genre": {"max_rows": 2, "distance": 3}}
    engine = tiny_engine(world(titles), {"page": {"constraints": {"kinds": rule}, "source": {"facets": {"genres": 3}}}})
    asked = ask(row_kinds=("genre",))
    pages = answers(lambda r: engine.run([r]).pages[0], asked, [1])

    assert 2 == len(engine.run([asked]).pages[0].rows) == len(rows_of(pages))


def test_in_a_batch_as_alone(engine: Engine) -> None:
    """Beginnings and continuations of other members beside it change nothing."""
    asked = [ask(who, rows=12, columns=6, page_size=2 + n % 3) for n, who in enumerate(member_ids()[:20])]
    first = engine.run(asked).pages
    second = [replace(r, page_token=page.next_page_token) for r, page in zip(asked, first, strict=True)]
    mixed = engine.run([*asked, *second]).pages

    assert list(first) == list(mixed[:20])
    assert [engine.run([request]).pages[0] for request in second] == list(mixed[20:])
