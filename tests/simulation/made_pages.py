"""Pages made by hand or by a score, for tests that ask the truth about them."""

from typing import Any

import numpy as np

from pagegen.arrays import NONE, record, starts
from pagegen.simulation.behaviour import Judged, Shown
from pagegen.simulation.world.rhythm import DAY_MS, EPOCH_MS, HOUR_MS


@record
class Says:
    """A truth that says what it was told."""

    judged: Judged

    def judge(self, pages: Shown) -> Judged:
        del pages
        return self.judged


def page(
    rows: list[list[int]], *, visible: int = 3, kind: str = "top_picks", members: Any = (0,), at_day: float = 10.0
) -> Shown:
    """The same rows of titles for every member."""
    member = np.array(members, np.int32)
    count, length = len(member), np.array([len(row) for row in rows] * len(member))
    return Shown(
        member=member,
        time_ms=np.full(count, EPOCH_MS + int(at_day * DAY_MS) + 20 * HOUR_MS),
        device=np.zeros(count, np.int8),
        visible=np.full(count, visible, np.int16),
        row_start=np.arange(count + 1) * len(rows),
        kinds=(kind,),
        kind=np.zeros(count * len(rows), np.int16),
        seed_genre=np.full(count * len(rows), NONE, np.int16),
        seed_title=np.full(count * len(rows), NONE, np.int32),
        start=starts(length.astype(np.int64)),
        title=np.array([title for row in rows for title in row] * count, np.int32),
    )


def best_pages(shown: Shown, score: Any, *, rows: int, columns: int) -> Shown:
    """Pages for the visits of `shown`, filled in reading order with each visit's best titles; `score` [B, T]."""
    count = len(shown)
    title = np.argsort(-np.asarray(score), axis=1, kind="stable")[:, : rows * columns].astype(np.int32)
    return Shown(
        member=shown.member,
        time_ms=shown.time_ms,
        device=shown.device,
        visible=shown.visible,
        row_start=np.arange(count + 1) * rows,
        kinds=("top_picks",),
        kind=np.zeros(count * rows, np.int16),
        seed_genre=np.full(count * rows, NONE, np.int16),
        seed_title=np.full(count * rows, NONE, np.int32),
        start=np.arange(count * rows + 1) * columns,
        title=title.ravel(),
    )


def judged(pages: Shown, utility: Any, *, patience: float = 0.0, wants: Any = ()) -> Judged:
    """What a truth might say: `wants` are (title, chance) of every visit."""
    count = len(pages)
    return Judged(
        utility=np.broadcast_to(np.asarray(utility, np.float32), len(pages.title)).copy(),
        pull=np.zeros(len(pages.kind)),
        patience=np.full(count, patience, np.float32),
        want_start=np.arange(count + 1) * len(wants),
        want_title=np.array([title for title, _ in wants] * count, np.int32),
        want_chance=np.array([chance for _, chance in wants] * count, np.float32),
    )
