"""Pages as they leave the engine: headings, ids and evidence in words, and an identity that replay can check."""

import hashlib
import itertools
from dataclasses import dataclass
from typing import Any

import msgspec

from pagegen.context import Contexts
from pagegen.data.trends import HOUR_MS
from pagegen.evidence import Evidence, row_evidence, title_reasons
from pagegen.headings import heading
from pagegen.ordering import Pages
from pagegen.pool import RowKind
from pagegen.request import PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    row_id: str  # the same for a kind and seed on every page
    kind: str
    heading: str
    evidence: Evidence
    title_ids: tuple[str, ...]  # left to right
    names: tuple[str, ...]
    scores: tuple[float, ...]  # probability of a play within the horizon
    reasons: tuple[str, ...]  # the strongest true reason of each title, as a code; "" without one
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What, with the request, decides every byte of a page."""

    bundle_id: str
    config_digest: str
    sources: tuple[str, ...]


def render(
    pages: Pages, contexts: Contexts, kinds: tuple[RowKind, ...], identity: Identity, failed: tuple[str, ...]
) -> list[Page]:
    """Every request's page in words."""
    bounds = pages.row_start.tolist()
    return [
        _page(b, _rows(range(low, high), pages, contexts, kinds), contexts, identity, failed)
        for b, (low, high) in enumerate(itertools.pairwise(bounds))
    ]


def without_rows(contexts: Contexts, identity: Identity, failed: tuple[str, ...]) -> list[Page]:
    """Every request's page but for its rows: whose it is, and what made it."""
    return [_page(b, (), contexts, identity, failed) for b in range(len(contexts))]


def _page(b: int, rows: tuple[PageRow, ...], contexts: Contexts, identity: Identity, failed: tuple[str, ...]) -> Page:
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
        rows=rows,
    )


def _page_id(request: PageRequest, watermark: int, absent: tuple[str, ...], identity: Identity) -> str:
    """A digest of all that decides the page, spelt the same however the request was."""
    fields: dict[str, Any] = msgspec.to_builtins(request) | {"watermark": watermark, "disabled_sources": absent}
    for name in ("exclude_title_ids", "row_kinds", "exclude_row_kinds"):
        fields[name] = sorted(set(fields[name]))
    canonical = [fields, identity.bundle_id, identity.config_digest]
    return hashlib.sha256(msgspec.json.encode(canonical, order="sorted")).hexdigest()[:32]


def _rows(places: range, pages: Pages, contexts: Contexts, kinds: tuple[RowKind, ...]) -> tuple[PageRow, ...]:
    catalog, rows = contexts.data.catalog, pages.rows
    start = pages.start[places.start : places.stop + 1]
    title = pages.title[start[0] : start[-1]]
    ids, names = tuple(catalog.ids.of(title)), tuple(catalog.name[title].tolist())
    chance = tuple(pages.title_chance[start[0] : start[-1]].tolist())
    play = tuple(pages.play[start[0] : start[-1]].astype("float32").tolist())
    reasons = tuple(title_reasons(title, contexts, int(rows.request[places.start]))) if len(places) else ()
    bounds = itertools.pairwise((start - start[0]).tolist())
    out = []
    for p, (low, high) in zip(places, bounds, strict=True):
        kind, seed, request = kinds[rows.kind[p]], int(rows.seed[p]), int(rows.request[p])
        evidence = row_evidence(kind, seed, contexts)
        out.append(
            PageRow(
                row_id=f"{kind.name}:{evidence.seed_id}",
                kind=kind.name,
                heading=heading(kind.headings[rows.variant[p]], evidence, contexts, request),
                evidence=evidence,
                title_ids=ids[low:high],
                names=names[low:high],
                scores=play[low:high],
                reasons=reasons[low:high],
                chance=float(pages.row_chance[p]),
                title_chances=chance[low:high],
            )
        )
    return tuple(out)
