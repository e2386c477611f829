"""Examples: how the pairs of past requests are labelled and weighed."""

import numpy as np
import polars as pl
import pytest

from pagegen.arrays import lengths
from pagegen.engine import Engine
from pagegen.training.examples import MOST_WEIGHT, Window, examples, label_window
from tests.training.builders import NO_PAGES, asked, everything, page, pages_log
from tests.worlds import DAY, HOUR, NOW, World, event, play, tell, tiny_engine, title, window

NAMES = "abcdefg"


@pytest.fixture(scope="module")
def friends() -> World:
    """
    Eight titles, of which h may not be shown any more. All that may is in the pool, except what a member knows.

    Four days ago everybody knew something; then ann plays b, c and h; bob plays a again and d; carl only clicks.
    """
    early = [play(who, name, NOW - 4 * DAY) for who, name in (("ann", "a"), ("bob", "a"), ("carl", "b"), ("dora", "e"))]
    log = [
        play("ann", "b", NOW - 2 * DAY),
        play("ann", "c", NOW - 2 * DAY + HOUR // 2),
        play("ann", "h", NOW - 2 * DAY + HOUR // 2),
        play("bob", "a", NOW - 2 * DAY),
        play("bob", "d", NOW - 2 * DAY + 1),
        event("carl", "f", "click", NOW - 2 * DAY),
        play("dora", "f", NOW),
    ]
    catalog = [title(name) for name in NAMES] + [title("h", windows=[window("ZZ", None, NOW - 9 * DAY)])]
    return tell(catalog, [*early, *log])


def labelled(world: World, pages: pl.DataFrame = NO_PAGES) -> tuple[Engine, Window]:
    """The requests of two days ago, replayed on what was known before."""
    data = world.data
    engine = tiny_engine(data, {"fit": {"sources": ["facets"]}}, watermark=data.events.before(NOW - 2 * DAY))
    found = asked(everything(data), pages, warmup=0.4)
    return engine, label_window(engine, found)


def by_name(engine: Engine, found: Window, column: str) -> dict[str, dict[str, float]]:
    """A column of the pairs by member and title."""
    out: dict[str, dict[str, float]] = {}
    names, members = engine.data.catalog.ids.of(found.table.title), engine.data.members.ids.of(found.member)
    for b, name, value in zip(found.request.tolist(), names, getattr(found, column).tolist(), strict=True):
        out.setdefault(members[b], {})[name] = value
    return out


def test_a_title_first_played_within_the_horizon_is_a_positive(friends: World) -> None:
    """All other pairs of the pool are not: the again-played, the clicked; without pages all weigh the same."""
    engine, found = labelled(friends)
    label = by_name(engine, found, "label")

    assert {who: [name for name, one in row.items() if one] for who, row in label.items()} == {
        "ann": ["b", "c"],
        "bob": ["d"],
        "carl": [],
    }
    assert {1.0} == set(found.weight.tolist())


def test_a_positive_outside_the_pool_is_counted_and_never_added(friends: World) -> None:
    """Ann played h, which the pool may not hold: it is a target, and no pair."""
    engine, found = labelled(friends)

    assert [3, 1, 0] == found.targets.tolist()
    assert {who: "".join(row) for who, row in by_name(engine, found, "label").items()} == {
        "ann": "bcdefg",
        "bob": "bcdefg",
        "carl": "acdefg",
    }
    assert 3 == found.label.sum()


def test_the_baseline_sees_the_plays_until_the_request(friends: World) -> None:
    """Two members had played a, one had played e, in the hours that were over."""
    engine, found = labelled(friends)
    total = by_name(engine, found, "total")["carl"]

    assert {"a": 2.0, "e": 1.0, "c": 0.0} == {name: total[name] for name in "aec"}


def test_pages_weigh_the_pairs(friends: World) -> None:
    """Shown and seen: the inverse of the chance, at most 10; all others 1."""
    log = pages_log([page("ann", NOW - 2 * DAY, [["d", "b", "e"]], [2])])
    engine, found = labelled(friends, log)
    weight = by_name(engine, found, "weight")["ann"]
    near = 1 / 0.93
    deep = pages_log([page("ann", NOW - 2 * DAY, [*[["e"]] * 39, ["d"]], [1] * 40)])
    clipped = by_name(*labelled(friends, deep), "weight")["ann"]

    assert weight == pytest.approx(dict.fromkeys(weight, 1.0) | {"b": near})
    assert MOST_WEIGHT == clipped["d"]
    assert {"b": 1, "c": 1, "d": 0} == {name: by_name(engine, found, "label")["ann"][name] for name in "bcd"}


def test_a_ranker_learns_from_requests_with_a_positive(friends: World) -> None:
    """Carl's request has none; the others' pairs come in order, of all windows, as groups."""
    _, found = labelled(friends)
    learnt = examples([found, found])
    sizes = lengths(found.table.start)[:2].tolist()

    assert sizes * 2 == lengths(learnt.table.start).tolist()
    assert np.repeat([0, 1, 2, 3], sizes * 2).tolist() == learnt.table.request.tolist()
    rows = sum(sizes)
    assert found.label[:rows].tolist() * 2 == learnt.label.tolist()
    assert found.weight[:rows].tolist() * 2 == learnt.weight.tolist()
    assert found.table.values[:rows].tobytes() * 2 == learnt.table.values.tobytes()
    assert found.table.title[:rows].tolist() * 2 == learnt.table.title.tolist()


def test_labels_do_not_depend_on_batches(medium: World, engine: Engine) -> None:
    """A window of many batches is its requests one by one."""
    found = asked(everything(medium.data), horizon_hours=24, occasions=70)
    whole = label_window(engine, found)
    alone = [label_window(engine, found.part(np.array([i]))) for i in range(70)]

    assert np.concatenate([one.label for one in alone]).tolist() == whole.label.tolist()
    assert np.concatenate([one.targets for one in alone]).tolist() == whole.targets.tolist()
    assert b"".join(one.table.values.tobytes() for one in alone) == whole.table.values.tobytes()
    assert np.repeat(np.arange(70), [len(one.label) for one in alone]).tolist() == whole.request.tolist()
