"""People: more with whom the member follows, and nobody followed by chance."""

from collections.abc import Iterable

import pytest

from tests.contracts import proposal, proposed, source_of
from tests.worlds import ALL_SOURCES, Fields, ask, days_ago, play, tiny_engine, title, world

ANN = [f"a{n}" for n in range(8)]  # with Ann; a7 also with Bob
BOB = [f"b{n}" for n in range(8)]  # by Bob
REST = [f"r{n}" for n in range(24)]
FILMS = [
    *(title(name, cast=["Ann"], directors=["Bob"] if name == "a7" else None) for name in ANN),
    *(title(name, directors=["Bob"]) for name in BOB),
    *(title(name) for name in REST),
]
EVERYTHING = [play("you", name, days_ago(40)) for name in (*ANN, *BOB, *REST)]  # 40 titles


def finished(names: Iterable[str], fraction: float = 1.0) -> list[Fields]:
    return [play("me", name, days_ago(30), fraction) for name in names]


def rows(events: list[Fields], **settings: float) -> dict[str, set[str]]:
    """The people `me` follows, most first, and what their rows bring."""
    engine = tiny_engine(world(FILMS, [*EVERYTHING, *events]), ALL_SOURCES, {"page": {"source": {"people": settings}}})
    (found,) = proposed(source_of(engine, "people"), proposal(engine, [ask("me")]))
    return {seed: set(titles) for _, seed, _, titles, _ in found}


def test_who_finished_three_films_with_ann_gets_more_from_ann_who_finished_three_of_anybody_does_not() -> None:
    """On the page, under her name, without what was watched."""
    fan, other = finished(ANN[:3]), finished(REST[:3])
    engines = [tiny_engine(world(FILMS, [*EVERYTHING, *log]), ALL_SOURCES) for log in (fan, other)]
    pages = [engine.run([ask("me", row_kinds=("people",))]).pages[0] for engine in engines]
    shown = [[(r.heading, r.row_id, r.evidence.seed_type) for r in page.rows] for page in pages]

    assert [[("More from Ann", "people:Ann", "person")], []] == shown
    assert {"Ann": set(ANN[3:])} == rows(fan)


@pytest.mark.parametrize(("number", "fraction", "follows"), [(3, 0.9, True), (2, 1.0, False), (3, 0.89, False)])
def test_three_titles_are_finished(number: int, fraction: float, follows: bool) -> None:
    """Two are not enough, and looks are not finished."""
    assert follows == ("Ann" in rows(finished(ANN[:number], fraction)))


def test_the_same_title_thrice_is_one_title() -> None:
    """However often it was played."""
    assert {} == rows(finished([*ANN[:2], ANN[0], ANN[0]]))


@pytest.mark.parametrize(("others", "follows"), [(3, True), (4, True), (5, True), (6, False)])
def test_twice_the_base_rate(others: int, follows: bool) -> None:
    """4 of Ann's 8 are half: twice as much as 4 + 6 of 40, not as much as twice 4 + 7 of 40."""
    assert follows == ("Ann" in rows(finished([*ANN[:4], *REST[: others + 1]])))


def test_titles_nobody_has_played_are_not_counted() -> None:
    """A catalog that is larger than what is watched makes nobody a follower."""
    unseen = [title(f"u{n}") for n in range(500)]
    engine = tiny_engine(world([*FILMS, *unseen], [*EVERYTHING, *finished([*ANN[:4], *REST[:9]])]), ALL_SOURCES)
    (found,) = proposed(source_of(engine, "people"), proposal(engine, [ask("me")]))

    assert [] == found


def test_those_followed_most_come_first_and_as_many_as_are_asked_for() -> None:
    """Bob's 4 of 9 titles are 2.2 above the base rate of 8 in 40, Ann's 4 of 8 are 2.4."""
    log = finished([*ANN[:4], *BOB[:4]])

    assert ["Ann", "Bob"] == list(rows(log))
    assert ["Ann"] == list(rows(log, rows=1))
    assert {"a7", *BOB[4:]} == rows(log)["Bob"]
