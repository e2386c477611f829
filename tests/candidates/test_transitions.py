"""Transitions: steps counted by brute force, scores added up by hand."""

from typing import Any

import msgspec
import numpy as np
import pytest

from candidates import transitions
from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Dataset, Past
from tests.worlds import HOUR, NOW, World, ask, play, title, world

CONFIG = transitions.FitConfig(window=3, backward=0.25, shrinkage=2.0, neighbours=6)


def fitted(data: Dataset, config: transitions.FitConfig = CONFIG, **page: Any) -> transitions.Transitions:
    past = Past(data=data, watermark=len(data.events))
    return transitions.fit(past, config, transitions.PageConfig(**page), np.random.default_rng(0))


def brute_force(medium: World, config: transitions.FitConfig) -> dict[str, dict[str, float]]:
    """Steps between the titles of each member, every title where they first played it."""
    first: dict[str, dict[str, float]] = {}
    plays = medium.events.filter(kind="play").select("member_id", "title_id", "time")
    for member_id, title_id, time in plays.iter_rows():
        first.setdefault(member_id, {}).setdefault(title_id, time.timestamp() / 86_400)
    count: dict[str, dict[str, float]] = {}
    for played in (list(titles.items()) for titles in first.values()):
        for i, (a, then) in enumerate(played):
            for distance, (b, day) in enumerate(played[i + 1 : i + 1 + config.window], start=1):
                for one, other, weight in ((a, b, 1.0), (b, a, config.backward)):
                    row, half_life = count.setdefault(one, {}), config.gap_half_life_days
                    fades = 0.5 ** ((day - then) / half_life) if half_life else 1.0
                    row[other] = row.get(other, 0.0) + weight / distance * fades
    return {
        a: {b: steps / (sum(row.values()) + config.shrinkage) for b, steps in row.items() if steps > 0}
        for a, row in count.items()
    }


@pytest.mark.parametrize("half_life", [0.0, 3.0])
def test_steps_are_those_of_brute_force(half_life: float, medium: World) -> None:
    """Each title's heaviest steps, with their share of all its steps; backward a quarter, days later less if so set."""
    config = msgspec.structs.replace(CONFIG, gap_half_life_days=half_life)
    near, ids = fitted(medium.data, config).next, medium.data.catalog.ids
    expected = brute_force(medium, config)

    assert expected.keys() == set(ids.of(near.seed))
    for seed in near.seed.tolist():
        titles, weight = near.row(seed)
        row = expected[ids.names[seed]]
        assert sorted(row.values(), reverse=True)[: CONFIG.neighbours] == pytest.approx(weight.tolist(), rel=1e-5)
        assert [row[name] for name in ids.of(titles)] == pytest.approx(weight.tolist(), rel=1e-5)


@pytest.fixture(scope="module")
def chain() -> Dataset:
    """Three members play a, b, c, d in this order; ann has played a, then b."""
    names = "abcd"
    log = [play(who, name, NOW - (9 - i) * HOUR) for who in ("x", "y", "z") for i, name in enumerate(names)]
    return world(
        [title(name) for name in names], [*log, play("ann", "a", NOW - 2 * HOUR), play("ann", "b", NOW - HOUR)]
    )


def test_the_next_title_of_the_list_comes_first(chain: Dataset) -> None:
    """Without steps back, c follows b at once and d later; nothing leads to a."""
    score = fitted(chain, transitions.FitConfig(backward=0.0), fade=0.5).score(
        read_contexts([ask("ann"), ask("a stranger")], chain, TrendWindows())
    )
    from_a, from_b = 4 + 3 / 2 + 3 / 3 + 5, 3 + 3 / 2 + 5  # ann's own step a-b is the fourth
    expected = [0.0, 0.5 * 4 / from_a, 3 / from_b + 0.5 * 1.5 / from_a, 1.5 / from_b + 0.5 * 1 / from_a]

    assert expected == pytest.approx(score[0].tolist(), rel=1e-6)
    assert np.isnan(score[1]).all()


def test_what_is_played_long_after_says_less(chain: Dataset) -> None:
    """All steps of the chain take an hour: with a half-life of an hour those of two titles count a quarter of 1/2."""
    near = fitted(chain, transitions.FitConfig(window=2, backward=0.0, shrinkage=0.0, gap_half_life_days=1 / 24)).next
    _, weight = near.row(0)
    b, c = 4 * 0.5, 3 * 0.25 / 2

    assert [b / (b + c), c / (b + c)] == pytest.approx(weight.tolist())


def test_only_the_latest_titles_count(chain: Dataset) -> None:
    """With a history of one title, what followed a says nothing."""
    contexts = read_contexts([ask("ann")], chain, TrendWindows())
    score = fitted(chain, transitions.FitConfig(window=1, backward=0.0), max_history=1).score(contexts)

    assert [0.0, 0.0, 3 / 8, 0.0] == pytest.approx(score[0].tolist())


def test_nobody_has_played_two_titles() -> None:
    """An empty log and a log of single plays make a model without steps, which scores 0."""
    data = world([title("a"), title("b")], [play("ann", "a", NOW - HOUR)])
    score = fitted(data).score(read_contexts([ask("ann")], data, TrendWindows()))

    assert [0.0, 0.0] == score[0].tolist()
