"""
Row cascade with abandonment: the behaviour that generates worlds (after Rahdari, Kveton, Brusilovsky 2022).

A visit either continues something or browses. Continuing, the member looks for one unfinished title where it is
easiest to find, at chance SEEK a row passed and SEEK_SWIPE a swipe. Browsing, he or she comes to row r, enters it with
chance e(r) or passes it, scans it from the left and plays each examined title with chance p. A play ends the visit,
unless it was a mere try; the end of a row may end it too:

    e(r)       = sigmoid(ENTER + pull(r) + GLANCE mean of (u - USUAL) over the titles in view)
    p(r, c)    = sigmoid(u - TIRED log(1 + r) - SEEN_ABOVE [the title is higher up on the page])
    look(r, 0) = e(r);  look(r, c + 1) = look(r, c) (1 - ENDS p(r, c)) on(c);  on(c) = SCAN in view, SWIPE at its edge
    reach(r+1) = reach(r) ((1 - e(r)) pass + (e(r) - ENDS sum of look p) leave);  pass and leave grow with patience

So a click is not free of position even when examined (RecGaze, SIGIR 2025: up to four times in one column), and a row
is more than its titles. Every constant belongs to the world; the engine estimates its own from the data.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from pagegen.arrays import NONE, Float64, Int32, Int64, Mask, groups, record, within
from pagegen.simulation.behaviour import GroundTruth, Judged, Responses, Shown, sigmoid

ENTER: Final = 0.35
GLANCE: Final = 0.3
GLANCE_RANGE: Final = 3.0
USUAL: Final = -5.0  # utility of an ordinary title on an ordinary page
TIRED: Final = 0.28
SEEN_ABOVE: Final = 1.9  # passed over once, hardly wanted now
ENDS: Final = 0.86  # plays that end the visit
SCAN: Final = 0.9
SWIPE: Final = 0.36
SWIPED: Final = 0.84  # who has swiped once looks further
PASS: Final = 2.6  # logit of going on after a row not entered
LEAVE: Final = 1.75  # after a row looked through
SEEK: Final = 0.93
SEEK_SWIPE: Final = 0.6
SEEK_ROWS: Final = 4  # rows that come into view before giving up
SEARCH: Final = 0.55  # who did not find what he or she came for, looks it up
CLICK_PLAYED: Final = 0.7  # plays that go through the title's own page
CLICK_POWER, CLICK_SCALE = 0.5, 0.6  # a click without a play: SCALE p^POWER
LIST_SHARE: Final = 0.16  # of clicks without a play
REFUSE: Final = 0.0016  # of titles examined and not clicked, times (1 - p)


@record
class Cascade:
    """Chances of browsing visits, rows side by side; C is the longest row."""

    row: Int32  # [Q]
    column: Int64  # [Q]
    inside: Mask  # [P, C] there is a title
    play: Float64  # [P, C]
    on: Float64  # [P, C] to look at the next title too
    enter: Float64  # [P]
    passing: Float64  # [P]
    leave: Float64  # [P]
    view: Int64  # [P] titles in view on arrival

    def look(self) -> Float64:
        """[P, C] chance that each title of a row reached is examined."""
        survive = (1 - ENDS * self.play) * self.on
        first = np.ones((len(survive), 1))
        return self.enter[:, None] * np.cumprod(np.hstack([first, survive[:, :-1]]), axis=1) * self.inside


@record
class RowCascade:
    name: str = "row_cascade"

    def expected_plays(self, truth: GroundTruth, pages: Shown) -> Float64:
        judged = truth.judge(pages)
        chances = cascade(pages, judged)
        page = groups(judged.want_start)
        plays = (chances.look() * chances.play).sum(axis=1)
        going_on = (1 - chances.enter) * chances.passing + (chances.enter - ENDS * plays) * chances.leave
        browsed = np.bincount(groups(pages.row_start), reach(pages, going_on) * plays, minlength=len(pages))
        _, found = easiest_slot(pages, page, judged.want_title)
        wanted = np.bincount(page, judged.want_chance, minlength=len(pages))
        return np.asarray((1 - wanted) * browsed) + np.bincount(page, found * judged.want_chance, minlength=len(pages))

    def respond(self, truth: GroundTruth, pages: Shown, rng: np.random.Generator) -> Responses:
        judged = truth.judge(pages)
        want = _draw_want(judged, rng)
        chances = cascade(pages, judged)
        return _seek(pages, want, chances, _browse(pages, chances, want == NONE, rng), rng)


def cascade(pages: Shown, judged: Judged) -> Cascade:
    length = np.diff(pages.start)
    row, column, page = groups(pages.start), within(pages.start), groups(pages.row_start)
    wide = np.arange(int(length.max(initial=1)))
    view = np.minimum(pages.visible[page], length).astype(np.int64)
    tired = TIRED * np.log1p(within(pages.row_start))
    play = np.zeros((len(length), len(wide)))
    play[row, column] = sigmoid(judged.utility - tired[row] - SEEN_ABOVE * seen_above(pages, page[row]))
    glance = np.where(column < view[row], np.clip(judged.utility - USUAL, -GLANCE_RANGE, GLANCE_RANGE), 0)
    mean_glance = np.bincount(row, glance, minlength=len(length)) / np.maximum(view, 1)
    edge = view[:, None] - 1
    return Cascade(
        row=row,
        column=column,
        inside=wide < length[:, None],
        play=play,
        on=np.where(wide < edge, SCAN, np.where(wide == edge, SWIPE, SWIPED)),
        enter=sigmoid(ENTER + judged.pull + GLANCE * mean_glance),
        passing=sigmoid(PASS + judged.patience[page]),
        leave=sigmoid(LEAVE + judged.patience[page]),
        view=view,
    )


def reach(pages: Shown, going_on: Float64) -> Float64:
    """[P] product of `going_on` over the rows above, page by page."""
    depth = within(pages.row_start)
    chance = np.ones(len(going_on))
    for step in range(1, int(depth.max(initial=0)) + 1):
        here = np.flatnonzero(depth == step)
        chance[here] = chance[here - 1] * going_on[here - 1]
    return chance


def seen_above(pages: Shown, page: Int32) -> Mask:
    """[Q] whether an earlier slot of the page holds the same title; `page` [Q]."""
    key = _slot_key(page, pages.title)
    order = np.argsort(key, kind="stable")
    again = np.zeros(len(key), bool)
    again[order[1:]] = key[order[1:]] == key[order[:-1]]
    return again


def easiest_slot(pages: Shown, page: Int32, title: Int32) -> tuple[Int64, Float64]:
    """
    Where on its page each of W titles is found best, and with what chance; NONE and 0 where it is not on the page.

    Args:
        pages: to search.
        page: [W] which of the pages; distinct pairs with `title`.
        title: [W] to find.
    """
    row, wanted = groups(pages.start), _slot_key(page, title)
    slot_page = groups(pages.row_start)[row]
    asked = np.zeros(len(pages), bool)
    asked[page] = True
    near = np.flatnonzero(asked[slot_page])
    key, order = _slot_key(slot_page[near], pages.title[near]), np.argsort(wanted, kind="stable")
    at = np.searchsorted(wanted[order], key)
    there = np.append(wanted[order], NONE)[at] == key
    hit, of = near[there], order[at[there]]
    swipes = within(pages.start)[hit] // np.maximum(pages.visible[slot_page[hit]], 1)
    chance = SEEK ** within(pages.row_start)[row[hit]] * SEEK_SWIPE**swipes
    # From the hardest to the easiest: of repeated indices numpy keeps the last.
    by = np.lexsort((-hit, chance))
    best, slot = np.zeros(len(page)), np.full(len(page), NONE, np.int64)
    best[of[by]], slot[of[by]] = chance[by], hit[by]
    return slot, best


def _slot_key(page: Int32, title: Int32) -> Int64:
    return (page.astype(np.int64) << 32) + title + 1


def _draw_want(judged: Judged, rng: np.random.Generator) -> Int32:
    """[B] the title the visit is for, or NONE: browsing."""
    upto = np.append(0, np.cumsum(judged.want_chance, dtype=np.float64))
    first, end = judged.want_start[:-1], judged.want_start[1:]
    at = np.searchsorted(upto, upto[first] + rng.random(len(first)), side="right") - 1
    drawn = np.append(judged.want_title, NONE)[np.minimum(at, len(judged.want_title))]
    return np.where((at >= first) & (at < end), drawn, NONE).astype(np.int32)


def _browse(pages: Shown, chances: Cascade, browsing: Mask, rng: np.random.Generator) -> Responses:
    """Every row is played out as if it were reached; then what lies below the end of the visit is taken back."""
    shape, rows = chances.play.shape, len(chances.enter)
    played = rng.random(shape, np.float32) < chances.play
    ends = played & (rng.random(shape, np.float32) < ENDS)
    further = ~ends & (rng.random(shape, np.float32) < chances.on)
    entered = rng.random(rows) < chances.enter
    looked = np.hstack([np.ones((rows, 1), bool), np.logical_and.accumulate(further, axis=1)[:, :-1]])
    looked &= chances.inside & entered[:, None]
    over = (looked & ends).any(axis=1) | (rng.random(rows) >= np.where(entered, chances.leave, chances.passing))
    reached = _none_before(over, pages.row_start) & browsing[groups(pages.row_start)]
    looked &= reached[:, None]
    at = (chances.row, chances.column)
    return Responses(
        examined=looked[at],
        played=(played & looked)[at],
        **besides(looked[at], (played & looked)[at], chances.play[at], rng),
        seen=np.where(reached, np.maximum(chances.view, looked.sum(axis=1)), 0).astype(np.int16),
        searched=np.full(len(pages), NONE, np.int32),
    )


def _none_before(over: Mask, start: Int64) -> Mask:
    """[P] True until a group's first `over`, that row included."""
    earlier: Int64 = np.cumsum(over) - over
    return np.asarray(earlier == np.append(earlier, 0)[start[:-1]][groups(start)])


def besides(examined: Mask, played: Mask, play: Float64, rng: np.random.Generator) -> dict[str, Mask]:
    """[Q] what else is done with examined titles."""
    at = np.flatnonzero(examined)
    click = rng.random(len(at)) < np.where(played[at], CLICK_PLAYED, CLICK_SCALE * play[at] ** CLICK_POWER)
    put = click & ~played[at] & (rng.random(len(at)) < LIST_SHARE)
    refuse = ~click & ~played[at] & (rng.random(len(at)) < REFUSE * (1 - play[at]))
    done = {name: np.zeros(len(examined), bool) for name in ("clicked", "listed", "refused")}
    for name, mask in (("clicked", click), ("listed", put), ("refused", refuse)):
        done[name][at[mask]] = True
    return done


def _seek(pages: Shown, want: Int32, chances: Cascade, browsed: Responses, rng: np.random.Generator) -> Responses:
    """Add to the browsing visits those that came for one title."""
    seeker = np.flatnonzero(want != NONE).astype(np.int32)
    slot, chance = easiest_slot(pages, seeker, want[seeker])
    found = rng.random(len(seeker)) < chance
    hit = slot[found]
    examined, played, searched = browsed.examined.copy(), browsed.played.copy(), browsed.searched.copy()
    examined[hit] = played[hit] = True
    lost = seeker[~found]
    searched[lost] = np.where(rng.random(len(lost)) < SEARCH, want[lost], NONE)
    last = np.full(len(pages), NONE, np.int64)  # [B] the last row passed
    last[lost] = SEEK_ROWS - 1
    last[seeker[found]] = within(pages.row_start)[chances.row[hit]]
    passed = within(pages.row_start) <= last[groups(pages.row_start)]
    seen = np.where(passed, chances.view, browsed.seen).astype(np.int16)
    seen[chances.row[hit]] = np.maximum(seen[chances.row[hit]], chances.column[hit] + 1)
    return replace(browsed, examined=examined, played=played, searched=searched, seen=seen)
