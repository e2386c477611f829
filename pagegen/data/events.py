"""The event log: what members did, in time order; an event's place in it is its position, a watermark is one too."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pagegen.arrays import NONE, Float32, Int8, Int16, Int32, Int64, record, starts
from pagegen.data.ids import Ids
from pagegen.data.schema import DEVICES, EVENT_KINDS
from pagegen.errors import DataError

PLAY, CLICK, LIST_ADD, LIST_REMOVE, THUMBS_UP, THUMBS_DOWN, NOT_INTERESTED = range(len(EVENT_KINDS))
COLUMNS = ["member_id", "title_id", "kind", "time", "grade", "fraction", "season", "episode", "device"]
FIELDS = (
    "time",
    "member",
    "title",
    "kind",
    "grade",
    "fraction",
    "season",
    "episode",
    "device",
)  # of `Events`, a cell an event
GRADE_STEP = 1 / 1024  # grades are whole multiples of it, so that their sums are exact in any order


@record
class Events:
    """Columns over event positions [E]; `of_member` lists each member's positions in ascending order."""

    time: Int64  # ms, non-decreasing
    member: Int32
    title: Int32
    kind: Int8
    grade: Float32  # NaN without one
    fraction: Float32  # NaN when not known
    season: Int16  # 0 without one
    episode: Int16  # 0 without one
    device: Int8  # position in DEVICES; NONE when not known
    member_start: Int64  # [members + 1]
    of_member: Int64  # [E]

    def __len__(self) -> int:
        return len(self.time)

    def before(self, time: int) -> int:
        """How many events happened before this time: the watermark of that time."""
        return int(np.searchsorted(self.time, time, side="left"))

    def first(self, watermark: int, members: int) -> "Events":
        """The log as it was when it had `watermark` events, of so many members."""
        kept = {name: getattr(self, name)[:watermark] for name in FIELDS}
        start, of_member = by_member(kept["member"], members)
        return Events(**kept, member_start=start, of_member=of_member)

    def positions_of(self, member: int, watermark: int) -> Int64:
        """Positions of one member's events below the watermark, oldest first."""
        mine = self.of_member[self.member_start[member] : self.member_start[member + 1]]
        return mine[: np.searchsorted(mine, watermark)]

    def beginnings(self, gap_ms: int) -> Int64:
        """Positions of the events with which sessions begin: a member's first after a silence of `gap_ms`, or ever."""
        order = self.of_member
        time, member = self.time[order], self.member[order]
        first = np.ones(len(order), np.bool_)
        first[1:] = (member[1:] != member[:-1]) | (np.diff(time) >= gap_ms)
        return np.sort(order[first])


def read_events(frame: pl.DataFrame, members: Ids, titles: Ids) -> Events:
    """
    The event log of an `events` table.

    Raises:
        DataError: events out of time order, of titles not in the catalog, or of unknown kinds.
    """
    title = titles.positions(frame["title_id"])
    kind = _codes(frame["kind"], EVENT_KINDS)
    problems = [
        ("are out of time order", not frame["time"].is_sorted()),
        ("name titles that are not in the catalog", bool((title < 0).any())),
        (f"are of a kind other than {', '.join(EVENT_KINDS)}", bool(kind.null_count())),
    ]
    if found := [what for what, wrong in problems if wrong]:
        message = (
            f"events {' and '.join(found)}; `pagegen check` lists them, `pagegen import log` repairs or rejects them"
        )
        raise DataError(message)
    member = members.positions(frame["member_id"])
    grade = frame["grade"].fill_null(np.nan).to_numpy()
    start, of_member = by_member(member, len(members))
    return Events(
        time=frame["time"].cast(pl.Int64).to_numpy(),
        member=member,
        title=title,
        kind=kind.to_numpy(),
        grade=(np.round(grade / GRADE_STEP) * GRADE_STEP).astype(np.float32),
        fraction=frame["fraction"].fill_null(np.nan).to_numpy(),
        season=frame["season"].fill_null(0).to_numpy(),
        episode=frame["episode"].fill_null(0).to_numpy(),
        device=_codes(frame["device"], DEVICES).fill_null(NONE).to_numpy(),
        member_start=start,
        of_member=of_member,
    )


def _codes(words: pl.Series, known: Sequence[str]) -> pl.Series:
    """The place of each word among those known; null for another."""
    return words.cast(pl.Enum(known), strict=False).to_physical().cast(pl.Int8)


def by_member(member: Int32, members: int) -> tuple[Int64, Int64]:
    """`member_start` and `of_member` of a log whose events are of these members."""
    return starts(np.bincount(member, minlength=members)), np.argsort(member, kind="stable")
