"""The plain way, tables: what a data folder and a bundle hold, as polars frames made once, at load time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from lightgbm import Booster
from numpy.typing import NDArray

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
STEP: Final = 20_000  # plays between two snapshots of the totals
BILLED: Final = 5  # cast members that count
GRADE_STEPS: Final = 1024  # of a grade
TRENDS: Final = ("plays", "last_ms", "graded", "grade_sum")


class Counts:
    """How often each title was played before any moment: snapshots of the totals, and the plays since the last one."""

    def __init__(self, plays: pl.DataFrame, titles: pl.DataFrame) -> None:
        self._plays, self._time = plays, plays["time"].to_numpy()
        zero = [pl.lit(0, pl.Int64).alias("plays"), pl.lit(None, pl.Int64).alias("last_ms")]
        zero += [pl.lit(0, pl.Int64).alias("graded"), pl.lit(0.0).alias("grade_sum")]
        self._snapshots = [titles.select("title", *zero)]
        for low in range(0, plays.height - STEP + 1, STEP):
            self._snapshots.append(_added(self._snapshots[-1], plays.slice(low, STEP)))

    def before(self, time: int) -> pl.DataFrame:
        """title, plays, last_ms, graded, grade_sum of every title, by title."""
        stop = int(np.searchsorted(self._time, time))
        snapshot = self._snapshots[stop // STEP]
        return _added(snapshot, self._plays.slice(stop // STEP * STEP, stop % STEP))

    def plays_before(self, time: int) -> pl.Series:
        """The plays alone, which costs less."""
        stop = int(np.searchsorted(self._time, time))
        late = self._plays["title"].slice(stop // STEP * STEP, stop % STEP)
        counted = late.value_counts(name="late").with_columns(pl.col("late").cast(pl.Int64))
        snapshot = self._snapshots[stop // STEP].select("title", "plays")
        both = snapshot.join(counted, on="title", how="left", maintain_order="left")
        return both.select(pl.col("plays") + pl.col("late").fill_null(0)).to_series()

    def between(self, begin: int, end: int) -> int:
        low, high = np.searchsorted(self._time, [begin, end])
        return int(high - low)


def _added(totals: pl.DataFrame, plays: pl.DataFrame) -> pl.DataFrame:
    late = plays.group_by("title").agg(
        plays=pl.len().cast(pl.Int64),
        last_ms=pl.col("time").max(),
        graded=pl.col("grade").count().cast(pl.Int64),
        grade_sum=pl.col("grade").sum(),
    )
    both = totals.join(late, on="title", how="left", maintain_order="left", suffix="_late")
    sums = [pl.col(name) + pl.col(f"{name}_late").fill_null(0) for name in ("plays", "graded", "grade_sum")]
    return both.select("title", *sums, pl.coalesce("last_ms_late", "last_ms").alias("last_ms")).select("title", *TRENDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    titles: pl.DataFrame  # title (a number, in the order of title_id), title_id, name, kind, release_ms, year, ...
    genres: pl.DataFrame  # title, tag
    people: pl.DataFrame  # title, tag
    windows: pl.DataFrame  # title, country, start, end
    members: Mapping[str, Mapping[str, Any]]  # country, kids, maturity_ceiling
    events: pl.DataFrame  # title, time, kind, grade, fraction; by member and time
    place: Mapping[str, tuple[int, int]]  # first event and number of events of each member
    plays: Counts
    plays_in: Mapping[str, Counts]  # by country

    def history(self, member_id: str, time: int) -> pl.DataFrame:
        """The member's events before this time, oldest first."""
        return self.events.slice(*self.place.get(member_id, (0, 0))).filter(pl.col("time") < time)


def read_tables(folder: Path) -> Tables:
    """The tables of a data folder."""
    catalog = pl.read_parquet(folder / "catalog.parquet").sort("title_id").with_row_index("title")
    catalog = catalog.with_columns(pl.col("title").cast(pl.Int32))
    events, members = _events(folder, catalog), _members(folder)
    plays = events.filter(kind="play")
    local = plays.join(members.select("member_id", "country").drop_nulls(), on="member_id", maintain_order="left")
    by_member = events.sort("member_id", maintain_order=True)
    lengths = by_member.group_by("member_id", maintain_order=True).len()
    place = lengths.select("member_id", pl.col("len").cum_sum() - pl.col("len"), length="len")
    cast = pl.col("cast").fill_null([]).list.head(BILLED)
    return Tables(
        titles=_titles(catalog, events),
        genres=_tags(catalog, pl.col("genres")),
        people=_tags(catalog, pl.concat_list(cast, pl.col("directors").fill_null([]))),
        windows=catalog.select("title", "windows").explode("windows").drop_nulls().unnest("windows"),
        members={row["member_id"]: row for row in members.iter_rows(named=True)},
        events=by_member.drop("member_id"),
        place={member: (first, length) for member, first, length in place.iter_rows()},
        plays=Counts(plays, catalog),
        plays_in={c: Counts(frame, catalog) for (c,), frame in local.partition_by("country", as_dict=True).items()},
    )


def _events(folder: Path, catalog: pl.DataFrame) -> pl.DataFrame:
    """In time order, with the numbers of titles."""
    events = pl.read_parquet(folder / "events.parquet")
    numbered = events.join(catalog.select("title", "title_id"), on="title_id", maintain_order="left")
    grade = (pl.col("grade").cast(pl.Float64) * GRADE_STEPS).round() / GRADE_STEPS
    return numbered.select("member_id", "title", pl.col("time").cast(pl.Int64), "kind", grade, "fraction")


def _members(folder: Path) -> pl.DataFrame:
    path = folder / "members.parquet"
    columns = {"member_id": pl.String, "country": pl.String, "kids": pl.Boolean, "maturity_ceiling": pl.Int16}
    return pl.read_parquet(path, columns=list(columns)) if path.exists() else pl.DataFrame(schema=columns)


def _titles(catalog: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    first = events.group_by("title").agg(first_ms=pl.col("time").min())
    release = pl.col("release_time")
    return catalog.select(
        "title",
        "title_id",
        "name",
        "kind",
        "maturity",
        release_ms=release.cast(pl.Int64),
        year=release.dt.year().cast(pl.Float64),
        restricted=pl.col("windows").is_not_null(),
    ).join(first, on="title", how="left", maintain_order="left")


def _tags(catalog: pl.DataFrame, tags: pl.Expr) -> pl.DataFrame:
    """The tags of each title, by title and tag; the tags numbered in alphabetical order."""
    flat = catalog.select("title", name=tags).explode("name").drop_nulls().unique().sort("title", "name")
    return flat.with_columns(tag=pl.col("name").rank("dense").cast(pl.Int32) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    settings: Mapping[str, Any]  # `fit` and `page` of the manifest
    features: list[str]
    factor_titles: pl.Series  # title of each factor
    factors: NDArray[np.float32]
    alpha: float
    reg: float
    reg_exponent: float
    neighbours: Mapping[int, pl.DataFrame]  # by seed: seed, title, similarity; most similar first
    booster: Booster
    calibration: tuple[NDArray[np.float64], NDArray[np.float64]]
    row_x: NDArray[np.float64]  # chance that a row is looked at, on a television
    column_x: NDArray[np.float64]


def read_models(folder: Path, tables: Tables) -> Models:
    """The models of a bundle; its titles are matched to those of the data by id."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    number = dict(zip(tables.titles["title_id"], tables.titles["title"], strict=True))
    title = np.array([number.get(i, -1) for i in json.loads((folder / "titles.json").read_bytes())], np.int32)
    array = {path.stem: np.load(path) for path in folder.glob("*.npy")}
    near = {name: array[f"source.because_you_watched.{name}"] for name in ("seed", "start", "title", "weight")}
    seed = np.repeat(title[near["seed"]], np.diff(near["start"]))
    pairs = pl.DataFrame({"seed": seed, "title": title[near["title"]], "similarity": near["weight"]})
    by_seed = pairs.filter(pl.col("seed") >= 0, pl.col("title") >= 0).partition_by("seed", as_dict=True)
    alpha, reg, reg_exponent = array["source.als.objective"].tolist()
    return Models(
        settings={half: manifest[half] for half in ("fit", "page")},
        features=manifest["features"],
        factor_titles=pl.Series("title", title[array["source.als.title"]]),
        factors=array["source.als.factors"],
        alpha=alpha,
        reg=reg,
        reg_exponent=reg_exponent,
        neighbours={key: part for (key,), part in by_seed.items()},
        booster=Booster(model_file=folder / "ranker.trees_00.txt"),
        calibration=(array["calibration.score"], array["calibration.play"]),
        row_x=array["examination.row"][0],
        column_x=array["examination.column"][0],
    )
