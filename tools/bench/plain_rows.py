"""
The plain way, rows: titles in the ranker's order, then row by row the one that adds most to the page, charged for
titles that others have too. It tries no rows: pages of more rows than `orderers.greedy.pages` are as ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tools.bench.plain_tables import Models


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    by_ranker: bool = True
    exempt: bool = False  # may repeat titles from above
    least: int = 4
    most: int = 100


KINDS: Final[Mapping[str, Kind]] = {
    "top_picks": Kind(),
    "because_you_watched": Kind(),
    "trending_now": Kind(by_ranker=False),
    "genre": Kind(),
    "new_releases": Kind(),
    "top_10": Kind(by_ranker=False, exempt=True, least=10, most=10),
    "continue_watching": Kind(by_ranker=False, least=1, most=20),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    kind: str
    seed: int
    title: NDArray[np.int32]
    play: NDArray[np.float64]


def fill(rows: pl.DataFrame, scores: pl.DataFrame, limit: int) -> list[Filled]:
    """The rows with their titles in order, as many as they may bring; without those that are too short."""
    kinds = rows["kind"].unique().to_list()
    by_ranker = pl.col("kind").is_in([kind for kind in kinds if KINDS[kind].by_ranker])
    joined = rows.join(scores, on="title", how="left", maintain_order="left").with_columns(
        pl.col("play").fill_null(pl.col("play").min().fill_null(0.0)),
        key=pl.when(by_ranker).then(-pl.col("score")).otherwise(pl.lit(None)),
    )
    ordered = joined.sort(
        "row",
        "key",
        pl.when(by_ranker & pl.col("score").is_not_null()).then("title").otherwise("place"),
        nulls_last=True,
    )
    filled = []
    for part in ordered.partition_by("row", maintain_order=True):
        kind = KINDS[part["kind"][0]]
        part = part.head(min(limit, kind.most))
        if part.height >= kind.least:
            columns = (part["title"].to_numpy(), part["play"].to_numpy())
            filled.append(Filled(kind=part["kind"][0], seed=part["seed"][0], title=columns[0], play=columns[1]))
    return filled


class Page:
    """The page while it is put together; a matrix has a line a row and a cell a title of it."""

    def __init__(self, rows: list[Filled], models: Models, columns: int) -> None:
        self._rows, self._columns, width = rows, columns, max((len(row.title) for row in rows), default=0)
        self._row_x = models.row_x
        self._column_x = np.concatenate([[0.0], models.column_x[:columns], np.zeros(width)])
        self._constraints: dict[str, Any] = models.settings["page"]["constraints"]
        self._title = np.array([np.pad(row.title, (0, width - len(row.title)), constant_values=-1) for row in rows])
        attraction = models.settings["page"].get("attraction", {})
        worth = [row.play * attraction.get(row.kind, 1.0) for row in rows]
        self._worth = np.array([np.pad(play, (0, width - len(play))) for play in worth])
        self._new = self._title >= 0
        self._cells = self._new.copy()
        self._least = np.array([KINDS[row.kind].least for row in rows])
        self._exempt = np.array([KINDS[row.kind].exempt for row in rows], np.bool_)
        self._left = np.ones(len(rows), np.bool_)
        self._price = models.settings["page"]["orderers"]["greedy"]["price"]
        self._cost = self._costs()
        self.placed: list[tuple[Filled, NDArray[np.int32]]] = []

    def fill(self, most: int) -> None:
        """Place the best row until there is none, or enough of them."""
        most = min(most, len(self._rows))
        while len(self.placed) < most and (row := self._best(most)) is not None:
            self._place(row)

    def _costs(self) -> NDArray[np.float64]:
        """Of each row, for a play: what its titles are worth at most in any row, those that no other row has aside."""
        own = self._worth * self._column_x[1 : self._worth.shape[1] + 1]
        best: dict[int, list[float]] = {}
        for title, value in zip(self._title[self._cells].tolist(), own[self._cells].tolist(), strict=True):
            best.setdefault(title, []).append(value)
        price = {title: max(values) for title, values in best.items() if len(values) > 1}
        spent = [sum(price.get(t, 0.0) for t in row[: self._columns].tolist()) for row in self._title]
        return np.array(spent) / np.maximum(own.sum(axis=1), 1e-300)

    def _charge(self, position: int, most: int) -> float:
        """Of a play's cost in a row that stands above the position."""
        if position >= most:
            return 0.0
        room = min(1.0, (most - position) / (len(self._rows) - position))
        return float(self._price * self._row_x[position] * room)

    def _best(self, most: int) -> int | None:
        position = len(self.placed)
        place = self._new.cumsum(axis=1)
        place[self._exempt] = np.arange(1, place.shape[1] + 1)
        plays = (self._column_x[place] * self._worth).sum(axis=1)
        gain = plays * (self._row_x[position] - self._charge(position + 1, most) * self._cost)
        able = self._left.copy()
        if position < self._constraints["hard_rows"]:
            able &= self._exempt | (place[:, -1] >= self._least)
        stands = {kind: self._may(kind, position) for kind in KINDS}
        may = np.array([stands[row.kind] for row in self._rows])
        for urgency in (3, 2, 1):  # a row waits only where another could stand
            if (allowed := able & (may >= urgency)).any():
                return int(np.argmax(np.where(allowed, gain, -np.inf)))
        return None

    def _may(self, kind: str, position: int) -> int:
        """Whether a row of the kind must stand here (3), may (2), ought to wait (1), or cannot (0)."""
        rule = self._constraints["kinds"].get(kind, {})
        above = [p for p, (row, _) in enumerate(self.placed) if row.kind == kind]
        if position > rule.get("last", 99) or len(above) >= rule.get("max_rows", 100):
            return 0
        pin = rule.get("pin")
        waits = pin is not None and not above and position < pin
        near = bool(above) and position - above[-1] < rule.get("distance", 1)
        if waits or near or position < rule.get("first", 0):
            return 1
        return 3 if pin == position and not above else 2

    def _place(self, row: int) -> None:
        title, new, cells = self._title[row], self._new[row], self._cells[row]
        hard = len(self.placed) < self._constraints["hard_rows"]
        order = (
            title[cells]
            if self._exempt[row]
            else title[new]
            if hard
            else np.concatenate([title[new], title[cells & ~new]])
        )
        shown = order[: self._columns]
        again = np.isin(self._title, shown)
        self._new &= ~again
        self._worth[again] = 0.0
        self._left[row] = False
        self.placed.append((self._rows[row], shown))
