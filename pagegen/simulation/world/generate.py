"""
The loop that makes a world: quarter day by quarter day, members visit, are shown pages, respond, watch.

    generate(WorldConfig(members=2000, titles=1500, days=60, seed=7)) -> World;  world.write(folder)

The log starts at the epoch with the service already known: the first pages are made from a guess of popularity.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from pagegen.arrays import NONE, Float64, Int16, Int32, Int64, groups, record, within
from pagegen.errors import ConfigError
from pagegen.simulation.behaviour import Behaviour, Judged, Responses, RowCascade, Shown
from pagegen.simulation.world import catalog, history, logging_policy, population, shelves, taste, trends, visits, watching, windows
from pagegen.simulation.world.catalog import Titles
from pagegen.simulation.world.history import Events, Live
from pagegen.simulation.world.logging_policy import Logged, Moment
from pagegen.simulation.world.rhythm import COUNTRIES, DAY_MS, EPOCH_MS, PARTS
from pagegen.simulation.world.truth import CHUNK, Facts, Truth
from pagegen.simulation.world.visits import Visits
from pagegen.simulation.world.watching import Choices
from pagegen.simulation.world.world import PageLog, World, WorldConfig

GUESSED_PLAYS: Final = 2.0  # a title, before the log begins
GUESS_SD: Final = 0.8  # of the guess around the title's quality, log
HEARD_OF: Final = 40  # titles one of which a visitor may come for
RESUMED_UTILITY: Final = -1.0  # liking of what was looked up to continue it
SECONDS_A_TITLE: Final = 1.6  # looking at one
ARRIVING_SECONDS: Final = 3


@record
class Given:
    """Judged before: the same for the behaviour and for what is watched then."""

    judged: Judged

    def judge(self, pages: Shown) -> Judged:
        del pages
        return self.judged


@dataclass(slots=True)
class Running:
    """What changes while the world runs."""

    live: Live
    busy: Int64  # [M] second each member's last sitting ends
    counts: shelves.Counts
    usual: Float64  # [country, T] plays a day
    plays: Float64  # [segment, T] of today
    events: list[Events]
    pages: list[PageLog]


def generate(config: WorldConfig, progress: Callable[[int, int], None] = lambda done, total: None, behaviour: Behaviour | None = None) -> World:
    """
    Make a world. The same config gives the same world.

    Args:
        progress: called with the days done and all days.

    Raises:
        ConfigError: a size no world can have.
    """
    _check(config)
    behaviour = behaviour or RowCascade()
    streams = [np.random.Generator(np.random.Philox(seed)) for seed in np.random.SeedSequence(config.seed).spawn(7)]
    titles = catalog.draw(config.titles, config.days, streams[0])
    members = population.draw(config.members, config.days, streams[1])
    allowed = windows.draw(titles, config.days, streams[2])
    live = history.live(len(members), titles.franchise)
    truth = Truth(
        seed=config.seed,
        facts=Facts(
            release_ms=titles.release_ms, maturity=titles.maturity, seasons=titles.seasons, episodes=titles.episodes, franchise=titles.franchise
        ),
        windows=allowed,
        members=members,
        tastes=taste.draw(titles, members, config.days, streams[3]),
        trends=trends.draw(allowed.arrival_ms, config.days, streams[4]),
        history=live,
    )
    running = _begin(truth, live, streams[5])
    for day in range(config.days):
        _open_day(truth, titles, running, day)
        shelf = shelves.stock(running.counts, titles.genre, titles.maturity, allowed.arrival_ms, EPOCH_MS + day * DAY_MS)
        for part in range(PARTS):
            _quarter(truth, titles, running, day * PARTS + part, shelf, behaviour, streams[6])
        progress(day + 1, config.days)
    _open_day(truth, titles, running, config.days)
    return _finish(config, truth, titles, running)


def _check(config: WorldConfig) -> None:
    least = {"members": 10, "titles": 60, "days": 2, "seed": 0}
    wrong = [f"{name} is {getattr(config, name)}, must be at least {low}" for name, low in least.items() if getattr(config, name) < low]
    if config.days > 3650:
        wrong.append(f"days is {config.days}, must be at most 3650")
    if wrong:
        message = f"no such world can be made: {'; '.join(wrong)}"
        raise ConfigError(message)


def _begin(truth: Truth, live: Live, rng: np.random.Generator) -> Running:
    quality = truth.tastes.title[:, -len(COUNTRIES) :] - taste.BASE  # [T, country]
    guess = GUESSED_PLAYS * np.exp(np.repeat(quality.T, 2, axis=0) + rng.normal(0, GUESS_SD, (shelves.SEGMENTS, len(quality))))
    nothing = np.zeros((shelves.SEGMENTS, len(quality)))
    return Running(
        live=live,
        busy=np.full(len(truth.members), -DAY_MS),
        counts=shelves.Counts(fast=guess / 4, slow=guess),
        usual=np.zeros((len(COUNTRIES), len(quality))),
        plays=nothing,
        events=[],
        pages=[],
    )


def _open_day(truth: Truth, titles: Titles, running: Running, day: int) -> None:
    """Yesterday's plays move the shocks and the shelves."""
    if day == 0:
        return
    of_country = running.plays.reshape(len(COUNTRIES), 2, len(titles)).sum(axis=1)
    running.usual = trends.feed(truth.trends, day, of_country, running.usual)
    running.counts = running.counts.after(running.plays)
    running.plays = np.zeros_like(running.plays)


def _quarter(truth: Truth, titles: Titles, running: Running, part: int, shelf: shelves.Shelves, behaviour: Behaviour, rng: np.random.Generator) -> None:
    come = visits.draw(truth.members, part, running.busy, rng)
    come = come.pick(np.argsort(come.time_ms, kind="stable"))
    for low in range(0, len(come.member), CHUNK):
        some = come.pick(slice(low, low + CHUNK))
        known = _known(truth, running, some.pick(some.known), rng)
        page, more = _show(truth, running, some.pick(~some.known), shelf, behaviour, rng)
        running.pages.append(page)
        chosen = _joined([known, more[0]])
        watched, end = watching.watch(chosen, titles, running.live, rng)
        _note(truth, running, history.joined([watched, *more[1]]))
        np.maximum.at(running.busy, chosen.member, end)
