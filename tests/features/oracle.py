"""Features in plain Python, from the tables of a world: slow, and written from what each column says it is."""

import math
from collections import Counter
from datetime import UTC, datetime
from functools import cached_property
from statistics import fmean
from typing import Any

import numpy as np

from pagegen.request import PageRequest
from tests.worlds import DAY, HOUR, Fields, World

NAN = math.nan


def mean(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return fmean(known) if known else NAN


def nan(value: float | None) -> float:
    return NAN if value is None else float(value)


class Known:
    """What is known before one request."""

    def __init__(self, world: World, request: PageRequest, *, local: bool, short_days: float, long_days: float) -> None:
        log = [row | {"time": ms(row["time"])} for row in world.events.iter_rows(named=True)]
        mark = len(log) if request.watermark is None else request.watermark
        self.request, self.now, self.short_days, self.long_days = request, request.time, short_days, long_days
        self.titles = {
            row["title_id"]: row | {"release": ms(row["release_time"])} for row in world.catalog.iter_rows(named=True)
        }
        self.until = min([request.time, *(event["time"] for event in log[mark : mark + 1])])
        known = [event for event in log[:mark] if event["time"] < request.time]
        self.mine = [event for event in known if event["member_id"] == request.member_id] + self._recent()
        self.mine.sort(key=lambda event: event["time"])
        self.first = {
            event["title_id"]: event["time"] for event in reversed([e for e in log if e["time"] < self.until])
        }
        self.closed = [e for e in log if e["kind"] == "play" and e["time"] < self.until // HOUR * HOUR]
        country = {row["member_id"]: row["country"] for row in world.members.iter_rows(named=True)}
        here = request.country or country.get(request.member_id)
        self.local = [e for e in self.closed if not local or country.get(e["member_id"]) == here]

    def _recent(self) -> list[Fields]:
        names = ("title_id", "kind", "time", "grade", "fraction")
        recent = [{name: getattr(event, name) for name in names} for event in self.request.recent_events]
        return [event for event in recent if event["title_id"] in self.titles]

    @cached_property
    def played(self) -> dict[str, Fields]:
        """The last play of each title, the latest last."""
        out: dict[str, Fields] = {}
        for event in self.mine:
            if event["kind"] == "play":
                out.pop(event["title_id"], None)
                out[event["title_id"]] = event
        return out

    @cached_property
    def total(self) -> Counter[str]:
        return Counter(event["title_id"] for event in self.closed)

    @cached_property
    def grades(self) -> dict[str, list[float]]:
        out: dict[str, list[float]] = {}
        for event in self.closed:
            if event["grade"] is not None:
                out.setdefault(event["title_id"], []).append(event["grade"])
        return out

    def days_since(self, time: float | None) -> float:
        return NAN if time is None else (self.now - time) / DAY

    def plays(self, title: str, days: float) -> int:
        """Local plays of the last closed `days`."""
        hour = self.until // HOUR * HOUR
        return sum(event["title_id"] == title and event["time"] >= hour - days * DAY for event in self.local)

    def year(self, title: str) -> float:
        release = self.titles[title]["release"]
        return NAN if release is None else float(datetime.fromtimestamp(release / 1000, UTC).year)

    def people(self, title: str) -> set[str]:
        row = self.titles[title]
        return {*(row["cast"] or [])[:5], *(row["directors"] or [])}

    def genres(self, title: str) -> list[str]:
        return self.titles[title]["genres"] or []


def ms(time: Any) -> int | None:
    return None if time is None else round(time.timestamp() * 1000)


def title_age(k: Known, title: str) -> tuple[float, ...]:
    release, first = k.titles[title]["release"], k.first.get(title)
    ages = [k.days_since(release), k.days_since(first)]
    last = max((event["time"] for event in k.closed if event["title_id"] == title), default=None)
    return ages[0], min((a for a in ages if not math.isnan(a)), default=NAN), k.days_since(last), k.year(title)


def trend(k: Known, title: str) -> tuple[float, ...]:
    day, short, long = (k.plays(title, days) for days in (1, k.short_days, k.long_days))
    ratio = math.log((short + 1) / (long * k.short_days / k.long_days + 1))
    return *(math.log1p(number) for number in (day, short, long, k.total[title])), ratio


def grades(k: Known, title: str) -> tuple[float, ...]:
    mine, overall = k.grades.get(title, []), mean([grade for values in k.grades.values() for grade in values])
    return (sum(mine) + 10 * overall) / (len(mine) + 10), math.log1p(len(mine))


def genre_affinity(k: Known, title: str) -> tuple[float, ...]:
    played = list(k.played)
    mine, late = (Counter(g for t in some for g in k.genres(t)) for some in (played, played[-20:]))
    everybody = Counter[str]()
    for other, number in k.total.items():
        everybody.update(dict.fromkeys(k.genres(other), number))

    def share(counts: Counter[str], genre: str) -> float:
        return counts[genre] / counts.total() if counts.total() else NAN

    own_mean = mean([nan(event["grade"]) for event in k.played.values()])

    def lift_of_grades(genre: str) -> float:
        above = [e["grade"] - own_mean for t, e in k.played.items() if genre in k.genres(t) and e["grade"] is not None]
        return NAN if math.isnan(own_mean) else sum(above) / (len(above) + 3)

    rows = [
        (
            share(mine, g),
            share(late, g),
            math.log((share(mine, g) + 0.01) / (share(everybody, g) + 0.01)),
            lift_of_grades(g),
        )
        for g in k.genres(title)
    ]
    return tuple(fmean(column) for column in zip(*rows, strict=True)) if rows else (NAN,) * 4


def people_affinity(k: Known, title: str) -> tuple[float, ...]:
    counts = Counter(person for other in k.played for person in k.people(other))
    known = [counts[person] for person in k.people(title)]
    return math.log1p(sum(known)), max(known, default=0)


def habits(k: Known, title: str) -> tuple[float, ...]:
    year, popularity = mean([k.year(t) for t in k.played]), mean([math.log1p(k.total[t]) for t in k.played])
    return k.year(title) - year, math.log1p(k.total[title]) - popularity, year, popularity


def member_activity(k: Known, _: str) -> tuple[float, ...]:
    plays = [event for event in k.mine if event["kind"] == "play"]
    ages = [
        (e["time"] - k.titles[t]["release"]) / DAY for t, e in k.played.items() if k.titles[t]["release"] is not None
    ]
    return (
        math.log1p(len(k.played)),
        k.days_since(plays[-1]["time"] if plays else None),
        k.days_since(plays[0]["time"] if plays else None),
        mean([nan(event["grade"]) for event in k.played.values()]),
        mean([math.log1p(max(age, 0.0)) for age in ages]),
    )


def own_plays(k: Known, title: str) -> tuple[float, ...]:
    mine = [event for event in k.mine if event["title_id"] == title]
    last_play = max((event["time"] for event in mine if event["kind"] == "play"), default=None)
    last_touch = max((event["time"] for event in mine if event["kind"] != "play"), default=None)
    return k.days_since(last_play), k.days_since(last_touch)


def since_visit(k: Known, title: str) -> tuple[float, ...]:
    if not k.played:
        return (NAN,) * 5
    visit = max(event["time"] for event in k.played.values())
    before = [e for e in k.closed if e["time"] < min(visit, k.until) // HOUR * HOUR]
    earlier = [e for e in k.closed if e["time"] < min(visit - 14 * DAY, k.until) // HOUR * HOUR]
    parts = [before, before[len(earlier) :], k.closed[len(before) :]]
    ever, then, since = (
        math.log((sum(e["title_id"] == title for e in part) + 0.05) / (len(part) + 50)) for part in parts
    )
    release = nan(k.titles[title]["release"])
    arrived = max((t for t in (release, nan(k.first.get(title))) if not math.isnan(t)), default=NAN)
    return since, since - ever, then, (arrived - visit) / DAY, (release - visit) / DAY


def sessions(k: Known, _: str) -> tuple[float, ...]:
    found: list[list[float]] = []
    for event in k.played.values():
        if not found or event["time"] - found[-1][-1] >= HOUR:
            found.append([])
        found[-1].append(event["time"])
    last, titles = len(found[-1]) if found else 0, len(k.played)
    week = sum(event["time"] > k.now - 7 * DAY for event in k.played.values())
    share = last / titles if titles else NAN
    return math.log1p(len(found)), math.log1p(last), share, math.log1p(week), titles / len(k.total) if k.total else NAN


def year_habits(k: Known, title: str) -> tuple[float, ...]:
    years = [k.year(other) for other in k.played]
    known, late = ([y for y in some if not math.isnan(y)] for some in (years, years[-20:]))
    year = k.year(title)

    def near(some: list[float]) -> float:
        return sum(abs(year - y) <= 1 for y in some) / len(some) if some and not math.isnan(year) else NAN

    return near(known), near(late), year - mean(late), float(np.std(known)) if known else NAN


def moment(k: Known, _: str) -> tuple[float, ...]:
    time = datetime.fromtimestamp(k.now / 1000, UTC)
    return time.hour, time.weekday(), ("tv", "web", "tablet", "phone").index(k.request.device)


def standing(scores: np.ndarray) -> list[tuple[float, float, float]]:
    """Each score with its rank and z among those of the request."""
    known = [float(score) for score in scores if not math.isnan(score)]
    middle, spread = (fmean(known), float(np.std(known))) if known else (NAN, NAN)
    out = []
    for i, score in enumerate(scores.tolist()):
        ahead = sum(other > score for other in known) + sum(other == score for other in scores.tolist()[:i])
        out.append((NAN,) * 3 if math.isnan(score) else (score, float(ahead), (score - middle) / (spread or 1.0)))
    return out
