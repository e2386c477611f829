"""Recent plays: the staircase against the exact decay, and half-lives found again in worlds made with them."""

import numpy as np
import pytest

from candidates import recent_plays
from candidates.recent_plays import PRIOR_PLAYS, FitConfig, PageConfig, RecentPlays, shares
from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Dataset, Past
from tests.worlds import DAY, HOUR, NOW, ask, play, title, world

NAMES = "abcdef"


def fashions(days: float, *, seed: int = 0) -> Dataset:
    """60 days of 40 plays, each of the title in fashion; a fashion lasts so many days."""
    rng = np.random.default_rng(seed)
    worn = rng.integers(len(NAMES), size=int(60 / days) + 2)
    times = np.arange(60 * 40) * (DAY // 40)
    follows = rng.random(len(times)) < 0.8
    said = np.where(follows, worn[(times // int(days * DAY)).astype(int)], rng.integers(len(NAMES), size=len(times)))
    log = [
        play(f"m{i}", NAMES[t], NOW - 60 * DAY + time)
        for i, (t, time) in enumerate(zip(said, times.tolist(), strict=True))
    ]
    return world([title(name) for name in NAMES], log)


def fitted(data: Dataset) -> RecentPlays:
    past = Past(data=data, watermark=len(data.events))
    return recent_plays.fit(past, FitConfig(), PageConfig(), np.random.default_rng(0))


def test_short_fashions_get_short_half_lives() -> None:
    """Two days, eight days, and fashions that do not end within the log."""
    found = [fitted(fashions(days)).half_life_days for days in (2, 8, 1000)]

    assert sorted(set(found)) == found
    assert found[0] <= 2
    assert found[-1] >= 64


def test_the_staircase_is_close_to_the_decay() -> None:
    """Shares within two percent of those of 2^(-age / h), and of all plays ever for an endless half-life."""
    data = fashions(8)
    age = (NOW - data.events.time) / DAY
    ever = np.bincount(data.events.title, minlength=len(NAMES))
    for half_life in (0.5, 4.0, 10_000.0):
        exact = np.bincount(data.events.title, np.exp2(-age / half_life), minlength=len(NAMES))
        expected = (exact + PRIOR_PLAYS * ever / ever.sum()) / (exact.sum() + PRIOR_PLAYS)

        assert expected == pytest.approx(shares(data.trends.worldwide, NOW, half_life), abs=0.02)
        assert sum(shares(data.trends.worldwide, NOW, half_life)) == pytest.approx(1.0)


def test_a_request_sees_what_was_played_before_its_hour() -> None:
    """Of two requests an hour apart only the later one knows of the play between; nobody's history matters."""
    log = [play("ann", "a", NOW - 9 * DAY), play("bob", "b", NOW - HOUR - 1)]
    data = world([title("a"), title("b")], log)
    score = fitted(data).score(read_contexts([ask("ann", NOW - HOUR), ask("a stranger", NOW)], data, TrendWindows()))

    assert score[0, 0] > score[0, 1]
    assert score[1, 1] > score[1, 0]


def test_the_settings_may_name_the_half_life() -> None:
    """It is used, and the fitted one is what is saved."""
    past = Past(data=fashions(8), watermark=2_400)
    model = recent_plays.fit(past, FitConfig(), PageConfig(half_life_days=3.0), np.random.default_rng(0))
    loaded = recent_plays.load(model.save(), np.zeros(0, np.int32), 0, PageConfig())

    assert (3.0, model.fitted_days) == (model.half_life_days, loaded.half_life_days)


def test_without_plays_there_is_nothing_to_count() -> None:
    """Nor to foretell; the half-life is the middle one."""
    data = world([title(name) for name in NAMES])

    assert fitted(data).half_life_days == 16.0
    assert {0.0} == set(fitted(data).score(read_contexts([ask()], data, TrendWindows()))[0].tolist())
