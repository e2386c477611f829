"""
What is true of titles, asked of the tables by polars alone: no array, no stage of the engine.

Only probabilities of a play are the engine's own; everything else is counted again from the catalog, the members and
the events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import polars as pl

from pagegen.request import PageRequest
from tests.worlds import DAY, HOUR, World

ORDER = ("new", "leaving_soon", "top_10", "top_10_in_country", "people", "because_you_watched", "keyword", "match")
Truths: TypeAlias = Mapping[str, Mapping[str, str]]  # code -> title -> argument


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """The numbers of the similarity that explains, and of trends."""

    min_support: int
    shrinkage: float
    neighbours: int = 120
    recent: int = 20
    fade: float = 0.9
    country_plays: float  # in a week, of a country that speaks for itself


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Oracle:
    world: World
    learnt: Learnt

    def truths(self, request: PageRequest, watermark: int, play: Mapping[str, float]) -> Truths:
        """All that is true of any title; `play` are the probabilities of the titles that were scored."""
        mine = self.events.head(watermark).filter(pl.col("member_id") == request.member_id)
        unseen = self.events["time"].to_list()[watermark : watermark + 1]
        hour = min([request.time, *unseen]) // HOUR * HOUR
        named, place = self._chart(request, hour)
        explained = {} if "because_you_watched" in request.disabled_sources else self._explained(mine)
        return {
            "new": dict.fromkeys(self._new(request.time), ""),
            "leaving_soon": dict.fromkeys(self._leaving(request), ""),
            named: place,
            "people": self._people(mine, hour),
            "because_you_watched": explained,
            "keyword": self._keywords(mine),
            "match": _matches(play),
        }

    @cached_property
    def events(self) -> pl.DataFrame:
        return self.world.events.with_columns(pl.col("time").cast(pl.Int64))

    @cached_property
    def country_of(self) -> Mapping[str, str | None]:
        return dict(self.world.members.select("member_id", "country").iter_rows())

    def _new(self, now: int) -> list[str]:
        release = pl.col("release_time")
        age = now - release.cast(pl.Int64)
        day_known = release != release.dt.truncate("1y")
        return self.world.catalog.filter(day_known, age >= 0, age < 7 * DAY)["title_id"].to_list()

    def _leaving(self, request: PageRequest) -> list[str]:
        """Open now, and the end that no later window in the country goes on from is less than 30 days away."""
        here = (request.country or self.country_of.get(request.member_id), "ZZ")
        limited = self.world.catalog.filter(pl.col("windows").is_not_null())
        ends = {name: _closing(windows, here, request.time) for name, windows in limited["title_id", "windows"].rows()}
        return [name for name, end in ends.items() if request.time < end < request.time + 30 * DAY]

    def _chart(self, request: PageRequest, hour: int) -> tuple[str, Mapping[str, str]]:
        """The code of the level that is used, and the ranks of the ten titles played most."""
        week = self.events.filter(
            pl.col("kind") == "play", pl.col("time").is_between(hour - 7 * DAY, hour, closed="left")
        )
        country = request.country or self.country_of.get(request.member_id)
        there = week.join(self.world.members.select("member_id", "country"), on="member_id").filter(country=country)
        local = there.height >= self.learnt.country_plays
        plays = (there if local else week).group_by("title_id").len().filter(pl.col("len") >= 10)
        top = plays.sort(["len", "title_id"], descending=[True, False])["title_id"].head(10).to_list()
        ranks = {title: str(rank) for rank, title in enumerate(top, start=1)}
        return ("top_10_in_country" if local else "top_10"), ranks

    def _people(self, mine: pl.DataFrame, hour: int) -> Mapping[str, str]:
        """Of each title the person whom the member follows most."""
        done = _finished(mine)
        played = self.events.filter(pl.col("kind") == "play", pl.col("time") < hour)["title_id"]
        known = set(played) | done
        counts = self.people.group_by("person").agg(
            pl.col("title_id").is_in(list(done)).sum().alias("mine").cast(pl.Float64),
            (pl.col("title_id").is_in(list(known)).sum() * len(done) / max(1, len(known))).alias("usual"),
        )
        most = (pl.col("mine") - pl.col("usual")).cast(pl.Float32).alias("above")
        followed = counts.filter(pl.col("mine") >= 3, pl.col("mine") >= 2 * pl.col("usual")).with_columns(most)
        order = followed.sort(["above", "person"], descending=[True, False])["person"].to_list()
        first = self.people.filter(pl.col("person").is_in(order)).with_columns(
            pl.col("person").replace_strict(order, range(len(order)), return_dtype=pl.Int64).alias("rank")
        )
        return dict(first.sort("rank").unique("title_id", keep="first")["title_id", "person"].rows())

    @cached_property
    def people(self) -> pl.DataFrame:
        billed = pl.concat_list(pl.col("cast").fill_null([]).list.head(5), pl.col("directors").fill_null([]))
        return (
            self.world.catalog.select("title_id", billed.list.unique().alias("person")).explode("person").drop_nulls()
        )

    def _explained(self, mine: pl.DataFrame) -> Mapping[str, str]:
        """Of each title the enjoyed one, of the last played, whose faded similarity to it is the greatest."""
        latest = mine.filter(pl.col("kind") == "play")["title_id"].to_list()[::-1]
        recent = list(dict.fromkeys(latest))[: self.learnt.recent]
        weights = pl.DataFrame({"seed": recent, "age": range(len(recent))}, schema={"seed": pl.String, "age": pl.Int64})
        adds = weights.filter(pl.col("seed").is_in(list(_enjoyed(mine)))).join(self.similar, on="seed")
        value = (self.learnt.fade ** pl.col("age") * pl.col("similarity").cast(pl.Float64)).cast(pl.Float32)
        best = adds.with_columns(value.alias("value")).sort(["value", "age"], descending=[True, False])
        return dict(best.unique("title_id", keep="first", maintain_order=True)["title_id", "seed"].rows())

    @cached_property
    def similar(self) -> pl.DataFrame:
        """Every title's most similar others by the shrunk cosine of who played both."""
        played = self.events.filter(pl.col("kind") == "play").select("member_id", "title_id").unique()
        alone = played.group_by("title_id").len("n")
        pairs = (
            played.rename({"title_id": "seed"})
            .join(played, on="member_id")
            .filter(pl.col("seed") != pl.col("title_id"))
        )
        both = pairs.group_by("seed", "title_id").len("both").join(alone, on="title_id")
        both = both.join(alone.rename({"title_id": "seed", "n": "seed_n"}), on="seed")
        together, support = pl.col("both").cast(pl.Float32), (pl.col("n") * pl.col("seed_n")).cast(pl.Float32)
        shrunk = (together / support.sqrt()) * (together / (together + self.learnt.shrinkage))
        enough = both.filter(pl.col("both") >= self.learnt.min_support, pl.col("seed_n") >= self.learnt.min_support)
        near = enough.with_columns(shrunk.alias("similarity")).sort(
            ["similarity", "title_id"], descending=[True, False]
        )
        return near.group_by("seed", maintain_order=True).head(self.learnt.neighbours)["seed", "title_id", "similarity"]

    def _keywords(self, mine: pl.DataFrame) -> Mapping[str, str]:
        """Of each title the rarest of its three rarest keywords that is one of another enjoyed title's three."""
        liked = self.keywords.filter(pl.col("title_id").is_in(list(_enjoyed(mine))))
        shared = self.keywords.join(liked.rename({"title_id": "other"}).select("other", "keyword"), on="keyword")
        shared = shared.filter(pl.col("other") != pl.col("title_id")).sort("titles", "keyword")
        return dict(shared.unique("title_id", keep="first", maintain_order=True)["title_id", "keyword"].rows())

    @cached_property
    def keywords(self) -> pl.DataFrame:
        flat = (
            self.world.catalog.select("title_id", pl.col("keywords").alias("keyword")).explode("keyword").drop_nulls()
        )
        flat = flat.unique().with_columns(pl.len().over("keyword").alias("titles"))
        return flat.sort("titles", "keyword").group_by("title_id", maintain_order=True).head(3)


def _finished(mine: pl.DataFrame) -> set[str]:
    return set(mine.filter(pl.col("kind") == "play", pl.col("fraction") >= 0.9)["title_id"])


def _enjoyed(mine: pl.DataFrame) -> set[str]:
    """Finished, and neither the last thumb nor the last grade speaks against it."""
    graded = mine.drop_nulls("grade")
    mean = graded["grade"].cast(pl.Float64).mean()
    grades = graded.unique("title_id", keep="last", maintain_order=True)
    low = grades.filter(pl.col("grade").cast(pl.Float64) < mean)["title_id"].to_list() if mean is not None else []
    thumbs = mine.filter(pl.col("kind").is_in(["thumbs_up", "thumbs_down", "not_interested"]))
    last = thumbs.unique("title_id", keep="last", maintain_order=True)
    return _finished(mine) - set(low) - set(last.filter(pl.col("kind") != "thumbs_up")["title_id"])


def _closing(windows: Sequence[Mapping[str, Any]], here: Sequence[str | None], now: int) -> float:
    """When the last window that follows on from the one that is open ends; `now` where none is open."""
    spans = [(_ms(w["start"], -1), _ms(w["end"], 1)) for w in windows if w["country"] in here]
    until: float = now
    for start, end in sorted(spans):
        if start <= until < end:
            until = end
    return until


def _ms(time: Any, sign: int) -> float:
    return sign * float("inf") if time is None else round(time.timestamp() * 1_000)


def _matches(play: Mapping[str, float]) -> Mapping[str, str]:
    usual = sum(play.values()) / max(1, len(play))
    found = {title: 1.0 - usual / p for title, p in play.items() if p > 0}
    return {title: str(int(100.0 * match)) for title, match in found.items() if match >= 0.8}
