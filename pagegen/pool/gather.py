"""Asking every source, and joining what they propose."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from pagegen.arrays import Float32, Int32, Mask, lengths, ranges, record, starts
from pagegen.context import Contexts
from pagegen.errors import SchemaError
from pagegen.filters import Eligible
from pagegen.pool.builder import RowsBuilder
from pagegen.pool.types import Candidates, Proposal, RowKind, Rows, Scores, Source, TitleScorer, as_scorer
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
    first_kind = 0
    nothing = np.full(eligible.removed.shape, np.nan, np.float32)
    for source in sources:
        wanted = _wanted(source.kinds, contexts.requests, limits.off)
        enabled = np.array([source.name not in r.disabled_sources for r in contexts.requests], np.bool_)
        scorer = as_scorer(source)
        try:
            if scorer:
                scores[source.name] = _scored(scorer, contexts, enabled, known.of(source) if known else None)
            if enabled.any():
                proposed = source.propose(
                    Proposal(contexts=contexts, eligible=eligible, scores=scores, limit=limits.titles)
                )
                parts.append(_counted(_kept(proposed, source.kinds, enabled, eligible, wanted), first_kind))
        except Exception as error:
            if on_failure is None or isinstance(error, SchemaError):
                raise
            if scorer:
                scores[source.name] = nothing
            failed.append(source.name)
            on_failure(source.name, error)
        first_kind += len(source.kinds)
    return Gathered(scores=scores, candidates=_joined(parts), failed=tuple(failed))


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


def _wanted(kinds: Sequence[RowKind], requests: Sequence[PageRequest], off: frozenset[str]) -> Mask:
    """[B, kinds] row kinds that are on and that the request wants."""
    wants = [
        [
            (k.name in r.row_kinds or not r.row_kinds) and k.name not in off and k.name not in r.exclude_row_kinds
            for k in kinds
        ]
        for r in requests
    ]
    return np.array(wants, np.bool_).reshape(len(requests), len(kinds))


def _kept(
    proposed: Candidates, kinds: Sequence[RowKind], enabled: Mask, eligible: Eligible, wanted: Mask
) -> Candidates:
    """What remains of a source's rows when requests, row kinds and filters have had their say."""
    ignored = np.array([eligible.spared(kind.spares) for kind in kinds], np.uint16)
    rows, row = proposed.rows, proposed.row
    row_stays = enabled[rows.request] & wanted[rows.request, rows.kind]
    removed = eligible.removed[rows.request[row], proposed.title] & ~ignored[rows.kind[row]]
    return select(proposed, row_stays[row] & (removed == 0))


def select(candidates: Candidates, stays: Mask) -> Candidates:
    """The candidates that stay; rows keep their place, empty ones too."""
    if stays.all():
        return candidates
    lengths = np.bincount(candidates.row[stays], minlength=len(candidates.rows.request))
    return Candidates(
        rows=candidates.rows, start=starts(lengths), title=candidates.title[stays], score=candidates.score[stays]
    )


def _counted(candidates: Candidates, first_kind: int) -> Candidates:
    """The same with kinds as positions in the kinds of the whole homepage."""
    rows = candidates.rows
    kind = (rows.kind + first_kind).astype(np.int16)
    counted = Rows(request=rows.request, kind=kind, seed=rows.seed, variant=rows.variant)
    return Candidates(rows=counted, start=candidates.start, title=candidates.title, score=candidates.score)


def _joined(parts: Sequence[Candidates]) -> Candidates:
    """All sources' rows, by request and then in the order of the sources."""
    parts = parts or [RowsBuilder().build()]
    request = np.concatenate([part.rows.request for part in parts])
    length = np.concatenate([lengths(part.start) for part in parts])
    order = np.argsort(request, kind="stable")
    place = ranges(starts(length)[:-1][order], length[order])
    rows = Rows(
        request=request[order],
        kind=np.concatenate([part.rows.kind for part in parts])[order],
        seed=np.concatenate([part.rows.seed for part in parts])[order],
        variant=np.concatenate([part.rows.variant for part in parts])[order],
    )
    return Candidates(
        rows=rows,
        start=starts(length[order]),
        title=np.concatenate([part.title for part in parts])[place],
        score=np.concatenate([part.score for part in parts])[place],
    )
