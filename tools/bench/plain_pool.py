"""The plain way, candidates: scores of all titles, which of them may be shown, and rows of candidates."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

from tools.bench.plain_tables import DAY_MS, HOUR_MS, Models, Tables

FINISHED, LEFT_EARLY = 0.9, 0.5  # fractions
FIRST_SCREEN: Final = 6
GENRES: Final = 24  # rows, where the bundle does not say
AGAINST: Final = ("not_interested", "thumbs_down")
VERDICTS: Final = (*AGAINST, "thumbs_up", "play")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request and what is known of its member."""

    time: int  # ms
    country: str | None
    kids: bool
    ceiling: int | None
    history: pl.DataFrame
    played: pl.DataFrame  # the distinct titles played, the last play of each, the latest last


def ask(tables: Tables, member_id: str, time: int) -> Asked:
    history, member = tables.history(member_id, time), tables.members.get(member_id, {})
    return Asked(
        time=time,
        country=member.get("country"),
        kids=bool(member.get("kids")),
        ceiling=member.get("maturity_ceiling"),
        history=history,
        played=history.filter(kind="play").unique("title", keep="last", maintain_order=True),
    )


def als_model(models: Models) -> AlternatingLeastSquares:
    """The model of implicit itself, around the bundle's factors."""
    size = models.factors.shape[1]
    model = AlternatingLeastSquares(factors=size, alpha=models.alpha, num_threads=1)
    model.item_factors = models.factors
    return model


def trends(tables: Tables, asked: Asked, models: Models) -> tuple[pl.DataFrame, bool]:
    """All titles with their counts as of the last full hour, and whether the recent ones are those of the country."""
    windows = models.settings["fit"]["trends"]
    hour = asked.time // HOUR_MS * HOUR_MS
    week, season = (hour - int(windows[name] * DAY_MS) for name in ("short_days", "long_days"))
    local = tables.plays_in.get(asked.country or "")
    if local is None or local.between(week, hour) < windows["min_plays"]:
        local = None
    log = local or tables.plays
    total = tables.plays.before(hour)
    now = total["plays"] if local is None else log.plays_before(hour)
    recent = [
        (now - log.plays_before(since)).alias(name)
        for name, since in (("day", hour - DAY_MS), ("short", week), ("long", season))
    ]
    first = pl.when(pl.col("first_ms") < asked.time).then("first_ms").alias("first_ms")
    return tables.titles.with_columns(first, *total.drop("title"), *recent), local is not None


def scored(titles: pl.DataFrame, asked: Asked, models: Models, als: AlternatingLeastSquares) -> pl.DataFrame:
    """The titles with the three sources' scores; null without an opinion."""
    page, windows = models.settings["page"]["source"], models.settings["fit"]["trends"]
    weight = page["trending"]
    trending = (
        weight["day_weight"] * pl.col("day")
        + weight["short_weight"] * pl.col("short") / windows["short_days"]
        + weight["long_weight"] * pl.col("long") / windows["long_days"]
    )
    near = _near(asked, models)
    with_near = titles.join(near, on="title", how="left", maintain_order="left").join(
        _als(asked, models, als), on="title", how="left", maintain_order="left"
    )
    known = pl.col("near").fill_null(0.0) if asked.played.height else pl.lit(None, pl.Float64)
    return with_near.with_columns(known.cast(pl.Float32).alias("near"), trending=trending.cast(pl.Float32))


def _als(asked: Asked, models: Models, als: AlternatingLeastSquares) -> pl.DataFrame:
    most = models.settings["page"]["source"]["als"]["max_history"]
    mine = models.factor_titles.is_in(asked.played["title"].implode())
    row = mine.arg_true()
    if len(row) > most:
        latest = asked.played["title"].filter(asked.played["title"].is_in(models.factor_titles.implode())).tail(most)
        row = models.factor_titles.is_in(latest.implode()).arg_true()
    if not len(row):
        return pl.DataFrame(schema={"title": pl.Int32, "als": pl.Float32})
    confidence = len(row) * (models.alpha - 1.0) + len(mine)
    als.regularization = models.reg * confidence**models.reg_exponent
    plays = csr_matrix((np.ones(len(row), np.float32), ([0] * len(row), row.to_numpy())), shape=(1, len(mine)))
    return pl.DataFrame({"title": models.factor_titles, "als": models.factors @ als.recalculate_user(0, plays)})


def _near(asked: Asked, models: Models) -> pl.DataFrame:
    """A row a title: the faded sum of its similarities to the latest titles."""
    page = models.settings["page"]["source"]["because_you_watched"]
    latest = asked.played["title"].tail(page["recent"]).reverse()
    weight = pl.DataFrame({"seed": latest, "weight": page["fade"] ** np.arange(len(latest))})
    parts = [models.neighbours[seed] for seed in latest if seed in models.neighbours]
    if not parts:
        return pl.DataFrame(schema={"title": pl.Int32, "near": pl.Float64})
    faded = pl.col("similarity").cast(pl.Float64) * pl.col("weight")
    return pl.concat(parts).join(weight, on="seed").group_by("title").agg(near=faded.sum())


def filtered(titles: pl.DataFrame, tables: Tables, asked: Asked, models: Models) -> pl.DataFrame:
    """The titles that may be shown, and of each whether the member has `watched` it."""
    verdicts = asked.history.filter(pl.col("kind").is_in(VERDICTS)).unique("title", keep="last")
    refused = verdicts.filter(pl.col("kind").is_in(AGAINST))["title"]
    arrived = pl.coalesce("release_ms", "first_ms") < asked.time
    keep = arrived & ~pl.col("title").is_in(refused.implode())
    if tables.windows.height:
        here = pl.col("country").is_in([asked.country or "ZZ", "ZZ"]) | pl.col("country").is_null()
        started = pl.col("start").cast(pl.Int64).fill_null(0) <= asked.time
        open_ = tables.windows.filter(here & started & (pl.col("end").cast(pl.Int64).fill_null(2**62) > asked.time))[
            "title"
        ]
        keep &= ~pl.col("restricted") | pl.col("title").is_in(open_.implode())
    for ceiling in (asked.ceiling, models.settings["page"]["filter"]["kids"]["max_maturity"] if asked.kids else None):
        if ceiling is not None:
            keep &= (pl.col("maturity") <= ceiling).fill_null(value=False)
    return titles.filter(keep).with_columns(watched=pl.col("title").is_in(asked.played["title"].implode()))


def candidates(shown: pl.DataFrame, tables: Tables, asked: Asked, models: Models, limit: int) -> pl.DataFrame:
    """Candidates by row, best first, rows in the order of the sources: row, place, kind, seed, title."""
    page = models.settings["page"]["source"]
    unseen = shown.filter(~pl.col("watched"))
    unseen = unseen.with_columns(liked=_liked(unseen))
    new = unseen.filter(pl.col("release_ms") >= asked.time - page["facets"]["new_days"] * DAY_MS)
    parts = [
        _rows(_seeded(unseen, asked, models, limit), "because_you_watched", pl.col("seed")),
        _rows(_best(unseen.filter(pl.col("trending") > 0), "trending", limit), "trending_now"),
        _rows(_fused(unseen, page["top_picks"]["quotas"] if asked.played.height else {}), "top_picks"),
        _rows(_genres(unseen, tables, page["facets"].get("genres", GENRES), limit), "genre", pl.col("tag")),
        _rows(_best(new, "liked", limit), "new_releases"),
        _rows(_chart(shown, page["top_10"]["min_plays"]), "top_10"),
        _rows(_begun(shown, asked, models).head(limit), "continue_watching"),
    ]
    row = pl.struct("kind", "seed").rle_id().alias("row")
    return pl.concat(parts).with_columns(row).with_columns(place=pl.int_range(pl.len()).over("row"))


NO_SEED: Final = pl.lit(-1, pl.Int32)


def _rows(titles: pl.DataFrame, kind: str, seed: pl.Expr = NO_SEED) -> pl.DataFrame:
    return titles.select("title", kind=pl.lit(kind), seed=seed)


def _best(titles: pl.DataFrame, score: str, limit: int) -> pl.DataFrame:
    """The highest scores first; of equal ones the lower title."""
    return titles.drop_nulls(score).sort(score, descending=True, maintain_order=True).head(limit)


def _fused(titles: pl.DataFrame, quotas: dict[str, int]) -> pl.DataFrame:
    """The best titles of each scorer with a quota, by their reciprocal ranks."""
    worth = pl.lit(1.0, pl.Float32) / (61 + pl.int_range(pl.len()))
    parts = [_best(titles, SCORES[name], quota).select("title", worth=worth) for name, quota in quotas.items()]
    if not parts:
        return titles.clear()
    return (
        pl.concat(parts).group_by("title").agg(pl.col("worth").sum()).sort("worth", "title", descending=[True, False])
    )


SCORES: Final = {"als": "als", "because_you_watched": "near", "trending": "trending"}


def _seeded(unseen: pl.DataFrame, asked: Asked, models: Models, limit: int) -> pl.DataFrame:
    """Neighbours of the latest titles that the member finished and did not grade far below their mean."""
    page = models.settings["page"]["source"]["because_you_watched"]
    mean = asked.played["grade"].mean()
    floor = -np.inf if mean is None else float(mean) + page["min_grade_gap"]  # type: ignore[arg-type]
    graded, left = pl.col("grade") < floor, pl.col("fraction") < LEFT_EARLY
    liked = asked.played.filter(~graded.fill_null(value=False) & ~left.fill_null(value=False))["title"].to_list()
    seeds = [title for title in liked if title in models.neighbours][-page["seeds"] :][::-1]
    if not seeds:
        return pl.DataFrame(schema={"title": pl.Int32, "seed": pl.Int32})
    near = pl.concat([models.neighbours[seed] for seed in seeds]).join(
        unseen, on="title", how="semi", maintain_order="left"
    )
    return near.filter(pl.int_range(pl.len()).over("seed") < limit)


def _liked(unseen: pl.DataFrame) -> pl.Series:
    """The scores of ALS; titles that came after training stand among the others as their plays do."""
    known = unseen.drop_nulls("als")
    if not known.height:
        return unseen["long"].cast(pl.Float32)
    place = known["long"].sort().search_sorted(unseen["long"], side="left").clip(upper_bound=known.height - 1)
    return unseen["als"].fill_null(known["als"].sort().gather(place))


def _genres(unseen: pl.DataFrame, tables: Tables, most: int, limit: int) -> pl.DataFrame:
    """The best titles of each genre; the genres by the scores that a first screen shows."""
    flat = tables.genres.join(unseen.select("title", "liked"), on="title")
    best = flat.sort("liked", "title", descending=[True, False]).with_columns(place=pl.int_range(pl.len()).over("tag"))
    screen = pl.col("liked").filter(pl.col("place") < FIRST_SCREEN).cast(pl.Float64).sum().over("tag")
    kept = best.with_columns(screen=screen).filter(pl.col("place") < limit)
    ordered = kept.sort("screen", "tag", "place", descending=[True, False, False])
    return ordered.filter(pl.col("tag").rle_id() < most)


def _chart(shown: pl.DataFrame, least: int) -> pl.DataFrame:
    best = _best(shown, "short", 10)
    return best if best.height == 10 and best["short"][-1] >= least else best.clear()


def _begun(shown: pl.DataFrame, asked: Asked, models: Models) -> pl.DataFrame:
    """What the member began and did not finish, the latest first."""
    page = models.settings["page"]["source"]["continue_watching"]
    series = shown.select("title", series=pl.col("kind") == "series")
    known = asked.played.join(series, on="title", maintain_order="left")
    begun = (pl.col("fraction") >= page["min_fraction"]) & (pl.col("series") | (pl.col("fraction") < FINISHED))
    recent = pl.col("time") >= asked.time - page["keep_days"] * DAY_MS
    return known.filter(begun & recent).reverse()
