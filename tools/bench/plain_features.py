"""The plain way, features: one frame of pairs, joined with everything the ranker wants to know of them."""

from typing import Final

import polars as pl

from tools.bench.plain_pool import Asked
from tools.bench.plain_tables import DAY_MS, Models, Tables

RECENT: Final = 20  # titles that are a member's latest
PRIOR: Final = 10.0  # grades of the overall mean in each title's mean


class UnknownFeatureError(Exception):
    """The bundle's ranker wants features that the plain way does not compute."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"the plain way does not know {', '.join(names)}: it is not compared with this bundle")


SOURCES: Final = {"als": "als", "because_you_watched": "near", "trending": "trending"}


def features(pairs: pl.DataFrame, titles: pl.DataFrame, asked: Asked, tables: Tables, models: Models) -> pl.DataFrame:
    """A row a pair: its title and the model's features, by title."""
    known = titles.filter(pl.col("title").is_in(pairs["title"].implode()))
    own = _own(asked)
    joined = (
        known.join(_tastes(known, titles, asked, tables), on="title", how="left", maintain_order="left")
        .join(_people(known, asked, tables), on="title", how="left", maintain_order="left")
        .join(own, on="title", how="left", maintain_order="left")
    )
    columns = {
        **_scores(),
        **_ages(asked.time),
        **_trend(titles, models),
        **_member(titles, asked),
        **_moment(asked.time),
    }
    if lacking := [name for name in models.features if name not in {*joined.columns, *columns}]:
        raise UnknownFeatureError(lacking)
    return joined.with_columns(**columns).select("title", *(pl.col(name).cast(pl.Float32) for name in models.features))


def _scores() -> dict[str, pl.Expr]:
    columns = {}
    for source, name in SOURCES.items():
        wide = pl.col(name).cast(pl.Float64)
        spread = pl.when(wide.std(ddof=0) > 0).then(wide.std(ddof=0)).otherwise(1.0)
        columns[f"{source}_score"] = pl.col(name)
        columns[f"{source}_rank"] = pl.col(name).rank("ordinal", descending=True) - 1
        columns[f"{source}_z"] = (wide - wide.mean()) / spread
    return columns


def _ages(now: int) -> dict[str, pl.Expr]:
    released, seen = ((now - pl.col(name)) / DAY_MS for name in ("release_ms", "first_ms"))
    return {
        "release_age_days": released,
        "arrival_age_days": pl.min_horizontal(released, seen),
        "idle_days": (now - pl.col("last_ms")) / DAY_MS,
        "release_year": pl.col("year"),
    }


def _trend(titles: pl.DataFrame, models: Models) -> dict[str, pl.Expr]:
    windows = models.settings["fit"]["trends"]
    overall = titles.select(pl.col("grade_sum").sum() / pl.col("graded").sum()).item()
    expected = pl.col("long") * (windows["short_days"] / windows["long_days"])
    return {
        "plays_day": pl.col("day").log1p(),
        "plays_short": pl.col("short").log1p(),
        "plays_long": pl.col("long").log1p(),
        "plays_total": pl.col("plays").log1p(),
        "trend_ratio": ((pl.col("short") + 1.0) / (expected + 1.0)).log(),
        "mean_grade": (pl.col("grade_sum") + PRIOR * overall) / (pl.col("graded") + PRIOR),
        "grades": pl.col("graded").log1p(),
    }


def _tastes(known: pl.DataFrame, titles: pl.DataFrame, asked: Asked, tables: Tables) -> pl.DataFrame:
    """The member's genres, averaged over those of each title."""
    grade = pl.col("grade") - pl.col("grade").mean()
    late = pl.int_range(pl.len()) >= asked.played.height - RECENT
    mine = tables.genres.join(asked.played.select("title", above=grade, late=late), on="title")
    own = mine.group_by("tag").agg(
        pl.len(), pl.col("late", "above").sum(), graded=pl.col("above").count().cast(pl.Int64)
    )
    plays = tables.genres.join(titles.select("title", "plays"), on="title").group_by("tag").agg(pl.col("plays").sum())
    both = plays.join(own, on="tag", how="left").fill_null(0)
    share, recent, all_ = (pl.col(name) / pl.col(name).sum() for name in ("len", "late", "plays"))
    grades = asked.played["grade"].count() > 0
    table = both.select(
        "tag",
        genre_share=share,
        genre_share_recent=recent,
        genre_lift=((share + 0.01) / (all_ + 0.01)).log(),
        genre_grade_lift=pl.col("above") / (pl.col("graded") + 3) if grades else pl.lit(None, pl.Float64),
    )
    flat = tables.genres.filter(pl.col("title").is_in(known["title"].implode())).join(table, on="tag")
    return flat.group_by("title").agg(pl.col("^genre_.*$").mean())


def _people(known: pl.DataFrame, asked: Asked, tables: Tables) -> pl.DataFrame:
    """How many of the member's titles the people of each title were in."""
    mine = tables.people.join(asked.played, on="title", how="semi").group_by("tag").len("known")
    flat = tables.people.join(known, on="title", how="semi").join(mine, on="tag")
    shared = flat.group_by("title").agg(people_shared=pl.col("known").sum(), best_person=pl.col("known").max())
    both = known.select("title").join(shared, on="title", how="left").fill_null(0)
    return both.with_columns(pl.col("people_shared").log1p())


def _own(asked: Asked) -> pl.DataFrame:
    """When the member last played each title, and when they last did anything else with it."""
    play, now = pl.col("kind") == "play", asked.time
    return asked.history.group_by("title").agg(
        own_play_days=(now - pl.col("time").filter(play).max()) / DAY_MS,
        own_touch_days=(now - pl.col("time").filter(~play).max()) / DAY_MS,
    )


def _member(titles: pl.DataFrame, asked: Asked) -> dict[str, pl.Expr]:
    """What is the same for every title, and how far each is from it."""
    played = asked.played.join(titles.select("title", "year", "plays", "release_ms"), on="title")
    age = (pl.col("time") - pl.col("release_ms")) / DAY_MS
    one = played.select(
        mean_year=pl.col("year").mean(),
        mean_popularity=pl.col("plays").log1p().mean(),
        member_mean_grade=pl.col("grade").mean(),
        novelty_appetite=age.clip(0).log1p().mean(),
        titles_played=pl.len().log1p(),
    ).row(0, named=True)
    play = asked.history.filter(kind="play")["time"]
    first, last = (play[0], play[-1]) if len(play) else (None, None)
    same = {name: pl.lit(value, pl.Float64) for name, value in one.items()}
    return same | {
        "year_gap": pl.col("year") - same["mean_year"],
        "popularity_gap": pl.col("plays").log1p() - same["mean_popularity"],
        "last_play_days": (asked.time - pl.lit(last, pl.Int64)) / DAY_MS,
        "history_days": (asked.time - pl.lit(first, pl.Int64)) / DAY_MS,
    }


def _moment(now: int) -> dict[str, pl.Expr]:
    hour, weekday = now // 3_600_000 % 24, (now // DAY_MS + 3) % 7
    return {"hour": pl.lit(hour), "weekday": pl.lit(weekday), "device": pl.lit(0)}
