"""Pages as they leave the engine: headings, ids and evidence in words, and an identity that replay can check."""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np

from pagegen.context import Contexts
from pagegen.continuing import next_token
from pagegen.data.catalog import Catalog
from pagegen.data.trends import HOUR_MS
from pagegen.evidence import Evidence, Reasons, row_evidence
from pagegen.headings import Voice, heading, reason_columns, voice_of
from pagegen.ordering import Pages
from pagegen.pool import RowKind
from pagegen.request import PageRequest, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    row_id: str  # the same for a kind and seed on every page
    kind: str
    heading: str
    evidence: Evidence
    title_ids: tuple[str, ...]  # left to right
    names: tuple[str, ...]
    scores: tuple[float, ...]  # probability of a play within the horizon
    reasons: tuple[str, ...]  # why each title is here, as a code; "" where nothing is said
    reason_arguments: tuple[str, ...]  # what the reason is about; "" where the code says it all
    reason_texts: tuple[str, ...]  # the reason in words; "" without one
    has_more: bool  # `Engine.extend` has further titles
    chance: float  # that it was this row, given those above; 1: certain
    title_chances: tuple[float, ...]  # that it was this title, given the row and the titles to its left


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    page_id: str
    bundle_id: str
    config_digest: str
    member_id: str
    time: int  # ms, of the request
    watermark: int  # events below it were seen
    valid_for_seconds: int  # until the next closed hour can change it
    absent_sources: tuple[str, ...]  # disabled by the request, or failed
    rows: tuple[PageRow, ...]
    next_page_token: str  # continues below these rows; "" when none are left


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedRow:
    """Further titles of one row, and what gave them."""

    bundle_id: str
    config_digest: str
    time: int  # ms, of the request
    watermark: int  # events below it were seen
    absent_sources: tuple[str, ...]  # disabled by the request, or failed
    row: PageRow  # with the further titles alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What, with the request, decides every byte of a page."""

    bundle_id: str
    config_digest: str
    sources: tuple[str, ...]


def render(
    pages: Pages, contexts: Contexts, kinds: tuple[RowKind, ...], empty: Sequence[Page], *, reasons: Reasons
) -> list[Page]:
    """Every request's page in words, given the pages without rows."""
    bounds = pages.row_start.tolist()
    return [
        replace(
            empty[b],
            rows=_rows(slice(low, high), pages, contexts, kinds, reasons),
            next_page_token=next_token(b, pages, contexts, kinds),
        )
        for b, (low, high) in enumerate(itertools.pairwise(bounds))
    ]


def without_rows(contexts: Contexts, identity: Identity, failed: tuple[str, ...]) -> list[Page]:
    """Every request's page but for its rows: whose it is, and what made it."""
    return [_page(b, contexts, identity, failed) for b in range(len(contexts))]


def render_row(
    pages: Pages,
    contexts: Contexts,
    kinds: tuple[RowKind, ...],
    identity: Identity,
    failed: tuple[str, ...],
    *,
    reasons: Reasons,
) -> ExtendedRow:
    """The only row of the only request in words."""
    page, (row,) = _page(0, contexts, identity, failed), _rows(slice(0, 1), pages, contexts, kinds, reasons)
    return ExtendedRow(
        bundle_id=page.bundle_id,
        config_digest=page.config_digest,
        time=page.time,
        watermark=page.watermark,
        absent_sources=page.absent_sources,
        row=row,
    )


def _page(b: int, contexts: Contexts, identity: Identity, failed: tuple[str, ...]) -> Page:
    request, watermark = contexts.requests[b], int(contexts.watermark[b])
    absent = tuple(name for name in identity.sources if name in failed or name in request.disabled_sources)
    return Page(
        page_id=_page_id(request, watermark, absent, identity),
        bundle_id=identity.bundle_id,
        config_digest=identity.config_digest,
        member_id=request.member_id,
        time=request.time,
        watermark=watermark,
        valid_for_seconds=(HOUR_MS - request.time % HOUR_MS) // 1000,
        absent_sources=absent,
        rows=(),
        next_page_token="",
    )


def _page_id(request: PageRequest, watermark: int, absent: tuple[str, ...], identity: Identity) -> str:
    """A digest of all that decides the page, spelt the same however the request was."""
    fields = {**canonical(request), "watermark": watermark, "disabled_sources": absent}
    whole = [fields, identity.bundle_id, identity.config_digest]
    return hashlib.sha256(msgspec.json.encode(whole, order="sorted")).hexdigest()[:32]


def _rows(
    which: slice, pages: Pages, contexts: Contexts, kinds: tuple[RowKind, ...], reasons: Reasons
) -> tuple[PageRow, ...]:
    if which.start == which.stop:
        return ()
    rows, start = pages.rows, pages.start[which.start : which.stop + 1].tolist()
    voice, catalog = voice_of(contexts, int(rows.request[which.start])), contexts.data.catalog
    columns = _columns(slice(start[0], start[-1]), pages, reasons, catalog, voice)
    about = (rows.kind, rows.seed, rows.variant, pages.more, pages.row_chance)
    out = []
    for low, high, k, seed, variant, more, chance in zip(
        start[:-1], start[1:], *(column[which].tolist() for column in about), strict=True
    ):
        kind, evidence = kinds[k], row_evidence(kinds[k], seed, contexts)
        out.append(
            PageRow(
                row_id=evidence.row_id,
                kind=kind.name,
                heading=heading(kind.headings[variant], evidence, voice),
                evidence=evidence,
                has_more=more,
                chance=chance,
                **{name: column[low - start[0] : high - start[0]] for name, column in columns.items()},
            )
        )
    return tuple(out)


def _columns(
    slots: slice, pages: Pages, reasons: Reasons, catalog: Catalog, voice: Voice
) -> Mapping[str, tuple[Any, ...]]:
    """What rows say of their titles, by name, for all slots of a page."""
    title, why = pages.title[slots], reason_columns(reasons.of(slots), catalog, voice)
    return {
        "title_ids": tuple(catalog.ids.of(title)),
        "names": tuple(catalog.name[title].tolist()),
        "scores": tuple(pages.play[slots].astype(np.float32).tolist()),
        "reasons": why.codes,
        "reason_arguments": why.arguments,
        "reason_texts": why.texts,
        "title_chances": tuple(pages.title_chance[slots].tolist()),
    }
