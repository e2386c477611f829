"""
The policy that made the logged pages: popularity and genre rows with Plackett-Luce noise. Not the engine.

A page has one of three arms. Its layout (which rows, in which order) is drawn without looking at titles or at what the
member likes; each row then draws titles by itself, without replacement, with weights popularity^power: the rows are
independent given the layout, and the chance of each step is exact,

    P(title at step k | steps before) = w(title) / (sum of the weights not yet placed).

Exponential races draw it: the order of E_i / w_i, E_i standard exponential, is Plackett-Luce (Luce 1959; Efraimidis and
Spirakis 2006). The member's unfinished and listed titles make two rows without chance.
"""

from typing import Final

import numpy as np

from pagegen.arrays import NONE, Float32, Float64, Int8, Int32, Int64, Mask, record, starts, within
from pagegen.simulation.behaviour import Shown
from pagegen.simulation.world.history import DISLIKED, FINISHED, UNFINISHED
from pagegen.simulation.world.shelves import DRAWN, GENRE, KINDS, Shelf, Shelves
from pagegen.simulation.world.visits import Visits

CONTINUE, MY_LIST = 0, 1
ROWS: Final = np.array([14, 13, 11])  # tv, web, phone
COLUMNS: Final = np.array([16, 18, 12])
VISIBLE: Final = np.array([6, 5, 3], np.int16)
MIN_TITLES: Final = 4  # of a drawn row; shorter ones are left out
CONTINUE_WEIGHT: Final = 30.0  # in the race for places; other weights are in shelves.py
LIST_WEIGHT: Final = 4.0


@record
class Moment:
    """What the service knows of n visitors when it makes their pages."""

    visits: Visits
    segment: Int64  # [n] of the shelves
    allowed: Mask  # [n, T]
    outcome: Int8  # [n, T]
    touched: Int32  # [n, T] second of the outcome
    listed: Mask  # [n, T]


@record
class Logged:
    """Pages with the chances they were made with."""

    shown: Shown
    arm: Int8  # [B]
    chance: Float32  # [Q] step probabilities


@record
class Placed:
    """Row by row: titles left to right and each step's chance; NONE after the last."""

    title: Int32  # [rows, K]
    chance: Float32  # [rows, K]


def make(moment: Moment, shelves: Shelves, rng: np.random.Generator) -> Logged:
    """A page for each visit."""
    arm = np.searchsorted(np.cumsum([shelf.share for shelf in shelves.arms])[:-1], rng.random(len(moment.segment)), side="right").astype(np.int8)
    visit, spec = _layout(moment, shelves, rng)
    placed = Placed(title=np.full((len(visit), COLUMNS.max()), NONE, np.int32), chance=np.ones((len(visit), COLUMNS.max()), np.float32))
    for row_spec, wanted in ((CONTINUE, (moment.outcome == UNFINISHED) & moment.allowed), (MY_LIST, moment.listed & moment.allowed)):
        _fill_personal(placed, np.flatnonzero(spec == row_spec), visit, wanted, moment.touched)
    for number, shelf in enumerate(shelves.arms):
        rows = np.flatnonzero((spec >= DRAWN) & (arm[visit] == number))
        _fill_drawn(placed, rows, shelf, (moment, visit, spec), rng)
    return _assemble(moment.visits, arm, visit, spec, placed)


def race(weight: Float64, limit: int, rng: np.random.Generator) -> tuple[Int64, Float64]:
    """
    Plackett-Luce without replacement, row by row.

    Args:
        weight: [rows, C], 0 for what may not be drawn.

    Returns:
        [rows, limit] positions drawn, in order, and the chance of each given those before it; 0 after the last.
    """
    limit = min(limit, weight.shape[1])
    with np.errstate(divide="ignore"):
        finish = rng.standard_exponential(weight.shape, np.float32) / weight
    first = np.argpartition(finish, limit - 1, axis=1)[:, :limit]
    order = np.take_along_axis(first, np.argsort(np.take_along_axis(finish, first, axis=1), axis=1), axis=1)
    drawn = np.take_along_axis(weight, order, axis=1)
    rest = np.maximum(weight.sum(axis=1, keepdims=True) - drawn.sum(axis=1, keepdims=True), 0)
    left = rest + np.cumsum(drawn[:, ::-1], axis=1)[:, ::-1]
    return order, drawn / np.maximum(left, np.finfo(np.float64).tiny)


def _layout(moment: Moment, shelves: Shelves, rng: np.random.Generator) -> tuple[Int64, Int64]:
    """Visit and row spec of every row, page by page from the top."""
    count = len(moment.segment)
    weight = shelves.layout[moment.segment].copy()
    weight[:, CONTINUE] = CONTINUE_WEIGHT * ((moment.outcome == UNFINISHED) & moment.allowed).any(axis=1)
    weight[:, MY_LIST] = LIST_WEIGHT * ((moment.listed & moment.allowed).sum(axis=1) >= MIN_TITLES)
    order, chance = race(weight, int(ROWS.max()), rng)
    kept = (chance > 0) & (np.arange(order.shape[1]) < ROWS[moment.visits.device][:, None])
    visit = np.repeat(np.arange(count), kept.sum(axis=1))
    return visit, order[kept]


def _fill_personal(placed: Placed, rows: Int64, visit: Int64, wanted: Mask, touched: Int32) -> None:
    """Titles of the member's own rows, the last touched first."""
    of_row, title = np.nonzero(wanted[visit[rows]])
    order = np.lexsort((title, -touched[visit[rows]][of_row, title], of_row))
    of_row, title = of_row[order], title[order]
    place = within(starts(np.bincount(of_row, minlength=len(rows))))
    near = place < placed.title.shape[1]
    placed.title[rows[of_row[near]], place[near]] = title[near]


def _fill_drawn(placed: Placed, rows: Int64, shelf: Shelf, of: tuple[Moment, Int64, Int64], rng: np.random.Generator) -> None:
    moment, visit, spec = of
    at = (moment.segment[visit[rows]], spec[rows] - DRAWN)
    title = shelf.title[at]  # [rows, C]
    seen = visit[rows][:, None]
    outcome = moment.outcome[seen, title]
    weight = shelf.weight[at] * (moment.allowed[seen, title] & (outcome != FINISHED) & (outcome != DISLIKED))
    order, chance = race(weight, placed.title.shape[1], rng)
    placed.title[rows, : order.shape[1]] = np.where(chance > 0, np.take_along_axis(title, order, axis=1), NONE)
    placed.chance[rows, : order.shape[1]] = chance


def _assemble(visits: Visits, arm: Int8, visit: Int64, spec: Int64, placed: Placed) -> Logged:
    there = (placed.title != NONE) & (np.arange(placed.title.shape[1]) < COLUMNS[visits.device[visit]][:, None])
    kept = there.sum(axis=1) >= np.where(spec == CONTINUE, 1, MIN_TITLES)
    visit, spec, there = visit[kept], spec[kept], there[kept]
    shown = Shown(
        member=visits.member,
        time_ms=visits.time_ms,
        device=visits.device,
        visible=VISIBLE[visits.device],
        row_start=starts(np.bincount(visit, minlength=len(arm))),
        kinds=KINDS,
        kind=np.minimum(spec, GENRE).astype(np.int16),
        seed_genre=np.where(spec >= GENRE, spec - GENRE, NONE).astype(np.int16),
        seed_title=np.full(len(spec), NONE, np.int32),
        start=starts(there.sum(axis=1)),
        title=placed.title[kept][there],
    )
    return Logged(shown=shown, arm=arm, chance=placed.chance[kept][there])


