"""
Pages of the engine as a pages log: one schema for pages that were served, simulated or logged by a world.

Every step has the chance with which the engine took it: 1 without exploration. How far a page is seen is known once
somebody has seen it.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import polars as pl

from pagegen.arrays import AnyArray, Int16, Int64, lengths
from pagegen.data.schema import PAGES
from pagegen.evidence import row_evidence
from pagegen.page import Page
from pagegen.trace import Arranged, Ranked


def pages_frame(made: Arranged, origin: str = "engine", seen: Int16 | None = None) -> pl.DataFrame:
    """
    One row a page, in the order of the requests.

    Args:
        made: by one run; nothing is needed of what comes after the ordering.
        origin: who asked for the pages.
        seen: [P] titles of each row that came into view; None: not known.
    """
    placed, contexts = made.placed, made.retrieved.contexts
    kinds = [made.kinds[kind] for kind in placed.rows.kind.tolist()]
    about = zip(kinds, placed.rows.seed.tolist(), strict=True)
    rows, slots = placed.row_start, placed.start[placed.row_start]
    columns = {
        "row_kinds": _parted([kind.name for kind in kinds], rows),
        "row_seeds": _parted([row_evidence(kind, seed, contexts).seed_id for kind, seed in about], rows),
        "row_lengths": _parted(lengths(placed.start), rows),
        "title_ids": _parted(contexts.data.catalog.ids.of(placed.title), slots),
        "step_probabilities": _parted(placed.chance, slots),
        "seen_columns": [None] * len(made.pages) if seen is None else _parted(seen, rows),
    }
    return frame_of(made, columns, origin)


def _parted(values: AnyArray | list[str], start: Int64) -> list[list[Any]]:
    """The values of each page."""
    every = values if isinstance(values, list) else values.tolist()
    return [every[low:high] for low, high in pairwise(start.tolist())]


def frame_of(made: Ranked, columns: Mapping[str, Sequence[Any]], origin: str) -> pl.DataFrame:
    """Pages with these columns of what is on them."""
    contexts, pages = made.retrieved.contexts, made.pages
    country = [contexts.data.countries[place] if place >= 0 else None for place in contexts.country.tolist()]
    every = {
        "page_id": [page.page_id for page in pages],
        "time": [page.time for page in pages],
        "member_id": [page.member_id for page in pages],
        "country": country,
        "device": [request.device for request in contexts.requests],
        "visible_columns": [request.screen_columns for request in contexts.requests],
        **columns,
        "provenance": [_provenance(page, origin, contexts.requests[b].rng_seed) for b, page in enumerate(pages)],
    }
    return pl.DataFrame(every, schema=dict(PAGES))


def _provenance(page: Page, origin: str, rng_seed: int) -> dict[str, str | int]:
    return {
        "origin": origin,
        "bundle_id": page.bundle_id,
        "config_digest": page.config_digest,
        "watermark": page.watermark,
        "rng_seed": rng_seed,
    }
