"""Comparison: the engine and the plain way, on the same requests, slot by slot."""

import time
from collections.abc import Sequence
from typing import Final, TypeAlias

from pagegen.engine import Engine
from pagegen.request import PageRequest
from tools.bench.figures import Plain, percentile
from tools.bench.plain import Plain as PlainPages

LEAST_SAME: Final = 0.99  # of all slots
WARM: Final = 5  # pages before the clock runs
Titles: TypeAlias = Sequence[Sequence[str]]  # by row


class DifferentPagesError(Exception):
    """The two ways do not do the same task, so their times say nothing of each other."""


def compare(engine: Engine, plain: PlainPages, requests: Sequence[PageRequest]) -> Plain:
    """
    Both ways' pages and times, taking turns.

    Raises:
        DifferentPagesError: fewer than 99 % of the slots hold the same title.
    """
    for request in requests[:WARM]:
        engine.run([request])
        plain.page(request.member_id, request.time)
    spent: list[tuple[float, float]] = []
    slots = [0, 0]  # equal, all
    for request in requests:
        begin = time.perf_counter()
        [page] = engine.run([request]).pages
        between = time.perf_counter()
        rows = plain.page(request.member_id, request.time)
        spent.append((between - begin, time.perf_counter() - between))
        equal, all_ = same_slots([row.title_ids for row in page.rows], [row.title_ids for row in rows])
        slots = [slots[0] + equal, slots[1] + all_]
    same = slots[0] / max(1, slots[1])
    if same < LEAST_SAME:
        message = (
            f"the plain way fills {same:.1%} of the slots as the engine does, at least {LEAST_SAME:.0%} are wanted"
        )
        raise DifferentPagesError(message)
    engine_ms, plain_ms = (1e3 * percentile(column, 50) for column in zip(*spent, strict=True))
    return Plain(pages=len(requests), same=same, plain_ms=plain_ms, engine_ms=engine_ms, ratio=plain_ms / engine_ms)


def same_slots(one: Titles, other: Titles) -> tuple[int, int]:
    """
    How many slots hold the same title on both pages, and how many slots the fuller of them has.

    Examples:
        >>> same_slots([["a", "b"], ["c"]], [["a", "x"], ["c", "d"], ["e"]])
        (2, 5)
    """
    equal = sum(a == b for row, line in zip(one, other, strict=False) for a, b in zip(row, line, strict=False))
    return equal, max(sum(map(len, one)), sum(map(len, other)))
