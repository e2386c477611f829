"""Because you watched: neighbours by brute force, seeds by the rule."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest

from candidates import because_you_watched as byw
from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Dataset, Past
from pagegen.pool.item_weights import item_weights
from pagegen.request import PageRequest
from tests.contracts import proposal, proposed, source_of
from tests.worlds import World, ask, days_ago, play, tiny_engine, title, world

CONFIG = byw.FitConfig(neighbours=7, shrinkage=3.0, min_support=2)


def fitted(data: Dataset, config: byw.FitConfig = CONFIG, **page: Any) -> byw.BecauseYouWatched:
    past = Past(data=data, watermark=len(data.events))
    return byw.fit(past, config, byw.PageConfig(**page), np.random.default_rng(0))


def brute_force(medium: World, half: float = math.inf) -> dict[str, list[tuple[str, float]]]:
    """
    Neighbours of every title from the members' lists: w / sqrt(n n') times n'' / (n'' + shrinkage), n'' members of both
    at least the support, and w what these count, by the distance of the two titles in the order of first play.
    """
    names, order = medium.data.catalog.ids.names, dict[str, dict[str, int]]()
    for member_id, title_id in medium.events.filter(kind="play").select("member_id", "title_id").iter_rows():
        titles = order.setdefault(member_id, {})
        titles.setdefault(title_id, len(titles))
    who = {name: [place for place in order.values() if name in place] for name in names}
    out = {}
    for a in names:
        found = []
        for b in names:
            both = [abs(place[a] - place[b]) for place in who[a] if b in place]
            n, weight = len(both), sum(1 / (1 + distance / half) for distance in both)
            if a != b and n >= CONFIG.min_support:
                found.append((b, weight / (len(who[a]) * len(who[b])) ** 0.5 * n / (n + CONFIG.shrinkage)))
        if len(who[a]) >= CONFIG.min_support:
            out[a] = sorted(found, key=lambda pair: -round(pair[1], 6))[: CONFIG.neighbours]
    return out


@pytest.mark.parametrize("half_distance", [0.0, 2.0])
def test_neighbours_are_those_of_brute_force(half_distance: float, medium: World) -> None:
    """Same titles in the same order, similarities to six digits; titles with too little support have none."""
    model = fitted(medium.data, msgspec.structs.replace(CONFIG, half_distance=half_distance))
    ids, found = medium.data.catalog.ids, {}
    for seed in model.near.seed.tolist():
        title, similarity = model.near.row(seed)
        found[ids.names[seed]] = list(zip(ids.of(title), similarity.tolist(), strict=True))
    expected = brute_force(medium, half_distance or math.inf)

    assert expected.keys() == found.keys()
    for seed, near in expected.items():
        assert [similarity for _, similarity in near] == pytest.approx([s for _, s in found[seed]], rel=1e-5)
        assert [name for name, _ in near] == [name for name, _ in found[seed]]


def test_titles_watched_one_after_the_other_are_nearest() -> None:
    """All three watch a, b, c, d in turn and then b once more: it is where it was first."""
    plays = [play(who, name, days_ago(9 - age)) for who in ("x", "y", "z") for age, name in enumerate("abcdb")]
    data = world([title(name) for name in "abcd"], plays)
    near = fitted(data, byw.FitConfig(min_support=3, shrinkage=0.0, half_distance=1.0)).near
    titles, similarity = near.row(0)

    assert ["b", "c", "d"] == data.catalog.ids.of(titles)
    assert [1 / 2, 1 / 3, 1 / 4] == pytest.approx(similarity.tolist())


def test_scores_add_up_the_latest_titles_and_fade(medium: World) -> None:
    """The newest counts 1, the one before .5, then .25; titles older than the last three count nothing."""
    model = fitted(medium.data, recent=3, fade=0.5)
    contexts = read_contexts([ask("m003"), ask("a stranger")], medium.data, TrendWindows())
    neighbours, names = brute_force(medium), medium.data.catalog.ids.names
    latest = medium.data.catalog.ids.of(contexts.played.title)[-3:][::-1]
    expected = [
        sum(dict(neighbours.get(seed, [])).get(name, 0.0) * 0.5**age for age, seed in enumerate(latest))
        for name in names
    ]
    mine, nobodys = model.score(contexts)

    assert expected == pytest.approx(mine.tolist(), rel=1e-5)
    assert np.isnan(nobodys).all()


def seeds(plays: list[dict[str, Any]], request: PageRequest | None = None) -> list[str]:
    """What the rows of `me` are about; all titles were watched together by a crowd."""
    names = ["a", "b", "c", "d", "e"]
    crowd = [play(f"x{n}", name, days_ago(50)) for n in range(3) for name in [*names, "f", "g"]]
    data = world([title(name) for name in [*names, "f", "g", "lonely"]], [*crowd, *plays])
    engine = tiny_engine(data)
    (rows,) = proposed(source_of(engine, "because_you_watched"), proposal(engine, [request or ask("me")]))
    return [seed for _, seed, *_ in rows]


def test_rows_are_about_the_latest_titles() -> None:
    """Newest first; a title without neighbours is about nothing."""
    plays = [play("me", name, days_ago(age)) for name, age in (("a", 5), ("b", 3), ("lonely", 1), ("a", 2), ("c", 4))]

    assert ["a", "b", "c"] == seeds(plays)
    assert ["b", "c", "a"] == seeds(plays, ask("me", days_ago(2.5)))
    assert [] == seeds(plays, ask("a stranger"))


def test_a_title_that_was_left_early_is_no_seed() -> None:
    """Under half watched; not knowing how much is no reason against it."""
    fractions = {"a": 0.49, "b": 0.5, "c": None, "d": 1.0}

    assert {"b", "c", "d"} == set(seeds([play("me", name, fraction=f) for name, f in fractions.items()]))


def test_a_title_graded_far_below_the_mean_is_no_seed() -> None:
    """Mean 3: 2.5 is half a grade below and stays, 2 goes, no grade stays."""
    grades = {"a": 2.5, "b": 2.0, "c": None, "d": 4.5}

    assert {"a", "c", "d"} == set(seeds([play("me", name, grade=g) for name, g in grades.items()]))


def test_a_very_long_history_counts_with_its_latest_titles() -> None:
    """Of a member who played all, the last two are watched together, the others are not."""
    plays = [play(who, name, days_ago(9 - age)) for who in ("x", "y", "z") for age, name in enumerate("abcd")]
    data = world([title(name) for name in "abcd"], [*plays, play("x", "d", days_ago(20))])
    model = fitted(data, byw.FitConfig(min_support=3, max_titles=2))

    assert ["c", "d"] == data.catalog.ids.of(model.near.seed)
    assert ["d", "c"] == data.catalog.ids.of(model.near.title)


def told(*histories: str) -> list[dict[str, Any]]:
    """Members who played these titles a day apart, all in the same days; those of later histories later."""
    return [
        play(f"{number}-{n}", name, days_ago(60 - 20 * number - day))
        for number, history in enumerate(histories)
        for n in range(4)
        for day, name in enumerate(history)
    ]


def test_a_seed_is_as_good_as_its_neighbours_foretold() -> None:
    """In the old plays a goes with b and c with d; in the new ones a is followed by b again, c by anything else."""
    data = world([title(name) for name in "abcdefgh"], [*told("ab", "cd"), *told("", "", "abcef")])
    config = byw.FitConfig(min_support=2, shrinkage=0.0, judged_share=0.5)
    quality = dict(zip("abcdefgh", fitted(data, config).quality.tolist(), strict=True))
    plain = fitted(data, msgspec.structs.replace(config, judged_share=0.0))

    # of the 4 members' pairs in the new half: after a come b c e f, after b come c e f, after c come e f
    usual = 4 / (16 + 12 + 8)
    assert quality["a"] == pytest.approx((4 + 20 * usual) / (16 + 20) / usual)
    assert quality["c"] == pytest.approx((0 + 20 * usual) / (8 + 20) / usual)
    assert {1.0} == {quality[name] for name in "dgh"} == set(plain.quality.tolist())
    assert ["seed", "start", "title", "weight"] == sorted(plain.save())


def test_qualities_know_nothing_of_what_comes_later(medium: World) -> None:
    """The same from a log that ends with the past."""
    config = msgspec.structs.replace(CONFIG, judged_share=0.3)
    past = Past(data=medium.data, watermark=2_000)
    rng = np.random.default_rng(0)
    first, second = (byw.fit(one, config, byw.PageConfig(), rng).quality for one in (past, past.alone()))

    assert len(np.unique(first)) > 20
    assert first.tobytes() == second.tobytes()


def test_qualities_follow_their_titles(medium: World) -> None:
    """To other positions, out of a bundle; those of titles that left are gone, new titles are as usual."""
    model = fitted(medium.data, msgspec.structs.replace(CONFIG, judged_share=0.3))
    size = len(medium.data.catalog)
    where = np.array([-1 if n % 5 == 0 else n + 2 for n in range(size)], np.int32)
    moved = byw.load(model.save(), where, size + 2, byw.PageConfig()).quality
    seeds = [n for n in model.near.seed.tolist() if n % 5]

    assert model.quality[seeds].tolist() == moved[[n + 2 for n in seeds]].tolist()
    assert {1.0} == set(np.delete(moved, [n + 2 for n in seeds]).tolist())


def chosen(quality: dict[str, float] | None = None, **page: Any) -> list[str]:
    """The seeds of `me`, who played a b c d, d the latest; a and d have the neighbours w x, b y z, c w z."""
    near = {"a": "wx", "b": "yz", "c": "wz", "d": "wx"}
    films = [title(name) for name in "abcdwxyz"]
    data = world(films, [play("me", name, days_ago(9 - day)) for day, name in enumerate("abcd")])
    ids = data.catalog.ids
    rows = [(ids.positions(names), np.array([0.5, 0.4], np.float32)) for names in near.values()]
    worth = np.array([(quality or {}).get(name, 1.0) for name in ids.names], np.float32)
    config = byw.PageConfig(**page)
    model = byw.BecauseYouWatched(config=config, near=item_weights(ids.positions(near), rows, len(ids)), quality=worth)
    (found,) = proposed(model, proposal(tiny_engine(data), [ask("me")]))
    return [seed for _, seed, *_ in found]


def test_seeds_are_the_latest_unless_something_else_counts() -> None:
    """As many as are asked for, of those considered."""
    assert ["d", "c", "b", "a"] == chosen()
    assert ["d", "c"] == chosen(seeds=2) == chosen(considered=2)


def test_good_seeds_come_before_recent_ones_as_far_as_quality_counts() -> None:
    """A place costs a tenth, or nothing: a is three places behind d, .729."""
    assert ["a", "d", "c", "b"] == chosen({"a": 1.4}, seed_quality=1.0)
    assert ["d", "a", "c", "b"] == chosen({"a": 1.3}, seed_quality=1.0)
    assert ["a", "d", "c", "b"] == chosen({"a": 1.3}, seed_quality=2.0)
    assert ["a", "d", "c", "b"] == chosen({"a": 1.1}, seed_quality=1.0, seed_fade=1.0)


def test_diverse_seeds_bring_other_neighbours() -> None:
    """After d, whose neighbours are w x, b brings two new ones, c one, a none; with two rows these are d and b."""
    assert ["d", "b", "c", "a"] == chosen(diversity=1.0, seed_fade=1.0)
    assert ["d", "b"] == chosen(diversity=1.0, seeds=2)
    assert ["d", "c"] == chosen(diversity=0.1, seeds=2)
