"""Everything that is asked about one page, as one answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from pagegen.engine import Engine
from pagegen.explaining.case import Case, look
from pagegen.explaining.changes import Change, change_for
from pagegen.explaining.gap import Gap, gap_of
from pagegen.explaining.rows import KeptOff, RowReasons, left_over, rows_of
from pagegen.explaining.titles import TitleReasons, title_of
from pagegen.explaining.wording import sentence_of
from pagegen.request import PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleAnswer:
    """Why the title is here, or why not."""

    reasons: TitleReasons
    change: Change | None  # the smallest that would show it, where one was looked for and found
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    page_id: str
    bundle_id: str
    config_digest: str
    member_id: str
    time: int  # ms, of the request
    orderer: str
    rows: tuple[RowReasons, ...]  # from the top
    left_over: tuple[KeptOff, ...]  # rows that no rule let stand where the page ends although it has room
    titles: tuple[TitleAnswer, ...]  # in the order in which they were asked about
    gap: Gap | None  # None: not asked for


def explain(engine: Engine, request: PageRequest, title_ids: Sequence[str] = (), *, gap: bool = False) -> Explanation:
    """
    Why the page of this request is as it is.

    Args:
        engine: that makes it.
        request: for it.
        title_ids: titles to be told about, on the page or not.
        gap: whether to tell what the page is worth beside the most that any could be, in some 40 to 150 ms.

    Raises:
        RequestError: a request that cannot be answered.
    """
    case = look(engine, request)
    (page,) = case.trace.pages
    return Explanation(
        page_id=page.page_id,
        bundle_id=page.bundle_id,
        config_digest=page.config_digest,
        member_id=page.member_id,
        time=page.time,
        orderer=engine.orderer.name,
        rows=rows_of(case),
        left_over=left_over(case),
        titles=tuple(_answer(case, title_id) for title_id in title_ids),
        gap=gap_of(case) if gap else None,
    )


def _answer(case: Case, title_id: str) -> TitleAnswer:
    reasons = title_of(case, title_id)
    change = None if reasons.absence is None else change_for(case, title_id, reasons.absence)
    return TitleAnswer(reasons=reasons, change=change, sentence=sentence_of(reasons, change))
