"""Tastes: clusters of factors, with names that are true of their titles, for those who play them beyond the usual."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from candidates import tastes
from candidates.tastes.clusters import clusters
from candidates.tastes.names import named
from candidates.tastes.source import TASTE
from pagegen.arrays import AnyArray, Float32, Int32, record
from pagegen.bundle.resolve import resolve
from pagegen.data.dataset import Dataset, Past
from pagegen.errors import ConfigError
from pagegen.homepage import HOME
from pagegen.pool import Proposal
from tests.contracts import proposal, proposed
from tests.worlds import Fields, World, ask, days_ago, play, tell, tiny_engine, title

ROBOTS, HEISTS, MIXED = ([f"{letter}{n:02d}" for n in range(15)] for letter in "rhm")
FILMS = [
    *(title(name, genres=["Sci-Fi"], keywords=["robot"]) for name in ROBOTS),
    *(title(name, genres=["Crime", "Thriller"]) for name in HEISTS),
    *(title(name, genres=["Sci-Fi"] if n % 2 else ["Crime"]) for n, name in enumerate(MIXED)),
]
EVERYTHING = [play("you", name, days_ago(40)) for name in (*ROBOTS, *HEISTS, *MIXED)]


@record
class Given:
    title: Int32
    factors: Float32


def factors_of(world: Dataset) -> Given:
    """Robots point one way, heists another; of the mixed, the first seven go with robots, the others are alone."""
    names = world.catalog.ids.names
    axis = {**dict.fromkeys([*ROBOTS, *MIXED[:7]], 0), **dict.fromkeys(HEISTS, 1), **dict.fromkeys(MIXED[7:], 2)}
    position = world.catalog.ids.positions([name for name in names if name in axis])
    factors = np.zeros((len(position), 3), np.float32)
    factors[np.arange(len(position)), [axis[names[p]] for p in position]] = 1.0 + position / 100
    return Given(title=position, factors=factors)


def told(played: list[str], films: list[Fields] = FILMS) -> World:
    return tell(films, [*EVERYTHING, *(play("me", name, days_ago(30)) for name in played)])


def fitted(data: Dataset, **page: Any) -> tastes.Tastes:
    past = Past(data=data, watermark=len(data.events))
    config = tastes.FitConfig(titles=15, least=12)
    return tastes.fit(past, config, tastes.PageConfig(**page), np.random.default_rng(0), factors_of(data))


def asked(data: Dataset) -> Proposal:
    return proposal(tiny_engine(data), [ask("me")])


def rows(played: list[str], **page: Any) -> dict[str, set[str]]:
    """The tastes of `me`, who has played these, in their order, with what their rows bring."""
    data = told(played).data
    (found,) = proposed(fitted(data, **page), asked(data))
    return {seed: set(titles) for _, seed, _, titles, _ in found}


def test_who_plays_robots_has_a_taste_for_them_who_plays_some_of_everything_has_none() -> None:
    """A third of all plays are robots: four of five are a taste, two of seven are not."""
    assert {"keyword robot | Sci-Fi": set(ROBOTS[4:])} == rows([*ROBOTS[:4], MIXED[9]])
    assert {} == rows([*ROBOTS[:2], *HEISTS[:2], *MIXED[7:10]], min_titles=2)
    assert {} == rows([])


def test_the_heading_is_true_of_every_title() -> None:
    """Those of the cluster that do not carry its name are not in the row."""
    data = told([*ROBOTS[:4], *HEISTS[:5]]).data
    source = fitted(data, min_lift=1.0)
    names, found = data.catalog.niches.names, source.propose(asked(data))

    assert ["genre Thriller | Crime", "keyword robot | Sci-Fi"] == [names[seed] for seed in found.rows.seed]
    assert [["taste_genre"], ["taste_keyword"]] == [[TASTE.headings[v]] for v in found.rows.variant]
    assert set(ROBOTS[4:]) | set(HEISTS[5:]) == set(data.catalog.ids.of(found.title))


@pytest.mark.parametrize(("played", "shown"), [(7, True), (8, False)])
def test_a_taste_with_few_titles_left_makes_no_row(played: int, shown: bool) -> None:
    """Eight are enough."""
    assert shown == bool(rows(ROBOTS[:played]))


@pytest.mark.parametrize(("played", "shown"), [(3, True), (2, False)])
def test_three_titles_are_played(played: int, shown: bool) -> None:
    """Two may be chance."""
    assert shown == bool(rows(ROBOTS[:played]))


def test_those_furthest_above_the_usual_come_first_and_as_many_as_are_asked_for() -> None:
    """Five heists and four robots of nine titles."""
    played = [*ROBOTS[:4], *HEISTS[:5]]

    assert ["genre Thriller | Crime", "keyword robot | Sci-Fi"] == list(rows(played, min_lift=1.0))
    assert ["genre Thriller | Crime"] == list(rows(played, min_lift=1.0, rows=1))


def test_a_title_that_has_lost_its_keyword_leaves_the_row() -> None:
    """The catalog of today decides, whatever the bundle learnt; with too few such titles the name itself is gone."""
    source = fitted(told(ROBOTS[:4]).data)
    fewer, none = (
        told(
            ROBOTS[:4],
            [{**film, "keywords": film["keywords"] if n in kept else None} for n, film in enumerate(FILMS_K)],
        )
        for kept in (range(14), range(0))
    )

    assert set(ROBOTS[4:14]) == {t for (row,) in [proposed(source, asked(fewer.data))[0]] for t in row[3]}
    assert [[]] == proposed(source, asked(none.data))


FILMS_K: list[Fields] = [{"keywords": None, **film} for film in FILMS]


def test_saved_tastes_follow_their_titles() -> None:
    """Those that left are gone, a taste without titles too; nothing is saved where there is none."""
    data = told(ROBOTS[:4]).data
    source = fitted(data)
    names = data.catalog.ids.names
    where = np.array([-1 if name in HEISTS or name == "r14" else p + 3 for p, name in enumerate(names)], np.int32)
    moved = tastes.load(source.save(), where, len(names) + 3, tastes.PageConfig())
    empty: Mapping[str, AnyArray] = replace(source, niche=source.niche[:0]).save()

    assert ["keyword robot | Sci-Fi"] == moved.niche.tolist()
    assert [names.index(name) + 3 for name in ROBOTS[:14]] == moved.title.tolist()
    assert {} == empty
    assert 0 == len(tastes.load(empty, where, 9, tastes.PageConfig()).niche)


def test_clusters_are_directions_that_are_far_apart() -> None:
    """Lengths say nothing, every planted direction is found, and the same seed finds the same."""
    rng = np.random.default_rng(3)
    planted = np.repeat(np.arange(5), 40)
    near = np.eye(5)[planted] + rng.normal(0, 0.05, (200, 5))
    unit = near / np.linalg.norm(near, axis=1, keepdims=True)
    found = clusters(unit, 5, np.random.default_rng(0))

    assert 5 == len(set(zip(planted.tolist(), found.tolist(), strict=True))) == len(set(found.tolist()))
    assert found.tolist() == clusters(unit, 5, np.random.default_rng(0)).tolist()
    assert 3 == len(clusters(unit[:3], 5, rng))
    assert 0 == len(clusters(unit[:0], 5, rng))


def test_no_two_clusters_have_the_same_name() -> None:
    """The clearer one has it; the other gets its next best, or none."""
    films = [
        *(title(f"a{n:02d}", genres=["Sci-Fi"], keywords=["robot"]) for n in range(10)),
        *(title(f"b{n:02d}", genres=["Sci-Fi"], keywords=["robot", "space"] if n < 9 else None) for n in range(20)),
        *(title(f"c{n:02d}", genres=["Drama"]) for n in range(20)),
    ]
    catalog = tell(films).data.catalog
    cluster = np.repeat([0, 1, 2], [10, 20, 20]).astype(np.int32)
    found = [(of, catalog.niches.names[niche]) for of, niche in named(catalog.niches, cluster, 8)]

    assert [(0, "keyword robot | Sci-Fi"), (1, "keyword space | Sci-Fi")] == found
    assert (
        [(0, "keyword robot | Sci-Fi")]
        == found[:1]
        == [(of, catalog.niches.names[niche]) for of, niche in named(catalog.niches, cluster, 10)]
    )


@pytest.mark.parametrize("sources", [["tastes"], ["tastes", "als"]])
def test_what_a_source_learns_from_stands_before_it(sources: list[str]) -> None:
    """Else the settings are refused, and say which is missing."""
    with pytest.raises(ConfigError, match="tastes, fitted on others, names 'als'"):
        resolve(HOME, {"fit": {"sources": sources}})
