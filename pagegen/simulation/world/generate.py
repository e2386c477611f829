"""
The loop that makes a world: day by day, members visit, are shown pages, respond and watch.

    generate(WorldConfig(members=2000, titles=1500, days=60, seed=7)) -> World;  world.write(folder)

The log starts at the epoch with a service already known: the first pages are made from a guess of popularity.
"""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import repeat
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from pagegen.errors import ConfigError
from pagegen.simulation.behaviour import Behaviour
from pagegen.simulation.row_cascade import RowCascade
from pagegen.simulation.world import catalog, history, population, shelves, taste, trends, visits, windows
from pagegen.simulation.world.catalog import Titles
from pagegen.simulation.world.history import Live
from pagegen.simulation.world.rhythm import COUNTRIES, DAY_MS, EPOCH_MS, PARTS
from pagegen.simulation.world.running import Running, Stage, apply
from pagegen.simulation.world.truth import Facts, Truth
from pagegen.simulation.world.visits import Visits
from pagegen.simulation.world.world import World, WorldConfig

GUESSED_PLAYS: Final = 2.0  # a title, before the log begins
GUESS_SD: Final = 0.8  # of the guess around the title's quality, log
ROUND: Final = 512  # visits played together
THREADS: Final = 2
LEAST: Final = {"members": 10, "titles": 60, "days": 2, "seed": 0}
MAX_DAYS: Final = 3650


def generate(
    config: WorldConfig, progress: Callable[[int, int], None] | None = None, behaviour: Behaviour | None = None
) -> World:
    """
    Make a world. The same config gives the same world.

    Args:
        config: its size and its seed.
        progress: called with the days done and all days.
        behaviour: how members meet pages; `RowCascade` unless told.

    Raises:
        ConfigError: a size no world can have.
    """
    _check(config)
    # Many small products: a second BLAS thread costs more than it brings, twice so on shared cores.
    with threadpool_limits(limits=1, user_api="blas"):
        return _run(config, progress or _silent, behaviour or RowCascade())


def _run(config: WorldConfig, progress: Callable[[int, int], None], behaviour: Behaviour) -> World:
    source = np.random.SeedSequence(config.seed)
    *streams, rng = [np.random.Generator(np.random.Philox(seed)) for seed in source.spawn(7)]
    titles = catalog.draw(config.titles, config.days, streams[0])
    truth, live = _truth(config, titles, streams)
    running = _begin(truth, live, streams[5])
    with ThreadPoolExecutor(THREADS) as pool:
        for day in range(config.days):
            shelf = shelves.stock(
                running.counts, titles.genre, titles.maturity, truth.windows.arrival_ms, EPOCH_MS + day * DAY_MS
            )
            stage = Stage(truth=truth, titles=titles, shelves=shelf, behaviour=behaviour)
            for part in range(day * PARTS, (day + 1) * PARTS):
                _quarter(stage, running, visits.draw(truth.members, part, running.busy, rng), pool, rng)
            _close_day(truth, running, day)
            progress(day + 1, config.days)
    return World(
        config=config, titles=titles, running_truth=truth, events=history.joined(running.events), pages=running.pages
    )


def _quarter(stage: Stage, running: Running, come: Visits, pool: Executor, rng: np.random.Generator) -> None:
    """Rounds have streams of their own and are applied in order: the threads cannot be seen in the world."""
    rounds = [come.pick(slice(low, low + ROUND)) for low in range(0, len(come.member), ROUND)]
    played = pool.map(stage.play, rounds, repeat(running), rng.spawn(len(rounds)))
    for one in list(played):
        apply(one, running, stage.truth)


def _silent(done: int, total: int) -> None:
    del done, total


def _check(config: WorldConfig) -> None:
    wrong = [
        f"{name} is {getattr(config, name)}, must be at least {low}"
        for name, low in LEAST.items()
        if getattr(config, name) < low
    ]
    if config.days > MAX_DAYS:
        wrong.append(f"days is {config.days}, must be at most {MAX_DAYS}")
    if wrong:
        message = f"no such world can be made: {'; '.join(wrong)}"
        raise ConfigError(message)


def _truth(config: WorldConfig, titles: Titles, streams: list[np.random.Generator]) -> tuple[Truth, Live]:
    members = population.draw(config.members, config.days, streams[1])
    licences = windows.draw(titles, config.days, streams[2])
    live = history.live(len(members), titles.franchise)
    facts = Facts(
        release_ms=titles.release_ms,
        maturity=titles.maturity,
        seasons=titles.seasons,
        episodes=titles.episodes,
        franchise=titles.franchise,
    )
    truth = Truth(
        seed=config.seed,
        facts=facts,
        windows=licences,
        members=members,
        tastes=taste.draw(titles, members, config.days, streams[3]),
        trends=trends.draw(licences.arrival_ms, config.days, streams[4]),
        history=live,
    )
    return truth, live


def _begin(truth: Truth, live: Live, rng: np.random.Generator) -> Running:
    quality = truth.tastes.title[:, -len(COUNTRIES) :] - taste.BASE  # [T, country]
    guess = GUESSED_PLAYS * np.exp(
        np.repeat(quality.T, 2, axis=0) + rng.normal(0, GUESS_SD, (shelves.SEGMENTS, len(quality)))
    )
    return Running(
        live=live,
        busy=np.full(len(truth.members), -DAY_MS),
        counts=shelves.Counts(fast=guess / 4, slow=guess),
        usual=np.zeros((len(COUNTRIES), len(quality))),
        plays=np.zeros_like(guess),
        events=[],
        pages=[],
    )


def _close_day(truth: Truth, running: Running, day: int) -> None:
    """Today's plays move tomorrow's shocks and shelves."""
    of_country = running.plays.reshape(len(COUNTRIES), 2, -1).sum(axis=1)
    running.usual = trends.feed(truth.trends, day + 1, of_country, running.usual)
    running.counts = running.counts.after(running.plays)
    running.plays = np.zeros_like(running.plays)
