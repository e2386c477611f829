"""From a pages log, a dataset and what followed to numbers."""

from math import log2, nan

import numpy as np
import polars as pl
import pytest

from pagegen.data.dataset import Dataset
from pagegen.data.schema import PAGES
from pagegen.errors import SchemaError
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.registry import METRICS, measure
from pagegen.metrics.stored_pages import stored_pages
from pagegen.ordering.examination import default_examination
from pagegen.replay import Outcomes, occasions, outcomes
from tests.random_worlds import random_world
from tests.worlds import DAY, NOW, Fields, days_ago, play, title, world

CRIME, BOTH = ["Crime"], ["Crime", "Drama"]


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Ann has played two titles before the page and plays two after it; Bob's plays make t1 popular."""
    titles = [title("t1"), title("t2", genres=CRIME), title("t3", genres=BOTH, release_time=days_ago(10)), title("t4")]
    after = [play("ann", "t2", NOW), play("ann", "t1", NOW + 1)]
    before = [play("ann", "t1", NOW - 2), play("ann", "t1", NOW - 1), play("ann", "t3", NOW - 1)]
    return world([*titles, title("t5", release_time=None)], [*before, *after, play("bob", "t1"), play("bob", "t1")])


def page(member: str, rows: list[list[str]], time: int = NOW, **fields: object) -> Fields:
    titles = [name for row in rows for name in row]
    kinds = ["top_10" if r == 0 else "genre" for r in range(len(rows))]
    lengths = [len(row) for row in rows]
    common = {"page_id": member, "time": time, "member_id": member, "row_kinds": kinds, "row_lengths": lengths}
    return {**common, "title_ids": titles, **fields}


def log(*pages: Fields) -> pl.DataFrame:
    return pl.DataFrame(list(pages), schema=PAGES)


def measured(frame: pl.DataFrame, data: Dataset, grid: tuple[int, int] | None = None) -> Measurable:
    member = data.members.ids.positions(frame["member_id"])
    known = np.maximum(member, 0)
    past = occasions(known, frame["time"].cast(pl.Int64).to_numpy(), DAY)
    return stored_pages(frame, data, outcomes(data, past), default_examination(), grid=grid)


def test_targets_and_places(data: Dataset) -> None:
    """What followed is found where it is shown, ids and positions matched."""
    pages = measured(log(page("ann", [["t4", "t5"], ["t2", "t1", "t4"]])), data)

    assert ["t2"] == data.catalog.ids.of(pages.targets.title)
    assert [(1, 0)] == [(int(pages.slots.row[slot]), int(pages.slots.column[slot])) for slot in pages.hits.slot]
    assert [1 / 3] == measure("mrr").of(pages).tolist()
    assert [pytest.approx(1 / log2(3))] == measure("ndcg_2d").of(pages).tolist()


def test_what_was_known_then(data: Dataset) -> None:
    """Plays, ages and the member's genres are as of the page's time, to the millisecond."""
    titles = [["t1", "t2", "t3"], ["t5", "elsewhere"]]
    pages = measured(log(page("ann", titles), page("ann", titles, NOW + 2), page("nobody", titles)), data)
    facts = pages.facts

    assert [[4, 0, 1, 0], [5, 1, 1, 0], [4, 0, 1, 0]] == facts.plays.reshape(3, 5)[:, :4].tolist()
    assert [5, 7, 5] == facts.all_plays.tolist()
    assert [1_000, 1_000, 10, nan, nan] == pytest.approx(facts.age_days[:5].tolist(), nan_ok=True)
    assert ("Crime", "Drama") == facts.genres.names
    np.testing.assert_allclose(facts.taste, [[0.25, 0.75], [0.5, 0.5], [nan, nan]])
    assert [2 / 4, 1 / 4, 2 / 4] == measure("cold_share").of(pages).tolist()
    assert [pytest.approx(1 / 3)] * 3 == measure("new_share(30)").of(pages).tolist()


def test_cold_targets_are_those_that_were_cold_then(data: Dataset) -> None:
    """Ann's t2 had no plays at the first page, and one, her own, at a later page of somebody else who plays it too."""
    after = world(
        [title("t1"), title("t2")],
        [play("bob", "t1"), play("ann", "t1", NOW), play("ann", "t2", NOW + 1), play("eve", "t2", NOW + 9)],
    )
    pages = measured(log(page("ann", [["t1", "t2"]]), page("eve", [["t1", "t2"]], NOW + 5)), after)

    assert [1, 0, 1] == pages.facts.target_plays.tolist()
    assert [1.0, nan] == pytest.approx(measure("recall_cold(1)@2").of(pages).tolist(), nan_ok=True)
    assert [0.5, 0.0] == measure("recall_cold(2)@1").of(pages).tolist()
    assert pytest.approx([1 / log2(3), nan], nan_ok=True) == measure("ndcg_cold(1)").of(pages).tolist()


def test_a_target_has_the_grade_of_the_play_that_made_it_one() -> None:
    """Ann liked t1 the first time and not the second, and did not grade t2; Bob gives t1 less."""
    after = world(
        [title("t1"), title("t2")],
        [
            play("ann", "t1", NOW, grade=4.0),
            play("ann", "t1", NOW + 1, grade=1.0),
            play("ann", "t2", NOW + 2),
            play("bob", "t1", NOW, grade=3.5),
        ],
    )
    pages = measured(log(page("ann", [["t2", "t1"]]), page("bob", [["t2", "t1"]])), after)

    assert [4.0, nan, 3.5] == pytest.approx(pages.targets.grade.tolist(), nan_ok=True)
    assert [1.0, nan] == pytest.approx(measure("recall@2[grade>=4]").of(pages).tolist(), nan_ok=True)
    assert [0.5, 0.5] == measure("mrr[grade>=3.5]").of(pages).tolist()


def test_what_nobody_knows() -> None:
    """No device is a television, no visible columns what its screen holds, an unknown title nothing."""
    data = world([title("t1")], [play("ann", "t1", NOW)])
    rows = [["t1", "elsewhere"], []]
    pages = measured(
        log(page("ann", rows), page("ann", rows, device="phone"), page("ann", [], visible_columns=4)), data
    )
    look = default_examination()

    assert [6, 3, 4] == pages.layout.visible.tolist()
    assert [2, 2, 0] == pages.layout.rows.tolist()
    assert [2, 2, 0] == pages.layout.columns.tolist()
    assert [look.of(device)[1][1] for device in ("tv", "phone")] == [pages.layout.look[1], pages.layout.look[3]]
    assert [True, False, True, False] == pages.known().tolist()
    assert [1.0, 1.0, 0.0] == measure("recall").of(pages).tolist()
    assert pytest.approx([0.5, 0.5, nan], nan_ok=True) == measure("row_share(genre)").of(pages).tolist()


def test_the_grid_of_the_experiment(data: Dataset) -> None:
    """Pages are judged on what was asked for, not on what they happen to be."""
    frame = log(page("ann", [["t2"]]))

    assert [1.0] == measure("precision").of(measured(frame, data)).tolist()
    assert [1 / 50] == measure("precision").of(measured(frame, data, (5, 10))).tolist()


def test_outcomes_of_other_pages_are_refused(data: Dataset) -> None:
    """As many outcomes as pages."""
    none = Outcomes(start=np.zeros(3, np.int64), title=np.zeros(0, np.int32), grade=np.zeros(0, np.float32))

    with pytest.raises(SchemaError, match="1 pages, but the targets of 2"):
        stored_pages(log(page("ann", [["t2"]])), data, none, default_examination())


def test_no_pages(data: Dataset) -> None:
    """An empty log has no values."""
    assert [] == measure("ndcg_2d").of(measured(PAGES.to_frame(), data)).tolist()


def test_every_metric_in_parts_and_at_once() -> None:
    """Pages of a world measured in batches of any size give the same numbers."""
    data = random_world().data
    rng, ids = np.random.default_rng(3), np.array(data.catalog.ids.names)
    members = [str(name) for name in data.members.ids.names[:20]]
    middle = int(data.events.time[len(data.events) // 2])
    frame = log(*(page(m, [rng.choice(ids, 7, replace=False).tolist() for _ in range(6)], middle) for m in members))
    whole, parts = (
        measured(frame, data, (6, 7)),
        [measured(frame[low : low + 3], data, (6, 7)) for low in range(0, 20, 3)],
    )
    words = {"genre_share": f"genre_share({data.catalog.genres.names[0]})", "row_share": "row_share(genre)"}
    words |= {"recall_surface": "recall_surface@6x7", "recall_cold": "recall_cold(50)", "ndcg_cold": "ndcg_cold(50)"}
    for name, metric in METRICS.items():
        asked = measure(words.get(name, name))
        if metric.level == "set":
            total = np.sum([asked.total(part) for part in parts], axis=0)

            assert asked.of_total(total) == pytest.approx(asked.of_total(asked.total(whole)))
        else:
            other = [[part] if metric.level == "pair" else [] for part in parts]
            values = [asked.of(part, *more) for part, more in zip(parts, other, strict=True)]
            at_once = asked.of(whole, *([whole] if metric.level == "pair" else []))

            np.testing.assert_allclose(np.concatenate(values), at_once, rtol=1e-12)
            assert not np.isnan(at_once).all()
