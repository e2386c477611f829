"""In process: how thick pages are, and what they and their stages cost, one at a time and in batches."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from pagegen.engine import STAGES, Engine
from pagegen.page import Page
from pagegen.request import PageRequest
from pagegen.serving import wire
from pagegen.v1.page_pb2 import PAGE_VIEW_BASIC, PAGE_VIEW_FULL
from tools.bench.figures import InProcess, Thickness, percentile, times

LEAST: Final = {"rows": 28, "placed": 900, "distinct": 500}  # of a page of 30 x 40
WARM: Final = 20  # pages before the clock runs
BATCH: Final = 64
Progress = Callable[[str], None]


class ThinPagesError(Exception):
    """Pages with little on them are quick to make: thin pages do not count."""


def thickness(pages: Sequence[Page]) -> Thickness:
    """How much is on these pages."""
    titles = [[title for row in page.rows for title in row.title_ids] for page in pages]
    return Thickness(
        pages=len(pages),
        rows=percentile([len(page.rows) for page in pages], 50),
        placed=percentile([len(shown) for shown in titles], 50),
        distinct=percentile([len(set(shown)) for shown in titles], 50),
    )


def check_thickness(found: Thickness) -> None:
    """
    Nothing, when the pages are thick enough.

    Raises:
        ThinPagesError: they are not.
    """
    thin = [
        f"{getattr(found, name):g} {name} (at least {least})"
        for name, least in LEAST.items()
        if getattr(found, name) < least
    ]
    if thin:
        message = f"thin pages do not count: the median page has {', '.join(thin)}"
        raise ThinPagesError(message)


def measure(engine: Engine, requests: Sequence[PageRequest], say: Progress) -> tuple[Thickness, InProcess]:
    """
    Every request's page, alone and then in batches; no result is kept in between.

    Raises:
        ThinPagesError: the pages are too thin to count.
    """
    say("pages, one at a time")
    for request in requests[:WARM]:
        engine.run([request])
    clock = _Clock()
    pages = []
    for request in requests:
        clock.start()
        [page] = engine.run([request], after=clock.after).pages
        clock.stop()
        pages.append(page)
    found = thickness(pages)
    check_thickness(found)
    say(f"pages, {BATCH} at a time")
    basic, full = (_bytes(pages, requests, view) for view in (PAGE_VIEW_BASIC, PAGE_VIEW_FULL))
    stages = {stage: times(clock.wall[stage], clock.cpu[stage]) for stage in STAGES}
    page_times = times(clock.wall[_PAGE], clock.cpu[_PAGE])
    batch_ms = _batch_ms(engine, requests)
    return found, InProcess(
        stages=stages, page=page_times, batch=BATCH, batch_page_ms=batch_ms, basic_bytes=basic, full_bytes=full
    )


_PAGE: Final = "all stages"


class _Clock:
    """Seconds of each stage, and of each page under `_PAGE`: by the wall, and of this thread's work."""

    def __init__(self) -> None:
        self.wall: dict[str, list[float]] = defaultdict(list)
        self.cpu: dict[str, list[float]] = defaultdict(list)

    def start(self) -> None:
        self._begin = self._last = (time.perf_counter(), time.thread_time())

    def after(self, stage: str) -> None:
        now = (time.perf_counter(), time.thread_time())
        self._note(stage, self._last, now)
        self._last = now

    def stop(self) -> None:
        self._note(_PAGE, self._begin, (time.perf_counter(), time.thread_time()))

    def _note(self, what: str, since: tuple[float, float], now: tuple[float, float]) -> None:
        self.wall[what].append(now[0] - since[0])
        self.cpu[what].append(now[1] - since[1])


def _batch_ms(engine: Engine, requests: Sequence[PageRequest]) -> float:
    """Milliseconds a page, in the median batch; too few requests for one are one all the same."""
    size, spent = min(BATCH, len(requests)), []
    for low in range(0, len(requests) - size + 1, size):
        begin = time.perf_counter()
        engine.run(requests[low : low + size])
        spent.append((time.perf_counter() - begin) / size)
    return 1e3 * percentile(spent, 50)


def _bytes(pages: Sequence[Page], requests: Sequence[PageRequest], view: int) -> float:
    sizes = [wire.response(page, r, view).ByteSize() for page, r in zip(pages, requests, strict=True)]
    return percentile(sizes, 50)
