"""
The policy that made the logged pages: popularity and genre rows with Plackett-Luce noise. Not the engine.

A page has one of three arms. Its layout (which rows, in which order) is drawn without looking at titles or at what
the member likes; each row then draws titles by itself, from an urn without replacement: the rows are independent given
the layout, and the chance of each step is exact,

    P(title at step k | steps before) = w(title) / (sum of the weights the member may see and that are not yet placed).

A ticket of a title that is already placed, or not for this member, is thrown back: what is kept is Plackett-Luce (Luce
1959). The member's unfinished and listed titles make two rows without chance.
"""

from typing import Final

import numpy as np

from pagegen.arrays import NONE, Float32, Int8, Int32, Int64, Mask, record, starts, within
from pagegen.simulation.behaviour import Shown
from pagegen.simulation.world.history import cells
from pagegen.simulation.world.shelves import ARMS, DRAWN, GENRE, KINDS, Shelves
from pagegen.simulation.world.visits import Visits

CONTINUE, MY_LIST = 0, 1
ROWS: Final = np.array([12, 11, 10])  # tv, web, phone
COLUMNS: Final = np.array([14, 15, 12])
VISIBLE: Final = np.array([6, 5, 3], np.int16)
MIN_TITLES: Final = 4  # of a drawn row; shorter ones are left out
CONTINUE_WEIGHT: Final = 30.0  # in the race for places; other weights are in shelves.py
LIST_WEIGHT: Final = 4.0
MAX_TICKETS: Final = 120


@record
class Moment:
    """What the service knows of n visitors when it makes their pages."""

    visits: Visits
    segment: Int64  # [n] of the shelves
    fresh: Mask  # [n, T] may be shown, and neither finished nor disliked
    unfinished: Mask  # [n, T]
    listed: Mask  # [n, T]
    touched: Int32  # [n, T] second of the last outcome


@record
class Logged:
    """Pages with the chances they were made with."""

    shown: Shown
    arm: Int8  # [B]
    chance: Float32  # [Q] step probabilities


@record
class Drawn:
    """Rows whose titles are drawn."""

    row: Int64  # position among all rows
    visit: Int64
    arm: Int64
    spec: Int64  # from DRAWN on


@record
class Urns:
    """Of each row the urn: a stretch of the tickets."""

    ticket: Int32
    first: Int64  # [rows]
    size: Int64  # [rows]


@record
class Placed:
    """Row by row: titles left to right and each step's chance; NONE after the last."""

    title: Int32  # [rows, K]
    chance: Float32  # [rows, K]


def make(moment: Moment, shelves: Shelves, rng: np.random.Generator) -> Logged:
    """A page for each visit."""
    count = len(moment.segment)
    arm = np.searchsorted(np.cumsum([share for _, share, _ in ARMS])[:-1], rng.random(count), side="right")
    visit, spec = _layout(moment, shelves, rng)
    shape = (len(visit), int(COLUMNS.max()))
    placed = Placed(title=np.full(shape, NONE, np.int32), chance=np.ones(shape, np.float32))
    for row_spec, wanted in ((CONTINUE, moment.unfinished), (MY_LIST, moment.listed)):
        _fill_personal(placed, np.flatnonzero(spec == row_spec), visit, wanted, moment.touched)
    rows = np.flatnonzero(spec >= DRAWN)
    _fill_drawn(
        placed, Drawn(row=rows, visit=visit[rows], arm=arm[visit[rows]], spec=spec[rows] - DRAWN), moment, shelves, rng
    )
    return _assemble(moment.visits, arm.astype(np.int8), visit, spec, placed)


def draw(urn: Urns, allowed: Mask, limit: Int64, rng: np.random.Generator) -> Int32:
    """
    Plackett-Luce without replacement, row by row.

    Args:
        urn: of each row.
        allowed: [rows, T]; changed: what is drawn is taken out.
        limit: [rows] titles wanted.
        rng: consumed a number a ticket.

    Returns:
        [rows, columns] titles in the order drawn, NONE after the last. A row that does not find its next title in
        MAX_TICKETS draws ends there: what came before keeps its chances.
    """
    title = np.full((len(limit), int(limit.max(initial=0))), NONE, np.int32)
    left, slots = allowed.reshape(-1), title.reshape(-1)  # views: one index is faster than two
    row = np.flatnonzero(limit > 0)
    slot = row * title.shape[1]
    # Side by side for the rows that still want titles: first ticket, tickets, first cell, last slot.
    wants = np.stack([urn.first[row], urn.size[row], row * allowed.shape[1], slot + limit[row]])
    for _ in range(MAX_TICKETS):
        if not len(slot):
            break
        first, size, cell, end = wants
        drawn = urn.ticket[first + (rng.random(len(slot)) * size).astype(np.int64)]
        key = cell + drawn
        good = np.flatnonzero(left[key])
        left[key[good]] = False
        slots[slot[good]] = drawn[good]
        slot[good] += 1
        wanting = np.flatnonzero(slot < end)
        if len(wanting) < len(slot):
            slot, wants = slot[wanting], wants[:, wanting]
    return title


def _layout(moment: Moment, shelves: Shelves, rng: np.random.Generator) -> tuple[Int64, Int64]:
    """Visit and row spec of every row, page by page from the top."""
    count = len(moment.segment)
    weight = shelves.layout[moment.segment].copy()
    weight[:, CONTINUE] = CONTINUE_WEIGHT * moment.unfinished.any(axis=1)
    weight[:, MY_LIST] = LIST_WEIGHT * (moment.listed.sum(axis=1) >= MIN_TITLES)
    with np.errstate(divide="ignore"):
        finish = rng.standard_exponential(weight.shape) / weight  # an exponential race: its order is Plackett-Luce
    order = np.argsort(finish, axis=1)[:, : int(ROWS.max())]
    kept = np.isfinite(np.take_along_axis(finish, order, axis=1))
    kept &= np.arange(order.shape[1]) < ROWS[moment.visits.device][:, None]
    return np.repeat(np.arange(count), kept.sum(axis=1)), order[kept]


def _fill_personal(placed: Placed, rows: Int64, visit: Int64, wanted: Mask, touched: Int32) -> None:
    """Titles of the member's own rows, the last touched first."""
    of_row, title = cells(wanted[visit[rows]])
    order = np.lexsort((title, -touched[visit[rows]][of_row, title], of_row))
    of_row, title = of_row[order], title[order]
    place = within(starts(np.bincount(of_row, minlength=len(rows))))
    near = place < placed.title.shape[1]
    placed.title[rows[of_row[near]], place[near]] = title[near]


def _fill_drawn(placed: Placed, rows: Drawn, moment: Moment, shelves: Shelves, rng: np.random.Generator) -> None:
    segment = moment.segment[rows.visit]
    urns = (segment * len(ARMS) + rows.arm) * shelves.weight.shape[2] + rows.spec
    urn = Urns(ticket=shelves.ticket, first=shelves.start[urns], size=np.diff(shelves.start)[urns])
    weight = shelves.weight.reshape(-1, shelves.weight.shape[3])
    count, total = _available(moment, rows, shelves)
    limit = np.minimum(COLUMNS[moment.visits.device[rows.visit]], count)
    title = draw(urn, moment.fresh[rows.visit], limit, rng)
    drawn = np.where(title == NONE, 0, weight[urns[:, None], title])
    before = np.cumsum(drawn, axis=1) - drawn
    placed.title[rows.row, : title.shape[1]] = title
    placed.chance[rows.row, : title.shape[1]] = drawn / np.maximum(total[:, None] - before, 1)


def _available(moment: Moment, rows: Drawn, shelves: Shelves) -> tuple[Int64, Float32]:
    """[rows] titles of each urn that its visitor may see, and their tickets."""
    specs = shelves.weight.shape[2]
    count, total = np.zeros((len(moment.segment), specs), np.int64), np.zeros((len(moment.segment), specs), np.float32)
    arm = np.zeros(len(moment.segment), np.int64)
    arm[rows.visit] = rows.arm
    group = moment.segment * len(ARMS) + arm
    for of in np.unique(group):
        visits, (segment, number) = np.flatnonzero(group == of), divmod(int(of), len(ARMS))
        weight = shelves.weight[segment, number]
        # Whole numbers below 2^24: sums are exact in float32, in any order.
        sums = moment.fresh[visits].astype(np.float32) @ np.concatenate([weight > 0, weight]).T
        count[visits], total[visits] = sums[:, :specs], sums[:, specs:]
    return count[rows.visit, rows.spec], total[rows.visit, rows.spec]


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
