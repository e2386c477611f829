"""References: the same rows placed by one who knows, and the ranked list cut into rows."""

from collections.abc import Sequence

import numpy as np
import pytest

from pagegen.arrays import Float64
from pagegen.engine import Engine
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.per_page import sums
from pagegen.metrics.registry import measure
from pagegen.metrics.stored_pages import stored_pages
from pagegen.replay import Outcomes, occasions, outcomes, requests_of
from pagegen.simulation.experiment import PageSpec
from pagegen.simulation.lists import KIND
from pagegen.simulation.pages_log import pages_frame
from pagegen.simulation.references import Reference, knowing
from pagegen.simulation.runs.make import pages_of
from pagegen.trace import Arranged
from tests.simulation.made_runs import late_sessions
from tests.worlds import DAY, NOW, World, ask, play, tiny_engine, title, world

GRID = (6, 5)
ORDERERS = ("template", "independent", "temperature", "greedy", "lookahead")


def placed(made: Arranged, b: int = 0) -> list[tuple[str, list[int]]]:
    """Kind and titles of each row of a page."""
    rows = range(int(made.placed.row_start[b]), int(made.placed.row_start[b + 1]))
    start, title = made.placed.start.tolist(), made.placed.title.tolist()
    return [(made.kinds[int(made.placed.rows.kind[p])].name, title[start[p] : start[p + 1]]) for p in rows]


def following(*titles: Sequence[int]) -> Outcomes:
    """Who went on to play what."""
    flat = np.array([title for each in titles for title in each], np.int32)
    start = np.append(0, np.cumsum([len(each) for each in titles]))
    return Outcomes(start=start, title=flat, grade=np.full(len(flat), np.nan, np.float32))


def credited(pages: Measurable) -> Float64:
    """[B] attention that the played titles get in their first slots."""
    slot = pages.hits.slot[pages.slots.first[pages.hits.slot]]
    return sums(pages.slots.page[slot], pages.layout.look[slot], len(pages))


def measured(made: Arranged, engine: Engine, followed: Outcomes) -> Measurable:
    return stored_pages(pages_frame(made), engine.data, followed, engine.rules.examination, grid=GRID)


def test_who_knows_puts_the_row_with_what_was_played_on_top(medium: World) -> None:
    """Whichever row begins with it, of those that may stand there; what nobody played adds nothing below it."""
    engine = tiny_engine(medium.data, {"page": {"constraints": {"kinds": {"top_10": {"first": 0}}}}})
    made = engine.arrange([ask(rows=8, columns=6)])
    titles = made.filled.title[made.filled.start[:-1]].tolist()
    pages = [knowing(made, engine, following([title])) for title in titles]

    assert len({*titles}) > 5
    assert titles == [placed(told)[0][1][0] for told in pages]
    assert all(0.0 < told.placed.gain[0] == told.placed.gain.sum() for told in pages)


@pytest.mark.parametrize("orderer", ORDERERS)
def test_no_cell_gets_more_attention_for_what_was_played(medium: World, orderer: str) -> None:
    """Sessions of a small world: greedily by what followed against any orderer by its chances."""
    past = late_sessions(medium.data, 0.6, 60)
    followed, engine = outcomes(medium.data, past), tiny_engine(medium.data)
    requests = requests_of(medium.data, past, GRID)
    other = tiny_engine(medium.data, {"page": {"orderer": orderer}})
    theirs = credited(measured(other.arrange(requests), other, followed))
    best = credited(measured(knowing(engine.arrange(requests), engine, followed), engine, followed))

    assert (best >= theirs - 1e-12).mean() > 0.95  # greedy rows are not the optimum of every page
    assert best.sum() > theirs.sum()


def test_what_a_cell_believes_makes_no_difference_to_who_knows(medium: World) -> None:
    """Neither chances nor attraction, nor diversity, nor chance; constraints hold as before."""
    requests = [ask(f"m{member:03d}", rows=6, columns=5) for member in range(8)]
    engine = tiny_engine(medium.data)
    followed = following(*[[3 * b, 3 * b + 1, 3 * b + 2] for b in range(8)])
    plain = knowing(engine.arrange(requests), engine, followed)
    page = {
        "attraction": {"genre": 3.0},
        "objective": {"diversity": 2.0},
        "exploration": {"rows": 0.5},
        "constraints": {"kinds": {"genre": {"max_rows": 0}}},
    }
    free, bound = ({name: page[name] for name in names} for names in ([*page][:3], page))
    other, strict = (tiny_engine(medium.data, {"page": settings}) for settings in (free, bound))
    told, kept = (knowing(each.arrange(requests), each, followed) for each in (other, strict))

    assert [placed(plain, b) for b in range(8)] == [placed(told, b) for b in range(8)]
    assert (told.placed.row_chance == 1).all()
    kinds, fewer = ({kind for b in range(8) for kind, _ in placed(made, b)} for made in (plain, kept))
    assert {"genre"} == kinds - fewer


def test_a_flat_page_is_the_ranked_list_in_rows() -> None:
    """
    By hand: t0 was played by six, t1 by five, ..., so somebody new gets them in this order, row by row, and m0, who has
    played all but the last two, gets these. No row is of a kind; no title stands twice.
    """
    plays = [play(f"m{m}", f"t{place}", NOW - 2 * DAY) for place in range(6) for m in range(6 - place)]
    data = world([title(f"t{place}") for place in range(8)], [*plays, play("new", "t0", NOW)])
    asked = occasions(data.members.ids.positions(["new", "m0"]), np.full(2, NOW - DAY), DAY)
    engine = tiny_engine(data, {"fit": {"ranker": "popularity"}})
    [frame] = pages_of([(engine, "flat")], asked, PageSpec(rows=2, columns=3))

    assert [["t0", "t1", "t2", "t3", "t4", "t5"], ["t6", "t7"]] == frame["title_ids"].to_list()
    assert [[3, 3], [2]] == frame["row_lengths"].to_list()
    assert [[KIND, KIND], [KIND]] == frame["row_kinds"].to_list()
    assert {"simulation: flat"} == set(frame["provenance"].struct.field("origin"))
    pages = stored_pages(frame, data, outcomes(data, asked), engine.rules.examination, grid=(2, 3))
    shares = {
        name: measure(name).of(pages).tolist() for name in (f"row_share({KIND})", "row_share(genre)", "repeat_share")
    }
    assert [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]] == [*shares.values()]


def test_references_share_what_cells_found_out(medium: World) -> None:
    """Asked together with the cell whose rows they have, or alone, they are the same."""
    engine, past = tiny_engine(medium.data), late_sessions(medium.data, 0.8, 30)
    spec = PageSpec(rows=6, columns=5)
    every: list[Reference | None] = [None, "flat", "oracle"]
    together = pages_of([(engine, reference) for reference in every], past, spec)

    for reference, frame in zip(every, together, strict=True):
        assert frame.equals(pages_of([(engine, reference)], past, spec)[0])
    assert len({str(frame["title_ids"].to_list()) for frame in together}) == 3
