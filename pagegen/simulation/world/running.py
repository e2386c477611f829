"""
A world while it runs: what changes, and one round of visits.

A round is some visitors of a quarter day, each at most once, so that nobody's visit depends on another's in the round.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pagegen.arrays import NONE, Float64, Int8, Int16, Int32, Int64, Mask, groups, record
from pagegen.simulation.behaviour import Behaviour, Judged, Responses, Shown
from pagegen.simulation.world import history, logging_policy, watching
from pagegen.simulation.world.catalog import Titles
from pagegen.simulation.world.history import (
    CLICK,
    DISLIKED,
    FINISHED,
    LIST_ADD,
    NOT_INTERESTED,
    UNFINISHED,
    Events,
    Live,
)
from pagegen.simulation.world.logging_policy import Logged, Moment
from pagegen.simulation.world.shelves import Counts, Shelves, segment_of
from pagegen.simulation.world.truth import Truth
from pagegen.simulation.world.visits import Visits
from pagegen.simulation.world.watching import BRIEF_SECONDS, Choices

HEARD_OF: Final = 40  # titles of which a visitor without a page has come for the dearest
RESUMED_UTILITY: Final = -1.0  # of what was looked up in order to continue it
TITLE_SECONDS: Final = 1.6  # looking at one title
BETWEEN_SECONDS: Final = BRIEF_SECONDS + 20  # from one play to the next on the same page
SEARCH_SECONDS: Final = 30  # until a title not on the page is found
OPENING_SECONDS: Final = 3  # until the first is looked at


@record
class PageLog:
    """Pages of one round with how they were made and met."""

    logged: Logged
    seen: Int16  # [P]
    country: Int8  # [B]


@dataclass(slots=True)
class Running:
    live: Live
    busy: Int64  # [M] second each member's last act ends
    counts: Counts
    usual: Float64  # [country, T] plays a day
    plays: Float64  # [segment, T] of today
    events: list[Events]
    pages: list[PageLog]


@record
class Given:
    """What the truth said already: the same for the behaviour and for what is watched then."""

    judged: Judged

    def judge(self, pages: Shown) -> Judged:
        del pages
        return self.judged


@record
class Round:
    """What came of the visits of a round; nothing of it is in the world yet."""

    choices: Choices
    end: Int64  # [choices] second each sitting ends
    events: Events
    page: PageLog


@record
class Stage:
    """What is fixed while a round is played."""

    truth: Truth
    titles: Titles
    shelves: Shelves
    behaviour: Behaviour

    def play(self, visits: Visits, running: Running, rng: np.random.Generator) -> Round:
        """Safe beside other rounds of the same quarter day: they have other members."""
        known = _known(visits.pick(visits.known), running, self.truth, rng)
        logged, judged, responses = _meet(visits.pick(~visits.known), running, self, rng)
        chosen, acts = _choices(logged.shown, judged, responses)
        choices = _both(known, chosen)
        watched, end = watching.watch(choices, self.titles, running.live, rng)
        page = PageLog(logged=logged, seen=responses.seen, country=self.truth.members.country[logged.shown.member])
        return Round(choices=choices, end=end, events=history.joined([watched, *acts]), page=page)


def apply(played: Round, running: Running, truth: Truth) -> None:
    """Make it part of the world."""
    events, choices = played.events, played.choices
    running.live.note(events, history.outcomes(events, truth.facts.seasons, truth.facts.episodes))
    np.maximum.at(running.busy, events.member, events.seconds)
    np.maximum.at(running.busy, choices.member, played.end)
    np.add.at(running.plays, (segment_of(truth.members, choices.member), choices.title), 1)
    running.events.append(events)
    running.pages.append(played.page)


def _known(visits: Visits, running: Running, truth: Truth, rng: np.random.Generator) -> Choices:
    """Of some titles heard of (the more played, the more talked about) the one the visitor wants most."""
    if not len(visits.member):
        return _none()
    explained = truth.explained(visits.member, visits.time_ms, visits.device)
    talk = np.cumsum(running.counts.slow + 0.5, axis=1)  # [segment, T]
    segment = segment_of(truth.members, visits.member)
    heard = np.empty((len(segment), HEARD_OF), np.int64)
    for of in np.unique(segment):
        rows = np.flatnonzero(segment == of)
        heard[rows] = np.searchsorted(talk[of], rng.random((len(rows), HEARD_OF)) * talk[of, -1], side="right")
    visit = np.arange(len(segment))[:, None]
    utility = truth.utility_at(explained, visits.member, visit, heard)
    allowed = truth.allowed(visits.member, visits.time_ms)[visit, heard]
    gumbel = rng.gumbel(0, 1, utility.shape)
    best = np.argmax(np.where(allowed, utility + gumbel, -np.inf), axis=1)
    kept = allowed.any(axis=1)
    row = visit[:, 0]
    return Choices(
        member=visits.member[kept],
        title=heard[row, best][kept].astype(np.int32),
        seconds=history.seconds_of(visits.time_ms[kept]) + OPENING_SECONDS,
        utility=utility[row, best][kept],
        device=visits.device[kept],
        brief=np.zeros(int(kept.sum()), bool),
    )


def _meet(visits: Visits, running: Running, stage: Stage, rng: np.random.Generator) -> tuple[Logged, Judged, Responses]:
    truth = stage.truth
    outcome, touched = running.live.last(visits.member, history.seconds_of(visits.time_ms))
    allowed = truth.allowed(visits.member, visits.time_ms)
    moment = Moment(
        visits=visits,
        segment=segment_of(truth.members, visits.member),
        fresh=allowed & (outcome != FINISHED) & (outcome != DISLIKED),
        unfinished=allowed & (outcome == UNFINISHED),
        listed=allowed & running.live.listed[visits.member],
        touched=touched,
    )
    logged = logging_policy.make(moment, stage.shelves, rng)
    judged = truth.judge(logged.shown)
    return logged, judged, stage.behaviour.respond(Given(judged=judged), logged.shown, rng)


def _choices(shown: Shown, judged: Judged, responses: Responses) -> tuple[Choices, list[Events]]:
    """Titles chosen on pages or looked up instead, and what else was done on the pages."""
    page = groups(shown.row_start)[groups(shown.start)]
    seconds = _when(shown, responses, page)
    slot = np.flatnonzero(responses.played)
    played = Choices(
        member=shown.member[page[slot]],
        title=shown.title[slot],
        seconds=seconds[slot] + 2,
        utility=judged.utility[slot],
        device=shown.device[page[slot]],
        brief=page[slot] == np.append(page[slot], NONE)[1:],
    )
    done = [(responses.clicked, CLICK), (responses.listed, LIST_ADD), (responses.refused, NOT_INTERESTED)]
    acts = []
    for later, (mask, kind) in enumerate(done):
        who = page[mask]
        acts.append(watching.acts(shown.member[who], shown.title[mask], kind, seconds[mask] + later, shown.device[who]))
    return _both(played, _looked_up(shown, responses)), acts


def _looked_up(shown: Shown, responses: Responses) -> Choices:
    searching = np.flatnonzero(responses.searched != NONE)
    return Choices(
        member=shown.member[searching],
        title=responses.searched[searching],
        seconds=history.seconds_of(shown.time_ms)[searching] + SEARCH_SECONDS,
        utility=np.full(len(searching), RESUMED_UTILITY, np.float32),
        device=shown.device[searching],
        brief=np.zeros(len(searching), bool),
    )


def _when(shown: Shown, responses: Responses, page: Int32) -> Int64:
    """[Q] the second at which each title would be reached; `page` [Q]."""
    first = shown.start[shown.row_start[:-1]][page]
    looking = np.floor(TITLE_SECONDS * _earlier(responses.examined, first)).astype(np.int64)
    opened = history.seconds_of(shown.time_ms)[page]
    tries = _earlier(responses.played, first)
    return np.asarray(opened + OPENING_SECONDS + looking + BETWEEN_SECONDS * tries, np.int64)


def _earlier(mask: Mask, first: Int64) -> Int64:
    """[Q] how many before a slot are True, from the `first` slot of its page on."""
    count: Int64 = np.cumsum(mask) - mask
    return np.asarray(count - np.append(count, 0)[first], np.int64)


def _both(first: Choices, second: Choices) -> Choices:
    return Choices(
        **{name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in Choices.__dataclass_fields__}
    )


def _none() -> Choices:
    empty = np.zeros(0, np.int32)
    return Choices(
        member=empty,
        title=empty,
        seconds=empty.astype(np.int64),
        utility=empty.astype(np.float32),
        device=np.zeros(0, np.int8),
        brief=np.zeros(0, bool),
    )
