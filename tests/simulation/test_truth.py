"""The truth of a world: the same while it runs, afterwards, from disk, in any batch; and worth something."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pagegen.arrays import Float64, Int8, Int32, Int64, Mask, groups
from pagegen.simulation.behaviour import GroundTruth, Judged, Responses, Shown
from pagegen.simulation.row_cascade import RowCascade
from pagegen.simulation.world import World, WorldConfig, generate, load, noise, storage, taste
from pagegen.simulation.world.history import FINISHED, UNTOUCHED, Live, seconds_of
from pagegen.simulation.world.page_table import shown
from pagegen.simulation.world.rhythm import DAY_MS, EPOCH_MS, HOUR_MS
from tests.simulation.made_pages import best_pages, page

BEHAVIOUR = RowCascade()


def visits(world: World, count: int, *, at_day: float, seed: int = 0) -> tuple[Int32, Int64, Int8]:
    """Members, times and devices of fresh visits in an evening."""
    rng = np.random.default_rng(seed)
    member = rng.integers(0, len(world.truth.members), count).astype(np.int32)
    return member, np.full(count, EPOCH_MS + int(at_day * DAY_MS) + 19 * HOUR_MS), np.zeros(count, np.int8)


def test_the_log_remembers_what_the_running_world_knew(shaped: World) -> None:
    """Outcomes and times rebuilt from the events equal those kept while the world ran, for every pair."""
    live = shaped.running_truth.history
    assert isinstance(live, Live)
    member = np.arange(600, dtype=np.int32)
    end = np.full(600, 41 * 86_400)
    outcome, seconds = shaped.truth.history.last(member, end)

    np.testing.assert_array_equal(live.outcome, outcome)
    np.testing.assert_array_equal(np.where(outcome == UNTOUCHED, 0, live.seconds), seconds)
    np.testing.assert_array_equal(live.franchises(member, end), shaped.truth.history.franchises(member, end))


class Recording:
    """The usual behaviour, writing down what the truth of the moment said."""

    name = "recording"

    def __init__(self) -> None:
        self.judged: list[tuple[Shown, Judged]] = []

    def respond(self, truth: GroundTruth, pages: Shown, rng: np.random.Generator) -> Responses:
        self.judged.append((pages, truth.judge(pages)))
        return BEHAVIOUR.respond(truth, pages, rng)

    def expected_plays(self, truth: GroundTruth, pages: Shown) -> Float64:
        return BEHAVIOUR.expected_plays(truth, pages)


def test_pages_are_judged_afterwards_as_they_were_then() -> None:
    """The truth made from the log says of every logged page exactly what the running world's truth said."""
    recording = Recording()
    world = generate(WorldConfig(members=80, titles=150, days=15, seed=5), behaviour=recording)

    for pages, then in recording.judged:
        now = world.truth.judge(pages)
        for field in ("utility", "pull", "patience", "want_start", "want_title", "want_chance"):
            np.testing.assert_array_equal(getattr(then, field), getattr(now, field), err_msg=field)
    assert sum(len(pages) for pages, _ in recording.judged) == world.tables["pages"].height > 500


def test_the_truth_on_disk_is_the_truth(small: World, tmp_path: Path) -> None:
    """Written and loaded, it says the same of fifty visits, bit for bit."""
    small.write(tmp_path / "data")
    member, time_ms, device = visits(small, 50, at_day=12.3)

    np.testing.assert_array_equal(
        small.truth.appeal(member, time_ms, device), load(tmp_path / "data").appeal(member, time_ms, device)
    )


def test_pages_of_the_log_come_back_as_they_were_shown(small: World) -> None:
    """From the table alone: the same titles, rows, times; and so the same expected plays."""
    frame = small.tables["pages"]
    parts = [part.logged.shown for part in small.pages]
    expected = np.concatenate([BEHAVIOUR.expected_plays(small.truth, part) for part in parts])

    np.testing.assert_allclose(BEHAVIOUR.expected_plays(small.truth, shown(frame)), expected, rtol=1e-12)


def test_appeal_does_not_depend_on_the_batch(shaped: World) -> None:
    """One visit alone, or among sixty-nine others: the same numbers, bit for bit."""
    member, time_ms, device = visits(shaped, 70, at_day=30)
    together = shaped.truth.appeal(member, time_ms, device)
    alone = [shaped.truth.appeal(member[i : i + 1], time_ms[i : i + 1], device[i : i + 1])[0] for i in range(70)]

    np.testing.assert_array_equal(together, np.stack(alone))


def test_later_events_do_not_reach_back(shaped: World) -> None:
    """Appeal on day 20 is the same in the whole log and in a log that ends on day 20."""
    member, time_ms, device = visits(shaped, 40, at_day=20)
    cut = np.flatnonzero(shaped.events.seconds < seconds_of(time_ms)[0])
    events = replace(
        shaped.events, **{name: getattr(shaped.events, name)[cut] for name in shaped.events.__dataclass_fields__}
    )

    np.testing.assert_array_equal(
        storage.with_log(shaped.running_truth, events).appeal(member, time_ms, device),
        shaped.truth.appeal(member, time_ms, device),
    )


def test_what_is_finished_is_wanted_less(shaped: World) -> None:
    """Among adults a finished title keeps less than a tenth of the odds it would have had."""
    member, time_ms, device = visits(shaped, 200, at_day=39)
    adults = ~shaped.truth.members.kids[member]
    outcome, _ = shaped.truth.history.last(member, seconds_of(time_ms))
    before = shaped.truth.history.last(member, np.zeros(200, np.int64))[0]
    utility = shaped.truth.explained(member, time_ms, device)
    fresh = replace(shaped.truth, history=Nothing(shaped)).explained(member, time_ms, device)
    done = (outcome == FINISHED) & adults[:, None]

    assert not before.any()
    assert done.any()
    assert (fresh - utility)[done & (fresh > utility)].min() > np.log(10)


class Nothing:
    """A history in which nothing was ever done, but franchises were finished as in the world's."""

    def __init__(self, world: World) -> None:
        self.world = world

    def last(self, member: Int32, seconds: Int64) -> tuple[Int8, Int32]:
        del seconds
        shape = (len(member), len(self.world.titles))
        return np.zeros(shape, np.int8), np.zeros(shape, np.int32)

    def franchises(self, member: Int32, seconds: Int64) -> Mask:
        return self.world.truth.history.franchises(member, seconds)


def test_noise_is_standard_normal_and_fixed_for_the_pair() -> None:
    """Mean 0, deviation 1, titles uncorrelated; the pair alone decides, and the seed."""
    member, title = np.arange(1000)[:, None], np.arange(500)
    drawn = noise.standard(7, member, title)

    assert drawn.mean() == pytest.approx(0, abs=0.01)
    assert drawn.std() == pytest.approx(1, abs=0.01)
    assert np.abs(np.corrcoef(drawn[:, :200].T) - np.eye(200)).max() < 0.2
    assert drawn[17, 33] == noise.standard(7, np.array([17]), np.array([33]))[0]
    assert not np.array_equal(drawn, noise.standard(8, member, title))


def test_a_third_of_the_variance_cannot_be_learnt(shaped: World) -> None:
    """Among titles a member has not touched and may see, at least 30 % of the variance of utility is noise."""
    member, time_ms, device = visits(shaped, 300, at_day=30)
    explained = shaped.truth.explained(member, time_ms, device)
    chance = noise.NOISE_SD * noise.standard(shaped.truth.seed, member[:, None], np.arange(500))
    untouched = shaped.truth.history.last(member, seconds_of(time_ms))[0] == UNTOUCHED
    open_to = shaped.truth.allowed(member, time_ms) & untouched & ~shaped.truth.members.kids[member][:, None]

    assert 0.30 <= chance[open_to].var() / (explained + chance)[open_to].var() <= 0.45


def test_tastes_move_and_sometimes_jump(shaped: World) -> None:
    """A fortnight apart tastes still resemble each other; five weeks apart less; a jump shows at once."""
    truth, member = shaped.truth, np.arange(600, dtype=np.int32)

    def at(day: float) -> Float64:
        time_ms = np.full(600, EPOCH_MS + int(day * DAY_MS))
        return truth.tastes.member(truth.members, member, time_ms, np.zeros(600, np.int8))[:, : taste.TASTES]

    calm = truth.tastes.jump_ms > EPOCH_MS + 40 * DAY_MS
    near, far = (np.corrcoef(at(2)[calm].ravel(), at(day)[calm].ravel())[0, 1] for day in (16, 37))
    jumped = np.flatnonzero(
        (truth.tastes.jump_ms > EPOCH_MS + DAY_MS) & (truth.tastes.jump_ms < EPOCH_MS + 39 * DAY_MS)
    )
    day = (truth.tastes.jump_ms[jumped[0]] - EPOCH_MS) / DAY_MS
    step = np.abs(at(day + 0.001)[jumped[0]] - at(day - 0.001)[jumped[0]]).max()

    assert 0.6 < far < near < 0.95
    assert 0.04 < len(jumped) / 600 < 0.16
    assert step > 0.3


def test_the_oracle_beats_popularity_and_popularity_beats_chance(shaped: World) -> None:
    """In true expected plays of pages of 8 x 12 untouched titles, by a clear margin."""
    member, time_ms, device = visits(shaped, 400, at_day=39)
    template = page([[0]], members=member, visible=6, at_day=39)
    template = replace(template, time_ms=time_ms)
    touched = shaped.truth.history.last(member, seconds_of(time_ms))[0] != UNTOUCHED
    hidden = np.where(touched | ~shaped.truth.allowed(member, time_ms), -1e9, 0)
    plays = np.bincount(shaped.events.title[shaped.events.kind == 0], minlength=500)
    rng = np.random.default_rng(0)
    scores = {
        "random": rng.random((400, 500)),
        "popularity": np.broadcast_to(plays, (400, 500)),
        "explained": shaped.truth.explained(member, time_ms, device),
        "oracle": shaped.truth.appeal(member, time_ms, device),
    }
    expected = {
        name: BEHAVIOUR.expected_plays(shaped.truth, best_pages(template, score + hidden, rows=8, columns=12)).mean()
        for name, score in scores.items()
    }

    assert expected["random"] * 1.3 < expected["popularity"]
    assert expected["popularity"] * 1.3 < expected["explained"]
    assert expected["explained"] < expected["oracle"]
    assert 0.5 < (expected["explained"] - expected["popularity"]) / (expected["oracle"] - expected["popularity"]) < 0.95


def test_unfinished_titles_are_wanted_and_only_those(shaped: World) -> None:
    """A page that begins with the likeliest unfinished title gets more plays than the same page without it."""
    member, time_ms, _ = visits(shaped, 300, at_day=39)
    pages = replace(page([[0]], members=member, visible=6), time_ms=time_ms)
    judged = shaped.truth.judge(pages)
    some = np.flatnonzero(np.diff(judged.want_start) > 0)
    order = np.lexsort((-judged.want_chance, groups(judged.want_start)))  # the likeliest of each visit first
    first = judged.want_title[order[judged.want_start[some]]]
    template = replace(
        pages, member=member[some], time_ms=time_ms[some], device=pages.device[some], visible=pages.visible[some]
    )
    popular = np.bincount(shaped.events.title, minlength=500).astype(float)
    without = np.tile(popular, (len(some), 1))
    with_it = without.copy()
    with_it[np.arange(len(some)), first] = 1e9
    without[np.arange(len(some)), first] = -1e9

    gains = BEHAVIOUR.expected_plays(shaped.truth, best_pages(template, with_it, rows=6, columns=10))
    plain = BEHAVIOUR.expected_plays(shaped.truth, best_pages(template, without, rows=6, columns=10))

    assert len(some) > 100
    assert gains.mean() > plain.mean() + 0.05
