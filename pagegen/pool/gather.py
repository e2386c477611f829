"""Asking every source, and joining what they propose."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from pagegen.arrays import Float32, Int32, Mask, lengths, ranges, record, starts
from pagegen.context import Contexts
from pagegen.errors import SchemaError
from pagegen.filters import Eligible
from pagegen.pool.builder import NO_ROWS
from pagegen.pool.types import Candidates, Proposal, Rows, Scores, Source, TitleScorer, as_scorer
from pagegen.request import PageRequest

OnFailure: TypeAlias = Callable[[str, Exception], None]


@record
class PoolLimits:
    titles: Int32  # [B] a row may bring
    off: frozenset[str]  # row kinds that are switched off


@record
class Known:
    """What has been found out about the same requests, on the same data, by an engine that shares sources with this."""

    contexts: Contexts
    sources: Sequence[Source]
    scores: Scores

    def of(self, source: Source) -> Float32 | None:
        """[B, T] the scores of this very source, if it was asked."""
        return self.scores.get(source.name) if any(source is other for other in self.sources) else None


@record
class Gathered:
    """The pool and how it came about."""

    scores: Scores
    candidates: Candidates
    failed: tuple[str, ...]  # names of the sources that could not answer


def gather(
    sources: Sequence[Source],
    contexts: Contexts,
    eligible: Eligible,
    limits: PoolLimits,
    on_failure: OnFailure | None = None,
    known: Known | None = None,
) -> Gathered:
    """
    Every source's rows, by request and in the order of the sources; titles a row may not show are gone.

    With `on_failure` a source that raises is left out, exactly as if every request had disabled it; without, it stops
    the run. A SchemaError always does.
    """
    failed: list[str] = []
    scores: dict[str, Float32] = {}
    parts: list[Candidates] = []
    nothing = np.full(eligible.removed.shape, np.nan, np.float32)
    for source in sources:
        enabled = np.array([source.name not in r.disabled_sources for r in contexts.requests], np.bool_)
        scorer, proposed = as_scorer(source), NO_ROWS
        try:
            if scorer:
                scores[source.name] = _scored(scorer, contexts, enabled, known.of(source) if known else None)
            if enabled.any():
                proposed = source.propose(
                    Proposal(contexts=contexts, eligible=eligible, scores=scores, limit=limits.titles)
                )
        except Exception as error:
            if on_failure is None or isinstance(error, SchemaError):
                raise
            if scorer:
                scores[source.name] = nothing
            failed.append(source.name)
            on_failure(source.name, error)
        parts.append(proposed)
    kept = _kept(_joined(parts, sources), sources, contexts.requests, eligible, limits.off)
    return Gathered(scores=scores, candidates=kept, failed=tuple(failed))


def _scored(scorer: TitleScorer, contexts: Contexts, enabled: Mask, known: Float32 | None) -> Float32:
    """[B, T] the scores, known already or not; NaN for requests that disable the source."""
    if known is not None:
        return known
    if enabled.all():
        return scorer.score(contexts)
    scores = np.full((len(enabled), len(contexts.data.catalog)), np.nan, np.float32)
    if enabled.any():
        scores[enabled] = scorer.score(contexts)[enabled]
    return scores


def _kept(
    proposed: Candidates,
    sources: Sequence[Source],
    requests: Sequence[PageRequest],
    eligible: Eligible,
    off: frozenset[str],
) -> Candidates:
    """What remains of all rows when requests, row kinds and filters have had their say."""
    ignored = np.array([eligible.spared(kind.spares) for source in sources for kind in source.kinds], np.uint16)
    rows, row = proposed.rows, proposed.row
    row_stays = _wanted(sources, requests, off)[rows.request, rows.kind]
    removed = eligible.removed[rows.request[row], proposed.title] & ~ignored[rows.kind[row]]
    return select(proposed, row_stays[row] & (removed == 0))


def _wanted(sources: Sequence[Source], requests: Sequence[PageRequest], off: frozenset[str]) -> Mask:
    """[B, kinds] row kinds that are on and that the request wants, of sources that it does not disable."""
    kinds = [(source.name, kind.name) for source in sources for kind in source.kinds]
    wants = [
        [
            (kind in r.row_kinds or not r.row_kinds)
            and kind not in off
            and kind not in r.exclude_row_kinds
            and source not in r.disabled_sources
            for source, kind in kinds
        ]
        for r in requests
    ]
    return np.array(wants, np.bool_).reshape(len(requests), len(kinds))


def select(candidates: Candidates, stays: Mask) -> Candidates:
    """The candidates that stay; rows keep their place, empty ones too."""
    if stays.all():
        return candidates
    lengths = np.bincount(candidates.row[stays], minlength=len(candidates.rows.request))
    return Candidates(
        rows=candidates.rows, start=starts(lengths), title=candidates.title[stays], score=candidates.score[stays]
    )


def _joined(parts: Sequence[Candidates], sources: Sequence[Source]) -> Candidates:
    """All sources' rows, by request and then in the order of the sources; kinds become those of the whole homepage."""
    first_kind = starts(np.array([len(source.kinds) for source in sources], np.int64)).astype(np.int16)
    parts, kinds = (
        [NO_ROWS, *parts],
        [part.rows.kind + first for part, first in zip(parts, first_kind[:-1], strict=True)],
    )
    request = np.concatenate([part.rows.request for part in parts])
    length = np.concatenate([lengths(part.start) for part in parts])
    order = np.argsort(request, kind="stable")
    place = ranges(starts(length)[:-1][order], length[order])
    rows = Rows(
        request=request[order],
        kind=np.concatenate([NO_ROWS.rows.kind, *kinds])[order],
        seed=np.concatenate([part.rows.seed for part in parts])[order],
        variant=np.concatenate([part.rows.variant for part in parts])[order],
    )
    return Candidates(
        rows=rows,
        start=starts(length[order]),
        title=np.concatenate([part.title for part in parts])[place],
        score=np.concatenate([part.score for part in parts])[place],
    )
