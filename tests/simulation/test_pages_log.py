"""Pages of the engine in the pages log: every one of them, as it was shown."""

import numpy as np
import polars as pl
import pytest

from pagegen.data.schema import PAGES
from pagegen.simulation.pages_log import pages_frame
from pagegen.trace import Trace
from tests.contracts import some_requests
from tests.worlds import World, tiny_engine


@pytest.fixture(scope="module")
def trace(medium: World) -> Trace:
    return tiny_engine(medium.data).run(some_requests(20, seed=1))


def test_the_log_has_every_title_where_it_was_shown(trace: Trace) -> None:
    """Rows, seeds and titles of each page, in order; times, members and devices of the requests."""
    frame = pages_frame(trace)

    assert frame.schema == PAGES
    assert frame["title_ids"].to_list() == [[t for row in page.rows for t in row.title_ids] for page in trace.pages]
    assert frame["row_kinds"].to_list() == [[row.kind for row in page.rows] for page in trace.pages]
    assert frame["row_seeds"].to_list() == [[row.evidence.seed_id for row in page.rows] for page in trace.pages]
    assert frame["row_lengths"].to_list() == [[len(row.title_ids) for row in page.rows] for page in trace.pages]
    assert frame["time"].cast(pl.Int64).to_list() == [page.time for page in trace.pages]
    assert frame["device"].to_list() == [request.device for request in trace.retrieved.contexts.requests]


def test_a_page_says_what_made_it(trace: Trace) -> None:
    """Bundle, settings and watermark; without chance every step is certain; nobody has seen it yet."""
    frame = pages_frame(trace, origin="replay")
    provenance = frame["provenance"].struct.unnest()

    assert provenance["origin"].to_list() == ["replay"] * frame.height
    assert provenance["bundle_id"].to_list() == [page.bundle_id for page in trace.pages]
    assert provenance["watermark"].to_list() == [page.watermark for page in trace.pages]
    assert (frame["step_probabilities"].explode() == 1).all()
    assert frame["seen_columns"].null_count() == frame.height


def test_how_far_pages_were_seen_is_kept(trace: Trace) -> None:
    """One number a row, page by page."""
    seen = np.arange(len(trace.placed.rows.kind), dtype=np.int16)
    frame = pages_frame(trace, seen=seen)

    assert frame["seen_columns"].explode().to_list() == seen.tolist()
    assert frame["seen_columns"].list.len().to_list() == [len(page.rows) for page in trace.pages]


def test_no_pages_are_an_empty_log(medium: World) -> None:
    """With the columns of one."""
    frame = pages_frame(tiny_engine(medium.data).run([]))

    assert (frame.height, frame.schema) == (0, PAGES)


def test_explored_pages_have_the_chance_of_every_step(medium: World) -> None:
    """Whose product over a page is the page's; the choice of a row belongs to its first title."""
    trace = tiny_engine(medium.data, {"page": {"exploration": {"rows": 0.5, "slots": 0.5}}}).run(some_requests(20))
    logged = pages_frame(trace)["step_probabilities"]
    rows = [page.rows for page in trace.pages]
    whole = [np.prod([row.chance * np.prod(row.title_chances) for row in page]) for page in rows]

    assert logged.explode().to_list() == trace.placed.chance.astype(np.float32).tolist()
    assert logged.list.eval(pl.element().log()).list.sum().to_list() == pytest.approx(np.log(whole), rel=1e-4)
    assert 0 < logged.explode().min() < 1  # type: ignore[operator]  # a list of floats
