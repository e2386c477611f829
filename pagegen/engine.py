"""
The engine: the whole line from requests to pages, one function that serving, simulation and training all call.

    request -> context -> filters -> pool -> features -> ranking -> rows -> ordering -> evidence
    -> page
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from pagegen.arrays import Int32, record
from pagegen.context import Contexts, TrendWindows, read_contexts
from pagegen.continuing import below
from pagegen.data.dataset import Dataset
from pagegen.evidence import EvidenceRules, Grounds, Reasons, give_reasons
from pagegen.extending import brought, extension, shown_next
from pagegen.features import Family, compute, pair_up
from pagegen.filters import Eligible, Filter, apply
from pagegen.ordering import Attraction, Orderer, Pages, Rules
from pagegen.page import ExtendedRow, Identity, render, render_row, without_rows
from pagegen.pool import Gathered, Known, OnFailure, PoolLimits, Source, gather
from pagegen.ranking import Calibration, Prediction, Ranker, predict
from pagegen.request import PageRequest, RowRequest, check_request, check_row_request
from pagegen.rows import Filled, fill
from pagegen.trace import Arranged, Ranked, Retrieved, Trace

STAGES: Final = ("request", "context", "filters", "pool", "features", "ranking", "rows", "ordering", "evidence", "page")


@record
class Limits:
    max_pairs: int = 800  # scored a request
    refill: int = 20  # titles a row brings beyond those it shows, to replace repeats
    off: frozenset[str] = frozenset()  # row kinds that are switched off


def _nothing(stage: str) -> None:
    """Called after each stage by default."""


@record
class Engine:
    identity: Identity
    data: Dataset
    trend_windows: TrendWindows
    filters: tuple[Filter, ...]
    sources: tuple[Source, ...]
    families: tuple[Family, ...]
    ranker: Ranker
    calibration: Calibration
    orderer: Orderer
    rules: Rules
    limits: Limits
    evidence: EvidenceRules
    attraction: Attraction | None = None  # None: every row has 1

    def run(
        self,
        requests: Sequence[PageRequest],
        on_failure: OnFailure | None = None,
        after: Callable[[str], None] = _nothing,
        *,
        known: Known | None = None,
    ) -> Trace:
        """
        A page for every request; none depends on its neighbours.

        Args:
            requests: B requests.
            on_failure: told of each source that fails, whose rows are then missing; without it a failure stops the run.
            after: told the name of each stage when it is done, for whoever holds a clock.
            known: of these requests by another engine (`know`); it changes nothing but the time this takes.

        Raises:
            RequestError: a request that cannot be answered.
        """
        made = self.arrange(requests, on_failure, after, known=known)
        reasons = self._reasons(made.placed, made.retrieved, made.prediction)
        after("evidence")
        pages = render(made.placed, made.retrieved.contexts, self.rules.kinds, made.pages, reasons=reasons)
        after("page")
        return Trace(
            retrieved=made.retrieved,
            prediction=made.prediction,
            filled=made.filled,
            placed=made.placed,
            kinds=made.kinds,
            reasons=reasons,
            pages=pages,
        )

    def arrange(
        self,
        requests: Sequence[PageRequest],
        on_failure: OnFailure | None = None,
        after: Callable[[str], None] = _nothing,
        *,
        known: Known | None = None,
    ) -> Arranged:
        """The line up to the words, as `run` goes along it."""
        retrieved = self.retrieve(requests, on_failure, after, known=known)
        prediction = predict(self.ranker, self.calibration, retrieved.table)
        after("ranking")
        filled = self._filled(retrieved, prediction)
        after("rows")
        placed = self.orderer.order(retrieved.contexts, filled, self.rules)
        after("ordering")
        return Arranged(
            retrieved=retrieved,
            prediction=prediction,
            filled=filled,
            placed=placed,
            kinds=self.rules.kinds,
            pages=without_rows(retrieved.contexts, self.identity, retrieved.pool.failed),
        )

    def retrieve(
        self,
        requests: Sequence[PageRequest],
        on_failure: OnFailure | None = None,
        after: Callable[[str], None] = _nothing,
        *,
        known: Known | None = None,
    ) -> Retrieved:
        """The line up to the features."""
        for request in requests:
            check_request(request)
        after("request")
        return self._paired(self._pooled(requests, self._limit(requests), on_failure, after, known=known), after)

    def extend(
        self, asked: RowRequest, on_failure: OnFailure | None = None, after: Callable[[str], None] = _nothing
    ) -> ExtendedRow:
        """
        Further titles of one row, left to right, none of which it has shown; no titles at its end.

        Raises:
            RequestError: a request that cannot be answered.
            RowNotFoundError: there is no such row kind, or nothing is proposed for the row.
        """
        check_row_request(asked)
        after("request")
        page = replace(asked.page, page_size=None, page_token="")
        contexts, eligible, pool = self._pooled([page], brought(asked), on_failure, after)
        row = extension(asked, pool.candidates, contexts, self.rules.kinds)
        retrieved = self._paired((contexts, eligible, replace(pool, candidates=row.further)), after)
        prediction = predict(self.ranker, self.calibration, retrieved.table)
        after("ranking")
        filled = fill(row.further, retrieved.pairs, prediction, row.kinds, row.limit)
        after("rows")
        shown = shown_next(row.rows, filled, asked.size)
        reasons = self._reasons(shown, retrieved, prediction)
        after("evidence")
        extended = render_row(shown, contexts, self.rules.kinds, self.identity, pool.failed, reasons=reasons)
        after("page")
        return extended

    def _reasons(self, placed: Pages, retrieved: Retrieved, prediction: Prediction) -> Reasons:
        usual = prediction.usual(retrieved.pairs.start)
        grounds = Grounds(contexts=retrieved.contexts, failed=retrieved.pool.failed, usual=usual)
        return give_reasons(placed, grounds, self.evidence)

    def _pooled(
        self,
        requests: Sequence[PageRequest],
        limit: Int32,
        on_failure: OnFailure | None,
        after: Callable[[str], None],
        *,
        known: Known | None = None,
    ) -> tuple[Contexts, Eligible, Gathered]:
        """The line up to the pool, to which a row brings at most `limit` [B] titles."""
        contexts = known.contexts if known else read_contexts(requests, self.data, self.trend_windows)
        after("context")
        eligible = apply(self.filters, contexts)
        after("filters")
        pool = gather(
            self.sources, contexts, eligible, PoolLimits(titles=limit, off=self.limits.off), on_failure, known
        )
        after("pool")
        return contexts, eligible, pool

    def _paired(self, pooled: tuple[Contexts, Eligible, Gathered], after: Callable[[str], None]) -> Retrieved:
        """The line from the pool to the features."""
        contexts, eligible, pool = pooled
        pairs = pair_up(contexts, pool.scores, pool.candidates, self.limits.max_pairs)
        table = compute(self.families, pairs)
        after("features")
        return Retrieved(contexts=contexts, eligible=eligible, pool=pool, pairs=pairs, table=table)

    def rank(self, requests: Sequence[PageRequest], *, known: Known | None = None) -> Ranked:
        """The line up to the ranker, as `run` goes along it."""
        retrieved = self.retrieve(requests, known=known)
        return Ranked(
            retrieved=retrieved,
            prediction=predict(self.ranker, self.calibration, retrieved.table),
            pages=without_rows(retrieved.contexts, self.identity, retrieved.pool.failed),
        )

    def know(self, retrieved: Retrieved) -> Known:
        """What engines with the same data, trend windows and sources need not find out again."""
        return Known(contexts=retrieved.contexts, sources=self.sources, scores=retrieved.pool.scores)

    def _filled(self, retrieved: Retrieved, prediction: Prediction) -> Filled:
        """The candidate rows, with the attraction of each."""
        contexts, kinds = retrieved.contexts, self.rules.kinds
        limit = self._limit(contexts.requests)
        filled = fill(retrieved.pool.candidates, retrieved.pairs, prediction, kinds, limit)
        filled = below(filled, contexts, kinds)
        if self.attraction is None:
            return filled
        return replace(filled, attraction=self.attraction.of(contexts, filled, kinds))

    def _limit(self, requests: Sequence[PageRequest]) -> Int32:
        """[B] titles a row may bring: at least one that it does not show, where there is one."""
        return np.array([request.columns + max(1, self.limits.refill) for request in requests], np.int32)
