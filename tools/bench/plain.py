"""
The plain way: the page of one member at one time, as a good data engineer would write it straight from polars,
implicit and LightGBM, with the models of a bundle.

It is the other side of a comparison, so it shares no code with the engine, and it is meant to be quick: what can be
made at load time is (events grouped by member, snapshots of the play counts, neighbour lists by seed), and a page is
a few dozen vectorized polars operations, one call of implicit, one of LightGBM and a greedy loop over a numpy matrix.
polars may use all cores. It knows requests without options for the default homepage, and makes rows of titles with
their names and probabilities: no headings, reasons, page id, checks of the request, or explanations.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tools.bench import plain_rows
from tools.bench.plain_features import features
from tools.bench.plain_pool import als_model, ask, candidates, filtered, scored, trends
from tools.bench.plain_tables import Models, read_models, read_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    kind: str
    seed: str  # title id or genre; "" without one
    title_ids: list[str]
    names: list[str]
    play: list[float]


class Plain:
    """Pages of one bundle on one data folder."""

    def __init__(self, bundle: Path, data: Path) -> None:
        self._tables = read_tables(data)
        self._models = read_models(bundle, self._tables)
        self._als = als_model(self._models)
        self._ids, self._names = (self._tables.titles[name].to_numpy() for name in ("title_id", "name"))
        genres = self._tables.genres.unique("tag").sort("tag")["name"].to_list()
        self._seeds = {"because_you_watched": self._ids.tolist(), "genre": genres}

    def page(self, member_id: str, time: int, rows: int = 30, columns: int = 40) -> list[Row]:
        """The member's page at this time, from the top down."""
        models, tables = self._models, self._tables
        limit = columns + models.settings["page"]["refill"]
        asked = ask(tables, member_id, time)
        counted, _ = trends(tables, asked, models)
        titles = scored(counted, asked, models, self._als)
        pool = candidates(filtered(titles, tables, asked, models), tables, asked, models, limit)
        if not pool.height:
            return []
        dealt = pool.sort("place", "row").unique("title", keep="first", maintain_order=True)
        table = features(dealt.head(models.settings["page"]["max_pairs"]), titles, asked, tables, models)
        page = plain_rows.Page(plain_rows.fill(pool, _predicted(table, models), limit), models, columns)
        page.fill(rows)
        return [self._row(row, title) for row, title in page.placed]

    def _row(self, row: plain_rows.Filled, title: np.ndarray) -> Row:
        play = dict(zip(row.title.tolist(), row.play.tolist(), strict=True))
        seeds = self._seeds.get(row.kind)
        return Row(
            kind=row.kind,
            seed="" if seeds is None else seeds[row.seed],
            title_ids=self._ids[title].tolist(),
            names=self._names[title].tolist(),
            play=[play[t] for t in title.tolist()],
        )


def _predicted(table: pl.DataFrame, models: Models) -> pl.DataFrame:
    """title, score, play of every pair."""
    values = table.select(models.features).to_numpy(order="c")
    score = np.asarray(models.booster.predict(values, raw_score=True, num_threads=1, validate_features=False))
    return table.select("title", score=pl.Series(score), play=pl.Series(np.interp(score, *models.calibration)))
