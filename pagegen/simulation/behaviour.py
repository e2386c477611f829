"""
How a member meets a page: what is looked at, clicked and played.

A behaviour answers two questions about the same chances: `respond` draws what happens, `expected_plays` is its mean,
exactly. The first one, `RowCascade`, is what generates the worlds. Every constant here belongs to the world; the engine
estimates its own from the data.

**Row cascade with abandonment** (after Rahdari, Kveton, Brusilovsky 2022). A visit either continues something or browses.
Continuing, the member looks for one unfinished title, row after row, giving up at SEEK a row and SEEK_SWIPE a swipe.
Browsing, he or she comes to row r, enters it with probability e(r) or skips it, scans it from the left, and plays each
examined title with probability p. A play ends the visit, unless it was a taste; the end of a row may end it too:

    e(r)       = sigmoid(ENTER + pull(r) + GLANCE mean of (u - USUAL) over the titles in view)
    p(r, c)    = sigmoid(u - TIRED log(1 + r) - SEEN_ABOVE [the title is higher up on the page])
    look(r, 0) = e(r);  look(r, c + 1) = look(r, c) (1 - p(r, c) ENDS) on(c);  on(c) = SCAN inside the view, SWIPE at its edge
    reach(r+1) = reach(r) ((1 - e(r)) skip + (e(r) - ENDS sum of look p) leave),  skip and leave by the member's patience

So a click is not free of position even when examined (RecGaze, SIGIR 2025: up to four times in one column), and a row is
more than its titles.
"""

from typing import Final, Protocol

import numpy as np

from pagegen.arrays import NONE, AnyArray, Float32, Float64, Int8, Int16, Int32, Int64, Mask, groups, record, within

ENTER: Final = 0.35
GLANCE: Final = 0.3
USUAL: Final = -5.0  # utility of an ordinary title on an ordinary page
TIRED: Final = 0.28
SEEN_ABOVE: Final = 1.9  # passed over once, hardly wanted now
ENDS: Final = 0.86  # plays that end the visit
SCAN: Final = 0.9
SWIPE: Final = 0.36
SWIPED: Final = 0.84  # who has swiped once looks further
SKIP: Final = 2.6  # logit of going on after a row passed over
LEAVE: Final = 1.75  # after a row looked through
SEEK: Final = 0.93
SEEK_SWIPE: Final = 0.6
SEARCH: Final = 0.55  # who did not find what he or she came for, looks it up
CLICK_PLAYED: Final = 0.6  # plays that go through the title's own page
CLICK_POWER, CLICK_SCALE = 0.5, 0.5  # a click without a play: SCALE p^POWER
LIST_SHARE: Final = 0.16  # of clicks without a play
NOT_INTERESTED: Final = 0.0016  # of titles examined and not clicked, times (1 - p)


@record
class Shown:
    """B pages as members see them: P rows, Q slots."""

    member: Int32  # [B] position
    time_ms: Int64  # [B]
    device: Int8  # [B] position in population.DEVICES
    visible: Int16  # [B] columns in view before a swipe
    row_start: Int64  # [B + 1] into rows
    kinds: tuple[str, ...]  # names of row kinds
    kind: Int16  # [P] position in kinds
    seed_genre: Int16  # [P] position in films.GENRES or NONE
    seed_title: Int32  # [P] or NONE
    start: Int64  # [P + 1] into slots
    title: Int32  # [Q] or NONE: a title the world does not know

    def __len__(self) -> int:
        return len(self.member)


@record
class Judged:
    """What the truth says of the pages."""

    utility: Float32  # [Q] logit of a play when examined; -inf where the title may not be shown
    pull: Float32  # [P] of the row on the member
    patience: Float32  # [B]
    want_start: Int64  # [B + 1]
    want_title: Int32  # titles the member may have come for
    want_chance: Float32  # that the visit is for this title


@record
class Responses:
    examined: Mask  # [Q]
    clicked: Mask  # [Q]
    played: Mask  # [Q]
    listed: Mask  # [Q] put on the member's list
    refused: Mask  # [Q] marked "not interested"
    seen: Int16  # [P] titles of the row that came into view
    searched: Int32  # [B] title played without the page, or NONE


class GroundTruth(Protocol):
    def judge(self, pages: Shown) -> Judged: ...


class Behaviour(Protocol):
    def respond(self, truth: GroundTruth, pages: Shown, rng: np.random.Generator) -> Responses: ...

    def expected_plays(self, truth: GroundTruth, pages: Shown) -> Float64:
        """[B] mean number of titles played from each page."""


@record
class Grid:
    """Chances of the cascade, rows side by side; C is the longest row."""

    row: Int32  # [Q]
    column: Int64  # [Q]
    inside: Mask  # [P, C]
    play: Float64  # [P, C]
    on: Float64  # [P, C] chance to look at the next title
    enter: Float64  # [P]
    skip: Float64  # [P]
    leave: Float64  # [P]
    view: Int64  # [P] titles in view on arrival


@record
class RowCascade:
    name: str = "row_cascade"

    def expected_plays(self, truth: GroundTruth, pages: Shown) -> Float64:
        judged = truth.judge(pages)
        wanted = np.add.reduceat(np.append(judged.want_chance.astype(np.float64), 0), judged.want_start[:-1])
        wanted[np.diff(judged.want_start) == 0] = 0
        found = _find_chance(pages, judged)
        sought = np.bincount(groups(judged.want_start), found * judged.want_chance, minlength=len(pages))
        return (1 - wanted) * browsing_plays(pages, _grid(pages, judged)) + sought

    def respond(self, truth: GroundTruth, pages: Shown, rng: np.random.Generator) -> Responses:
        judged = truth.judge(pages)
        grid = _grid(pages, judged)
        want = _draw_want(judged, rng)
        browsed = _browse(pages, grid, want == NONE, rng)
        return _seek(pages, grid, want, browsed, rng)


def browsing_plays(pages: Shown, grid: Grid) -> Float64:
    """[B] expected plays of a browsing visit."""
    survive = (1 - ENDS * grid.play) * grid.on
    look = grid.enter[:, None] * np.cumprod(np.hstack([np.ones((len(survive), 1)), survive[:, :-1]]), axis=1)
    plays = (look * grid.play * grid.inside).sum(axis=1)
    going_on = (1 - grid.enter) * grid.skip + (grid.enter - ENDS * plays) * grid.leave
    page = groups(pages.row_start)
    return np.bincount(page, _reach(pages, going_on) * plays, minlength=len(pages))


def _reach(pages: Shown, going_on: Float64) -> Float64:
    """[P] product of `going_on` over the rows above, page by page."""
    depth = within(pages.row_start)
    reach = np.ones(len(going_on))
    for step in range(1, int(depth.max(initial=0)) + 1):
        here = np.flatnonzero(depth == step)
        reach[here] = reach[here - 1] * going_on[here - 1]
    return reach


def _grid(pages: Shown, judged: Judged) -> Grid:
    length = np.diff(pages.start)
    row, column, page = groups(pages.start), within(pages.start), groups(pages.row_start)
    wide = np.arange(int(length.max(initial=1)))
    view = np.minimum(pages.visible[page], length).astype(np.int64)
    depth = within(pages.row_start)
    logit = judged.utility - TIRED * np.log1p(depth)[row] - SEEN_ABOVE * _seen_above(pages, page[row])
    play = np.zeros((len(length), len(wide)))
    play[row, column] = sigmoid(logit)
    glance = np.where(column < view[row], np.clip(judged.utility - USUAL, -3, 3), 0)
    mean_glance = np.bincount(row, glance, minlength=len(length)) / np.maximum(view, 1)
    edge = view[:, None] - 1
    on = np.where(wide < edge, SCAN, np.where(wide == edge, SWIPE, SWIPED))
    return Grid(
        row=row,
        column=column,
        inside=wide < length[:, None],
        play=play,
        on=on,
        enter=sigmoid(ENTER + judged.pull + GLANCE * mean_glance),
        skip=sigmoid(SKIP + judged.patience[page]),
        leave=sigmoid(LEAVE + judged.patience[page]),
        view=view,
    )


def _seen_above(pages: Shown, page: Int32) -> Mask:
    """[Q] whether an earlier slot of the page holds the same title."""
    key = page.astype(np.int64) * (int(pages.title.max(initial=0)) + 2) + pages.title + 1
    order = np.argsort(key, kind="stable")
    again = np.zeros(len(key), bool)
    again[order[1:]] = key[order[1:]] == key[order[:-1]]
    return again


def _browse(pages: Shown, grid: Grid, browsing: Mask, rng: np.random.Generator) -> Responses:
    """Every row is played out as if it were reached; then what lies below the end of the visit is taken back."""
    shape, rows = grid.play.shape, len(grid.enter)
    played = rng.random(shape, np.float32) < grid.play
    ends = played & (rng.random(shape, np.float32) < ENDS)
    further = ~ends & (rng.random(shape, np.float32) < grid.on)
    entered = rng.random(rows) < grid.enter
    looked = grid.inside & entered[:, None] & np.hstack([np.ones((rows, 1), bool), np.logical_and.accumulate(further, axis=1)[:, :-1]])
    over = (looked & ends).any(axis=1) | (rng.random(rows) >= np.where(entered, grid.leave, grid.skip))
    page = groups(pages.row_start)
    reached = _none_before(over, pages.row_start) & browsing[page]
    examined = looked & reached[:, None]
    slot = examined[grid.row, grid.column]
    return Responses(
        examined=slot,
        played=(played & examined)[grid.row, grid.column],
        **_besides(slot, (played & examined)[grid.row, grid.column], grid.play[grid.row, grid.column], rng),
        seen=np.where(reached, np.maximum(grid.view, examined.sum(axis=1)), 0).astype(np.int16),
        searched=np.full(len(pages), NONE, np.int32),
    )


def _besides(examined: Mask, played: Mask, play: Float64, rng: np.random.Generator) -> dict[str, Mask]:
    """[Q] what else is done with examined titles."""
    at = np.flatnonzero(examined)
    click = rng.random(len(at)) < np.where(played[at], CLICK_PLAYED, CLICK_SCALE * play[at] ** CLICK_POWER)
    put = click & ~played[at] & (rng.random(len(at)) < LIST_SHARE)
    refuse = ~click & ~played[at] & (rng.random(len(at)) < NOT_INTERESTED * (1 - play[at]))
    done = {name: np.zeros(len(examined), bool) for name in ("clicked", "listed", "refused")}
    for name, mask in (("clicked", click), ("listed", put), ("refused", refuse)):
        done[name][at[mask]] = True
    return done


def _none_before(over: Mask, start: Int64) -> Mask:
    """[P] True until a group's first `over`, that row included."""
    count = np.cumsum(over) - over
    return count == count[np.minimum(start[:-1], len(over) - 1)][groups(start)]


def _draw_want(judged: Judged, rng: np.random.Generator) -> Int32:
    """[B] the title the member came for, or NONE: browsing."""
    upto = np.append(0, np.cumsum(judged.want_chance, dtype=np.float64))
    first, end = judged.want_start[:-1], judged.want_start[1:]
    at = np.searchsorted(upto, upto[first] + rng.random(len(first)), side="right") - 1
    return np.where((at >= first) & (at < end), np.append(judged.want_title, NONE)[np.minimum(at, len(judged.want_title))], NONE)


def _seek(pages: Shown, grid: Grid, want: Int32, browsed: Responses, rng: np.random.Generator) -> Responses:
    """Add to the browsing visits those that came for one title."""
    slot = np.flatnonzero(pages.title == want[groups(pages.row_start)][grid.row])
    slot = slot[want[groups(pages.row_start)[grid.row[slot]]] != NONE]
    page, chance = groups(pages.row_start)[grid.row[slot]], _slot_find_chance(pages, grid.row[slot], grid.column[slot])
    best = np.zeros(len(pages))
    np.maximum.at(best, page, chance)
    found = rng.random(len(pages)) < best
    hit = slot[found[page] & (chance == best[page])]
    hit = hit[np.unique(groups(pages.row_start)[grid.row[hit]], return_index=True)[1]]
    browsed.played[hit] = browsed.examined[hit] = True
    seen = browsed.seen.copy()
    last = np.full(len(pages), NONE, np.int64)
    last[groups(pages.row_start)[grid.row[hit]]] = within(pages.row_start)[grid.row[hit]]
    last = np.where((want != NONE) & ~found, SEEKING_ROWS, last)
    row_page = groups(pages.row_start)
    passed = (want[row_page] != NONE) & (within(pages.row_start) <= last[row_page])
    seen[passed] = grid.view[passed]
    seen[grid.row[hit]] = np.maximum(seen[grid.row[hit]], grid.column[hit] + 1)
    searching = (want != NONE) & ~found & (rng.random(len(pages)) < SEARCH)
    return Responses(
        examined=browsed.examined,
        clicked=browsed.clicked,
        played=browsed.played,
        listed=browsed.listed,
        refused=browsed.refused,
        seen=seen,
        searched=np.where(searching, want, NONE).astype(np.int32),
    )


SEEKING_ROWS: Final = 3  # rows passed before giving up


def _slot_find_chance(pages: Shown, row: AnyArray, column: AnyArray) -> Float64:
    page = groups(pages.row_start)[row]
    swipes = column // np.maximum(pages.visible[page], 1)
    return SEEK ** within(pages.row_start)[row] * SEEK_SWIPE**swipes


def _find_chance(pages: Shown, judged: Judged) -> Float64:
    """[W] chance to find each wanted title: that of its easiest slot on the page."""
    titles = int(max(pages.title.max(initial=0), judged.want_title.max(initial=0))) + 2
    row = groups(pages.start)
    key = groups(pages.row_start)[row].astype(np.int64) * titles + pages.title + 1
    wanted = groups(judged.want_start).astype(np.int64) * titles + judged.want_title + 1
    order = np.argsort(wanted, kind="stable")
    at = np.minimum(np.searchsorted(wanted[order], key), max(len(wanted) - 1, 0))
    best = np.zeros(len(wanted))
    if len(wanted):
        hit = np.flatnonzero(wanted[order][at] == key)
        np.maximum.at(best, order[at[hit]], _slot_find_chance(pages, row[hit], within(pages.start)[hit]))
    return best


def sigmoid(logit: AnyArray) -> Float64:
    return np.asarray(1 / (1 + np.exp(-logit)), np.float64)
