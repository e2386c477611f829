"""
How fresh pages are: what changes when a member has just watched something, and when three days go by without an event.

The play is of the first title of the page's second row, watched to its end a second before the same request is made
again with it among its `recent_events`. Beside it stands a play, just as late, of the title that the member had played
last: what changes because somebody is watching now, and not for what. The first screen is what is seen without a scroll
or a swipe: three rows, as many columns as the device shows, so the title stands on it. After the play it leaves it, or
stays; the page says so where it offers to go on with it, a row is about it ("Because you watched Heat"), or the reason
of a title names it. The three days are those before requests of members who had done nothing for as long: the page they
would have got then, by the same models.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, repeat

import msgspec
import numpy as np
from rich.table import Table

from pagegen.arrays import NONE, Float64, Int32
from pagegen.data.dataset import Dataset
from pagegen.data.events import Events
from pagegen.data.trends import DAY_MS
from pagegen.engine import Engine
from pagegen.errors import ConfigError
from pagegen.metrics.bootstrap import mean_interval
from pagegen.page import Page, PageRow
from pagegen.replay import Occasions
from pagegen.request import RecentEvent
from pagegen.training.fit import rng_of
from pagegen.training.lessons import Job
from tools.study.chart import Axis, chart
from tools.study.filled import held_out
from tools.study.made import CHANGED, Made, likeness, made

MOST = 1_500  # requests of each kind
AWAY_DAYS = 3
SCREEN_ROWS = 3
SECOND_MS = 1_000
ALIKE = "likeness S to the page before"


class Figure(msgspec.Struct, frozen=True):
    """A mean over pages, with the ends of its 95 % interval, members drawn."""

    when: str
    name: str
    mean: float
    low: float
    high: float
    pages: int
    members: int


class Fresh(msgspec.Struct, frozen=True):
    figures: list[Figure]

    def chart(self) -> str:
        lines = {
            f"{one.when}: {one.name}": [(one.low, -float(place)), (one.high, -float(place))]
            for place, one in enumerate(self.figures)
        }
        return chart("What changes, 95 %", lines, Axis(name="share of pages"), Axis(name=""))

    def table(self) -> Table:
        table = Table("", "share of pages", "95 %", "pages", "members", title="What changes on pages")
        for one in self.figures:
            interval = f"{one.low:.3f} to {one.high:.3f}"
            table.add_row(f"{one.when}: {one.name}", f"{one.mean:.3f}", interval, f"{one.pages:,}", f"{one.members:,}")
        return table


def freshness(job: Job, judged: int) -> Fresh:
    """
    Of the requests of the newest `judged` windows, by an engine that has seen what came before them.

    Raises:
        ConfigError: no page has a second row, or nobody stays away so long.
    """
    engine, past = held_out(job, judged)
    return Fresh(
        [*_after_a_play(engine, _drawn(past, job)), *_after_days(engine, _drawn(away(engine.data, past), job))]
    )


def _drawn(past: Occasions, job: Job) -> Occasions:
    return past.take(np.sort(rng_of(job.rng_seed, "freshness").permutation(len(past))[:MOST]))


def _after_a_play(engine: Engine, past: Occasions) -> Iterator[Figure]:
    before = made(engine, past, repeat({}))
    titles = [page.rows[1].title_ids[0] if len(page.rows) > 1 else "" for page in _pages(before)]
    if not any(titles):
        message = "no page has a second row, so nothing is played from one; take data with more titles or events"
        raise ConfigError(message)
    for when, what in (("after its last title again", [*_last(before)]), ("after a play", titles)):
        plays = zip(what, past.time.tolist(), strict=True)
        after = made(engine, past, [{"recent_events": _just_played(*play)} for play in plays])
        values = {ALIKE: likeness(after, before)} | (shown(after, titles) if what is titles else {})
        told = np.array([bool(title) for title in what])
        yield from _figures(when, {name: value[told] for name, value in values.items()}, past.member[told])


def _last(pages: Made) -> Iterator[str]:
    """The title that each page's member had played last; "" without any."""
    for trace in pages.traces:
        contexts = trace.retrieved.contexts
        played, ids = contexts.played, contexts.data.catalog.ids
        for low, high in pairwise(played.start.tolist()):
            yield ids[int(played.title[high - 1])] if high > low else ""


def _after_days(engine: Engine, past: Occasions) -> Iterator[Figure]:
    if not len(past):
        message = f"nobody comes after {AWAY_DAYS} days without an event; look at more windows with --judged"
        raise ConfigError(message)
    then = replace(past, time=past.time - AWAY_DAYS * DAY_MS)
    alike = likeness(made(engine, past, repeat({})), made(engine, then, repeat({})))
    return _figures(f"after {AWAY_DAYS} days", {ALIKE: alike}, past.member)


def away(data: Dataset, past: Occasions) -> Occasions:
    """Those of members who are known, and have done nothing for three days or more."""
    asked = zip(past.member.tolist(), past.time.tolist(), strict=True)
    return past.take(np.array([_rested(data.events, *each) for each in asked], np.bool_))


def _rested(events: Events, member: int, time: int) -> bool:
    own = events.positions_of(member, events.before(time)) if member != NONE else np.zeros(0, np.int64)
    return bool(len(own)) and int(events.time[own[-1]]) <= time - AWAY_DAYS * DAY_MS


def _just_played(title_id: str, time: int) -> tuple[RecentEvent, ...]:
    """The title, watched to its end a second before the time; nothing without a title."""
    event = RecentEvent(title_id=title_id, kind="play", time=time - SECOND_MS, fraction=1.0)
    return (event,) if title_id else ()


def _pages(pages: Made) -> Iterator[Page]:
    return (page for trace in pages.traces for page in trace.pages)


def shown(after: Made, titles: Sequence[str]) -> dict[str, Float64]:
    """[O] whether the play of each page's title shows, by the way it does: 1 or 0."""
    requests = [request for trace in after.traces for request in trace.retrieved.contexts.requests]
    screens = zip(_pages(after), requests, titles, strict=True)
    every = [ways(page.rows, request.screen_columns, title) for page, request, title in screens]
    return {name: np.array([way[name] for way in every], np.float64) for name in every[0]}


def ways(rows: Sequence[PageRow], columns: int, title: str) -> dict[str, bool]:
    """How the play of the title shows on the first screen; `the page says so` in any of the three before it."""
    screen = rows[:SCREEN_ROWS]
    resumed = any(row.kind == "continue_watching" and title in row.title_ids[:columns] for row in screen)
    about = any((row.evidence.seed_type, row.evidence.seed_id) == ("title", title) for row in screen)
    reasons = [zip(row.reasons[:columns], row.reason_arguments[:columns], strict=True) for row in screen]
    named = any(("because_you_watched", title) in each for each in reasons)
    return {
        "the title has left the first screen": all(title not in row.title_ids[:columns] for row in screen),
        "it is offered to go on with": resumed,
        "a row is about it": about,
        "the reason of a title names it": named,
        "the page says so": resumed or about or named,
    }


def _figures(when: str, values: Mapping[str, Float64], member: Int32) -> Iterator[Figure]:
    """Of values [O], the likeness among them: it tells how many pages changed, too."""
    changed = (values[ALIKE] < CHANGED).astype(np.float64)
    for name, value in {"changed by more than 30 %": changed, **values}.items():
        interval = mean_interval(value, member, rng_of(0, "freshness", "intervals"))
        yield Figure(when, name, *interval, len(value), len(np.unique(member)))
