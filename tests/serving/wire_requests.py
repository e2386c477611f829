"""Requests as hypothesis draws them: all that a client may ask."""

from hypothesis import strategies as st

from pagegen.data.schema import DEVICES, EVENT_KINDS
from pagegen.request import LastPage, PageRequest, RecentEvent
from tests.worlds import NOW

KINDS = ("top_picks", "genre", "trending_now")
SOURCES = ("als", "trending")

ids = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
small = st.floats(min_value=0, max_value=1, width=32)
numbers = st.integers(min_value=0, max_value=2**15 - 1)
events = st.builds(
    RecentEvent,
    title_id=ids,
    kind=st.sampled_from(EVENT_KINDS),
    time=st.integers(min_value=0, max_value=NOW - 1),
    watched_seconds=st.none() | small,
    fraction=st.none() | small,
    grade=st.none() | small,
    season=st.none() | numbers,
    episode=st.none() | numbers,
)
requests = st.builds(
    PageRequest,
    member_id=ids,
    time=st.integers(min_value=NOW, max_value=253_402_300_799_999),
    watermark=st.none() | st.integers(min_value=0, max_value=2**63 - 1),
    device=st.sampled_from(DEVICES),
    rows=st.integers(min_value=1, max_value=100),
    columns=st.integers(min_value=1, max_value=100),
    visible_columns=st.none() | st.integers(min_value=1, max_value=100),
    country=st.none() | st.sampled_from(["NO", "ZZ"]),
    language=st.sampled_from(["en", "pt-BR"]),
    maturity_ceiling=st.none() | st.integers(min_value=0, max_value=99),
    kids=st.none() | st.booleans(),
    rng_seed=st.integers(min_value=0, max_value=2**63 - 1),
    recent_events=st.lists(events, max_size=3).map(tuple),
    last_page=st.none()
    | st.builds(
        LastPage,
        time=st.integers(min_value=0, max_value=NOW - 1),
        title_ids=st.lists(st.lists(ids, max_size=3).map(tuple), max_size=3).map(tuple),
        device=st.sampled_from(DEVICES),
    ),
    exclude_title_ids=st.lists(ids, max_size=3).map(tuple),
    row_kinds=st.lists(st.sampled_from(KINDS), max_size=2).map(tuple),
    exclude_row_kinds=st.lists(st.sampled_from(KINDS), max_size=2).map(tuple),
    disabled_sources=st.lists(st.sampled_from(SOURCES), max_size=2).map(tuple),
    page_size=st.none() | st.just(1),
)
